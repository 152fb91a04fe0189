"""What stops escalations, and the updates due while they are open: facts matched in the store (S8.2)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from engine.model.agreement import Agreement
from engine.model.expression import Selection
from engine.model.quantity import Instant
from engine.model.reaction import UpdateCase, UpdateState
from engine.model.severity import Escalation, Updates
from engine.model.snapshot import Snapshot
from engine.model.verdict import Occasion, OnTriggerFact
from engine.rules.plans.matches import Matched, matches
from engine.rules.plans.windows import term_of
from engine.store.database import Store

Stops = Mapping[tuple[str, str | None, str], Instant]
"""When an escalation, in a version of its agreement, stopped for the trigger of a key."""


def stops(snapshot: Snapshot, store: Store, *, as_of: Instant, known_at: Instant | None) -> Stops:
    """The first fact that stops each case, of the escalations that a fact stops."""
    found: dict[tuple[str, str | None, str], Instant] = {}
    for agreement, escalation in _escalations(snapshot):
        if escalation.stops_by is None:
            continue
        begun = {
            each.id.partition(":")[2]: each.at
            for each in _triggers(snapshot, agreement, escalation, store, as_of, known_at)
        }
        for each in _beside(snapshot, agreement, escalation, escalation.stops_by, store, as_of, known_at):
            if each.at >= begun.get(each.breach, each.at + 1):
                found.setdefault((escalation.id, agreement.version, each.breach), each.at)
    return found


def updates(
    snapshot: Snapshot, stopped: Stops, store: Store, *, as_of: Instant, known_at: Instant | None
) -> Iterator[UpdateCase]:
    """In order of escalation and trigger: every interval that has begun before the case stopped."""
    found = _updates(snapshot, stopped, store, as_of, known_at)
    yield from sorted(found, key=lambda each: (each.escalation, _key(each.occasion), each.number))


def _key(occasion: Occasion) -> str:
    return occasion.key if isinstance(occasion, OnTriggerFact) else occasion.label


def _updates(
    snapshot: Snapshot, stopped: Stops, store: Store, as_of: Instant, known_at: Instant | None
) -> Iterator[UpdateCase]:
    for agreement, escalation in _escalations(snapshot):
        if escalation.updates is None:
            continue
        given: dict[str, list[Matched]] = defaultdict(list)
        for each in _beside(snapshot, agreement, escalation, escalation.updates.by, store, as_of, known_at):
            given[each.breach].append(each)
        triggers = _triggers(snapshot, agreement, escalation, store, as_of, known_at)
        begins, ends = term_of(agreement)
        for trigger in triggers:
            start, until = trigger.values[0], trigger.values[-1]
            kind, _, key = trigger.id.partition(":")
            if not isinstance(start, int) or not begins <= trigger.at < ends:
                continue
            if escalation.stops_at is None:
                until = stopped.get((escalation.id, agreement.version, key))
            assert until is None or isinstance(until, int)
            occasion = OnTriggerFact(kind=kind, key=key, at=trigger.at)
            yield from _of_case(escalation.id, escalation.updates, occasion, start, until, given[key], as_of)


def _of_case(
    id: str,
    said: Updates,
    occasion: OnTriggerFact,
    start: Instant,
    until: Instant | None,
    given: list[Matched],
    as_of: Instant,
) -> Iterator[UpdateCase]:
    last = -1 if as_of < start else (as_of - start) // said.every
    if until is not None:
        last = min(last, (until - start) // said.every - 1)
    firsts: dict[int, Matched] = {}
    for each in given:
        if each.at > start:
            firsts.setdefault(-((start - each.at) // said.every), each)
    # Two intervals at most are not over: what nobody gave in the others was missed, all that lies between.
    due = {each for each in (last, last + 1) if each > 0 and as_of <= start + each * said.every}
    told = sorted({each for each in firsts if each <= last + 1} | due)
    before = 0
    for number in (*told, last + 2):
        if number > before + 1:
            yield _update(
                id, said, occasion, start, before + 1, number - before - 1, UpdateState.MISSED, None
            )
        if number <= last + 1:
            by = firsts.get(number)
            state = UpdateState.GIVEN if by else UpdateState.DUE
            yield _update(id, said, occasion, start, number, 1, state, by)
        before = number


def _update(
    id: str,
    said: Updates,
    occasion: OnTriggerFact,
    start: Instant,
    number: int,
    in_a_row: int,
    state: UpdateState,
    by: Matched | None,
) -> UpdateCase:
    due = start + number * said.every
    return UpdateCase(
        escalation=id,
        occasion=occasion,
        number=number,
        due=due,
        last_due=due + (in_a_row - 1) * said.every,
        in_a_row=in_a_row,
        state=state,
        given_at=by.at if by else None,
        given_by=by.id if by else None,
    )


def _escalations(snapshot: Snapshot) -> list[tuple[Agreement, Escalation]]:
    agreements = [each for _, each in sorted(snapshot.agreements.items())]
    return [(agreement, each) for agreement in agreements for each in agreement.escalations]


def _triggers(
    snapshot: Snapshot,
    agreement: Agreement,
    escalation: Escalation,
    store: Store,
    as_of: Instant,
    known_at: Instant | None,
) -> list[Matched]:
    stop = () if escalation.stops_at is None else (escalation.stops_at,)
    values = (escalation.start, *stop)
    return matches(
        snapshot, agreement, escalation.trigger, values, store, breach=None, as_of=as_of, known_at=known_at
    )


def _beside(
    snapshot: Snapshot,
    agreement: Agreement,
    escalation: Escalation,
    selection: Selection,
    store: Store,
    as_of: Instant,
    known_at: Instant | None,
) -> list[Matched]:
    return matches(
        snapshot,
        agreement,
        selection,
        (),
        store,
        breach=escalation.trigger.variable,
        opened_by=escalation.trigger.kind,
        as_of=as_of,
        known_at=known_at,
    )
