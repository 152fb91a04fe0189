"""Modes that give a duty another length: which one it has at an instant, and when it takes another (S6.5)."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.definition.book import Reading
from engine.definition.periods import Spell, spells_of
from engine.model.obligation import Duty, ModeLimit, RunningDeadlines
from engine.model.quantity import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The length that a mode gives from `at` on: the duty's start, or the mode's while the duty runs."""

    limit: ModeLimit
    spell: Spell
    at: Instant


def spells(duty: Duty, reading: Reading, zone: str) -> list[tuple[ModeLimit, Spell]]:
    """The times of the modes that give the duty a length, in order of declaration, proven or not."""
    return [(each, spell) for each in duty.mode_limits for spell in spells_of(each.mode, reading, zone)]


def given_at(duty: Duty, reading: Reading, zone: str, at: Instant) -> Given | None:
    """The length of the first declared mode that is proven to hold at the instant."""
    for limit, spell in spells(duty, reading, zone):
        if spell.proven and spell.holds(at):
            return Given(limit=limit, spell=spell, at=at)
    return None


def given_later(duty: Duty, reading: Reading, zone: str, start: Instant) -> Iterator[Given]:
    """The other lengths that the duty takes if it runs on: where a mode begins, that of the first one that
    holds then. A mode that ends gives nothing back."""
    if duty.running_deadlines is RunningDeadlines.KEEP:
        return
    first = given_at(duty, reading, zone, start)
    limit = None if first is None else first.limit
    begun = {spell.start for _, spell in spells(duty, reading, zone) if spell.proven and spell.start > start}
    for at in sorted(begun):
        given = given_at(duty, reading, zone, at)
        if given is not None and given.limit is not limit:
            limit = given.limit
            yield given


def perhaps_given(
    duty: Duty, reading: Reading, zone: str, start: Instant, last: Instant | None, until: Instant
) -> Iterator[str]:
    """What is missing to prove a mode that would have given the deadline another length (S7.3)."""
    takes = duty.running_deadlines is RunningDeadlines.TAKE
    for _, spell in spells(duty, reading, zone):
        ran = start < spell.start < until and (last is None or spell.start <= last)
        if not spell.proven and (spell.holds(start) or (takes and ran)):
            yield from spell.missing
