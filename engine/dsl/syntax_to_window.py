"""Windows: the civil units by which a promise is judged, and whether the term cuts any short (S2.6)."""

from datetime import date, timedelta

from engine.dsl import limits
from engine.dsl.expressions import Unit
from engine.dsl.findings import Findings
from engine.dsl.syntax_to_duration import LONGEST
from engine.dsl.syntax_to_period import UNITS
from engine.model.period import CalendarWindows, RollingWindows, Term, TermWindow, Windows, WindowUnit


def resolve_window(node: limits.Window, findings: Findings) -> Windows | None:
    """The windows that an author names."""
    match node:
        case limits.CalendarWindow(unit=unit):
            return CalendarWindows(unit=UNITS[unit.value])
        case limits.RollingWindow(days=days):
            if not 1 <= days <= LONGEST[Unit.CALENDAR_DAYS]:
                findings.error(
                    "length-too-long" if days > 1 else "length-not-whole",
                    "a rolling window lasts from one day to a thousand years",
                    node.span,
                    "beyond any agreement" if days > 1 else "no time at all",
                    help="say how many days: `rolling 30 days`",
                )
                return None
            return RollingWindows(days=days)
        case limits.TermWindow():
            return TermWindow()


def cuts_windows(term: Term, windows: Windows) -> bool:
    """Whether any window is cut short by the term."""
    match windows:
        case CalendarWindows(unit=unit):
            ends_early = term.through is not None and not _begins(term.through + timedelta(days=1), unit)
            return ends_early or not _begins(term.start, unit)
        case RollingWindows(days=days):
            return days > 1
        case TermWindow():
            return False


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
