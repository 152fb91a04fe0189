"""Conditions: comparisons whose two sides are of one type, and what is built of them (S7.2)."""

from engine.dsl import expressions as syntax
from engine.dsl.expressions import Name
from engine.dsl.scope import Scope
from engine.dsl.syntax_to_duration import counts_something, resolve_duration
from engine.dsl.syntax_to_expression import Typed, resolve_expression, resolve_instant
from engine.dsl.wording import described, words
from engine.model.expression import (
    ALWAYS_TRUE,
    AllOf,
    AnyOf,
    ClockDuration,
    Compare,
    Condition,
    Duration,
    FieldOf,
    InForce,
    Literal,
    Not,
    Notice,
    NoticeCounting,
    OneOf,
    Present,
    Relation,
    Selection,
    ThereIs,
    UntilNext,
)
from engine.model.fact import (
    DateType,
    DurationType,
    FieldType,
    InstantType,
    Lasts,
    MoneyType,
    NumberType,
    OneOfType,
    ReferenceType,
    TextType,
)

RELATIONS = {
    syntax.Relation.AT_LEAST: Relation.AT_LEAST,
    syntax.Relation.AT_MOST: Relation.AT_MOST,
    syntax.Relation.ABOVE: Relation.ABOVE,
    syntax.Relation.BELOW: Relation.BELOW,
}


def resolve_match(node: syntax.Match, scope: Scope) -> tuple[Selection, Scope] | None:
    """The facts that an author selects, and the scope in which the selected fact has its short name."""
    kind = scope.names.kinds.find(node.kind, scope.findings)
    if kind is None:
        return None
    variable = node.alias.text if node.alias is not None else kind.name
    if not is_free(node.alias or node.kind, variable, scope):
        return None
    inner = scope.with_fact(variable, kind)
    where = resolve_condition(node.where, inner) if node.where is not None else None
    # A mistaken condition is on record; what reads the selected fact can still be looked at.
    return Selection(kind=kind.name, variable=variable, where=where or ALWAYS_TRUE), inner


def is_free(place: Name, variable: str, scope: Scope) -> bool:
    """Whether a short name is not taken yet at this place."""
    if variable not in scope.variables and variable not in scope.windows:
        return True
    scope.findings.error(
        "duplicate-name",
        f"the short name `{variable}` already means another fact here",
        place.span,
        "taken",
        help="give each fact a short name of its own",
    )
    return False


def resolve_condition(node: syntax.Condition, scope: Scope) -> Condition | None:
    """The condition; None if any part of it is mistaken. Every mistaken part is recorded."""
    match node:
        case syntax.Is(left=left, negated=negated, right=right):
            pair = _pair(left, right, scope)
            if pair is None:
                return None
            relation = Relation.IS_NOT if negated else Relation.IS
            return Compare(relation=relation, left=pair[0].expression, right=pair[1].expression)
        case syntax.IsOneOf():
            return _one_of(node, scope)
        case syntax.IsPresent(left=left, negated=negated):
            typed = resolve_expression(left, scope)
            if typed is None:
                return None
            present = Present(value=typed.expression)
            return Not(of=present) if negated else present
        case syntax.Compare(left=left, relation=relation, right=right):
            return _ordered(left, RELATIONS[relation], right, scope)
        case syntax.IsOnSide():
            return _on_side(node, scope)
        case syntax.Notice():
            return _notice(node, scope)
        case syntax.ThereIs():
            there_is = _there_is(node, scope)
            return Not(of=there_is) if node.negated and there_is is not None else there_is
        case syntax.Not(condition=condition):
            inner = resolve_condition(condition, scope)
            return Not(of=inner) if inner is not None else None
        case syntax.AllOf(conditions=conditions):
            parts = _every(conditions, scope)
            return AllOf(of=parts) if parts is not None else None
        case syntax.AnyOf(conditions=conditions):
            parts = _every(conditions, scope)
            return AnyOf(of=parts) if parts is not None else None


def _there_is(node: syntax.ThereIs, scope: Scope) -> ThereIs | None:
    """Whether there is a fact that fits, and is in force where that is asked."""
    matched = resolve_match(
        syntax.Match(span=node.span, kind=node.kind, alias=node.alias, where=node.where), scope
    )
    if matched is None:
        return None
    if node.in_force is None:
        return ThereIs(facts=matched[0])
    in_force = _in_force(node.in_force, *matched, scope)
    return ThereIs(facts=matched[0], in_force=in_force) if in_force is not None else None


