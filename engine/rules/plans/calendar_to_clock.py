"""Calendars to slot tables, their inverses and tables of civil days: S3 as rows that SQL can join."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import NamedTuple, TypeAlias, assert_never
from zoneinfo import ZoneInfo

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

Interval: TypeAlias = tuple[Instant, Instant]

DAYS_FROM_YEAR_ZERO = 719_528
"""Civil days from 0000-01-01 to 1970-01-01: so counted, no day number in SQL is negative, and `//`,
which truncates, is a floor."""

FIRST: Instant = -62_135_596_800 * 1_000_000 + 7 * DAY
LAST: Instant = 253_402_300_800 * 1_000_000 - 7 * DAY
"""No table reaches beyond these: the years 1 to 9999, with a week to spare."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
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


class CivilDay(NamedTuple):
    """One civil day, numbered from 1970-01-01: [starts_at, ends_at). A midnight that is skipped is the first
    instant after the gap, one that occurs twice the later (S4.2)."""

    day: int
    starts_at: Instant
    ends_at: Instant


class BusinessDay(NamedTuple):
    """One civil day of a calendar: whether it opens at all, how many days have opened up to and with it, and
    the last closing in it or before it (S4.2, S4.3); absent where the table begins closed."""

    day: int
    starts_at: Instant
    ends_at: Instant
    is_open: bool
    ordinal: int
    last_closing: Instant | None


class DaySlot(NamedTuple):
    """The part of a UTC day that belongs to one civil day; these too tile each UTC day."""

    utc_day: int
    slot_from: Instant
    slot_to: Instant
    day: int


class OffsetSpan(NamedTuple):
    """A stretch of the UTC line on which a zone keeps one offset: civil time is instant + `offset`."""

    start: Instant
    end: Instant
    offset: Microseconds


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


def civil_days(zone: str, start: Instant, end: Instant) -> list[CivilDay]:
    """The civil days of a zone that [start, end] touches, in order (S2.4)."""
    first, last = civil_day_of(zone, start) - 1, civil_day_of(zone, end) + 2
    midnights = [civil_to_instant(zone, day, 0) for day in range(first, last + 1)]
    days = zip(range(first, last), midnights, midnights[1:], strict=False)
    return [CivilDay(day, a, b) for day, a, b in days if b > start and a <= end]


def business_days(calendar: DatedCalendar, start: Instant, end: Instant) -> list[BusinessDay]:
    """The civil days of a calendar's own zone that [start, end] touches (S4.3)."""
    days = civil_days(calendar.zone, start, end)
    openings = openings_by_day(calendar, days[0].starts_at - 2 * DAY, days[-1].ends_at + 2 * DAY)
    rows: list[BusinessDay] = []
    ordinal = 0
    closing = max((b for day in openings if day < days[0].day for _, b in openings[day]), default=None)
    for day, starts_at, ends_at in days:
        if day in openings:
            ordinal += 1
            closing = max(b for _, b in openings[day])
        rows.append(BusinessDay(day, starts_at, ends_at, day in openings, ordinal, closing))
    return rows


def day_slots(days: Iterable[CivilDay | BusinessDay]) -> list[DaySlot]:
    """From UTC days to civil days: rows for joining an instant to its civil day."""
    rows: list[DaySlot] = []
    for each in days:
        at = each.starts_at
        while at < each.ends_at:
            stop = min(each.ends_at, (at // DAY + 1) * DAY)
            rows.append(DaySlot(at // DAY + DAYS_FROM_YEAR_ZERO, at, stop, each.day))
            at = stop
    return rows


def civil_day_of(zone: str, instant: Instant) -> int:
    """The number, from 1970-01-01, of the civil day that holds an instant (S2.4)."""
    return (instant + offset_at(zone, instant)) // DAY


def civil_to_instant(zone: str, day: int, time: Microseconds) -> Instant:
    """The instant of a civil time; a skipped one is the end of the gap, of two the later (S4.2)."""
    local = day * DAY + time
    spans = _around(zone, local)
    for stretch in reversed(spans):
        if stretch.start <= local - stretch.offset < stretch.end:
            return local - stretch.offset
    return next(span.start for span in spans if span.start + span.offset > local)


def offset_at(zone: str, instant: Instant) -> Microseconds:
    """What a zone adds to an instant to make civil time."""
    local = (_EPOCH + timedelta(microseconds=min(max(instant, FIRST), LAST))).astimezone(ZoneInfo(zone))
    return (local.utcoffset() or timedelta()) // timedelta(microseconds=1)


def offset_spans(zone: str, start: Instant, end: Instant) -> list[OffsetSpan]:
    """The zone's offsets over [start, end), in order; found by looking four times a day and bisecting."""
    rows: list[OffsetSpan] = []
    since, offset = start, offset_at(zone, start)
    for day in range(start // DAY, -(-end // DAY)):
        for change, later in _changes(zone, day):
            if start < change < end:
                rows.append(OffsetSpan(since, change, offset))
                since, offset = change, later
    if since < end:
        rows.append(OffsetSpan(since, end, offset))
    return rows


@cache
def _changes(zone: str, day: int) -> tuple[tuple[Instant, Microseconds], ...]:
    """The changes of offset in one UTC day, its first instant left out and that of the next taken in."""
    found: list[tuple[Instant, Microseconds]] = []
    for quarter in range(4):
        low = day * DAY + quarter * DAY // 4
        high = low + DAY // 4
        before, after = offset_at(zone, low), offset_at(zone, high)
        if before == after:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            if offset_at(zone, middle) == before:
                low = middle
            else:
                high = middle
        found.append((high, after))
    return tuple(found)


def _around(zone: str, local: int) -> list[OffsetSpan]:
    """The offsets around a civil time, wide enough for every zone there has been."""
    return offset_spans(zone, local - 2 * DAY, local + 2 * DAY)


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
            common = frozenset(set[int].intersection(*opening)) if opening else frozenset[int]()
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
