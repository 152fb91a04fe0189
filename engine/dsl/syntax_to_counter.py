"""`countered by`: the other party's figure for a window, which disputes a verdict (S7.1)."""

from collections.abc import Sequence
from fractions import Fraction

from engine.dsl import promises
from engine.dsl.expressions import Expression, Extreme, Node, Percent, Product, Sum
from engine.dsl.findings import Findings
from engine.dsl.frame import Frame
from engine.dsl.syntax_to_condition import resolve_match
from engine.dsl.syntax_to_downtime import lasts
from engine.dsl.syntax_to_duration import counts_something
from engine.dsl.syntax_to_expression import resolve_expression, resolve_instant, wanted
from engine.model.fact import DurationType, FieldType, MoneyType, NumberType
from engine.model.obligation import CounterFigure, ModeEffect, Tolerance
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
        findings.unsupported(
            "a figure for a window that modes split",
            said.span,
            help="each part has a bound of its own, and one figure for all of it could be held against none:"
            " leave the figure out, or say `modes prorate the bound` or `modes govern the window`",
        )
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
    tolerance = _tolerance(said.tolerance, unit, findings)
    is_sound = _has_unit(said.value, unit, findings) and (said.tolerance is None or tolerance is not None)
    if not is_sound:
        return None
    return CounterFigure(facts=facts, value=typed.expression, settled_at=settled_at, tolerance=tolerance)


def _tolerance(node: promises.Tolerance | None, unit: Unit, findings: Findings) -> Tolerance | None:
    """How far a figure may lie from what was measured."""
    if node is None or not counts_something(node.limit.value, node.span, findings):
        return None
    if not node.relative and unit.dimension is not Dimension.RATIO:
        findings.error(
            "type-mismatch",
            f"a measure in {unit.name} has no points",
            node.span,
            "points of a percentage",
            help="say a share of what was measured: `within 1%`",
        )
        return None
    if node.limit.value >= 100:
        findings.error(
            "type-mismatch",
            "figures that lie as far apart as what was measured do not agree"
            if node.relative
            else "figures that lie a hundred points apart are all or nothing and do not agree",
            node.span,
            "100% or more" if node.relative else "100 points or more",
            help=f"say how near they must be: `within {'1%' if node.relative else '0.1 points'}`",
        )
        return None
    return Tolerance(limit=Fraction(node.limit.value) / 100, relative=node.relative)


def _has_unit(node: Expression, unit: Unit, findings: Findings) -> bool:
    """Whether a figure for a percentage says what its numbers are, which no field of numbers does."""
    if unit.dimension is not Dimension.RATIO or _is_share(node):
        return True
    findings.error(
        "figure-without-unit",
        "a figure for a percentage must say whether it is a percentage or a share",
        node.span,
        "a bare number",
        help="a field that holds 98.5 is `* 1%`, one that holds 0.985 is `* 100%`",
    )
    return False


def _is_share(node: Expression) -> bool:
    """Whether a number is said as a percentage, or as a part of another."""
    match node:
        case Percent():
            return True
        case Product(factors=factors):
            return any(each.divides or _is_share(each.value) for each in factors)
        case Sum(terms=terms):
            return all(_is_share(each.value) for each in terms)
        case Extreme(items=items):
            return all(_is_share(each) for each in items)
        case _:
            return False


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
