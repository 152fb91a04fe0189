"""Named measures: what is counted of which records, and to which window a record belongs (S6.1)."""

from dataclasses import replace
from typing import assert_never

from engine.dsl import agreement as syntax
from engine.dsl import expressions
from engine.dsl.conventions import RecordWindow, phrase
from engine.dsl.expressions import Match, Node
from engine.dsl.frame import Frame, MeasuredRecords
from engine.dsl.promises import CountedTime
from engine.dsl.scope import Scope
from engine.dsl.syntax_to_bound import money_unit
from engine.dsl.syntax_to_condition import resolve_condition, resolve_match
from engine.dsl.syntax_to_duration import CLOCK_UNITS, calendar_missing, clock_named, dated_calendar
from engine.dsl.syntax_to_expression import is_refused_quotient, resolve_expression, resolve_instant
from engine.dsl.syntax_to_period import runs_forward
from engine.dsl.syntax_to_terms import resolve_citations
from engine.dsl.wording import described, words
from engine.model import quantity
from engine.model.expression import (
    Arithmetic,
    Earliest,
    Expression,
    FieldOf,
    Latest,
    Literal,
    Selection,
    WindowLabel,
)
from engine.model.fact import At, DurationType, FactKind, InstantType, MoneyType, NumberType
from engine.model.measure import (
    DaysBetween,
    FallsDue,
    FieldValue,
    Holds,
    One,
    Records,
    RecordValue,
    SincePrevious,
    TimeBetween,
)
from engine.model.quantity import Unit

Counted = syntax.CountsTime | CountedTime | expressions.Expression
"""What is counted of each record: the time between two instants, or a value."""


def resolve_measure(block: syntax.Measure, frame: Frame) -> MeasuredRecords | None:
    """A named measure, before it is known to which window its records belong."""
    findings, scope, items = frame.findings, frame.scope, block.items
    resolve_citations(items, scope.names, findings)
    of = findings.exactly_one(
        items, syntax.MeasureOf, f"what `{block.name.text}` measures", block.name.span, "of challenge c"
    )
    counts_time = findings.at_most_one(items, syntax.CountsTime, "what is counted")
    counts_value = findings.at_most_one(items, syntax.CountsValue, "what is counted")
    belongs = findings.at_most_one(items, syntax.BelongsTo, "to which window a record belongs")
    counts = counts_time if counts_time is not None else counts_value
    if counts_time is not None and counts_value is not None:
        findings.said_twice("what is counted", counts_time.span, counts_value.span)
    elif counts is None:
        findings.error(
            "not-said",
            f"what `{block.name.text}` counts is not said",
            block.name.span,
            "no `counts` line",
            help="say it: `counts hours from c.received_at to c.closed_at`",
        )
    if of is None or counts is None:
        return None
    counted = counts.value if isinstance(counts, syntax.CountsValue) else counts
    return measured_records(of.match, of.answered_by, counted, frame, belongs)


def measured_records(
    match: Match,
    answered_by: Match | None,
    counted: Counted,
    frame: Frame,
    belongs: syntax.BelongsTo | None = None,
) -> MeasuredRecords | None:
    """What is counted of the facts that an author selects, and of their answers."""
    matched = _selected(match, answered_by, frame)
    if matched is None:
        return None
    selection, answer, inner = matched
    value = _value(counted, inner, frame)
    window = resolve_instant(belongs.instant, inner) if belongs is not None else None
    if value is None or (belongs is not None and window is None):
        return None
    start, end = _start_and_end(value, selection, inner.variables[selection.variable])
    return MeasuredRecords(
        of=selection,
        answered_by=answer,
        answer=answer.variable if answer is not None else None,
        value=value,
        start=start,
        end=end,
        belongs=window,
    )


def counted_records(
    node: Match, frame: Frame, that: expressions.Condition | None = None
) -> MeasuredRecords | None:
    """The records of a kind, each of which counts one; or only those `that` fit a condition."""
    matched = resolve_match(node, frame.scope)
    if matched is None:
        return None
    selection, inner = matched
    value: RecordValue = One()
    if that is not None:
        condition = resolve_condition(that, inner)
        if condition is None:
            return None
        value = Holds(condition=condition)
    start, end = _start_and_end(value, selection, inner.variables[selection.variable])
    return MeasuredRecords(
        of=selection, answered_by=None, answer=None, value=value, start=start, end=end, belongs=None
    )


def attributed(measured: MeasuredRecords, place: Node, frame: Frame, *, is_limited: bool = False) -> Records:
    """The records with the instant that decides their window, by the measure's own word or by convention.

    `is_limited`: a length within which each is to be answered says when it falls due.
    """
    belongs: Expression | FallsDue | None = measured.belongs
    if belongs is None:
        belongs = measured.start
        if measured.start != measured.end:
            belongs = _by_convention(measured, place, frame, is_limited=is_limited)
    reads = frozenset[str]() if isinstance(belongs, FallsDue) else variables_in(belongs)
    return Records(
        of=measured.of,
        answered_by=measured.answered_by,
        value=measured.value,
        belongs=belongs,
        starts_at=measured.start,
        attributed_by_answer=measured.answer is not None and measured.answer in reads,
    )


