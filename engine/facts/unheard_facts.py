"""Claims, choices, waivers and approvals that name what is not there, so that nothing follows from them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.diagnostic import Diagnostic, Level
from engine.facts.spelling import meant, shown
from engine.model.approval import APPROVAL_KIND, WAIVER_KIND
from engine.model.credit import CHOICE_KIND, CLAIM_KIND
from engine.model.exclusion import Exclusion
from engine.model.fact import Fact
from engine.model.measure import Uptime
from engine.model.obligation import Duty, Obligation, Target
from engine.model.quantity import Instant
from engine.model.reading import credits_of, kinds_read, selections_of
from engine.model.snapshot import Snapshot
from engine.model.verdict import Verdict
from engine.store.database import Store

LISTED = 20
"""So many facts of a kind are told of one by one; of the others, their number."""

GUESSED_AMONG = 1000
"""Of so many names a near one is looked for, which takes a while among more."""


def unheard_facts(
    snapshot: Snapshot,
    promises: Mapping[str, Sequence[str]],
    verdicts: Sequence[Verdict],
    store: Store,
    *,
    as_of: Instant,
    known_at: Instant | None,
) -> Iterator[Diagnostic]:
    """A warning for each such fact that is seen at `as of`; `promises` are the ids by the names in facts, and
    `verdicts` are all that there are."""
    read = {kind for promise in snapshot.obligations() for kind in kinds_read(promise)}
    names = _Names(snapshot=snapshot, promises=promises)

    def seen(kind: str) -> list[Fact]:
        start = snapshot.kinds[kind].start_field
        facts = store.facts(snapshot.kinds[kind], known_at)
        return [each for each in facts if isinstance(at := each.values[start], int) and at <= as_of]

    made = {kind: seen(kind) for kind in (CLAIM_KIND, CHOICE_KIND) if kind in read}
    occasions = _occasions(verdicts if any(made.values()) else ())
    for kind, facts in made.items():
        yield from _told(kind, ((each, _of_credit(each, names, occasions)) for each in facts))
    if WAIVER_KIND in read:
        yield from _told(WAIVER_KIND, ((each, _of_waiver(each, names)) for each in seen(WAIVER_KIND)))
    approved = _approved(snapshot)
    if approved and (facts := seen(APPROVAL_KIND)):
        keys = {key for kind in approved for key in store.keys(snapshot.kinds[kind]).to_pylist()}
        yield from _told(APPROVAL_KIND, ((each, _of_approval(each, approved, keys)) for each in facts))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unheard:
    """Why nothing follows from a fact: what it does, and how it would be right."""

    why: str
    help: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """What facts may call the promises of a policy set."""

    snapshot: Snapshot
    promises: Mapping[str, Sequence[str]]

    def one(self, said: str) -> str | _Unheard:
        """The id of the one promise of that name."""
        ids = self.promises.get(said, ())
        if len(ids) == 1:
            return ids[0]
        if ids:
            which = ", ".join(f"`{each}`" for each in sorted(ids))
            return _Unheard(
                why=f"names the promise {shown(said)}, and several are called so", help=f"say which: {which}"
            )
        return _Unheard(
            why=f"names the promise {shown(said)}, and none is called so", help=_near(said, self.promises)
        )

    def versions(self, id: str) -> tuple[Obligation, ...]:
        """The promise as each version of its agreement has it."""
        return self.snapshot.promises(id)


def _told(kind: str, facts: Iterable[tuple[Fact, _Unheard | None]]) -> Iterator[Diagnostic]:
    """A warning for each fact that is not heard, up to a number."""
    said = 0
    for fact, unheard in facts:
        if unheard is None:
            continue
        said += 1
        if said <= LISTED:
            yield Diagnostic(
                code="fact-names-nothing",
                level=Level.WARNING,
                message=f"the {kind} {shown(fact.key)} {unheard.why}: nothing follows from it",
                help=unheard.help,
            )
    if said > LISTED:
        yield Diagnostic(
            code="fact-names-nothing",
            level=Level.WARNING,
            message=f"{said - LISTED:,} more facts of `{kind}` name what is not there",
        )


# claims and choices

Occasions = Mapping[str, Mapping[str, set[str]]]
"""The subjects of the verdicts, by promise and by the label or key of their occasions."""


def _occasions(verdicts: Iterable[Verdict]) -> Occasions:
    found: dict[str, dict[str, set[str]]] = {}
    for verdict in verdicts:
        mine = found.setdefault(verdict.obligation, {})
        for label in {verdict.identity[2], verdict.whole_window}:
            mine.setdefault(label, set()).add(verdict.subject)
    return found


def _of_credit(fact: Fact, names: _Names, occasions: Occasions) -> _Unheard | None:
    id = names.one(str(fact.values["obligation"]))
    if isinstance(id, _Unheard):
        return id
    said, subject, mine = str(fact.values["occasion"]), fact.values.get("subject"), occasions.get(id, {})
    if said not in mine:
        return _Unheard(
            why=f"names the occasion {shown(said)}, on which there is no verdict of `{id}`",
            help=_near(said, mine) or "say the window or the trigger as the verdicts do",
        )
    if subject is not None and subject not in mine[said]:
        return _Unheard(
            why=f"is about {shown(str(subject))}, of which `{id}` has no verdict on {shown(said)}",
            help=_near(str(subject), mine[said]),
        )
    return _of_remedy(fact, id, names) if fact.kind == CHOICE_KIND else None


def _of_remedy(fact: Fact, id: str, names: _Names) -> _Unheard | None:
    terms = [found for each in names.versions(id) if (found := credits_of(each)) is not None]
    offered = {remedy for each in terms if each.choice is not None for remedy in each.choice.instead}
    said = str(fact.values["remedy"])
    if said in offered | {"credit"}:
        return None
    return _Unheard(
        why=f"names the remedy {shown(said)}, which `{id}` does not offer",
        help=_near(said, {*offered, "credit"}) if offered else "nothing can be chosen instead of its credit",
    )


# waivers and approvals


def _of_waiver(fact: Fact, names: _Names) -> _Unheard | None:
    home, said = str(fact.values["agreement"]), str(fact.values["obligation"])
    homes = {each.partition(".")[0] for each in names.promises if "." in each}
    if home not in homes:
        return _Unheard(
            why=f"names the agreement {shown(home)}, and none that promises anything is called so",
            help=_near(home, homes),
        )
    id = names.one(said if said.startswith(f"{home}.") else f"{home}.{said}")
    if isinstance(id, _Unheard):
        mine = [each.partition(".")[2] for each in names.promises if each.startswith(f"{home}.")]
        return _Unheard(
            why=f"names the promise {shown(said)} of `{home}`, and none is called so", help=_near(said, mine)
        )
    if any(isinstance(each, Target | Duty) and each.waivers is not None for each in names.versions(id)):
        return None
    return _Unheard(
        why=f"waives `{id}`, which nobody may waive", help="say who may: `waivers approved by ROLE`"
    )


def _approved(snapshot: Snapshot) -> tuple[str, ...]:
    """The kinds of fact that approvals are of; none where a promise reads approvals in another way, too."""
    exclusions = [each for promise in snapshot.obligations() for each in _exclusions(promise)]
    given = {
        each.approval.given: each.intervals.facts.kind for each in exclusions if each.approval is not None
    }
    read = (each for promise in snapshot.obligations() for each in selections_of(promise))
    if any(each.kind == APPROVAL_KIND and each not in given for each in read):
        return ()
    return tuple(sorted({*given.values()}))


def _exclusions(promise: Obligation) -> Iterator[Exclusion]:
    match promise:
        case Target(measure=Uptime(excludes=excludes), exclusions=exclusions):
            yield from (*excludes, *exclusions)
        case Target(exclusions=exclusions) | Duty(exclusions=exclusions):
            yield from exclusions
        case _:
            pass


def _of_approval(fact: Fact, approved: Sequence[str], keys: set[str]) -> _Unheard | None:
    said = fact.values["approves"]
    # One that approves more time of a ladder names no fact.
    if said is None or said in keys:
        return None
    of = " or ".join(f"`{each}`" for each in approved)
    return _Unheard(
        why=f"approves {shown(str(said))}, and no fact of {of} has that key", help=_near(str(said), keys)
    )


def _near(said: str, known: Iterable[str]) -> str | None:
    """The name that was probably meant, else the few that there are."""
    names = sorted(known)
    if len(names) > GUESSED_AMONG:
        return None
    if (near := meant(said, names)) is not None:
        return near
    listed = ", ".join(shown(each) for each in names[-6:])
    return f"known here: {listed}{' and others' if len(names) > 6 else ''}" if names else None
