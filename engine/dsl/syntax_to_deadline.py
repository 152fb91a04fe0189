"""Deadlines: by when something must have followed, with the conventions that each kind needs (S4)."""

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from engine.dsl import expressions, limits
from engine.dsl.conventions import phrase
from engine.dsl.expressions import Name, Number
from engine.dsl.findings import Findings
from engine.dsl.scope import Scope
from engine.dsl.syntax_to_approval import has_holders
from engine.dsl.syntax_to_condition import notice_counting
from engine.dsl.syntax_to_duration import (
    CLOCK_UNITS,
    SAME_DAY,
    counts_something,
    dated_calendar,
    resolve_duration,
)
from engine.dsl.syntax_to_expression import Typed, is_refused_quotient, resolve_expression, resolve_instant
from engine.dsl.syntax_to_kind import unknown_value
from engine.dsl.syntax_to_names import duplicate
from engine.dsl.wording import described, words
from engine.model.calendar import DatedCalendar
from engine.model.deadline import (
    AtLeastBefore,
    ByBusinessDay,
    ByClass,
    ByInstant,
    DayEnd,
    Judged,
    LateArrivals,
    Limit,
    SingleLimit,
    Start,
    WindowEnd,
    Within,
)
from engine.model.decimals import exact_text
from engine.model.expression import BusinessDays, ClockDuration, Duration, FieldOf
from engine.model.fact import DurationType, NumberType, OneOfType, TextType
from engine.model.period import CalendarWindows, Windows, WindowUnit
from engine.model.quantity import HOURS
from engine.source import Span

MOST_DAYS = {
    WindowUnit.DAY: 1,
    WindowUnit.WEEK: 7,
    WindowUnit.MONTH: 31,
    WindowUnit.QUARTER: 92,
    WindowUnit.YEAR: 366,
}
"""How many days a civil unit has at most."""

CLOCK_DECIMALS = 6
"""Of seconds, minutes and hours alike, so many decimals are whole microseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What a deadline may refer to besides the trigger: the occasion window and its short name.

    `start` is the instant of the occasion itself.
    """

    window: Name | None = None
    windows: Windows | None = None
    start: Start | None = None


def resolve_deadline(node: limits.Deadline, scope: Scope, occasion: Occasion) -> Limit | None:
    """The limit that a deadline sets."""
    match node:
        case limits.Within(limit=limit, of=of):
            start = _start(of, node.span, scope)
            if isinstance(limit, limits.ReadLimit):
                return resolve_read_limit(limit, start, scope)
            return resolve_within(limit, start, scope)
        case limits.WithinOfWindowEnd(limit=limit, window=window):
            is_known = _is_occasion(window, occasion, scope.findings)
            return resolve_within(limit, WindowEnd() if is_known else None, scope)
        case limits.WithinBy():
            return resolve_by_class(node, _start(node.of, node.span, scope), scope)
        case limits.Judged(words=text, role=role):
            if not scope.names.roles.knows(role, scope.findings) or occasion.start is None:
                return None
            return Judged(
                words=text.value,
                role=role.text,
                start=occasion.start,
                persons=has_holders(scope.names),
            )
        case limits.Before(instant=instant) | limits.By(instant=instant):
            at = resolve_instant(instant, scope)
            return ByInstant(at=at, strict=isinstance(node, limits.Before)) if at is not None else None
        case limits.AtLeastBefore(length=length, instant=instant):
            at = resolve_instant(instant, scope)
            if not counts_something(
                length.amount, length.span, scope.findings, "say how long, or `by` the instant"
            ):
                return None
            lead = resolve_duration(length, scope.names.calendars, scope.findings)
            if at is None or lead is None:
                return None
            counting = notice_counting(lead, length, scope)
            return AtLeastBefore(lead=lead, at=at, counting=counting, zone=scope.zone)
        case limits.ByBusinessDay():
            return _by_business_day(node, scope, occasion)


