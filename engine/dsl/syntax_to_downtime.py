"""What makes time bad, what narrows agreed time, and what bad time is held against (S5.1–S5.3, S5.6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from engine.dsl import downtime
from engine.dsl.expressions import Name, Node
from engine.dsl.frame import Frame
from engine.dsl.scope import Scope
from engine.dsl.syntax_to_condition import resolve_match
from engine.dsl.syntax_to_duration import CLOCK_UNITS, counts_something, elapsed_microseconds
from engine.dsl.syntax_to_expression import resolve_expression
from engine.dsl.syntax_to_kind import unknown_field
from engine.dsl.syntax_to_samples import fields_in, looks_up, may_be_absent
from engine.dsl.wording import described, words
from engine.model.exclusion import IntervalSource
from engine.model.expression import Arithmetic, Expression, Literal, Operator, Selection
from engine.model.fact import FactKind, Lasts, NumberType
from engine.model.measure import AtOnce, Forgiven, Standing, While
from engine.model.quantity import Microseconds
from engine.source import Span

CLAUSES: Final = (
    (downtime.WeightedBy, "the weight"),
    (downtime.LastingAtLeast, "the least length"),
    (downtime.CountedInWhole, "the unit in which outages are counted whole"),
    (downtime.ForgivenShort, "what is forgiven"),
    (downtime.DownAtOnce, "how many must be down at once"),
    (downtime.WithInEach, "the least number in a bucket"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the clauses after `measures uptime` say of bad intervals."""

    least: Microseconds
    whole: Microseconds
    forgiven: Forgiven | None
    at_once: downtime.DownAtOnce | None
    weight: downtime.WeightedBy | None


def resolve_rules(node: downtime.MeasuresUptime, frame: Frame) -> Rules:
    """Each clause at most once; mistaken ones are recorded and say nothing."""
    findings = frame.findings
    for sort, what in CLAUSES:
        findings.at_most_one(node.clauses, sort, what)
    least = whole = 0
    forgiven: Forgiven | None = None
    at_once: downtime.DownAtOnce | None = None
    weight: downtime.WeightedBy | None = None
    for clause in node.clauses:
        match clause:
            case downtime.LastingAtLeast(length=length):
                least = elapsed_microseconds(length, findings, what="the least length of an outage") or 0
            case downtime.CountedInWhole():
                whole = _whole_unit(clause, frame)
            case downtime.ForgivenShort(count=count, under=under):
                shorter = elapsed_microseconds(under, findings, what="the length of what is forgiven")
                if shorter is not None and counts_something(count, clause.span, findings):
                    forgiven = Forgiven(count=count, under=shorter)
            case downtime.DownAtOnce(count=count):
                at_once = clause if counts_something(count, clause.span, findings) else None
            case downtime.WeightedBy():
                weight = clause
            case downtime.WithInEach():
                pass
    return Rules(least=least, whole=whole, forgiven=forgiven, at_once=at_once, weight=weight)


def _whole_unit(clause: downtime.CountedInWhole, frame: Frame) -> Microseconds:
    if clause.unit in CLOCK_UNITS:
        return CLOCK_UNITS[clause.unit].size.numerator
    frame.findings.error(
        "type-mismatch",
        f"outages are not counted in whole {clause.unit.value}",
        clause.span,
        "no length of time of its own",
        help="count them in whole seconds, minutes or hours",
    )
    return 0


def resolve_at_once(clause: downtime.DownAtOnce, kind: FactKind, frame: Frame) -> AtOnce | None:
    """The field of which several values must be down at the same time; every outage must have it."""
    field = kind.field_named(clause.field.text)
    if field is None:
        unknown_field(clause.field, kind, frame.findings)
        return None
    if field.optional:
        frame.findings.unsupported(
            f"counting outages by `{field.name}`, which may be absent",
            clause.field.span,
            help="declare the field without `optional`",
        )
        return None
    return AtOnce(field=field.name, count=clause.count)


