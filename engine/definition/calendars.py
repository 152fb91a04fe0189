"""Clocks: when a calendar is open, how much time it counts, and the days on which it opens (S3)."""

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import lru_cache, reduce
from typing import assert_never

from engine.definition.civil import civil_span, date_at
from engine.definition.intervals import Stretch, common, length, merged, without
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
from engine.model.quantity import DAY, Instant, Microseconds

ONE_DAY = dt.timedelta(days=1)
# A clock that has not run for so long never will: its calendar has no week, or closes on every date.
STANDSTILL = 40 * 366


@lru_cache(maxsize=200_000)
def openings(calendar: DatedCalendar, date: dt.date) -> tuple[Stretch, ...]:
    """When a calendar is open on one civil day of its zone; closing beats opening (S3.1, S3.2)."""
    if date in calendar.closed:
        return ()
    spans: Sequence[LocalSpan]
    match calendar:
        case WeeklyCalendar():
            spans = calendar.week[date.weekday()]
        case CommonDaysCalendar():
            opened = [bool(openings(member, date)) for member in calendar.members]
            spans = calendar.spans if (any(opened) if calendar.any else all(opened)) else ()
        case _:
            assert_never(calendar)
    return tuple(
        merged(piece for span in spans for piece in civil_span(date, span.start, span.end, calendar.zone))
    )


def opens_on(calendar: DatedCalendar, date: dt.date) -> bool:
    """Whether the date is a business day: the calendar opens on it at all (S4.3)."""
    return bool(openings(calendar, date))


def last_closing(calendar: DatedCalendar, date: dt.date) -> Instant | None:
    """The last closing of a day; on a closed day, the last closing before it (S4.2)."""
    days = (date - day * ONE_DAY for day in range(STANDSTILL))
    return next((today[-1][1] for day in days if (today := openings(calendar, day))), None)


def open_time(clock: Clock, start: Instant, end: Instant) -> list[Stretch]:
    """The instants of `[start, end)` at which the clock counts (S3.1)."""
    if start >= end:
        return []
    match clock:
        case Elapsed():
            return [(start, end)]
        case WeeklyCalendar() | CommonDaysCalendar():
            # A day more on either side: where a fold crosses midnight, civil dates go back for an hour.
            first = date_at(start, clock.zone) - ONE_DAY
            days = (date_at(end, clock.zone) - first).days + 2
            opened = (piece for day in range(days) for piece in openings(clock, first + day * ONE_DAY))
            return common(merged(opened), [(start, end)])
        case CombinedCalendar():
            members = [open_time(member, start, end) for member in clock.members]
            match clock.combination:
                case Combination.BOTH:
                    return reduce(common, members)
                case Combination.EITHER:
                    return merged(piece for member in members for piece in member)
                case Combination.EXCEPT:
                    return reduce(without, members)
        case _:
            assert_never(clock)


def counted(clock: Clock, start: Instant, end: Instant, paused: Sequence[Stretch] = ()) -> Microseconds:
    """n(end): the clock's time from `start` to `end` less what is paused of it (S3.3, S4)."""
    return length(without(open_time(clock, start, end), paused))


@lru_cache(maxsize=1_000)
def runs_in(clock: Clock, age: int) -> bool:
    """Whether a clock runs at all in one of the ages, each as long as a standstill, that the UTC line is cut
    into. So the long way to nothing is gone once for a clock, and not from each instant again."""
    first = age * STANDSTILL * DAY
    return any(
        open_time(clock, first + day * DAY, first + (day + 30) * DAY) for day in range(0, STANDSTILL, 30)
    )


def running(clock: Clock, start: Instant, paused: Sequence[Stretch] = ()) -> Iterator[Stretch]:
    """The stretches from `start` on in which the clock runs and is not paused, in order, without end."""
    step, age = 30 * DAY, start // (STANDSTILL * DAY)
    if not (runs_in(clock, age) or runs_in(clock, age + 1)):
        return
    for _ in range(STANDSTILL // 30):
        yield from without(open_time(clock, start, start + step), paused)
        start += step


def running_back(clock: Clock, end: Instant) -> Iterator[Stretch]:
    """The stretches before `end` in which the clock runs, the latest first."""
    step, age = 30 * DAY, end // (STANDSTILL * DAY)
    if not (runs_in(clock, age) or runs_in(clock, age - 1)):
        return
    for _ in range(STANDSTILL // 30):
        yield from reversed(open_time(clock, end - step, end))
        end -= step


def runs_out(
    clock: Clock, start: Instant, allowed: Microseconds, paused: Sequence[Stretch] = ()
) -> tuple[Instant, Instant] | None:
    """The earliest t with n(t) = D, and the last instant at which n(t) still is D (S4.1).

    None for a clock that never counts so much.
    """
    left, due = allowed, start if allowed == 0 else None
    for opens, closes in running(clock, start, paused):
        if due is not None:
            return due, max(due, opens)
        if left < closes - opens:
            return opens + left, opens + left
        left -= closes - opens
        due = closes if left == 0 else None
    return None if due is None else (due, due)


def latest_start(clock: Clock, end: Instant, lead: Microseconds) -> Instant | None:
    """The latest t from which the clock counts at least `lead` until `end` (S4.5)."""
    if lead == 0:
        return end
    for opens, closes in running_back(clock, end):
        if lead <= closes - opens:
            return closes - lead
        lead -= closes - opens
    return None


def next_opening(calendar: DatedCalendar, at: Instant) -> Instant | None:
    """The first instant from `at` on at which the calendar opens or is open (S4.3, late arrivals)."""
    return next((opens for opens, _ in running(calendar, at)), None)


def business_days_between(calendar: DatedCalendar, after: dt.date, through: dt.date) -> int:
    """The business days d with after < d ≤ through; negative for the way back."""
    if through < after:
        return -business_days_between(calendar, through, after)
    return sum(opens_on(calendar, after + day * ONE_DAY) for day in range(1, (through - after).days + 1))