def resolve_within(node: limits.Limit, start: Start | None, scope: Scope) -> Within | None:
    """`within D` or `in less than D` of a start, with the conventions that D needs (S4.1 to S4.4)."""
    length, place = node.length, node.length.span
    is_same_day = length.unit in SAME_DAY and not node.strict and not isinstance(start, WindowEnd)
    help = (
        "say how long: the window's last day is over"
        if isinstance(start, WindowEnd)
        else "say how long: `within 4 hours`; within 0 calendar days is the same day"
    )
    if not is_same_day and not counts_something(length.amount, place, scope.findings, help):
        return None
    if length.unit in CLOCK_UNITS:
        duration = resolve_duration(length, scope.names.calendars, scope.findings)
        if duration is None or start is None:
            return None
        return _within(duration, node.strict, start, scope)
    day_end = scope.conventions.choice(DayEnd, place, "a deadline in days")
    closing: DatedCalendar | None = None
    if length.unit is not expressions.Unit.BUSINESS_DAYS and day_end is DayEnd.CLOSE_OF_BUSINESS:
        if length.calendar is None:
            scope.findings.error(
                "closing-missing",
                "the days end at close of business, and no calendar says when that is",
                place,
                "on which calendar?",
                help=f"add `on` and a calendar, or say `{phrase(DayEnd.MIDNIGHT)}`",
            )
        else:
            closing = dated_calendar(length.calendar, scope.names.calendars, scope.findings)
        length = expressions.Duration(amount=length.amount, unit=length.unit, calendar=None, span=place)
    if node.strict and day_end is not DayEnd.SAME_TIME:
        scope.findings.error(
            "less-than-days",
            "`in less than` days has a meaning only where days end at the same time of day",
            node.span,
            "a whole day is not less than itself",
            help=f"say `convention {phrase(DayEnd.SAME_TIME)}` here, or write `within`",
        )
    duration = resolve_duration(length, scope.names.calendars, scope.findings)
    late = LateArrivals.DO_NOT_ROLL
    if length.unit is expressions.Unit.BUSINESS_DAYS:
        late = scope.conventions.choice(LateArrivals, place, "a deadline in business days")
    if duration is None or start is None:
        return None
    if isinstance(duration, BusinessDays) and day_end is DayEnd.CLOSE_OF_BUSINESS:
        closing = duration.calendar
    return _within(duration, node.strict, start, scope, day_end, closing, late)


def resolve_read_limit(node: limits.ReadLimit, start: Start | None, scope: Scope) -> Within | None:
    """`within` as many units as a field of the fact says, or as long as a duration in it is."""
    found = resolve_expression(node.field, scope)
    if found is None:
        return None
    has_unit = isinstance(found.type, NumberType)
    if not has_unit and not isinstance(found.type, DurationType):
        _read_wrongly(node, found, "is no length", "read a number, `t.hours hours`, or a duration", scope)
        return None
    if has_unit and node.unit is None:
        _read_wrongly(node, found, "has no unit", "say which: `hours`, `business days on office_days`", scope)
        return None
    if not has_unit and node.unit is not None:
        _read_wrongly(node, found, "has a unit of its own", f"leave `{node.unit.value}` out", scope)
        return None
    most = CLOCK_DECIMALS if node.unit in CLOCK_UNITS else 0
    if isinstance(found.type, NumberType) and found.type.decimals > most:
        help = (
            f"declare it with {most} decimals at most" if most else "declare it as a whole number: `number`"
        )
        _read_wrongly(node, found, "is finer than the unit is counted", help, scope)
        return None
    # One unit, with the conventions that its lengths need.
    unit, amount = node.unit or expressions.Unit.SECONDS, Decimal(1)
    one = expressions.Duration(span=node.span, amount=amount, unit=unit, calendar=node.calendar)
    limit = resolve_within(limits.Limit(span=node.span, length=one, strict=node.strict), start, scope)
    if limit is None:
        return None
    assert isinstance(found.expression, FieldOf), "a field of a fact"
    duration = limit.duration
    if not has_unit and isinstance(duration, ClockDuration):
        duration = ClockDuration(length=1, clock=duration.clock, unit=HOURS)
    return replace(limit, duration=duration, read=found.expression)


def _read_wrongly(node: limits.ReadLimit, found: Typed, why: str, help: str, scope: Scope) -> None:
    scope.findings.error(
        "limit-read",
        f"{words(node.field)} is {described(found.type)}, which {why}",
        node.field.span,
        described(found.type),
        help=help,
    )


def _within(
    duration: Duration,
    strict: bool,
    start: Start,
    scope: Scope,
    day_end: DayEnd = DayEnd.MIDNIGHT,
    closing: DatedCalendar | None = None,
    late: LateArrivals = LateArrivals.DO_NOT_ROLL,
) -> Within:
    return Within(
        duration=duration,
        strict=strict,
        start=start,
        zone=scope.zone,
        day_end=day_end,
        closing=closing,
        late_arrivals=late,
    )


def is_day_based(limit: Limit) -> bool:
    """Whether days are counted, so that a pause pauses days (S4.6)."""
    match limit:
        case Within(duration=duration):
            return not isinstance(duration, ClockDuration)
        case ByClass(limits=rows):
            return any(is_day_based(row) for row in rows.values())
        case _:
            return False


