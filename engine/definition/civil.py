"""Civil time in a zone: days, midnights and times that are skipped or occur twice (S2.4, S3.2, S4.2)."""

import datetime as dt
from functools import cache, lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from engine.definition.intervals import Stretch, merged
from engine.model.instants import moment_of
from engine.model.quantity import DAY, HOUR, SECOND, Instant, Microseconds

EPOCH = dt.date(1970, 1, 1)

SameOffset: TypeAlias = tuple[Instant, Instant, Microseconds]
"""A stretch of the UTC line on which the zone keeps one offset, and that offset."""


@cache
def zone_named(name: str) -> ZoneInfo:
    """The IANA zone."""
    return ZoneInfo(name)


def local(at: Instant, zone: str) -> dt.datetime:
    """The civil date and time at an instant."""
    return moment_of(at).astimezone(zone_named(zone))


def offset(at: Instant, zone: str) -> Microseconds:
    """How far the zone's civil time is ahead of UTC at an instant."""
    ahead = local(at, zone).utcoffset() or dt.timedelta()
    return ahead // dt.timedelta(microseconds=1)


def date_at(at: Instant, zone: str) -> dt.date:
    """The civil date at an instant."""
    return EPOCH + dt.timedelta(days=(at + offset(at, zone)) // DAY)


def last_date_before(at: Instant, zone: str) -> dt.date:
    """The civil day to which the end of a period belongs: its last one (S2.3)."""
    return date_at(at - 1, zone)


def time_at(at: Instant, zone: str) -> Microseconds:
    """The civil time of day at an instant, in microseconds from 00:00."""
    return (at + offset(at, zone)) % DAY


def day_number(date: dt.date) -> int:
    """Days since 1970-01-01."""
    return (date - EPOCH).days


@lru_cache(maxsize=100_000)
def offsets_on(utc_day: int, zone: str) -> tuple[SameOffset, ...]:
    """The stretches of one UTC day on which the offset stays the same; no zone ever changed it twice within
    six days, so a day that ends as it began has one."""
    stretches: list[SameOffset] = []
    start, end = utc_day * DAY, (utc_day + 1) * DAY
    held = offset(start, zone)
    if offset(end, zone) == held:
        return ((start, end, held),)
    for hour_end in range(start + HOUR, end + 1, HOUR):
        if (after := offset(hour_end, zone)) != held:
            change = first_second_of_offset(hour_end - HOUR, hour_end, zone)
            stretches.append((start, change, held))
            start, held = change, after
    return tuple(each for each in [*stretches, (start, end, held)] if each[0] < each[1])


def first_second_of_offset(before: Instant, after: Instant, zone: str) -> Instant:
    """The first second whose offset is that of `after`, found by halving; `before` has another."""
    while after - before > SECOND:
        middle = before + (after - before) // (2 * SECOND) * SECOND
        if offset(middle, zone) == offset(after, zone):
            after = middle
        else:
            before = middle
    return after


def offsets_near(date: dt.date, zone: str) -> list[SameOffset]:
    """The stretches of constant offset that can touch a civil day; no zone is a whole day from UTC."""
    day = day_number(date)
    return [each for utc_day in (day - 1, day, day + 1) for each in offsets_on(utc_day, zone)]


def civil_span(date: dt.date, start: Microseconds, end: Microseconds, zone: str) -> list[Stretch]:
    """The instants whose civil time lies in `[start, end)` of a civil day (S3.2).

    Civil times that are skipped give nothing; those that occur twice are there twice.
    """
    midnight = day_number(date) * DAY
    return merged(
        (max(since, midnight + start - ahead), min(until, midnight + end - ahead))
        for since, until, ahead in offsets_near(date, zone)
    )


@lru_cache(maxsize=100_000)
def whole_day(date: dt.date, zone: str) -> tuple[Stretch, ...]:
    """All instants of a civil day: 23, 24, 25 hours, or none where a zone skipped the date (S3.2)."""
    return tuple(civil_span(date, 0, DAY, zone))


def midnight(date: dt.date, zone: str) -> Instant:
    """The instant from which on no earlier civil date occurs: where one day ends and the next begins."""
    before = date - dt.timedelta(days=1)
    while not (pieces := whole_day(before, zone)):
        before -= dt.timedelta(days=1)
    return pieces[-1][1]


def midnight_after(date: dt.date, zone: str) -> Instant:
    """The first instant that is too late for a day that ends at midnight (S4.2)."""
    return midnight(date + dt.timedelta(days=1), zone)


def instant_of(date: dt.date, time: Microseconds, zone: str) -> Instant:
    """A civil time of a civil day; skipped: the first instant after the gap; twice: the later (S4.2)."""
    civil = day_number(date) * DAY + time
    nearby = offsets_near(date, zone)
    found = [civil - ahead for since, until, ahead in nearby if since <= civil - ahead < until]
    return max(found) if found else next(since for since, _, ahead in nearby if since + ahead > civil)


def months_later(date: dt.date, months: int) -> dt.date:
    """A date so many months later (earlier if negative); a shorter month gives its last day (S2.4)."""
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    first = dt.date(year, month + 1, 1)
    following = dt.date(year + month // 11, (month + 1) % 12 + 1, 1)
    return first + dt.timedelta(days=min(date.day, (following - first).days) - 1)
