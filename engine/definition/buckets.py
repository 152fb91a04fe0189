"""Bucketed measures: a value for each bucket of a window, then across the buckets, unweighted (S6.3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from engine.definition.aggregates import Result, aggregated
from engine.definition.book import Reading
from engine.definition.conditions import Match, absences, matching, number_of
from engine.definition.records import BEYOND, MOST_TRIED
from engine.model.measure import TOLD, Aggregated, Buckets
from engine.model.period import Window
from engine.model.quantity import Bound, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One bucket that has begun: its lowest and highest value, and what would have to be known.

    `value` is there where it is known. Where buckets count for keeping a bound, `low` and `high` are 0 or 1.
    """

    start: Instant
    value: Fraction | None
    low: Fraction
    high: Fraction
    is_empty: bool
    missing: tuple[str, ...]


def read_cells(
    measure: Aggregated, buckets: Buckets, window: Window, reading: Reading, zone: str
) -> Iterator[Cell]:
    """Every bucket of a window that has begun by `as of`, in order; empty ones may be left out."""
    inside: dict[int, list[Match]] = {}
    for match in matching(measure.records.of, reading, {}, zone):
        if window.start <= match.at < window.end:
            inside.setdefault((match.at - window.start) // buckets.length, []).append(match)
    last = min(window.end - 1, reading.as_of)
    for number in range((last - window.start) // buckets.length + 1):
        values = list(values_of(measure, buckets, inside.get(number, [])))
        known = [buckets.empty if value is None else value for value in values]
        value = known[0] if len(set(known)) == 1 else None
        if buckets.kept is not None:
            known = [one for each in known for one in kept_or_not(each, buckets.kept)]
        counted = [one for one in known if one is not None]
        if not counted:
            continue
        is_sure = len(set(known)) == 1
        yield Cell(
            start=window.start + number * buckets.length,
            value=value,
            low=min(counted) if len(counted) == len(known) else -BEYOND,
            high=max(counted) if len(counted) == len(known) else BEYOND,
            is_empty=None in values and is_sure,
            missing=() if is_sure else tuple(missing_of(measure, buckets, inside.get(number, []))),
        )


def values_of(measure: Aggregated, buckets: Buckets, matches: Sequence[Match]) -> Iterator[Fraction | None]:
    """The value of a bucket in every reading of its unknown facts; None where there is nothing in it."""
    certain = [each for each in matches if each.proven]
    unsure = [each for each in matches if not each.proven]
    if len(unsure) > MOST_TRIED:
        yield from (-BEYOND, BEYOND)
        return
    for taken in range(len(unsure) + 1):
        for some in combinations(unsure, taken):
            yield from value_of(measure, buckets, [*certain, *some])


def value_of(measure: Aggregated, buckets: Buckets, matches: Sequence[Match]) -> Iterator[Fraction | None]:
    """The quotient of two sums; a denominator that is not above zero leaves nothing to be measured."""
    variable, over, under = measure.records.of.variable, Fraction(0), Fraction(0)
    for each in matches:
        bound = {variable: each.fact}
        own = number_of(buckets.numerator, bound)
        below = Fraction(1) if buckets.denominator is None else number_of(buckets.denominator, bound)
        if own is None or below is None:
            yield from (-BEYOND, BEYOND)
            return
        over, under = over + own, under + below
    if under <= 0:
        yield None
    else:
        yield over if buckets.denominator is None else over / under


def kept_or_not(value: Fraction | None, bound: Bound) -> list[Fraction | None]:
    """1 for a value that keeps the bound, 0 for another, both for one that can be anything."""
    if value is None:
        return [None]
    return [Fraction(0), Fraction(1)] if abs(value) == BEYOND else [Fraction(bound.holds(value))]


def missing_of(measure: Aggregated, buckets: Buckets, matches: Sequence[Match]) -> Iterator[str]:
    """The fields that leave a bucket's value open."""
    for each in matches:
        yield from each.missing
        bound = {measure.records.of.variable: each.fact}
        yield from absences(buckets.numerator, bound)
        if buckets.denominator is not None:
            yield from absences(buckets.denominator, bound)


def results_of(measure: Aggregated, buckets: Buckets, cells: Sequence[Cell]) -> list[Result]:
    """The value if every bucket is at its lowest, and at its highest, exactly."""
    ends = [[each.low for each in cells], [each.high for each in cells]]
    return [Result(value=across(measure, buckets, end), records=len(cells), misses=0) for end in ends]


def told_of(measure: Aggregated, buckets: Buckets, cells: Sequence[Cell]) -> list[Fraction | None]:
    """The value as it is told: between each bucket's value cut off and rounded up (S1.1)."""
    cut = [Fraction(each.low * TOLD // 1, TOLD) for each in cells]
    up = [Fraction(-(-each.high * TOLD // 1), TOLD) for each in cells]
    return [across(measure, buckets, cut), across(measure, buckets, up)]


def across(measure: Aggregated, buckets: Buckets, values: Sequence[Fraction]) -> Fraction | None:
    """One value of those of the buckets; of a share that was not lost, what is left of the whole."""
    value = aggregated(measure, values)
    return 1 - value if buckets.is_complement and value is not None else value