def _in_force(node: syntax.InForceAt, facts: Selection, inner: Scope, scope: Scope) -> InForce | None:
    """A kind that lasts is in force until its own end; one that happens, until its next (S2.5)."""
    at = resolve_instant(node.at, scope)
    timing = scope.names.kinds.nouns[facts.kind].timing
    if isinstance(timing, Lasts):
        if node.until is not None:
            declared = scope.names.kinds.nouns[facts.kind].span
            scope.findings.said_twice(f"when a `{facts.kind}` ends", declared, node.until.span)
            return None
        until = FieldOf(variable=facts.variable, kind=facts.kind, field=timing.end, type=InstantType())
        return InForce(at=at, until=until) if at is not None else None
    if node.until is None:
        scope.findings.error(
            "not-said",
            f"a `{facts.kind}` happens at an instant; until when it is in force is not said",
            node.span,
            "until when?",
            help=f"say what replaces it: `until the next {facts.kind} of {facts.variable}.…`",
        )
        return None
    next_fact = until_next(node.until, facts, inner)
    return InForce(at=at, until=next_fact) if at is not None and next_fact is not None else None


def until_next(node: syntax.NextOf, selection: Selection, scope: Scope) -> UntilNext | None:
    """Until the next fact of the same kind with the same field."""
    same = resolve_expression(node.of, scope)
    if not scope.names.kinds.knows(node.kind, scope.findings) or same is None:
        return None
    is_own_field = isinstance(same.expression, FieldOf) and same.expression.variable == selection.variable
    if node.kind.text != selection.kind or not is_own_field:
        scope.findings.unsupported(
            "a period until the next fact of another kind",
            node.span,
            help=f"until the next `{selection.kind}` of a field of `{selection.variable}`",
        )
        return None
    assert isinstance(same.expression, FieldOf)
    return UntilNext(same=same.expression.field)


def _every(nodes: tuple[syntax.Condition, ...], scope: Scope) -> tuple[Condition, ...] | None:
    found = [resolve_condition(node, scope) for node in nodes]
    parts = tuple(part for part in found if part is not None)
    return parts if len(parts) == len(found) else None


def _pair(left: syntax.Expression, right: syntax.Expression, scope: Scope) -> tuple[Typed, Typed] | None:
    """Both sides of a comparison; a bare word or text takes its meaning from the other side."""
    if isinstance(left, Name | syntax.Text) and not isinstance(right, Name | syntax.Text):
        second = resolve_expression(right, scope)
        first = resolve_expression(left, scope, second.type) if second is not None else None
    else:
        first = resolve_expression(left, scope)
        if first is None and isinstance(right, Name):
            # A mistaken left side says nothing of what a bare word on the right could mean.
            return None
        second = resolve_expression(right, scope, first.type if first is not None else None)
    if first is None or second is None:
        return None
    return (first, second) if _comparable(left, first, right, second, scope) else None


def _comparable(
    left: syntax.Expression, first: Typed, right: syntax.Expression, second: Typed, scope: Scope
) -> bool:
    """Whether two values can be held against each other; if not, a mistake is recorded."""
    if not _alike(first.type, second.type):
        scope.findings.error(
            "type-mismatch",
            f"{words(left)} is {described(first.type)}, {words(right)} is {described(second.type)}",
            right.span,
            described(second.type),
            also=((left.span, described(first.type)),),
            help=_how_to_compare(first.type, second.type),
        )
        return False
    for reference, key, place in ((first, second, right), (second, first, left)):
        to = _key_of_another_kind(reference, key, scope)
        if to is not None and isinstance(reference.type, ReferenceType):
            scope.findings.error(
                "type-mismatch",
                f"a reference to {reference.type.to} is held against a key of {to}",
                place.span,
                f"a key of {to}",
                help=f"compare it with the key of a fact of kind `{reference.type.to}`",
            )
            return False
    return True


def _key_of_another_kind(reference: Typed, key: Typed, scope: Scope) -> str | None:
    if not isinstance(reference.type, ReferenceType) or not isinstance(key.expression, FieldOf):
        return None
    kind = scope.names.kinds.nouns.get(key.expression.kind)
    if kind is None or key.expression.field != kind.key or kind.name == reference.type.to:
        return None
    return kind.name


def _alike(one: FieldType, other: FieldType) -> bool:
    match (one, other):
        case (OneOfType(values=first), OneOfType(values=second)):
            return not set(first).isdisjoint(second)
        case (ReferenceType(to=first), ReferenceType(to=second)):
            return first == second
        case (TextType() | OneOfType() | ReferenceType(), TextType() | OneOfType() | ReferenceType()):
            return True
        case (MoneyType(currency=first), MoneyType(currency=second)):
            return first == second
        case _:
            return type(one) is type(other)


