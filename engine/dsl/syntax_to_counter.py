"""`countered by`: the other party's figure for a window, which disputes a verdict (S7.1)."""

from collections.abc import Sequence

from engine.dsl import promises
from engine.dsl.expressions import Node
from engine.dsl.frame import Frame
from engine.dsl.syntax_to_condition import resolve_match
from engine.dsl.syntax_to_downtime import lasts
from engine.dsl.syntax_to_expression import resolve_expression, resolve_instant, wanted
from engine.model.fact import DurationType, FieldType, MoneyType, NumberType
from engine.model.obligation import CounterFigure, ModeEffect
from engine.model.quantity import Dimension, Unit


def resolve_counter(
    items: Sequence[Node], unit: Unit, effect: ModeEffect, frame: Frame
) -> CounterFigure | None:
    """Whose facts give another figure for a window, in the unit of the measure, and when that is settled."""
    findings = frame.findings
    said = findings.at_most_one(items, promises.CounteredBy, "what counters the figures")
    if said is None:
        return None
    if effect is ModeEffect.SPLIT:
        findings.unsupported("a figure for a window that modes split", said.span)
    matched = resolve_match(said.match, frame.scope)
    if matched is None or not lasts(said.match.kind, "a figure is for the time of a window", frame):
        return None
    facts, scope = matched
    settled_at = resolve_instant(said.settled_at, scope)
    typed = resolve_expression(said.value, scope)
    type = _type_of(unit)
    if typed is None or not wanted(said.value, typed, type, scope) or settled_at is None:
        return None
    if (
        isinstance(type, MoneyType)
        and isinstance(typed.type, MoneyType)
        and type.currency != typed.type.currency
    ):
        findings.error(
            "currency-mismatch",
            f"a figure in {typed.type.currency} counters one in {type.currency}",
            said.value.span,
            f"in {typed.type.currency}",
            help="say both in one currency",
        )
        return None
    return CounterFigure(facts=facts, value=typed.expression, settled_at=settled_at)


def _type_of(unit: Unit) -> FieldType:
    """The type of a figure in a unit: a percentage is a share, as everywhere in an expression."""
    match unit.dimension:
        case Dimension.TIME:
            return DurationType()
        case Dimension.MONEY:
            return MoneyType(currency=unit.name)
        case (
            Dimension.RATIO
            | Dimension.COUNT
            | Dimension.NUMBER
            | Dimension.CALENDAR_DAYS
            | Dimension.BUSINESS_DAYS
        ):
            return NumberType()