def _by_convention(
    measured: MeasuredRecords, place: Node, frame: Frame, *, is_limited: bool
) -> Expression | FallsDue:
    """The start of a record, its end, or the instant at which it falls due (S6.1)."""
    conventions = frame.scope.conventions
    is_limited = is_limited and isinstance(measured.value, TimeBetween | DaysBetween)
    meant = tuple(each for each in RecordWindow if is_limited or each is not RecordWindow.DUE)
    choice = conventions.choice(RecordWindow, place.span, "to which window a record belongs", meant)
    match choice:
        case RecordWindow.START:
            return measured.start
        case RecordWindow.END:
            return measured.end
        case RecordWindow.DUE if is_limited:
            return FallsDue()
        case RecordWindow.DUE:
            field = f"{measured.of.variable}.due_at"
            frame.findings.error(
                "due-unsaid",
                f"records belong to the window they fall due in, and nothing says when a record of"
                f" `{measured.of.kind}` falls due",
                place.span,
                "names no length that each record is given",
                help=f"let a measure name the instant: `belongs to the window of {field}`; or say here"
                f" `convention {phrase(RecordWindow.START)}`",
            )
            return measured.start
        case _:
            assert_never(choice)


def variables_in(expression: Expression) -> frozenset[str]:
    """The short names of the facts that an expression reads."""
    match expression:
        case FieldOf(variable=variable):
            return frozenset({variable})
        case Arithmetic(left=left, right=right):
            return variables_in(left) | variables_in(right)
        case Latest(of=of) | Earliest(of=of):
            return frozenset[str]().union(*(variables_in(each) for each in of))
        case Literal() | WindowLabel():
            return frozenset()


def _selected(
    match: Match, answered_by: Match | None, frame: Frame
) -> tuple[Selection, Selection | None, Scope] | None:
    matched = resolve_match(match, frame.scope)
    if matched is None:
        return None
    selection, inner = matched
    if answered_by is None:
        return selection, None, inner
    answer = resolve_match(answered_by, inner)
    return (selection, *answer) if answer is not None else None


def _value(node: Counted, scope: Scope, frame: Frame) -> RecordValue | None:
    if not isinstance(node, syntax.CountsTime | CountedTime):
        return _field_value(node, scope)
    findings, calendars = frame.findings, scope.names.calendars
    start, end = resolve_instant(node.start, scope), resolve_instant(node.end, scope)
    if node.unit in CLOCK_UNITS:
        clock = clock_named(node.calendar, calendars, findings)
        if start is None or end is None or clock is None or not runs_forward(start, end, node.span, scope):
            return None
        return TimeBetween(start=start, end=end, clock=clock, unit=CLOCK_UNITS[node.unit])
    zone, calendar, unit = scope.zone, None, quantity.CALENDAR_DAYS
    if node.unit is expressions.Unit.BUSINESS_DAYS:
        if node.calendar is None:
            calendar_missing(node, calendars, findings)
            return None
        calendar = dated_calendar(node.calendar, calendars, findings)
        if calendar is None:
            return None
        zone, unit = calendar.zone, quantity.BUSINESS_DAYS
    elif node.unit is not expressions.Unit.CALENDAR_DAYS:
        findings.unsupported(f"a measure in {node.unit.value}", node.span, help="count `calendar days`")
        return None
    elif node.calendar is not None:
        findings.error(
            "calendar-not-counted",
            "calendar days are civil time and are not counted on a calendar",
            node.calendar.span,
            "has no meaning here",
            help=f"leave it out, or count `business days on {node.calendar.text}`",
        )
        return None
    if start is None or end is None or not runs_forward(start, end, node.span, scope):
        return None
    return DaysBetween(start=start, end=end, zone=zone, calendar=calendar, unit=unit)


def _field_value(node: expressions.Expression, scope: Scope) -> FieldValue | None:
    typed = resolve_expression(node, scope)
    if typed is None:
        return None
    if is_refused_quotient(typed, node, "as the value of a record", scope):
        return None
    unit: Unit
    match typed.type:
        case NumberType():
            unit = quantity.NUMBER
        case MoneyType(currency=currency):
            unit = money_unit(currency)
        case DurationType():
            unit = quantity.SECONDS
        case _:
            scope.findings.error(
                "type-mismatch",
                f"{words(node)} is {described(typed.type)} and cannot be counted",
                node.span,
                described(typed.type),
                help="count a number, an amount or a length of time; `counts hours from a to b` for instants",
            )
            return None
    return FieldValue(value=typed.expression, unit=unit)


def _start_and_end(value: RecordValue, selection: Selection, kind: FactKind) -> tuple[Expression, Expression]:
    """What the conventions call the start and the end of a record."""
    match value:
        case TimeBetween(start=start, end=end) | DaysBetween(start=start, end=end):
            return start, end
        case FieldValue() | One() | Holds() | SincePrevious():
            pass
    at = FieldOf(variable=selection.variable, kind=kind.name, field=kind.start_field, type=InstantType())
    if isinstance(kind.timing, At):
        return at, at
    return at, replace(at, field=kind.timing.end)
