"""Aggregates: how the records of a window become one value, exactly (S6)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise
from typing import assert_never

from engine.definition.records import BEYOND, MOST_TRIED, Member
from engine.model.measure import Aggregate, Aggregated, PercentileMethod, ShareWithin, SincePrevious, is_share


def aggregated(measure: Aggregated | ShareWithin, values: Sequence[Fraction]) -> Fraction | None:
    """One value; none of nothing, but a count of nothing is 0 (S6.2). A share is a mean of 1s and 0s."""
    if isinstance(measure, ShareWithin):
        return mean(values) if values else None
    if measure.aggregate is Aggregate.COUNT:
        return Fraction(len(values))
    if isinstance(measure.records.value, SincePrevious):
        values = [later - earlier for earlier, later in pairwise(sorted(values))]
    if not values:
        return None
    match measure.aggregate:
        case Aggregate.SUM:
            return sum(values, Fraction(0))
        case Aggregate.AVERAGE:
            return mean(values)
        case Aggregate.MEDIAN:
            return interpolated(values, Fraction(1, 2))
        case Aggregate.PERCENTILE:
            return percentile(values, measure.rank / 100, measure.method)
        case Aggregate.HIGHEST:
            return max(values)
        case Aggregate.LOWEST:
            return min(values)
        case _:
            assert_never(measure.aggregate)


def mean(values: Sequence[Fraction]) -> Fraction:
    """The exact mean."""
    return sum(values, Fraction(0)) / len(values)


def percentile(values: Sequence[Fraction], share: Fraction, method: PercentileMethod) -> Fraction:
    """The nearest rank: the ⌈share × n⌉-th smallest; or interpolated between the closest ranks."""
    if method is PercentileMethod.INTERPOLATE:
        return interpolated(values, share)
    rank = -(-share * len(values) // 1)
    return sorted(values)[max(int(rank), 1) - 1]


def interpolated(values: Sequence[Fraction], share: Fraction) -> Fraction:
    """The value at position share × (n − 1) of the sorted values; a half gives the median."""
    ordered = sorted(values)
    below, part = divmod(share * (len(ordered) - 1), 1)
    if part == 0:
        return ordered[below]
    return ordered[below] + (ordered[below + 1] - ordered[below]) * part


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One reading of a window: its value, and of how many records; `misses` of a share."""

    value: Fraction | None
    records: int
    misses: int


def possible_results(measure: Aggregated | ShareWithin, members: Sequence[Member]) -> Iterator[Result]:
    """Every reading that can be extreme, that of the certain records first (S7.2).

    Every aggregate grows with each of its values. So with k optional records taken, the highest k give the
    highest result and the lowest k the lowest.
    """
    fixed = [each for each in members if not each.is_optional]
    optional = [each for each in members if each.is_optional]
    if isinstance(measure, Aggregated) and isinstance(measure.records.value, SincePrevious):
        yield from results_apart(measure, fixed, optional)
        return
    by_high = sorted((each.high for each in optional), reverse=True)
    by_low = sorted(each.low for each in optional)
    for taken in range(len(optional) + 1):
        yield result(measure, [*(each.low for each in fixed), *by_low[:taken]])
        yield result(measure, [*(each.high for each in fixed), *by_high[:taken]])


def results_apart(
    measure: Aggregated, fixed: Sequence[Member], optional: Sequence[Member]
) -> Iterator[Result]:
    """One more record parts a time between two into two, which may raise a mean or lower it: every choice of
    the optional ones is tried, and of too many nothing is known."""
    yield result(measure, [each.low for each in fixed])
    if len(optional) > MOST_TRIED:
        for value in (-BEYOND, BEYOND):
            yield Result(value=value, records=len(fixed), misses=0)
        return
    for taken in range(1, len(optional) + 1):
        for some in combinations(optional, taken):
            yield result(measure, [each.low for each in (*fixed, *some)])


def result(measure: Aggregated | ShareWithin, values: Sequence[Fraction]) -> Result:
    """What the values of a window's records come to."""
    misses = sum(value == 0 for value in values) if is_share(measure) else 0
    return Result(value=aggregated(measure, values), records=len(values), misses=misses)
