"""Bad intervals: merged or counted where they overlap, long enough, whole, and not forgiven (S5.2, S5.3)."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise

from engine.definition.conditions import number_of
from engine.definition.intervals import Stretch, common, length, merged
from engine.definition.periods import Spell
from engine.model.expression import Expression
from engine.model.fact import FactValue
from engine.model.measure import Deployed, Forgiven, Uptime
from engine.model.quantity import Instant, Microseconds


def islands_of(measure: Uptime, outages: Iterable[Spell], as_of: Instant) -> list[Stretch]:
    """The outages merged, or the time in which those of enough values overlap (S5.2)."""
    if measure.at_once is None:
        return merged(each.stretch(as_of) for each in outages)
    by_value: dict[FactValue, list[Stretch]] = {}
    for each in outages:
        by_value.setdefault(each.fact.values[measure.at_once.field], []).append(each.stretch(as_of))
    return at_once([merged(stretches) for stretches in by_value.values()], measure.at_once.count)


def at_once(sets: Iterable[Sequence[Stretch]], count: int) -> list[Stretch]:
    """The time that lies in at least so many of the sets."""
    edges = sorted(edge for each in sets for a, b in each for edge in ((a, 1), (b, -1)))
    found: list[Stretch] = []
    depth = 0
    for place, (at, step) in enumerate(edges):
        depth += step
        if depth >= count:
            found.append((at, edges[place + 1][0]))
    return merged(found)


def open_since(measure: Uptime, outages: Sequence[Spell]) -> list[Instant]:
    """Instants in the bad intervals that are still open, one at least in each."""
    if measure.at_once is None:
        return [each.start for each in outages if each.end is None]
    since: dict[FactValue, Instant] = {}
    for each in outages:
        if each.end is None:
            value = each.fact.values[measure.at_once.field]
            since[value] = min(each.start, since.get(value, each.start))
    return sorted(since.values())[measure.at_once.count - 1 : measure.at_once.count]


def lasting(pieces: Sequence[Stretch], whole: Sequence[Stretch], measure: Uptime) -> list[Stretch]:
    """The pieces that last long enough, with what they are feared to be part of, in whole units (S5.3).

    What is feared to go on is not cut to whole units: where it ends is not known.
    """
    kept: list[Stretch] = []
    for start, end in pieces:
        a, b = around((start, end), whole)
        if b - a < measure.least:
            continue
        if measure.whole and (a, b) == (start, end):
            end = start + (end - start) // measure.whole * measure.whole
        if start < end:
            kept.append((start, end))
    return kept


def forgiven_of(
    rule: Forgiven, units: Sequence[Stretch], whole: Sequence[Stretch], bad: Sequence[Stretch]
) -> list[Stretch]:
    """The bad time of the first short intervals that count in the window (S5.3)."""
    short = [each for each in units if length_of(around(each, whole)) < rule.under]
    counting = [inside for each in short if (inside := common([each], bad))]
    return [piece for inside in counting[: rule.count] for piece in inside]


def around(piece: Stretch, whole: Sequence[Stretch]) -> Stretch:
    """The stretch that a piece is part of."""
    return next((a, b) for a, b in whole if a <= piece[0] and piece[1] <= b)


def length_of(stretch: Stretch) -> Microseconds:
    """How long it lasts."""
    return stretch[1] - stretch[0]


def only_standing(outages: Iterable[Spell], count: int, as_of: Instant) -> list[Stretch]:
    """The time in which at least so many facts hold at once (S5.1)."""
    return at_once([merged([each.stretch(as_of)]) for each in outages], count)


def weighted_length(
    measure: Uptime, outages: Sequence[Spell], time: Sequence[Stretch], as_of: Instant
) -> Fraction:
    """Bad time times the highest weight, between 0 and 1, of the outages that overlap there (S5.5); out of
    weighted facts, times the weights of all of them (S5.6)."""
    assert measure.weight is not None
    spans = [
        (each.stretch(as_of), weight_of(measure.weight, measure.outages.variable, each)) for each in outages
    ]
    if measure.deployed is not None:
        return sum((length(common([span], time)) * level for span, level in spans), Fraction(0))
    edges = sorted({edge for stretch, _ in spans for edge in stretch})
    total = Fraction(0)
    for a, b in pairwise(edges):
        if inside := length(common([(a, b)], time)):
            levels = (level for (start, end), level in spans if start <= a and b <= end)
            total += inside * min(max(levels), Fraction(1))
    return total


def deployed_length(
    of: Deployed, spells: Iterable[Spell], time: Sequence[Stretch], as_of: Instant
) -> Fraction:
    """The part of some time in which each fact holds, times its weight, added up (S5.6)."""
    return sum(
        (
            length(common([each.stretch(as_of)], time)) * weight_of(of.weight, of.facts.variable, each)
            for each in spells
        ),
        Fraction(0),
    )


def weight_of(weight: Expression, variable: str, spell: Spell) -> Fraction:
    """The weight of an outage or a deployed fact, at least nothing."""
    number = number_of(weight, {variable: spell.fact})
    assert number is not None, "a weight is always there"
    return max(number, Fraction(0))
