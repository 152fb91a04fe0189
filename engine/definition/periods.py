"""Periods that facts make: pauses, exclusions and modes, proven or not (S3.3, S5.4, S7.3)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.definition.approvals import Allowed, allowed_by, unapproved
from engine.definition.book import Bindings, Reading
from engine.definition.conditions import instant_of, matching, truth
from engine.definition.intervals import Stretch, merged
from engine.model.exclusion import Exclusion, Intervals, IntervalSource, NamedPeriod, UntilNext
from engine.model.fact import Fact
from engine.model.quantity import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """One interval that one fact makes; an absent end is still open. `missing` says what left it unproven:
    unknown fields, or that nobody approved it who could (`lacks_approval`); `allowed` says who did."""

    source: str
    fact: Fact
    start: Instant
    end: Instant | None
    proven: bool
    missing: tuple[str, ...]
    lacks_approval: bool = False
    allowed: Allowed | None = None

    def stretch(self, as_of: Instant) -> Stretch:
        """The interval as it is measured: still open reads as `as of` (S2.2)."""
        return self.start, as_of if self.end is None else self.end

    def holds(self, at: Instant) -> bool:
        """Whether an instant lies in it."""
        return self.start <= at and (self.end is None or at < self.end)


def proven(spells: Iterable[Spell], as_of: Instant) -> list[Stretch]:
    """The union of the intervals that are proven (S7.3)."""
    return merged(each.stretch(as_of) for each in spells if each.proven)


def spells_of(source: IntervalSource, reading: Reading, zone: str, of: Fact | None = None) -> list[Spell]:
    """The intervals of a period, exclusion or mode in order of start.

    A period `of` a kind is read for the one fact that a duty is about, else for every fact of that kind.
    """
    made = (spells(source, reading, bound, zone) for bound in subjects_of(source, reading, zone, of))
    return sorted((spell for each in made for spell in each), key=lambda spell: (spell.start, spell.fact.key))


def subjects_of(source: IntervalSource, reading: Reading, zone: str, of: Fact | None) -> Iterator[Bindings]:
    """What the variable of a period `of` a kind stands for, one after the other."""
    if not isinstance(source, NamedPeriod) or source.of is None:
        yield {}
        return
    about = source.of
    for fact in [of] if of is not None and of.kind == about.kind else reading.kind(about.kind):
        bound = {about.variable: fact}
        if truth(about.where, bound, zone, reading):
            yield bound


def spells(source: IntervalSource, reading: Reading, bound: Bindings, zone: str) -> Iterator[Spell]:
    """The intervals that the facts of one selection make; a start that is absent makes none."""
    intervals = source.intervals
    for match in matching(intervals.facts, reading, bound, zone):
        here = {**bound, intervals.facts.variable: match.fact}
        start = instant_of(intervals.start, here)
        if start is None:
            continue
        needed = source.approval if isinstance(source, Exclusion) else None
        allowed = None if needed is None else allowed_by(needed, start, here, reading, zone)
        lacks = () if needed is None or allowed is not None else (unapproved(match.fact, needed.role),)
        yield Spell(
            source=source.name,
            fact=match.fact,
            start=start,
            end=end_of(intervals, reading, match.fact, here),
            proven=match.proven and not lacks,
            missing=(*match.missing, *lacks),
            lacks_approval=bool(lacks),
            allowed=allowed,
        )


def end_of(intervals: Intervals, reading: Reading, fact: Fact, here: Bindings) -> Instant | None:
    """Where an interval ends: at an instant, or at the next fact of its kind with the same field."""
    if not isinstance(intervals.until, UntilNext):
        return instant_of(intervals.until, here)
    return reading.next_at(fact, intervals.until.same)


def unproven(spells: Iterable[Spell], within: Stretch, as_of: Instant) -> tuple[str, ...]:
    """What is missing to prove the intervals that reach into a stretch of time."""
    start, end = within
    found = (
        name
        for each in spells
        if not each.proven and each.start < end and each.stretch(as_of)[1] > start
        for name in each.missing
    )
    return tuple(sorted(set(found)))
