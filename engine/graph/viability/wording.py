"""How numbers, windows and clocks are said in findings."""

from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor
from typing import assert_never
from zoneinfo import ZoneInfo

from engine.graph.viability.limits import Limit
from engine.model.calendar import Clock, Elapsed
from engine.model.decimals import decimal_text, exact_text, grouped, number_text
from engine.model.expression import BusinessDays, CalendarDays, ClockDuration, Duration, Months
from engine.model.instants import moment_of
from engine.model.period import (
    CalendarWindows,
    CycleWindows,
    HourWindows,
    RollingWindows,
    TermWindow,
    Windows,
)
from engine.model.quantity import (
    BUSINESS_DAYS,
    CALENDAR_DAYS,
    HOURS,
    PERCENT,
    Dimension,
    Instant,
    Unit,
)
from engine.model.viability import Figure

MONTHS = Unit(name="months", dimension=Dimension.COUNT)


def share_text(share: Fraction) -> str:
    """A share as a percentage, exactly where a decimal of nine places holds it, else those and `…`."""
    text = exact_text(share / PERCENT.size)
    if "/" in text or len(text.partition(".")[2]) > 9:
        return f"{decimal_text(share, places=9, size=PERCENT.size)}…%"
    return f"{text}%"


def raised_text(share: Fraction) -> str:
    """A share to promise at least: rounded up, where nine places do not hold it, so that it is enough."""
    return _rounded(share, ceil)


def lowered_text(share: Fraction) -> str:
    """A share to promise at most: rounded down, where nine places do not hold it."""
    return _rounded(share, floor)


def _rounded(share: Fraction, to_whole: Callable[[Fraction], int]) -> str:
    nano = PERCENT.size / 10**9
    return share_text(to_whole(share / nano) * nano)


def hours_text(length: Fraction) -> str:
    """A length of time in hours, exactly where a decimal holds it."""
    text = exact_text(length / HOURS.size)
    if "/" in text:
        text = f"{decimal_text(length, places=3, size=HOURS.size)}…"
    return f"{grouped(text)} hours"


def windows_text(windows: Windows) -> str:
    """`each calendar month`."""
    match windows:
        case CalendarWindows(unit=unit):
            return f"each {unit.value}"
        case HourWindows():
            return "each calendar hour"
        case CycleWindows(months=months, anchor=anchor):
            return (
                f"each {months} months from day {anchor.day}"
                if months > 1
                else f"each month from day {anchor.day}"
            )
        case RollingWindows(days=days, months=months):
            return f"rolling {days} days" if days else f"rolling {months} months"
        case TermWindow():
            return "over the term"
        case _:
            assert_never(windows)


def in_text(windows: str) -> str:
    """`in each calendar month`, `over the term`."""
    return windows if windows.startswith("over") else f"in {windows}"


def clock_text(clock: Clock) -> str:
    """`always`, or ``on `office_hours` ``."""
    return "always" if isinstance(clock, Elapsed) else f"on `{clock.name}`"


def duration_figure(name: str, duration: Duration) -> Figure:
    """A length of time as a figure, in the unit in which it is said."""
    match duration:
        case ClockDuration(length=length, unit=unit):
            return Figure(name=name, value=Fraction(length), unit=unit)
        case CalendarDays(days=days):
            return Figure(name=name, value=Fraction(days), unit=CALENDAR_DAYS)
        case BusinessDays(days=days):
            return Figure(name=name, value=Fraction(days), unit=BUSINESS_DAYS)
        case Months(months=months):
            return Figure(name=name, value=Fraction(months), unit=MONTHS)
        case _:
            assert_never(duration)


def duration_text(duration: Duration) -> str:
    """`4 hours on office_hours`, `2 business days on office_hours`."""
    figure = duration_figure("", duration)
    text = figure_text(figure.value, figure.unit)
    match duration:
        case ClockDuration(clock=Elapsed()) | CalendarDays() | Months():
            return text
        case ClockDuration(clock=clock):
            return f"{text} {clock_text(clock)}"
        case BusinessDays(calendar=calendar):
            return f"{text} {clock_text(calendar)}"
        case _:
            assert_never(duration)


def limit_unit(limit: Limit) -> Unit:
    """The unit in which a length of time is said."""
    return duration_figure("", limit.like).unit


def limit_text(limit: Limit) -> str:
    """`4 hours on office_hours`, `less than 2.5 hours`."""
    text = figure_text(limit.amount, limit_unit(limit))
    match limit.like:
        case ClockDuration(clock=Elapsed()) | CalendarDays() | Months():
            on = ""
        case ClockDuration(clock=clock):
            on = f" {clock_text(clock)}"
        case BusinessDays(calendar=calendar):
            on = f" {clock_text(calendar)}"
        case _:
            assert_never(limit.like)
    return f"{'less than ' if limit.strict else ''}{text}{on}"


def start_text(at: Instant, zone: str) -> str:
    """`2025-04-17 18:00`, as clocks show it in a zone."""
    return moment_of(at).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def figure_text(value: Fraction, unit: Unit) -> str:
    """A number in the base of its unit, in the unit: exact where it is short, else cut off and `…`."""
    number = number_text(value, unit.size)
    return f"{number}%" if unit.name == PERCENT.name else f"{number} {unit.name}"
