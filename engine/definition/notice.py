"""Counting back: the latest moment that is at least D before t (S4.5)."""

import datetime as dt
from dataclasses import dataclass
from typing import assert_never

from engine.definition.calendars import ONE_DAY, STANDSTILL, latest_start, opens_on
from engine.definition.civil import date_at, instant_of, midnight_after, months_later, time_at
from engine.model.expression import (
    BusinessDays,
    CalendarDays,
    ClockDuration,
    Duration,
    Months,
    NoticeCounting,
)
from engine.model.quantity import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """The latest moment in time: `at` itself if `inclusive`, else just before it; `date` its civil day."""

    at: Instant
    inclusive: bool
    date: dt.date | None


def zone_of(duration: Duration, zone: str) -> str:
    """Business days are civil days of their calendar's zone (S4.3), all others of the agreement's."""
    return duration.calendar.zone if isinstance(duration, BusinessDays) else zone


def day_back(date: dt.date, lead: CalendarDays | BusinessDays | Months) -> dt.date | None:
    """The day that lies `lead` before a date: counted days, or civil months (S2.4)."""
    match lead:
        case CalendarDays(days=days):
            return date - days * ONE_DAY
        case Months(months=months):
            return months_later(date, -months)
        case BusinessDays(days=days, calendar=calendar):
            left = days
            for _ in range(STANDSTILL):
                if left == 0:
                    return date
                date -= ONE_DAY
                left -= opens_on(calendar, date)
            return None
        case _:
            assert_never(lead)


def latest_before(at: Instant, lead: Duration, counting: NoticeCounting, zone: str) -> Latest | None:
    """The latest moment at least `lead` before `at` (S4.5); None where a clock never counts so much.

    Clear days: neither the day of notice nor that of `at` counts. Full days: one of them does.
    """
    if isinstance(lead, ClockDuration):
        start = latest_start(lead.clock, at, lead.length)
        return None if start is None else Latest(at=start, inclusive=True, date=None)
    zone = zone_of(lead, zone)
    day = day_back(date_at(at, zone), lead)
    if day is None:
        return None
    match counting:
        case NoticeCounting.SAME_TIME:
            return Latest(at=instant_of(day, time_at(at, zone), zone), inclusive=True, date=day)
        case NoticeCounting.FULL_DAYS:
            return Latest(at=midnight_after(day, zone), inclusive=False, date=day)
        case NoticeCounting.CLEAR_DAYS:
            day -= ONE_DAY
            return Latest(at=midnight_after(day, zone), inclusive=False, date=day)
        case _:
            assert_never(counting)


def is_in_time(at: Instant, latest: Latest) -> bool:
    """Whether a moment is not too late."""
    return at <= latest.at if latest.inclusive else at < latest.at
