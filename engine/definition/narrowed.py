"""Agreed time narrowed by `while`: what lies outside of it is not agreed (S5.1)."""

from collections.abc import Iterator

from engine.definition.book import Reading
from engine.definition.conditions import matching
from engine.definition.downtime import only_standing
from engine.definition.intervals import Stretch, merged, without
from engine.definition.periods import Spell, proven, spells_of
from engine.definition.windows import term_of
from engine.model.agreement import Agreement
from engine.model.expression import Selection
from engine.model.measure import Standing, Uptime, While


def outside_of(measure: Uptime, agreement: Agreement, reading: Reading) -> list[Stretch]:
    """The time of the term up to `as of` that a `while` leaves out; what lies ahead may all be inside."""
    start, end = term_of(agreement)
    so_far = [(start, min(end, reading.as_of))] if start < reading.as_of else []
    return merged(
        piece
        for each in measure.only_while
        for piece in without(so_far, inside_of(each, agreement.zone, reading))
    )


def inside_of(each: While, zone: str, reading: Reading) -> list[Stretch]:
    """The proven time of a period, or of so many facts of a kind at once."""
    if not isinstance(each, Standing):
        return proven(spells_of(each, reading, zone), reading.as_of)
    return only_standing(standing(each.facts, zone, reading), each.count, reading.as_of)


def standing(facts: Selection, zone: str, reading: Reading) -> Iterator[Spell]:
    """The intervals of the facts that are counted."""
    for match in matching(facts, reading, {}, zone):
        if match.proven:
            yield Spell(
                source=facts.kind,
                fact=match.fact,
                start=match.at,
                end=reading.book.ended_at(match.fact),
                proven=True,
                missing=(),
            )
