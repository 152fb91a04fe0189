"""How long windows are, whether one kind of windows divides another, and how they overlap where not."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import ceil
from typing import assert_never
from zoneinfo import ZoneInfo

from engine.graph.money.civil_days import months_later
from engine.model.agreement import Agreement
from engine.model.period import (
    CalendarWindows,
    CycleWindows,
    HourWindows,
    RollingWindows,
    TermWindow,
    Windows,
    WindowUnit,
)
from engine.model.quantity import Microseconds

MONTHS = {WindowUnit.MONTH: 1, WindowUnit.QUARTER: 3, WindowUnit.YEAR: 12}
NEW_YEAR = date(2000, 1, 1)
YEARS = 28
FIRST, LAST = NEW_YEAR.toordinal(), NEW_YEAR.replace(year=NEW_YEAR.year + YEARS).toordinal()
"""So many years after which weekdays and leap years come again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The days of the shortest and of the longest window."""

    fewest: Fraction
    most: Fraction


def days_of(windows: Windows, agreement: Agreement) -> Days | None:
    """The length of windows in civil days; none for an endless term."""
    match windows:
        case HourWindows():
            return Days(fewest=Fraction(1, 24), most=Fraction(1, 24))
        case CalendarWindows(unit=WindowUnit.DAY):
            return Days(fewest=Fraction(1), most=Fraction(1))
        case CalendarWindows(unit=WindowUnit.WEEK):
            return Days(fewest=Fraction(7), most=Fraction(7))
        case CalendarWindows(unit=unit):
            return _months(MONTHS[unit], by_quarter=unit is not WindowUnit.MONTH)
        case CycleWindows(months=months):
            return _months(months, by_quarter=False)
        case RollingWindows(days=days, months=months):
            return (
                Days(fewest=Fraction(days), most=Fraction(days))
                if days
                else _months(months, by_quarter=False)
            )
        case TermWindow():
            if agreement.ends is None:
                return None
            length = Fraction((agreement.ends - agreement.term.start).days + 1)
            return Days(fewest=length, most=length)
        case _:
            assert_never(windows)


@cache
def _months(months: int, *, by_quarter: bool) -> Days:
    """So many civil months, from any month of four years, or from one that begins a quarter."""
    starts = range(0, 48, 3 if by_quarter else 1)
    lengths = [(_first_of(start + months) - _first_of(start)).days for start in starts]
    return Days(fewest=Fraction(min(lengths)), most=Fraction(max(lengths)))


def _first_of(month: int) -> date:
    return date(2000 + month // 12, month % 12 + 1, 1)


def divides(below: Windows, above: Windows) -> bool:
    """Whether each window above is made of whole windows below, so that what holds below holds above."""
    if below == above or isinstance(below, HourWindows):
        return True
    if isinstance(below, CalendarWindows) and below.unit is WindowUnit.DAY:
        return not isinstance(above, HourWindows)
    lower, upper = _cycle(below), _cycle(above)
    if lower is None or upper is None:
        return isinstance(above, TermWindow) and not isinstance(below, RollingWindows)
    apart = (upper.anchor.year - lower.anchor.year) * 12 + upper.anchor.month - lower.anchor.month
    is_aligned = lower.anchor.day == upper.anchor.day and apart % lower.months == 0
    return is_aligned and upper.months % lower.months == 0


def _cycle(windows: Windows) -> CycleWindows | None:
    """Windows of whole months as cycles."""
    if isinstance(windows, CalendarWindows) and windows.unit in MONTHS:
        return CycleWindows(months=MONTHS[windows.unit], anchor=NEW_YEAR)
    return windows if isinstance(windows, CycleWindows) else None


def stretched(below: Windows, below_days: Days, above: Windows, above_days: Days) -> Fraction:
    """The most days of windows below that one window above may meet, for each day of its own: what they allow
    may all fall into it."""
    found = _by_dates(below, above)
    if found is not None:
        return found
    if divides(above, below):
        return below_days.most / above_days.fewest
    if isinstance(below, RollingWindows) and below_days.fewest == below_days.most:
        lengths = range(int(above_days.fewest), int(above_days.most) + 1)
        return max(ceil(each / below_days.most) * below_days.most / each for each in lengths)
    whole = ceil(above_days.most / below_days.fewest) + (not isinstance(below, RollingWindows))
    return whole * below_days.most / above_days.fewest


@cache
def _by_dates(below: Windows, above: Windows) -> Fraction | None:
    """The same, by the dates of the 28 years after which weekdays and leap years come again."""
    lower = _edges(below)
    upper = _edges(above)
    if lower is None or (upper is None and not (isinstance(above, RollingWindows) and above.days)):
        return None
    if upper is not None:
        pairs = list(pairwise(each for each in upper if FIRST <= each < LAST))
    else:
        assert isinstance(above, RollingWindows) and above.days is not None
        pairs = [(day, day + above.days) for day in range(FIRST, LAST)]
    return max(
        Fraction(lower[bisect_left(lower, end)] - lower[bisect_right(lower, start) - 1], end - start)
        for start, end in pairs
    )


def _edges(windows: Windows) -> Sequence[int] | None:
    """The ordinals of the first days of windows, for 28 years and at least one window more on both sides."""
    match windows:
        case CalendarWindows(unit=WindowUnit.DAY):
            return range(FIRST - 1, LAST + 2)
        case CalendarWindows(unit=WindowUnit.WEEK):
            return range(FIRST - 7 - (FIRST - 1) % 7, LAST + 14, 7)
        case _:
            cycle = _cycle(windows)
    if cycle is None:
        return None
    origin = (cycle.anchor.year - NEW_YEAR.year) * 12 + cycle.anchor.month - 1
    first, last = (-origin // cycle.months - 2, (12 * YEARS - origin) // cycle.months + 3)
    return [months_later(cycle.anchor, each * cycle.months).toordinal() for each in range(first, last)]


@cache
def apart(zone: str, other: str, year: int) -> Microseconds:
    """How far the days of two zones lie apart at most in a year."""
    noons = (datetime(year, 1, 1, 12, tzinfo=UTC) + number * timedelta(days=1) for number in range(366))
    shifts = (_offset(noon, zone) - _offset(noon, other) for noon in noons)
    return max(abs(each) for each in shifts) // timedelta(microseconds=1)


def _offset(noon: datetime, zone: str) -> timedelta:
    return noon.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)
