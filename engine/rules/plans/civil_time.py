"""Civil time in a zone: offsets, days, and the instants of civil times, as rows that SQL can join (S2.4)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.model.instants import NO_END
from engine.model.quantity import DAY, Instant, Microseconds

DAYS_FROM_YEAR_ZERO = 719_528
"""Civil days from 0000-01-01 to 1970-01-01: so counted, no day number in SQL is negative, and `//`,
which truncates, is a floor."""

FIRST: Instant = -62_135_596_800 * 1_000_000 + 7 * DAY
LAST: Instant = NO_END
"""No table reaches beyond these: the years 1 to 9999, with a week to spare."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CivilDay(NamedTuple):
    """One civil day, numbered from 1970-01-01: [starts_at, ends_at). A midnight that is skipped is the first
    instant after the gap, one that occurs twice the later (S4.2)."""

    day: int
    starts_at: Instant
    ends_at: Instant


class DaySlot(NamedTuple):
    """A stretch of one UTC day that lies in one civil day under one offset; they tile each UTC day."""

    utc_day: int
    slot_from: Instant
    slot_to: Instant
    day: int
    offset_us: Microseconds


class CivilTime(NamedTuple):
    """From civil times of one day, [time_from, time_to), to instants: `begins_at`, and on from there when it
    `moves`; a skipped time stays at the end of its gap (S4.2). 24:00 is the midnight after."""

    day: int
    time_from: Microseconds
    time_to: Microseconds
    begins_at: Instant
    moves: bool


class OffsetSpan(NamedTuple):
    """A stretch of the UTC line on which a zone keeps one offset: civil time is instant + `offset`."""

    start: Instant
    end: Instant
    offset: Microseconds


def civil_days(zone: str, start: Instant, end: Instant) -> list[CivilDay]:
    """The civil days of a zone that [start, end] touches, in order (S2.4)."""
    first, last = civil_day_of(zone, start) - 1, civil_day_of(zone, end) + 2
    midnights = _midnights(zone, first, last)
    days = zip(range(first, last), midnights, midnights[1:], strict=False)
    return [CivilDay(day, a, b) for day, a, b in days if b > start and a <= end]


def day_slots(zone: str, start: Instant, end: Instant) -> list[DaySlot]:
    """The slots of [start, end), in order (S2.4)."""
    rows: list[DaySlot] = []
    for since, until, offset in offset_spans(zone, start, end):
        edges = {since, until, *range(-(-since // DAY) * DAY, until, DAY)}
        edges |= set(range(-(-(since + offset) // DAY) * DAY - offset, until, DAY))
        for a, b in pairwise(sorted(edges)):
            rows.append(DaySlot(a // DAY + DAYS_FROM_YEAR_ZERO, a, b, (a + offset) // DAY, offset))
    return rows


def civil_times(zone: str, start: Instant, end: Instant) -> list[CivilTime]:
    """The civil times of every civil day that [start, end] touches (S4.2)."""
    rows: list[CivilTime] = []
    days = civil_days(zone, start, end)
    plain = dict(_plain_midnights(zone, days[0].day, days[-1].day))
    for day, starts_at, ends_at in days:
        if day in plain:
            rows.append(CivilTime(day, 0, DAY, starts_at, True))
        else:
            rows += _uneven_day(zone, day, starts_at, ends_at)
        rows.append(CivilTime(day, DAY, DAY + 1, ends_at, False))
    return rows


def _uneven_day(zone: str, day: int, starts_at: Instant, ends_at: Instant) -> Iterator[CivilTime]:
    """The civil times of a day near a change of offset."""
    spans = offset_spans(zone, starts_at - DAY // 4, ends_at + DAY // 4)
    local = {edge + span.offset - day * DAY for span in spans for edge in (span.start, span.end)}
    for a, b in pairwise(sorted({0, DAY, *(time for time in local if 0 < time < DAY)})):
        first, last = civil_to_instant(zone, day, a), civil_to_instant(zone, day, b - 1)
        yield CivilTime(day, a, b, first, first != last)


def _midnights(zone: str, first: int, last: int) -> list[Instant]:
    """Where each of the days begins."""
    plain = dict(_plain_midnights(zone, first, last))
    return [plain[day] if day in plain else civil_to_instant(zone, day, 0) for day in range(first, last + 1)]


def _plain_midnights(zone: str, first: int, last: int) -> Iterator[tuple[int, Instant]]:
    """The midnights of the days that are two days and more from any change of offset: nearly all."""
    for since, until, offset in offset_spans(zone, (first - 2) * DAY, (last + 3) * DAY):
        begin = -(-(since + offset) // DAY) + 2
        for day in range(max(first, begin), min(last, (until + offset) // DAY - 3) + 1):
            yield day, day * DAY - offset


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
    for stretch in range(start // _STRETCH, -(-end // _STRETCH)):
        for change, later in _changes(zone, stretch):
            if start < change < end:
                rows.append(OffsetSpan(since, change, offset))
                since, offset = change, later
    if since < end:
        rows.append(OffsetSpan(since, end, offset))
    return rows


_STRETCH = 64 * DAY
"""So long a stretch of the UTC line is looked through at once, and remembered."""


@cache
def _changes(zone: str, stretch: int) -> tuple[tuple[Instant, Microseconds], ...]:
    """The changes of offset in one stretch, its first instant left out and that of the next taken in."""
    found: list[tuple[Instant, Microseconds]] = []
    before = offset_at(zone, stretch * _STRETCH)
    for high in range(stretch * _STRETCH + DAY // 4, (stretch + 1) * _STRETCH + 1, DAY // 4):
        after = offset_at(zone, high)
        if before != after:
            low = high - DAY // 4
            while high - low > 1:
                middle = (low + high) // 2
                if offset_at(zone, middle) == before:
                    low = middle
                else:
                    high = middle
            found.append((high, after))
            before = after
    return tuple(found)


def _around(zone: str, local: int) -> list[OffsetSpan]:
    """The offsets around a civil time, wide enough for every zone there has been."""
    return offset_spans(zone, local - 2 * DAY, local + 2 * DAY)