def _start(node: expressions.Expression | None, place: Span, scope: Scope) -> Start | None:
    if node is not None:
        return resolve_instant(node, scope)
    scope.findings.error(
        "not-said",
        "from when the time counts is not said",
        place,
        "of which instant?",
        help="say it: `within 4 hours of i.reported_at`",
    )
    return None


def resolve_by_class(node: limits.WithinBy, start: Start | None, scope: Scope) -> ByClass | None:
    """One limit for each value of a class; every value that the field can have needs a row."""
    by = resolve_expression(node.selector, scope)
    if by is None:
        return None
    if not isinstance(by.type, OneOfType | TextType | NumberType):
        scope.findings.error(
            "type-mismatch",
            f"{words(node.selector)} is {described(by.type)} and chooses no row",
            node.selector.span,
            described(by.type),
            help="choose by a field with known values: `priority one of (p1, p2, p3)`",
        )
        return None
    if is_refused_quotient(by, node.selector, "as a class", scope):
        return None
    rows: dict[str, SingleLimit] = {}
    places: dict[str, Span] = {}
    for row in node.rows:
        value = row_value(row.value)
        if isinstance(by.type, NumberType) and not isinstance(row.value, Number):
            _no_number(row.value, scope.findings)
        elif isinstance(by.type, NumberType) and isinstance(row.value, Number):
            # `1.0` is the row of 1, too.
            value = exact_text(Fraction(row.value.value))
        if value in places:
            duplicate(scope.findings, f"the row `{value}`", places[value], row.value.span)
        elif isinstance(by.type, OneOfType) and value not in by.type.values:
            unknown_value(value, row.value.span, by.type.values, scope.findings)
        limit = resolve_within(row.limit, start, scope)
        if limit is not None:
            rows[value] = limit
        places.setdefault(value, row.value.span)
    _every_class(node, by, places, scope.findings)
    return ByClass(by=by.expression, limits=rows) if len(rows) == len(places) else None


def _no_number(value: Name | expressions.Text, findings: Findings) -> None:
    findings.error(
        "type-mismatch",
        f"the class is a number, and `{row_value(value)}` is none: no fact would choose this row",
        value.span,
        "not a number",
        help="say the number that the row is for",
    )


def row_value(value: Name | expressions.Text | Number) -> str:
    """The class that a row is for, as text."""
    match value:
        case Name(text=text):
            return text
        case expressions.Text(value=text):
            return text
        case Number(value=number):
            return f"{number:f}"


def _every_class(node: limits.WithinBy, by: Typed, places: dict[str, Span], findings: Findings) -> None:
    if not isinstance(by.type, OneOfType):
        return
    missing = [f"`{value}`" for value in by.type.values if value not in places]
    if missing:
        findings.error(
            "class-missing",
            f"{words(node.selector)} may be {missing[0]}, and no row says what holds then",
            node.selector.span,
            f"no row for {', '.join(missing)}",
            help=f"add a row for {' and '.join(missing)}",
        )


def _is_occasion(name: Name, occasion: Occasion, findings: Findings) -> bool:
    if occasion.window is not None and occasion.window.text == name.text:
        return True
    known = f"`{occasion.window.text}`" if occasion.window is not None else None
    findings.error(
        "unknown-word",
        f"`{name.text}` is no window here",
        name.span,
        "not introduced",
        help=f"the window here is {known}" if known else "a window is introduced by `every calendar month m`",
    )
    return False


def _by_business_day(node: limits.ByBusinessDay, scope: Scope, occasion: Occasion) -> ByBusinessDay | None:
    """The Nth business day of the occasion window, or of the month after it (S4.4)."""
    findings = scope.findings
    is_known = _is_occasion(node.window, occasion, findings)
    calendar = dated_calendar(node.calendar, scope.names.calendars, findings)
    day_end = scope.conventions.choice(DayEnd, node.span, "a deadline on a business day")
    if not is_known or calendar is None:
        return None
    if not isinstance(occasion.windows, CalendarWindows):
        findings.unsupported("a business day of any but a calendar window", node.span)
        return None
    if node.month_after and occasion.windows.unit is not WindowUnit.MONTH:
        findings.unsupported("the month after a window that is no month", node.window.span)
        return None
    most = MOST_DAYS[occasion.windows.unit]
    if not 1 <= node.number <= most:
        findings.error(
            "length-too-long" if node.number > most else "length-not-whole",
            f"a {occasion.windows.unit.value} has no business day {node.number}",
            node.span,
            "no such day",
            help=f"business days are counted from 1, and there are never more than {most}",
        )
        return None
    return ByBusinessDay(
        number=node.number,
        calendar=calendar,
        unit=occasion.windows.unit,
        anchor=WindowEnd(),
        shift=1 if node.month_after else 0,
        zone=scope.zone,
        day_end=day_end,
    )
