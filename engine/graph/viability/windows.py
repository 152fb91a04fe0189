"""How long windows are, and whether one kind of windows divides another."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from math import ceil
from typing import assert_never

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

MONTHS = {WindowUnit.MONTH: 1, WindowUnit.QUARTER: 3, WindowUnit.YEAR: 12}
NEW_YEAR = date(2000, 1, 1)


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


def most_touched(below: Windows, below_days: Days, above: Windows, above_days: Days) -> int:
    """The most windows below whose allowances one window above may use up."""
    if divides(above, below):
        return 1
    whole = ceil(above_days.most / below_days.fewest)
    return whole if isinstance(below, RollingWindows) else whole + 1
