"""Windows: the civil units by which a promise is judged, and whether the term cuts any short (S2.6)."""

from datetime import date, timedelta
from typing import Final

from engine.dsl import limits
from engine.dsl.findings import Findings
from engine.dsl.syntax_to_period import UNITS
from engine.dsl.zones import is_in_reach
from engine.model.period import (
    CalendarWindows,
    CycleWindows,
    HourWindows,
    RollingWindows,
    Term,
    TermWindow,
    Windows,
    WindowUnit,
)

MONTHS_IN: Final = {limits.WindowUnit.MONTH: 1, limits.WindowUnit.QUARTER: 3, limits.WindowUnit.YEAR: 12}
LEAP_YEAR: Final = 2000
"""The year that cycles are told from; it has every day that a year can begin on."""

MOST_MONTHS: Final = 1200

LONGEST_ROLLING: Final = {False: 3_660, True: 120}
"""Ten years, in days or months: a rolling window ends with each day of the term and reads all of its days."""


def resolve_window(node: limits.Window, findings: Findings) -> Windows | None:
    """The windows that an author names."""
    match node:
        case limits.CalendarWindow(unit=unit):
            return CalendarWindows(unit=UNITS[unit.value])
        case limits.HourWindow():
            return HourWindows()
        case limits.CycleWindow():
            return _cycles(node, findings)
        case limits.SpacedWindow(months=months, since=since):
            return CycleWindows(months=months, anchor=since.value) if _spaced(node, findings) else None
        case limits.RollingWindow():
            return _rolling(node, findings)
        case limits.TermWindow():
            return TermWindow()


def _cycles(node: limits.CycleWindow, findings: Findings) -> CycleWindows | None:
    """Cycles that begin on another day than the calendar's own."""
    month = node.month if node.month is not None else 1
    try:
        anchor = date(LEAP_YEAR, month, node.day)
    except ValueError:
        what = "month" if node.month is None else "date"
        findings.error(
            "not-a-date",
            f"no {what} has a day {node.day}" if node.month is None else "there is no such day",
            node.span,
            "no such day",
            help="a cycle begins on a day that there is: `month from day 15`, `year from 1 february`",
        )
        return None
    months = MONTHS_IN[node.unit]
    if anchor.day == 1 and (anchor.month - 1) % months == 0:
        findings.error(
            "window-not-shifted",
            f"a {node.unit.value} that begins on this day is the calendar's own",
            node.span,
            "not shifted",
            help=f"say `calendar {node.unit.value}`",
        )
        return None
    return CycleWindows(months=months, anchor=anchor)


def _spaced(node: limits.SpacedWindow, findings: Findings) -> bool:
    if 1 <= node.months <= MOST_MONTHS:
        return is_in_reach(node.since.value, node.since, findings)
    findings.error(
        "length-too-long" if node.months > 1 else "length-not-whole",
        "a cycle lasts from one month to a hundred years",
        node.span,
        "beyond any agreement" if node.months > 1 else "no time at all",
        help="say how many months: `3 months from 2025-03-31`",
    )
    return False


def _rolling(node: limits.RollingWindow, findings: Findings) -> RollingWindows | None:
    if 1 <= node.length <= LONGEST_ROLLING[node.is_months]:
        return RollingWindows(months=node.length) if node.is_months else RollingWindows(days=node.length)
    findings.error(
        "length-too-long" if node.length > 1 else "length-not-whole",
        "a rolling window lasts from one day to ten years",
        node.span,
        "more than 120 months"
        if node.is_months and node.length > 1
        else "more than 3,660 days"
        if node.length > 1
        else "no time at all",
        help="one ends with each day and is counted again from its beginning: say `rolling 30 days`, or"
        " `over the term`",
    )
    return None


def cuts_windows(term: Term, windows: Windows) -> bool:
    """Whether any window is cut short by the term."""
    match windows:
        case CalendarWindows(unit=unit):
            ends_early = term.through is not None and not _begins(term.through + timedelta(days=1), unit)
            return ends_early or not _begins(term.start, unit)
        case CycleWindows():
            # A cycle that begins on the last day of a short month cannot be told from its anchor's day alone.
            edges = [term.start, *([] if term.through is None else [term.through + timedelta(days=1)])]
            return any(not _begins_cycle(edge, windows) for edge in edges)
        case RollingWindows(days=days):
            return days != 1
        case HourWindows() | TermWindow():
            return False


def _begins_cycle(day: date, windows: CycleWindows) -> bool:
    """Whether a cycle begins on that day; a month too short begins it on its last day (S2.4)."""
    anchor = windows.anchor
    if ((day.year - anchor.year) * 12 + day.month - anchor.month) % windows.months:
        return False
    is_last = (day + timedelta(days=1)).day == 1
    return day.day == anchor.day or (is_last and day.day < anchor.day)


def _begins(day: date, unit: WindowUnit) -> bool:
    """Whether a unit begins on that day."""
    match unit:
        case WindowUnit.DAY:
            return True
        case WindowUnit.WEEK:
            return day.isoweekday() == 1
        case WindowUnit.MONTH:
            return day.day == 1
        case WindowUnit.QUARTER:
            return day.day == 1 and day.month % 3 == 1
        case WindowUnit.YEAR:
            return day.day == 1 and day.month == 1