def resolve_weight(
    clause: downtime.WeightedBy, kind: FactKind, scope: Scope, *, is_share: bool
) -> Expression | None:
    """How much of the service an outage takes: a number that every outage has (S5.5)."""
    typed = resolve_expression(clause.weight, scope)
    if typed is None:
        return None
    if not isinstance(typed.type, NumberType):
        scope.findings.error(
            "type-mismatch",
            f"{words(clause.weight)} is {described(typed.type)}, and a weight is a number",
            clause.weight.span,
            described(typed.type),
            help="say how much of the service is down, from 0 to 1: `weight o.share`,"
            " or with `out of deployment d weight d.users` how many users are: `weight o.users`",
        )
        return None
    if any(may_be_absent(each, kind) for each in fields_in(typed.expression)):
        scope.findings.unsupported(
            "a weight that may be absent",
            clause.weight.span,
            help="declare the field without `optional`",
        )
        return None
    constant = typed.expression.value if isinstance(typed.expression, Literal) else None
    if isinstance(constant, int | Fraction) and not (constant > 0 and (constant <= 1 or not is_share)):
        scope.findings.error(
            "bound-out-of-reach",
            f"{words(clause.weight)} is no share of the service"
            if is_share
            else "a weight of nothing counts nothing",
            clause.weight.span,
            "not above 0 and at most 1" if is_share else "not above 0",
            help="say how much of the service is down: `weight o.share`, or `weight 0.5` for half of it",
        )
        return None
    if is_divided(typed.expression):
        scope.findings.unsupported("a weight that is a quotient of fields", clause.weight.span)
        return None
    return typed.expression


def is_divided(expression: Expression) -> bool:
    """Whether an expression is divided by anything but a constant."""
    match expression:
        case Arithmetic(operator=operator, left=left, right=right):
            by_field = operator is Operator.OVER and not isinstance(right, Literal)
            return by_field or is_divided(left) or is_divided(right)
        case _:
            return False


def resolve_whiles(items: Sequence[Node], frame: Frame) -> tuple[While, ...]:
    """What agreed time is narrowed to: periods, or time in which so many facts hold at once (S5.1)."""
    found: list[While | None] = []
    for item in items:
        match item:
            case downtime.WhilePeriod(period=name):
                found.append(_period(name, frame))
            case downtime.WhileStanding():
                found.append(_standing(item, frame))
            case _:
                pass
    return tuple(each for each in found if each is not None)


def _period(name: Name, frame: Frame) -> IntervalSource | None:
    source = interval_source(name, "a target", frame)
    if source is None or not is_always_known(source.intervals.facts, "a `while`", name.span, frame):
        return None
    return source


def _standing(item: downtime.WhileStanding, frame: Frame) -> Standing | None:
    matched = resolve_match(item.match, frame.scope)
    if matched is None or not lasts(item.match.kind, "what stands lasts", frame):
        return None
    if not counts_something(item.count, item.span, frame.findings) or not is_always_known(
        matched[0], "a `while`", item.span, frame
    ):
        return None
    return Standing(facts=matched[0], count=item.count)


def is_always_known(facts: Selection, what: str, place: Span, frame: Frame) -> bool:
    """Whether the condition on the facts is never unknown: else nobody could say which time counts."""
    if looks_up(facts.where):
        frame.findings.unsupported(f"{what} with `there is` in its condition", place)
        return False
    kind = frame.scope.names.kinds.nouns[facts.kind]
    doubtful = [each for each in fields_in(facts.where) if may_be_absent(each, kind)]
    for each in doubtful[:1]:
        frame.findings.unsupported(
            f"{what} that hangs on `{each.field}`, which may be absent",
            place,
            help="declare the field without `optional`",
        )
    return not doubtful


def lasts(name: Name, why: str, frame: Frame) -> bool:
    """Whether a kind lasts; another one is recorded as a mistake."""
    kind = frame.scope.names.kinds.nouns.get(name.text)
    if kind is None or isinstance(kind.timing, Lasts):
        return kind is not None
    frame.findings.error(
        "type-mismatch",
        f"`{kind.name}` happens at one instant, and {why}",
        name.span,
        "does not last",
        also=((kind.span, "declared here"),),
        help="declare the kind with `lasts start until end`",
    )
    return False


def resolve_fixed(items: Sequence[Node], frame: Frame) -> Microseconds | None:
    """`out of 43200 minutes`: the denominator, whatever was agreed (S5.6)."""
    said = frame.findings.at_most_one(items, downtime.OutOf, "what bad time is held against")
    if said is None:
        return None
    return elapsed_microseconds(said.length, frame.findings, what="what bad time is held against")


def interval_source(name: Name, needs: str, frame: Frame) -> IntervalSource | None:
    """The period, mode or exclusion of a name; `needs` is what has no one fact to ask for its period."""
    if name.text in frame.modes.declared:
        frame.modes.used.add(name.text)
        return frame.modes.nouns.get(name.text)
    if name.text in frame.exclusions.declared:
        frame.exclusions.used.add(name.text)
        return frame.exclusions.nouns.get(name.text)
    period = frame.periods.find(name, frame.findings)
    if period is not None and period.of is not None:
        frame.findings.error(
            "period-of-another",
            f"`{name.text}` is a period of each `{period.of.kind}`, and there is none here",
            name.span,
            "whose period?",
            also=((period.span, "declared here"),),
            help=f"{needs} needs a period that is not `of` a fact",
        )
        return None
    return period
