"""`requires by`: a bound for each value of `for each`, or of an attribute of the service (S6.6)."""

from collections.abc import Mapping

from engine.dsl import limits, promises
from engine.dsl.expressions import Name, Text
from engine.dsl.frame import Frame
from engine.dsl.names import did_you_mean
from engine.dsl.syntax_to_bound import resolve_bound
from engine.dsl.syntax_to_kind import unknown_value
from engine.dsl.syntax_to_partition import kind_measured
from engine.model.calendar import Clock, DatedCalendar
from engine.model.fact import OneOfType
from engine.model.measure import Measure
from engine.model.partition import BoundTable, Partition
from engine.model.quantity import Bound, Unit


def resolve_bounds(
    block: promises.Target,
    node: limits.Bound | limits.BoundsBy,
    unit: Unit,
    partition: Partition | None,
    measure: Measure,
    frame: Frame,
    calendar: Clock | DatedCalendar | None,
) -> tuple[Bound | None, BoundTable | None]:
    """The bound, and a table where it hangs on a value of `for each`; its first row is then the bound."""
    if isinstance(node, limits.Bound):
        return resolve_bound(node, unit, frame, calendar), None
    findings = frame.findings
    rows: dict[str, Bound] = {}
    for row in node.rows:
        value, bound = _value(row.value), resolve_bound(row.bound, unit, frame, calendar)
        if value in rows:
            first = next(each for each in node.rows if _value(each.value) == value)
            findings.said_twice(f"the row for `{value}`", first.span, row.span)
        elif bound is not None:
            rows[value] = bound
    if len(rows) < len(node.rows) or not rows:
        if not node.rows:
            findings.error(
                "class-missing",
                "the table has no rows",
                node.span,
                "no row",
                help="say one: `standard at least 99.9%`",
            )
        return None, None
    name = node.field_name
    if partition is not None and name.text in partition.fields:
        wanted = _values(name, partition, measure, frame)
        if wanted is None or not _is_complete(name, wanted, rows, frame):
            return None, None
        beyond = [row.value for row in node.rows if _value(row.value) not in wanted]
        for value in beyond:
            unknown_value(_value(value), value.span, wanted, findings)
        if beyond:
            return None, None
        return next(iter(rows.values())), BoundTable(field=name.text, bounds=tuple(rows.items()))
    attribute = _attribute(block, name, partition, frame)
    if attribute is None or not _is_complete(name, (attribute,), rows, frame):
        return None, None
    return rows[attribute], None


def _value(node: Name | Text) -> str:
    return node.text if isinstance(node, Name) else node.value


def _values(name: Name, partition: Partition, measure: Measure, frame: Frame) -> tuple[str, ...] | None:
    """The values that the policy declares for a field; a table needs to know them all."""
    kind = kind_measured(measure)
    field = frame.scope.names.kinds.nouns[kind].field_named(name.text)
    if field is not None and isinstance(field.type, OneOfType):
        return field.type.values
    frame.findings.error(
        "for-each-value",
        f"the policy does not declare the values of `{kind}.{name.text}`",
        name.span,
        "any value",
        help=f"a table needs to know them all: `{name.text} one of (…)`",
    )
    return None


def _attribute(block: promises.Target, name: Name, partition: Partition | None, frame: Frame) -> str | None:
    """The value of an attribute of the service that the target is of."""
    service = frame.scope.names.services.nouns.get(block.of.text) if block.of is not None else None
    attributes: Mapping[str, str] = dict(service.attributes) if service is not None else {}
    if name.text in attributes:
        return attributes[name.text]
    known = [*(partition.fields if partition is not None else ()), *attributes]
    frame.findings.error(
        "unknown-field",
        f"`{name.text}` is neither a field of `for each` nor an attribute of the service",
        name.span,
        "not known here",
        help=did_you_mean(name.text, known, otherwise="say `for each` of the field, or the target's service"),
    )
    return None


def _is_complete(name: Name, wanted: tuple[str, ...], rows: Mapping[str, Bound], frame: Frame) -> bool:
    missing = [f"`{value}`" for value in wanted if value not in rows]
    if missing:
        frame.findings.error(
            "class-missing",
            f"`{name.text}` may be {missing[0]}, and no row says what holds then",
            name.span,
            f"no row for {', '.join(missing)}",
            help=f"add a row for {' and '.join(missing)}",
        )
    return not missing
