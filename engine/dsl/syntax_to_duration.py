"""Lengths of time: on a clock, in calendar days, in business days, in months (S4.1 to S4.4)."""

from decimal import Decimal
from fractions import Fraction
from typing import Final

from engine.dsl import expressions as syntax
from engine.dsl.expressions import Name
from engine.dsl.findings import Findings
from engine.dsl.names import Table
from engine.dsl.syntax_to_calendar import no_days_of_its_own
from engine.model import quantity
from engine.model.calendar import Calendar, Clock, CombinedCalendar, DatedCalendar, Elapsed
from engine.model.expression import BusinessDays, CalendarDays, ClockDuration, Duration, Months
from engine.model.quantity import Microseconds, Unit
from engine.source import Span

CLOCK_UNITS: Final[dict[syntax.Unit, Unit]] = {
    syntax.Unit.SECONDS: quantity.SECONDS,
    syntax.Unit.MINUTES: quantity.MINUTES,
    syntax.Unit.HOURS: quantity.HOURS,
}

DAYS_IN: Final[dict[syntax.Unit, int]] = {syntax.Unit.CALENDAR_DAYS: 1, syntax.Unit.WEEKS: 7}
MONTHS_IN: Final[dict[syntax.Unit, int]] = {syntax.Unit.MONTHS: 1, syntax.Unit.YEARS: 12}

SAME_DAY: Final = (syntax.Unit.CALENDAR_DAYS, syntax.Unit.BUSINESS_DAYS)
"""The units of which none at all is a length: the rest of the same day (S4.2)."""

YEARS: Final = 100
LONGEST: Final = {
    syntax.Unit.SECONDS: YEARS * 366 * 86_400,
    syntax.Unit.MINUTES: YEARS * 366 * 1_440,
    syntax.Unit.HOURS: YEARS * 366 * 24,
    syntax.Unit.CALENDAR_DAYS: YEARS * 366,
    syntax.Unit.BUSINESS_DAYS: YEARS * 366,
    syntax.Unit.WEEKS: YEARS * 53,
    syntax.Unit.MONTHS: YEARS * 12,
    syntax.Unit.YEARS: YEARS,
}
"""The longest length in each unit: no agreement lasts so long, and a slip of the pen easily does."""


def resolve_duration(
    node: syntax.Duration, calendars: Table[Calendar], findings: Findings
) -> Duration | None:
    """The length that the author wrote."""
    if not is_no_slip(node, findings):
        return None
    if node.unit in CLOCK_UNITS:
        clock = clock_named(node.calendar, calendars, findings)
        length = _microseconds(node, findings)
        if clock is None or length is None:
            return None
        return ClockDuration(length=length, clock=clock, unit=CLOCK_UNITS[node.unit])
    count = _whole(node, findings)
    if node.unit is syntax.Unit.BUSINESS_DAYS:
        calendar = business_calendar(node, calendars, findings)
        if count is None or calendar is None:
            return None
        return BusinessDays(days=count, calendar=calendar)
    if node.calendar is not None:
        findings.error(
            "calendar-not-counted",
            f"{node.unit.value} are civil time and are not counted on a calendar",
            node.calendar.span,
            "has no meaning here",
            help=f"leave it out, or count `business days on {node.calendar.text}`",
        )
        return None
    if count is None:
        return None
    if node.unit in DAYS_IN:
        return CalendarDays(days=count * DAYS_IN[node.unit])
    return Months(months=count * MONTHS_IN[node.unit])


def elapsed_microseconds(
    node: syntax.Duration, findings: Findings, *, what: str, may_be_zero: bool = False
) -> Microseconds | None:
    """A plain length in seconds, minutes or hours, as `what` needs it; mostly zero would mean nothing."""
    if node.unit not in CLOCK_UNITS or node.calendar is not None:
        findings.error(
            "type-mismatch",
            f"{what} is a plain length of time",
            node.span,
            "counted in days or on a calendar",
            help="say it in seconds, minutes or hours: `30 minutes`",
        )
        return None
    if not may_be_zero and not counts_something(node.amount, node.span, findings):
        return None
    return _microseconds(node, findings)


def counts_something(
    number: int | Decimal,
    place: Span,
    findings: Findings,
    help: str = "say a number above zero, or leave it out",
) -> bool:
    """Whether a number is above zero, where zero would make a clause mean nothing."""
    if number > 0:
        return True
    what = "zero" if number == 0 else "a number below zero"
    findings.error("counts-nothing", f"{what} leaves nothing to count", place, f"is {what}", help=help)
    return False


def clock_named(name: Name | None, calendars: Table[Calendar], findings: Findings) -> Clock | None:
    """The calendar of that name; without a name the clock that always counts."""
    return Elapsed() if name is None else calendars.find(name, findings)


def dated_calendar(name: Name, calendars: Table[Calendar], findings: Findings) -> DatedCalendar | None:
    """The calendar of that name if it has days of its own (S4.3)."""
    calendar = calendars.find(name, findings)
    if isinstance(calendar, CombinedCalendar):
        no_days_of_its_own(name, findings)
        return None
    return calendar


def business_calendar(
    node: syntax.Duration, calendars: Table[Calendar], findings: Findings
) -> DatedCalendar | None:
    """The calendar on which business days are counted, which must be said."""
    if node.calendar is None:
        calendar_missing(node, calendars, findings)
        return None
    return dated_calendar(node.calendar, calendars, findings)


def calendar_missing(node: syntax.Node, calendars: Table[Calendar], findings: Findings) -> None:
    """Record that business days are counted on no calendar."""
    known = ", ".join(f"`on {name}`" for name in sorted(calendars.declared)[:3])
    findings.error(
        "calendar-missing",
        "business days are counted on a calendar, and none is said",
        node.span,
        "on which calendar?",
        help=f"add {known}" if known else "declare a calendar and add `on` with its name",
    )


def is_no_slip(node: syntax.Duration, findings: Findings) -> bool:
    """Whether the length is one that an agreement can mean, and that dates can be moved by."""
    if node.amount <= LONGEST[node.unit]:
        return True
    findings.error(
        "length-too-long",
        "the length is more than a hundred years",
        node.span,
        "beyond any agreement",
        help="mend the number or its unit",
    )
    return False


def _microseconds(node: syntax.Duration, findings: Findings) -> Microseconds | None:
    if not is_no_slip(node, findings):
        return None
    length = Fraction(node.amount) * CLOCK_UNITS[node.unit].size
    if length.denominator != 1:
        findings.error(
            "length-not-whole",
            "the length is not a whole number of microseconds",
            node.span,
            "finer than time is kept",
            help="time is kept in microseconds: use fewer decimals",
        )
        return None
    return length.numerator


def _whole(node: syntax.Duration, findings: Findings) -> int | None:
    if node.amount != node.amount.to_integral_value():
        findings.error(
            "length-not-whole",
            f"{node.unit.value} are counted whole",
            node.span,
            "not a whole number",
            help="round it, or say the length in hours",
        )
        return None
    return int(node.amount)
