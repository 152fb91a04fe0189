"""Interval arithmetic that shares nothing with Troth: lists of (start, end) pairs, added up."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

Interval = tuple[int, int]

MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000


def instant(text: str) -> int:
    """Microseconds from 1970 of an ISO 8601 text with an offset."""
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)) // MICROSECOND


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The same instants as disjoint intervals in order."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return [each for each in merged if each[0] < each[1]]


def common(ones: Iterable[Interval], others: Iterable[Interval]) -> list[Interval]:
    """The instants of both."""
    others = list(others)
    return union((max(a, c), min(b, d)) for a, b in ones for c, d in others if max(a, c) < min(b, d))


def length(intervals: Iterable[Interval]) -> int:
    """How long disjoint intervals are together."""
    return sum(end - start for start, end in intervals)


def weekly_hours(zone: str, first: date, last: date, opens: int, closes: int) -> list[Interval]:
    """From `opens` to `closes` o'clock of each Monday to Friday between two dates."""
    found: list[Interval] = []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        if day.weekday() < 5:
            start, end = (
                datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(zone))
                for hour in (opens, closes)
            )
            found.append((instant(start.isoformat()), instant(end.isoformat())))
    return found


class Clock:
    """How much of some disjoint intervals in order lies between two instants, and when so much has passed."""

    def __init__(self, intervals: list[Interval]) -> None:
        self.starts = [start for start, _ in intervals]
        self.ends = [end for _, end in intervals]
        self.before = list(accumulate((end - start for start, end in intervals), initial=0))

    def at(self, instant: int) -> int:
        """How much lies before an instant."""
        place = bisect_right(self.starts, instant)
        if place == 0:
            return 0
        return self.before[place - 1] + min(instant, self.ends[place - 1]) - self.starts[place - 1]

    def between(self, start: int, end: int) -> int:
        """How much lies between two instants."""
        return self.at(end) - self.at(start)
