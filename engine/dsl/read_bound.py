"""A bound or a length that a field of the record says: it is refused, with the words that say it instead."""

from engine.dsl import expressions as syntax
from engine.dsl.findings import Findings
from engine.dsl.limits import Bound, BoundRelation, BoundsBy
from engine.dsl.wording import words
from engine.model.expression import Expression, FieldOf, Selection
from engine.model.measure import (
    Aggregated,
    DaysBetween,
    FieldValue,
    Measure,
    RecordValue,
    TimeBetween,
)

COUNTED = (FieldValue, TimeBetween, DaysBetween)
"""What is counted of each record by itself."""

KEPT = {
    BoundRelation.AT_LEAST: "is at least",
    BoundRelation.AT_MOST: "is at most",
    BoundRelation.ABOVE: "is above",
    BoundRelation.BELOW: "is below",
}
"""How a condition says that a value keeps a bound; the others have no field to read."""


def is_bound_read(node: Bound | BoundsBy, measure: Measure, findings: Findings) -> bool:
    """Whether a bound of what is counted of each record is a field, which is then refused."""
    if not isinstance(measure, Aggregated) or not isinstance(measure.records.value, COUNTED):
        return False
    bounds = [node] if isinstance(node, Bound) else [row.bound for row in node.rows]
    is_read = False
    for each in bounds:
        kept = KEPT.get(each.relation)
        if isinstance(each.value, syntax.FieldOf) and kept is not None:
            refuse_read(each.value, kept, measure.records.of, measure.records.value, findings)
            is_read = True
    return is_read


def refuse_read(
    field: syntax.FieldOf, kept: str, of: Selection, value: RecordValue, findings: Findings
) -> None:
    """Record the mistake, with what holds each record against its own field."""
    own, when = f"{of.variable}.{field.field_name.text}", f"{of.kind} {of.variable}"
    if isinstance(value, TimeBetween | DaysBetween):
        must = f"must … within {own} of {_in_words(value.start)}"
        instead = f"hold each to its own by a duty: `when {when}`, `{must}`"
    else:
        counted = _in_words(value.value) if isinstance(value, FieldValue) else "…"
        share = f"measures share of {when} that {counted} {kept} {own}"
        instead = f"hold each against its own: `{share}`, and bound the share: `requires at least 95%`"
    findings.error(
        "bound-read",
        f"one bound holds for all records, and {words(field)} is a field of each",
        field.span,
        "read from the record",
        help=instead,
    )


def _in_words(of: Expression) -> str:
    return f"{of.variable}.{of.field}" if isinstance(of, FieldOf) else "…"