def _how_to_compare(one: FieldType, other: FieldType) -> str | None:
    for this, that in ((one, other), (other, one)):
        match (this, that):
            case (InstantType(), DateType()):
                return "say the time of day too: `2025-03-16 00:00`"
            case (InstantType(), _):
                return "an instant is held against an instant: `is before 2025-03-16 00:00`"
            case (MoneyType(currency=currency), NumberType()):
                return f"say the currency too: `{currency} 1.00`"
            case (DurationType(), NumberType()):
                return "say the unit too: `5 minutes`"
            case (NumberType(), TextType()):
                return "a number stands without quotes"
            case _:
                pass
    return None


def _one_of(node: syntax.IsOneOf, scope: Scope) -> Condition | None:
    value = resolve_expression(node.left, scope)
    if value is None:
        return None
    among: list[Literal] = []
    for each in node.values:
        typed = resolve_expression(each, scope, value.type)
        if typed is None or not _comparable(node.left, value, each, typed, scope):
            continue
        if not isinstance(typed.expression, Literal):
            scope.findings.error(
                "type-mismatch",
                f"{words(each)} is no constant",
                each.span,
                "not a constant",
                help="compare with `is`, joined by `or`",
            )
            continue
        among.append(typed.expression)
    if len(among) < len(node.values):
        return None
    one_of = OneOf(value=value.expression, among=tuple(among))
    return Not(of=one_of) if node.negated else one_of


def _ordered(
    left: syntax.Expression, relation: Relation, right: syntax.Expression, scope: Scope
) -> Condition | None:
    pair = _pair(left, right, scope)
    if pair is None:
        return None
    if not isinstance(pair[0].type, NumberType | MoneyType | DurationType):
        is_time = isinstance(pair[0].type, InstantType | DateType)
        scope.findings.error(
            "type-mismatch",
            f"{words(left)} is {described(pair[0].type)} and is not measured in more or less",
            left.span,
            described(pair[0].type),
            help="use `is before` or `is after`" if is_time else "use `is` or `is one of`",
        )
        return None
    return Compare(relation=relation, left=pair[0].expression, right=pair[1].expression)


def _on_side(node: syntax.IsOnSide, scope: Scope) -> Condition | None:
    pair = _pair(node.left, node.right, scope)
    if pair is None:
        return None
    if not isinstance(pair[0].type, InstantType | DateType):
        scope.findings.error(
            "type-mismatch",
            f"{words(node.left)} is {described(pair[0].type)} and lies neither before nor after",
            node.left.span,
            described(pair[0].type),
            help="use `is above` or `is below`",
        )
        return None
    relation = Relation.BELOW if node.side is syntax.Side.BEFORE else Relation.ABOVE
    return Compare(relation=relation, left=pair[0].expression, right=pair[1].expression)


def _notice(node: syntax.Notice, scope: Scope) -> Condition | None:
    """`a is at least D before b`; `a is at least D after b` is the same of b and a (S4.5)."""
    left, right = resolve_instant(node.left, scope), resolve_instant(node.right, scope)
    if not counts_something(
        node.length.amount,
        node.length.span,
        scope.findings,
        f"say how long, or by that instant: `not ({words(node.left)} is after {words(node.right)})`",
    ):
        return None
    lead = resolve_duration(node.length, scope.names.calendars, scope.findings)
    if node.relation is not syntax.Relation.AT_LEAST:
        scope.findings.unsupported(
            f"`{node.relation.value}` with a length of time between two instants",
            node.span,
            help="`is at least … before` and `is at least … after` are; turn the others around with `not`",
        )
        return None
    if left is None or right is None or lead is None:
        return None
    if node.side is syntax.Side.AFTER:
        if not isinstance(lead, ClockDuration):
            scope.findings.unsupported("notice in days counted forwards", node.length.span)
            return None
        left, right = right, left
    return Notice(value=left, lead=lead, before=right, counting=notice_counting(lead, node.length, scope))


def notice_counting(lead: Duration, place: syntax.Duration, scope: Scope) -> NoticeCounting:
    """How a notice in days is counted, by convention; on a clock there is nothing to choose (S4.5)."""
    if isinstance(lead, ClockDuration):
        return NoticeCounting.SAME_TIME
    return scope.conventions.choice(NoticeCounting, place.span, "a notice in days")
