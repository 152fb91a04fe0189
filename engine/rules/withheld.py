"""Verdicts that rest on what was erased are not judged: they say so, and never become what is left (S2.5).

What an erasure touched is known by kind, by what the facts were about and by days. A promise is touched where
it reads the kind, about that, in that time: nobody can tell any more what the facts said, and missing
knowledge never turns into MET (S7.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.model.derived import kinds_behind
from engine.model.erasure import ErasedTime
from engine.model.obligation import Duty, Obligation, OnTrigger, RecoveryPoint
from engine.model.quantity import Instant
from engine.model.reading import kinds_read, selections_of
from engine.model.snapshot import Snapshot
from engine.model.verdict import Evidence, InWindow, OnTriggerFact, State, Verdict
from engine.rules.read_in_time import read_at_any_time

ERASED = "erased: "
"""What is missing of a verdict that is withheld begins so, and names kind and entry."""


def withheld(
    snapshot: Snapshot,
    erased: Sequence[ErasedTime],
    verdicts: Sequence[Verdict],
    *,
    as_of: Instant,
    known_at: Instant | None,
) -> tuple[Verdict, ...]:
    """The verdicts, UNMEASURED where they rest on what was erased and was known by `known_at`."""
    known = [
        each
        for each in erased
        if (known_at is None or each.known_from <= known_at) and (each.starts is None or each.starts <= as_of)
    ]
    if not known:
        return tuple(verdicts)
    readers: dict[str, _Reader] = {}
    found: list[Verdict] = []
    for verdict in verdicts:
        obligation = snapshot.obligation_of(verdict)
        assert obligation is not None, "a verdict is of a promise of these policies"
        name = f"{verdict.obligation} {verdict.version}"
        reader = readers.setdefault(name, _Reader(snapshot=snapshot, obligation=obligation))
        missing = [each for each in known if reader.rests_on(each, verdict, as_of)]
        found.append(_withheld(verdict, missing) if missing else verdict)
    return tuple(found)


def is_withheld(verdict: Verdict) -> bool:
    """Whether a verdict is not judged because of an erasure."""
    return any(each.startswith(ERASED) for each in verdict.missing)


@dataclass(frozen=True, kw_only=True)
class _Reader:
    """What a promise reads, found once."""

    snapshot: Snapshot
    obligation: Obligation

    @cached_property
    def triggers(self) -> frozenset[str]:
        """The kinds of which it reads nothing but the facts that give rise to its occasions."""
        match self.obligation:
            case Duty(occasion=OnTrigger() as occasion):
                made_of = occasion.selections
            case RecoveryPoint(trigger=trigger):
                made_of = (trigger,)
            case _:
                return frozenset()
        others = {each.kind for each in selections_of(self.obligation) if each not in made_of}
        return frozenset(each.kind for each in made_of) - others

    @cached_property
    def own(self) -> frozenset[str]:
        """The kinds that it reads itself."""
        return frozenset(kinds_read(self.obligation))

    @cached_property
    def beneath(self) -> frozenset[str]:
        """The kinds from which something follows that it reads (S9)."""
        return frozenset(kinds_behind(self.snapshot, self.obligation)) - self.own

    @cached_property
    def at_any_time(self) -> frozenset[str]:
        """The kinds of which facts of any time may count."""
        return read_at_any_time(self.obligation)

    @cached_property
    def beneath_at_any_time(self) -> frozenset[str]:
        """Those beneath of which a fact may change what followed before it."""
        return frozenset(
            kind
            for each in self.snapshot.obligations()
            for kind in (kinds_read(each) if isinstance(each, Duty) else read_at_any_time(each))
        )

    def rests_on(self, erased: ErasedTime, verdict: Verdict, as_of: Instant) -> bool:
        """Whether a verdict may be what it is because of what was erased."""
        if erased.kind in self.beneath:
            is_later = erased.starts is None or self.last(verdict, as_of) >= erased.starts
            return is_later or erased.kind in self.beneath_at_any_time
        if erased.kind not in self.own or erased.kind in self.triggers:
            return False
        if erased.about in self.snapshot.services and erased.about not in self.obligation.terms.subjects:
            return False  # S2.7
        if erased.kind in self.at_any_time:
            return True
        begins_before = erased.ends is None or _first(verdict) < erased.ends
        return begins_before and (erased.starts is None or self.last(verdict, as_of) >= erased.starts)

    def last(self, verdict: Verdict, as_of: Instant) -> Instant:
        """The last instant whose facts count: a duty is done, late or not, as long as it is looked for."""
        occasion = verdict.occasion
        if isinstance(self.obligation, Duty) or not isinstance(occasion, InWindow):
            return as_of
        return occasion.end - 1


def _first(verdict: Verdict) -> Instant:
    match verdict.occasion:
        case InWindow(start=start):
            return start
        case OnTriggerFact(at=at):
            return at


def _withheld(verdict: Verdict, erased: Sequence[ErasedTime]) -> Verdict:
    missing = dict.fromkeys(f"{ERASED}`{each.kind}`, by entry {each.entry} of the ledger" for each in erased)
    return Verdict(
        obligation=verdict.obligation,
        subject=verdict.subject,
        occasion=verdict.occasion,
        state=State.UNMEASURED,
        bound=verdict.bound,
        missing=tuple(missing),
        evidence=Evidence(facts=0),
        clause=verdict.clause,
        version=verdict.version,
        combination=verdict.combination,
    )
