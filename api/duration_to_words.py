"""Lengths of time as an agreement says them, in words."""

from fractions import Fraction
from typing import assert_never

from engine.model.calendar import Elapsed
from engine.model.decimals import number_text
from engine.model.expression import BusinessDays, CalendarDays, ClockDuration, Duration, Months


def duration_words(length: Duration) -> str:
    """A length in the unit that fits.

    >>> duration_words(Months(months=24)), duration_words(CalendarDays(days=1))
    ('2 years', '1 calendar day')
    """
    match length:
        case Months(months=months) if months % 12 == 0:
            return _counted(months // 12, "year")
        case Months(months=months):
            return _counted(months, "month")
        case CalendarDays(days=days):
            return _counted(days, "calendar day")
        case BusinessDays(days=days, calendar=calendar):
            return f"{_counted(days, 'business day')} on {calendar.name}"
        case ClockDuration(length=counted, unit=unit, clock=clock):
            on = "" if isinstance(clock, Elapsed) else f" on {clock.name}"
            shown = number_text(Fraction(counted), unit.size)
            return f"{shown} {unit.name.removesuffix('s') if shown == '1' else unit.name}{on}"
        case _:
            assert_never(length)


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}" + "s" * (count != 1)
