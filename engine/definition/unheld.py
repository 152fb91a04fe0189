"""Facts that count for nothing since their authors did not hold the role then (S4.8): what is warned of."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from engine.definition.acting import acting_for, holds_at, may_act, may_judge
from engine.definition.book import Book, Reading
from engine.model.acting import Held, Unheld
from engine.model.approval import APPROVAL_KIND, DEPUTY_FOR, HOLDER_KIND, WAIVER_KIND
from engine.model.deadline import Judged
from engine.model.exclusion import Exclusion
from engine.model.fact import Fact
from engine.model.measure import Uptime
from engine.model.obligation import Duty, Obligation, Target
from engine.model.quantity import Instant
from engine.model.reading import JUDGEMENT_KIND, SIGN_OFF_KIND
from engine.model.snapshot import Snapshot


def approved_kinds(snapshot: Snapshot) -> tuple[str, ...]:
    """The kinds of fact that must be approved where they exclude time."""
    return tuple(sorted({each.intervals.facts.kind for each in _approved(snapshot)}))


def unheld(
    snapshot: Snapshot,
    facts: Mapping[str, Sequence[Fact]],
    keys: Mapping[str, Collection[str]],
    as_of: Instant,
) -> tuple[Unheld, ...]:
    """Every such fact that is seen, in the order of `ACTING_KINDS`, then of instant and key.

    `facts` hold those kinds and the holders, `keys` those of the facts of `approved_kinds`. What names
    nothing is warned of elsewhere.
    """
    reading = Book(kinds=snapshot.kinds, facts=facts, as_of=as_of).reading(())
    return (
        *_approvals(snapshot, keys, reading),
        *_waivers(snapshot, reading),
        *_sign_offs(snapshot, reading),
        *_judgements(snapshot, reading),
    )


def _approvals(snapshot: Snapshot, keys: Mapping[str, Collection[str]], reading: Reading) -> Iterator[Unheld]:
    roles: dict[str, set[str]] = {}
    for exclusion in _approved(snapshot):
        assert exclusion.approval is not None
        roles.setdefault(exclusion.intervals.facts.kind, set()).add(exclusion.approval.role)
    for fact in reading.kind(APPROVAL_KIND) if roles else ():
        said, by, at = fact.values["approves"], fact.values["by"], reading.book.at(fact)
        asked = sorted({role for kind in roles if said in keys.get(kind, ()) for role in roles[kind]})
        if asked and not any(acting_for(role, by, at, reading) for role in asked):
            yield _unheld(fact, f"approves `{said}`", by, asked, at, reading)


def _waivers(snapshot: Snapshot, reading: Reading) -> Iterator[Unheld]:
    roles: dict[tuple[str, str], set[str]] = {}
    for promise in snapshot.obligations():
        if isinstance(promise, Target | Duty) and promise.waivers is not None:
            for id in (promise.terms.id, *promise.terms.other_names):
                for said in (id, id.partition(".")[2]):
                    roles.setdefault((id.partition(".")[0], said), set()).add(promise.waivers.role)
    for fact in reading.kind(WAIVER_KIND) if roles else ():
        home, said = str(fact.values["agreement"]), str(fact.values["obligation"])
        by, at, asked = fact.values["approved_by"], fact.values["approved_at"], roles.get((home, said), ())
        # One that nobody approved yet is asked for, and no more.
        if by is None or not isinstance(at, int):
            continue
        if asked and not any(acting_for(role, by, at, reading) for role in asked):
            yield _unheld(fact, f"waives `{said}`", by, sorted(asked), at, reading)


def _sign_offs(snapshot: Snapshot, reading: Reading) -> Iterator[Unheld]:
    roles: dict[str, set[str]] = {}
    for promise in snapshot.obligations():
        if isinstance(promise, Target) and promise.sign_off is not None and promise.sign_off.persons:
            roles.setdefault(promise.sign_off.source, set()).add(promise.sign_off.by)
    for fact in reading.kind(SIGN_OFF_KIND) if roles else ():
        source, by, at = str(fact.values["source"]), fact.values["by"], fact.values["signed_at"]
        asked = sorted(roles.get(source, ()))
        if asked and isinstance(at, int) and not any(may_act(role, by, at, reading) for role in asked):
            yield _unheld(fact, f"signs off `{source}`", by, asked, at, reading)


def _judgements(snapshot: Snapshot, reading: Reading) -> Iterator[Unheld]:
    asked = {
        (promise.terms.id, promise.limit.role)
        for promise in snapshot.obligations()
        if isinstance(promise, Duty) and isinstance(promise.limit, Judged) and promise.limit.persons
    }
    for fact in reading.kind(JUDGEMENT_KIND) if asked else ():
        promise, role, by = str(fact.values["promise"]), str(fact.values["role"]), fact.values["by"]
        at = reading.book.at(fact)
        if (promise, role) in asked and not may_judge(role, by, at, reading):
            yield _unheld(fact, f"judges `{promise}`", by, [role], at, reading)


def _unheld(fact: Fact, does: str, by: object, roles: Sequence[str], at: Instant, reading: Reading) -> Unheld:
    return Unheld(
        kind=fact.kind,
        key=fact.key,
        does=does,
        person=None if by is None else str(by),
        roles=tuple(roles),
        at=at,
        holders=tuple(_nearest(roles, at, reading)),
    )


def _nearest(roles: Sequence[str], at: Instant, reading: Reading) -> Iterator[Held]:
    """Who held one of the roles at an instant; if nobody did, who held it least long before or after."""
    holders = [
        each
        for each in reading.kind(HOLDER_KIND)
        if each.values["role"] in roles and each.values.get(DEPUTY_FOR) is None
    ]
    found = [each for each in holders if holds_at(each, at, reading)]
    if not found and holders:
        found = [min(holders, key=lambda each: (_apart(each, at, reading), each.key))]
    for each in found:
        yield Held(
            person=str(each.values["person"]),
            key=each.key,
            start=reading.book.at(each),
            end=reading.book.ended_at(each),
        )


def _apart(holder: Fact, at: Instant, reading: Reading) -> int:
    """How far the time of a holder is from an instant that it does not contain."""
    start, end = reading.book.at(holder), reading.book.ended_at(holder)
    return start - at if at < start else at - (start if end is None else end)


def _approved(snapshot: Snapshot) -> list[Exclusion]:
    """The exclusions that somebody must approve."""
    found = (exclusion for promise in snapshot.obligations() for exclusion in _exclusions(promise))
    return [each for each in dict.fromkeys(found) if each.approval is not None]


def _exclusions(promise: Obligation) -> tuple[Exclusion, ...]:
    match promise:
        case Target(measure=Uptime(excludes=excludes), exclusions=exclusions):
            return (*excludes, *exclusions)
        case Target(exclusions=exclusions) | Duty(exclusions=exclusions):
            return exclusions
        case _:
            return ()
