"""Credit bands as intervals on the line of measured values, and the values between them (S8.4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from engine.model.credit import Band, PointBand
from engine.model.quantity import Bound, Comparison

Point = tuple[Fraction, int]
"""A place on the line: a value, and whether it is just below (−1), at (0) or just above (1) it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """From the first to the last point that a band holds; an absent end has none."""

    first: Point | None
    last: Point | None

    @property
    def is_empty(self) -> bool:
        """Whether no value lies inside."""
        return self.first is not None and self.last is not None and self.first > self.last


def interval(band: Band | PointBand) -> Interval:
    """The values inside all ends of a band."""
    lows = [_low(end) for end in band.ends if end.wants_high]
    highs = [_high(end) for end in band.ends if not end.wants_high]
    return Interval(first=max(lows, default=None), last=min(highs, default=None))


def overlaps(intervals: list[Interval]) -> Iterator[tuple[int, int, Point]]:
    """Each pair of intervals that share a value, with the first value that they share."""
    for number, one in enumerate(intervals):
        for other, two in enumerate(intervals[number + 1 :], start=number + 1):
            firsts = [each.first for each in (one, two) if each.first is not None]
            lasts = [each.last for each in (one, two) if each.last is not None]
            if one.is_empty or two.is_empty:
                continue
            first, last = max(firsts, default=None), min(lasts, default=None)
            if first is None or last is None or first <= last:
                yield number, other, first or last or (Fraction(0), 0)


def gaps(intervals: list[Interval]) -> Iterator[tuple[Point, Point]]:
    """The first and last value of each stretch between two bands that no band holds."""
    ordered = sorted(
        (each for each in intervals if not each.is_empty),
        key=lambda each: (each.first is not None, each.first or (Fraction(0), 0)),
    )
    reach: Point | None = None
    for number, each in enumerate(ordered):
        if number > 0 and reach is None:
            return
        if number > 0 and reach is not None and each.first is not None:
            after, before = _after(reach), _before(each.first)
            if after <= before:
                yield after, before
        if each.last is None:
            return
        reach = each.last if reach is None else max(reach, each.last)


def _low(end: Bound) -> Point:
    return (end.value, 1 if end.comparison is Comparison.ABOVE else 0)


def _high(end: Bound) -> Point:
    return (end.value, -1 if end.comparison is Comparison.BELOW else 0)


def _after(point: Point) -> Point:
    return (point[0], point[1] + 1)


def _before(point: Point) -> Point:
    return (point[0], point[1] - 1)
