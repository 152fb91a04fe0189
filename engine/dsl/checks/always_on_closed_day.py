"""A deadline that falls on a closed day in every single window of the term."""

import datetime as dt
from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import duties
from engine.model.agreement import Agreement
from engine.model.calendar import DatedCalendar, WeeklyCalendar
from engine.model.deadline import WindowEnd, Within
from engine.model.expression import CalendarDays
from engine.model.obligation import OnWindow
from engine.model.period import CalendarWindows, WindowUnit
from engine.model.snapshot import Snapshot

MOST = 60
"""Windows looked at: a pattern that holds for five years of months holds."""


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each periodic duty in calendar days whose last day never is a day of its calendar."""
    for agreement, duty in duties(snapshot):
        limit = duty.limit
        if (
            not isinstance(duty.occasion, OnWindow)
            or not isinstance(duty.occasion.windows, CalendarWindows)
            or not isinstance(limit, Within)
            or not isinstance(limit.start, WindowEnd)
            or not isinstance(limit.duration, CalendarDays)
            or limit.closing is None
        ):
            continue
        days = limit.duration.days
        last_days = list(_last_days(agreement, duty.occasion.windows.unit))[:MOST]
        if last_days and not any(_opens(limit.closing, day + dt.timedelta(days=days)) for day in last_days):
            yield warning(
                "always-on-closed-day",
                f"the last day of `{duty.terms.id}` is always one on which `{limit.closing.name}` is closed",
                duty.terms.span,
                f"{days} days after each window, closed every time",
                "count business days, or a number of days that ends on an open one",
            )


def _last_days(agreement: Agreement, unit: WindowUnit) -> Iterator[dt.date]:
    """The last day of each whole window of the term."""
    day = agreement.term.start
    end = agreement.term.through or day + dt.timedelta(days=5 * 366)
    while day < end:
        following = day + dt.timedelta(days=1)
        if _first_of(unit, following):
            yield day
        day = following


def _first_of(unit: WindowUnit, day: dt.date) -> bool:
    match unit:
        case WindowUnit.DAY:
            return True
        case WindowUnit.WEEK:
            return day.weekday() == 0
        case WindowUnit.MONTH:
            return day.day == 1
        case WindowUnit.QUARTER:
            return day.day == 1 and day.month in (1, 4, 7, 10)
        case WindowUnit.YEAR:
            return (day.month, day.day) == (1, 1)


def _opens(calendar: DatedCalendar, day: dt.date) -> bool:
    if day in calendar.closed:
        return False
    if isinstance(calendar, WeeklyCalendar):
        return bool(calendar.week[day.weekday()])
    return all(_opens(member, day) for member in calendar.members)
