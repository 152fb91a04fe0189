"""Calendars to slot tables, their inverses and tables of civil days: S3 as rows that SQL can join."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import NamedTuple, TypeAlias, assert_never

from engine.model.calendar import (
    Clock,
    Combination,
    CombinedCalendar,
    CommonDaysCalendar,
    DatedCalendar,
    Elapsed,
    LocalSpan,
    WeeklyCalendar,
)
from engine.model.quantity import DAY, HOUR, Instant, Microseconds
from engine.rules.plans.civil_time import DAYS_FROM_YEAR_ZERO, FIRST, LAST, civil_days, offset_spans

Interval: TypeAlias = tuple[Instant, Instant]

_EPOCH_DATE = date(1970, 1, 1)


class Slot(NamedTuple):
    """One slot; slots tile each UTC day, so that exactly one matches any instant (S3.1).

    Counted time at t is `before_us + least(t, close_at) - slot_from`. `utc_day` counts from 0000-01-01.
    """

    utc_day: int
    slot_from: Instant
    slot_to: Instant
    close_at: Instant
    before_us: Microseconds


class Stretch(NamedTuple):
    """One open stretch inside one hour (`bucket`) of the counted axis: instant `slot_from + (x - before_us)`
    for a counted x in [before_us, before_us + len_us]."""

    bucket: int
    slot_from: Instant
    before_us: Microseconds
    len_us: Microseconds


class Day(NamedTuple):
    """One civil day of a calendar or, when plain, of a zone.

    `ordinal` is how many days have opened up to and with it, `closing_at` the last closing in it or before it
    (absent where the table begins closed), `opening_at` its first opening, `open_us` its counted time (S4).
    """

    day: int
    starts_at: Instant
    ends_at: Instant
    is_open: bool
    ordinal: int
    closing_at: Instant | None
    opening_at: Instant | None
    open_us: Microseconds


class Opening(NamedTuple):
    """One span of counted time in a civil day."""

    day: int
    opens_at: Instant
    closes_at: Instant


def slots(clock: Clock, start: Instant, end: Instant) -> list[Slot]:
    """The slot table of every UTC day that [start, end] touches; counting begins at its first slot (S3.1)."""
    return list(_slots(open_intervals(clock, *_whole_days(start, end)), *_whole_days(start, end)))


def inverse(clock: Clock, start: Instant, end: Instant) -> list[Stretch]:
    """The counted axis of `slots(clock, start, end)`, from counted time back to instants (S4.1)."""
    stretches: list[Stretch] = []
    at = 0
    for opens, closes in open_intervals(clock, *_whole_days(start, end)):
        shift, stop = opens - at, at + closes - opens
        while at < stop:
            edge = min(stop, (at // HOUR + 1) * HOUR)
            stretches.append(Stretch(at // HOUR, at + shift, at, edge - at))
            at = edge
    return stretches


def horizon(clock: Clock, start: Instant, counted: Microseconds) -> Instant:
    """An instant by which the clock has counted more than so much since `start`; for a clock that stops for
    ever, some instant after its last closing."""
    reach, before = max(2 * counted, 400 * DAY), -1
    while start + reach < LAST:
        so_far = sum(b - a for a, b in open_intervals(clock, start, start + reach))
        if so_far > counted or so_far == before:
            return start + reach
        reach, before = 3 * reach, so_far
    return LAST


def open_intervals(clock: Clock, start: Instant, end: Instant) -> list[Interval]:
    """When the clock counts within [start, end), merged and in order (S3.1, S3.2)."""
    match clock:
        case Elapsed():
            return [(start, end)] if start < end else []
        case WeeklyCalendar() | CommonDaysCalendar():
            openings = openings_by_day(clock, start - 2 * DAY, end + 2 * DAY)
            each = (interval for day in openings.values() for interval in day)
            return [(max(a, start), min(b, end)) for a, b in _merged(each) if a < end and b > start]
        case CombinedCalendar():
            members = [open_intervals(member, start, end) for member in clock.members]
            return _combined(clock.combination, members)
        case _:
            assert_never(clock)


def openings_by_day(calendar: DatedCalendar, start: Instant, end: Instant) -> dict[int, list[Interval]]:
    """The open intervals of each civil day that opens at all, clipped to [start, end); days are numbered from
    1970-01-01 (S3.2: a span that is skipped counts nothing, one that occurs twice opens twice)."""
    spans_of = _spans_by_day(calendar, start, end)
    openings: dict[int, list[Interval]] = {}
    for stretch in offset_spans(calendar.zone, start, end):
        first = (stretch.start + stretch.offset) // DAY
        last = (stretch.end + stretch.offset - 1) // DAY
        for day in range(first, last + 1):
            midnight = day * DAY - stretch.offset
            for span in spans_of(day):
                a, b = max(midnight + span.start, stretch.start), min(midnight + span.end, stretch.end)
                if a < b:
                    openings.setdefault(day, []).append((a, b))
    return openings


def days(of: str | DatedCalendar, start: Instant, end: Instant) -> tuple[list[Day], list[Opening]]:
    """The civil days that [start, end] touches, of a zone or of a calendar, and their openings; in plain
    civil days the whole day counts (S4.2, S4.3, S4.6)."""
    if isinstance(of, str):
        civil = civil_days(of, start, end)
        openings = {each.day: [(each.starts_at, each.ends_at)] for each in civil}
    else:
        civil = civil_days(of.zone, start, end)
        openings = openings_by_day(of, civil[0].starts_at - 2 * DAY, civil[-1].ends_at + 2 * DAY)
    rows: list[Day] = []
    ordinal, closing = 0, None
    for day, starts_at, ends_at in civil:
        opening = openings.get(day, [])
        if opening:
            ordinal, closing = ordinal + 1, max(b for _, b in opening)
        first = min((a for a, _ in opening), default=None)
        counted = sum(b - a for a, b in opening)
        rows.append(Day(day, starts_at, ends_at, bool(opening), ordinal, closing, first, counted))
    return rows, [Opening(each.day, a, b) for each in rows for a, b in openings.get(each.day, [])]


def _spans_by_day(calendar: DatedCalendar, start: Instant, end: Instant) -> "_Spans":
    """The open spans of a civil day as the calendar says them: closing beats opening (S3.1)."""
    closed = frozenset((each - _EPOCH_DATE).days for each in calendar.closed)
    match calendar:
        case WeeklyCalendar():
            week = calendar.week
            return _Spans(closed, week, None)
        case CommonDaysCalendar():
            opening = [
                set(openings_by_day(each, start - 3 * DAY, end + 3 * DAY)) for each in calendar.members
            ]
            joined = set[int].union if calendar.any else set[int].intersection
            common = frozenset(joined(*opening)) if opening else frozenset[int]()
            return _Spans(closed, (calendar.spans,) * 7, common)
        case _:
            assert_never(calendar)


class _Spans(NamedTuple):
    """The open spans by weekday, less the closed days, on the common days only if they matter."""

    closed: frozenset[int]
    week: tuple[tuple[LocalSpan, ...], ...]
    common: frozenset[int] | None

    def __call__(self, day: int) -> tuple[LocalSpan, ...]:
        """The spans of a civil day; 1970-01-01 was a Thursday."""
        if day in self.closed or (self.common is not None and day not in self.common):
            return ()
        return self.week[(day + 3) % 7]


def _slots(opening: list[Interval], start: Instant, end: Instant) -> Iterator[Slot]:
    """Tile [start, end), cut at every UTC midnight and wherever the clock opens."""
    cuts = sorted({*range(start, end, DAY), *(a for a, _ in opening if start < a < end), end})
    index = before = 0
    for slot_from, slot_to in pairwise(cuts):
        while index < len(opening) and opening[index][1] <= slot_from:
            index += 1
        is_open = index < len(opening) and opening[index][0] <= slot_from
        close_at = min(opening[index][1], slot_to) if is_open else slot_from
        yield Slot(slot_from // DAY + DAYS_FROM_YEAR_ZERO, slot_from, slot_to, close_at, before)
        before += close_at - slot_from


def _whole_days(start: Instant, end: Instant) -> Interval:
    """The whole UTC days that hold both ends, kept inside what a table may reach."""
    return max(start, FIRST) // DAY * DAY, (min(end, LAST) // DAY + 1) * DAY


def _merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The union of intervals, in order; touching ones become one."""
    union: list[Interval] = []
    for a, b in sorted(intervals):
        if union and a <= union[-1][1]:
            union[-1] = (union[-1][0], max(b, union[-1][1]))
        else:
            union.append((a, b))
    return union


def _combined(combination: Combination, members: list[list[Interval]]) -> list[Interval]:
    """Combine by instants (S3.1): sweep over every edge and keep the pieces at which the rule holds."""
    edges = sorted({edge for member in members for interval in member for edge in interval})
    indexes = [0] * len(members)
    pieces: list[Interval] = []
    for a, b in pairwise(edges):
        is_open: list[bool] = []
        for which, member in enumerate(members):
            while indexes[which] < len(member) and member[indexes[which]][1] <= a:
                indexes[which] += 1
            is_open.append(indexes[which] < len(member) and member[indexes[which]][0] <= a)
        match combination:
            case Combination.BOTH:
                holds = all(is_open)
            case Combination.EITHER:
                holds = any(is_open)
            case Combination.EXCEPT:
                holds = is_open[0] and not any(is_open[1:])
        if holds:
            pieces.append((a, b))
    return _merged(pieces)
