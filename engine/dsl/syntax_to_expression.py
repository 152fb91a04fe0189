"""Expressions: what each word of a value means in its place, and of which type it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.dsl import expressions as syntax
from engine.dsl.expressions import Name
from engine.dsl.names import did_you_mean
from engine.dsl.scope import Scope
from engine.dsl.syntax_to_duration import elapsed_microseconds
from engine.dsl.syntax_to_kind import currency_decimals, unknown_field, unknown_value
from engine.dsl.wording import described, example_of, words
from engine.dsl.zones import instant_in_zone
from engine.model.expression import (
    Arithmetic,
    Earliest,
    Expression,
    FieldOf,
    Latest,
    Literal,
    Operator,
    WindowLabel,
)
from engine.model.fact import (
    DateType,
    DurationType,
    FactKind,
    FieldType,
    InstantType,
    Lasts,
    MoneyType,
    NumberType,
    OneOfType,
    ReferenceType,
    Referent,
    TextType,
    YesNoType,
)

MOST_PARTS = 64
"""So many terms or factors may a value have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """An expression of the model and its type."""

    expression: Expression
    type: FieldType


def resolve_expression(
    node: syntax.Expression, scope: Scope, expected: FieldType | None = None
) -> Typed | None:
    """The meaning of a value; `expected` is the type of what it is held against, where that is known."""
    match node:
        case Name():
            return _name(node, scope, expected)
        case syntax.FieldOf():
            return _field(node, scope)
        case syntax.Extreme():
            return _extreme(node, scope)
        case syntax.Sum():
            return _sum(node, scope)
        case syntax.Product():
            return _product(node, scope)
        case _:
            return _literal(node, scope, expected)


def resolve_instant(node: syntax.Expression, scope: Scope) -> Expression | None:
    """An expression that must be an instant."""
    typed = resolve_expression(node, scope)
    if typed is None or wanted(node, typed, InstantType(), scope):
        return None if typed is None else typed.expression
    return None


def wanted(node: syntax.Expression, typed: Typed, type: FieldType, scope: Scope) -> bool:
    """Whether the value is of the type that its place wants; another type is recorded as a mistake."""
    if isinstance(typed.type, type_class := type.__class__):
        return True
    help = None
    if type_class is InstantType and isinstance(typed.type, DateType):
        help = "say the time of day too: `2025-03-16 00:00`"
    elif type_class is InstantType:
        instants = [
            f"`{variable}.{each.name}`"
            for variable, kind in scope.variables.items()
            for each in kind.fields
            if isinstance(each.type, InstantType)
        ]
        help = f"the instants here are {', '.join(instants)}" if instants else None
    if help is None:
        help = f"write {example_of(type)}"
    scope.findings.error(
        "type-mismatch",
        f"{words(node)} is {described(typed.type)}, and {described(type)} is wanted",
        node.span,
        f"not {described(type)}",
        help=help,
    )
    return False


def _name(node: Name, scope: Scope, expected: FieldType | None) -> Typed | None:
    """A bare word: the label of a window, or a value of the type that is expected."""
    if node.text in scope.windows:
        return Typed(expression=WindowLabel(variable=node.text), type=TextType())
    match expected:
        case OneOfType() | ReferenceType():
            return _word(node.text, node, scope, expected)
        case _:
            pass
    variables = [*scope.variables, *scope.windows]
    if node.text in scope.variables:
        fields = [f"`{node.text}.{each.name}`" for each in scope.variables[node.text].fields[:4]]
        help = f"name a field of it: {', '.join(fields)}"
    elif isinstance(expected, TextType):
        help = f'text stands in quotes: `"{node.text}"`'
    else:
        otherwise = "write a text in quotes, a number with its unit, or a field of a fact, as in `i.major`"
        help = did_you_mean(node.text, variables, otherwise=otherwise)
    scope.findings.error(
        "unknown-word",
        f"`{node.text}` means nothing here",
        node.span,
        "neither a value nor a window",
        help=help,
    )
    return None


def _word(
    text: str, node: Name | syntax.Text, scope: Scope, expected: OneOfType | ReferenceType
) -> Typed | None:
    """A word held against a field whose possible words are known."""
    if isinstance(expected, OneOfType):
        if text not in expected.values:
            unknown_value(text, node.span, expected.values, scope.findings)
            return None
        return Typed(expression=Literal(value=text, type=expected), type=expected)
    if expected.to == Referent.OBLIGATION:
        return _promise(text, node, scope, expected)
    if expected.to in set(Referent):
        table = {
            Referent.SERVICE: scope.names.services,
            Referent.COMPONENT: scope.names.components,
            Referent.PARTY: scope.names.parties,
            Referent.AGREEMENT: scope.names.agreements,
            Referent.SEVERITY: scope.names.severities,
        }[Referent(expected.to)]
        if not table.knows(Name(text=text, span=node.span), scope.findings):
            return None
        return Typed(expression=Literal(value=text, type=expected), type=expected)
    if isinstance(node, Name):
        scope.findings.error(
            "unknown-word",
            f"`{text}` means nothing here",
            node.span,
            f"a key of {expected.to} is text",
            help=f'text stands in quotes: `"{text}"`',
        )
        return None
    return Typed(expression=Literal(value=text, type=TextType()), type=TextType())


def _promise(text: str, node: Name | syntax.Text, scope: Scope, expected: ReferenceType) -> Typed | None:
    """A promise of this agreement by its name, or, in quotes, of any by its id: `"acme_sla.uptime"`."""
    id = text if "." in text else f"{scope.agreement}.{text}"
    if id in scope.promises:
        return Typed(expression=Literal(value=scope.promises[id], type=expected), type=expected)
    if text not in scope.names.agreements.lost:
        own = f"{scope.agreement}."
        known = [each.removeprefix(own) for each in scope.promises if "." in text or each.startswith(own)]
        scope.findings.error(
            "unknown-name",
            f"no promise is named `{text}`",
            node.span,
            "not a promise",
            help=did_you_mean(
                text, known, otherwise='one of another agreement stands in quotes: `"acme_sla.uptime"`'
            ),
        )
    return None


def _field(node: syntax.FieldOf, scope: Scope) -> Typed | None:
    """A field of a fact; `.at`, `.start`, `.end` are its instant or period, whatever they are called."""
    kind = scope.variables.get(node.owner.text)
    if kind is None:
        scope.findings.error(
            "unknown-word",
            f"`{node.owner.text}` is no fact here",
            node.owner.span,
            "not introduced",
            help=did_you_mean(
                node.owner.text, scope.variables, otherwise="a fact is introduced like `incident i`"
            ),
        )
        return None
    matrix = next((each for each in kind.matrices if each.field == node.field_name.text), None)
    if matrix is not None:
        values = tuple(dict.fromkeys(matrix.cells.values()))
        type: FieldType = OneOfType(values=values)
        name = matrix.field
    else:
        name = _field_name(node.field_name.text, kind)
        field = kind.field_named(name)
        if field is None:
            unknown_field(node.field_name, kind, scope.findings)
            return None
        type = field.type
    return Typed(
        expression=FieldOf(variable=node.owner.text, kind=kind.name, field=name, type=type), type=type
    )


def _field_name(text: str, kind: FactKind) -> str:
    if kind.field_named(text) is not None:
        return text
    if text in ("at", "start") and not (text == "at" and isinstance(kind.timing, Lasts)):
        return kind.start_field
    if text == "end" and isinstance(kind.timing, Lasts):
        return kind.timing.end
    return text


def _extreme(node: syntax.Extreme, scope: Scope) -> Typed | None:
    found = [resolve_instant(item, scope) for item in node.items]
    items = tuple(item for item in found if item is not None)
    if len(items) < len(found):
        return None
    extreme = Latest(of=items) if node.latest else Earliest(of=items)
    return Typed(expression=extreme, type=InstantType())


def _is_short(node: syntax.Sum | syntax.Product, count: int, scope: Scope) -> bool:
    """Whether a sum or product has few enough parts; what has more was not written by a person."""
    if count <= MOST_PARTS:
        return True
    scope.findings.error(
        "nesting-too-deep",
        f"{count} parts are more than the {MOST_PARTS} that a value may have",
        node.span,
        "too many parts",
        help="let a field hold the value",
    )
    return False


def _sum(node: syntax.Sum, scope: Scope) -> Typed | None:
    if not _is_short(node, len(node.terms), scope):
        return None
    found = [resolve_expression(term.value, scope) for term in node.terms]
    terms = [each for each in found if each is not None]
    if len(terms) < len(found):
        return None
    for term, typed in zip(node.terms, terms, strict=True):
        if not _adds_up(term.value, typed, terms[0], scope):
            return None
    total = terms[0].expression
    if node.terms[0].negative:
        zero = Literal(value=Fraction(0), type=NumberType())
        total = Arithmetic(operator=Operator.MINUS, left=zero, right=total)
    for term, typed in zip(node.terms[1:], terms[1:], strict=True):
        operator = Operator.MINUS if term.negative else Operator.PLUS
        total = Arithmetic(operator=operator, left=total, right=typed.expression)
    return Typed(expression=total, type=_widest([each.type for each in terms]))


def _adds_up(node: syntax.Expression, typed: Typed, first: Typed, scope: Scope) -> bool:
    match (typed.type, first.type):
        case (NumberType(), NumberType()) | (DurationType(), DurationType()):
            return True
        case (MoneyType(currency=one), MoneyType(currency=other)) if one == other:
            return True
        case (InstantType(), _):
            help = "a difference of instants is counted in a measure: `counts hours from a to b`"
        case _:
            help = "numbers, lengths of time, and amounts of one currency add up, each with their like"
    scope.findings.error(
        "type-mismatch",
        f"{words(node)} is {described(typed.type)} and cannot be added here",
        node.span,
        described(typed.type),
        help=help,
    )
    return False


def _product(node: syntax.Product, scope: Scope) -> Typed | None:
    if not _is_short(node, len(node.factors), scope):
        return None
    found = [resolve_expression(factor.value, scope) for factor in node.factors]
    factors = [each for each in found if each is not None]
    if len(factors) < len(found):
        return None
    product = factors[0]
    first = product.type
    if not isinstance(first, NumberType | MoneyType | DurationType):
        return _no_factor(node.factors[0], first, scope)
    for factor, typed in zip(node.factors[1:], factors[1:], strict=True):
        type = _quotient(product.type, typed.type) if factor.divides else _multiple(product.type, typed.type)
        if type is None:
            return _no_factor(factor, typed.type, scope)
        if factor.divides and isinstance(typed.expression, Literal) and typed.expression.value == 0:
            scope.findings.error(
                "divided-by-zero",
                "nothing can be divided by 0",
                factor.span,
                "always 0",
                help="divide by a field: where that is 0, the quotient is absent",
            )
            return None
        operator = Operator.OVER if factor.divides else Operator.TIMES
        product = Typed(
            expression=Arithmetic(operator=operator, left=product.expression, right=typed.expression),
            type=type,
        )
    return product


def _multiple(product: FieldType, factor: FieldType) -> FieldType | None:
    """The type of a product: numbers multiply, and one amount or length of time by numbers."""
    match (product, factor):
        case (NumberType(decimals=one), NumberType(decimals=other)):
            return NumberType(decimals=one + other)
        case (MoneyType() | DurationType(), NumberType()):
            return product
        case (NumberType(), MoneyType() | DurationType()):
            return factor
        case _:
            return None


def _quotient(dividend: FieldType, divisor: FieldType) -> FieldType | None:
    """The type of a quotient: by a number it stays what it was, by its like it is a number.

    A quotient is exact and has no number of decimals; its type keeps those of the dividend.
    """
    match (dividend, divisor):
        case (NumberType() | MoneyType() | DurationType(), NumberType()):
            return dividend
        case (DurationType(), DurationType()):
            return NumberType()
        case (MoneyType(currency=one), MoneyType(currency=other)) if one == other:
            return NumberType()
        case _:
            return None


def _no_factor(factor: syntax.Factor, type: FieldType, scope: Scope) -> None:
    done = "divided by" if factor.divides else "multiplied"
    scope.findings.error(
        "type-mismatch",
        f"{words(factor.value)} is {described(type)} and cannot be {done} here",
        factor.span,
        described(type),
        help="divide by a number or by its like: an amount by one of its currency, a length by a length"
        if factor.divides
        else "multiply numbers, or one amount or length of time by numbers",
    )


def is_refused_quotient(typed: Typed, node: syntax.Expression, place: str, scope: Scope) -> bool:
    """Whether a value is a quotient, or made of one, where only conditions may hold one; recorded if so."""
    if not _is_divided(typed.expression):
        return False
    scope.findings.unsupported(f"a quotient {place}", node.span)
    return True


def _is_divided(expression: Expression) -> bool:
    match expression:
        case Arithmetic(operator=operator, left=left, right=right):
            return operator is Operator.OVER or _is_divided(left) or _is_divided(right)
        case Literal() | FieldOf() | WindowLabel() | Latest() | Earliest():
            return False


def _widest(types: Sequence[FieldType]) -> FieldType:
    decimals = [type.decimals for type in types if isinstance(type, NumberType)]
    return NumberType(decimals=max(decimals)) if decimals else types[0]


def _literal(node: syntax.Literal, scope: Scope, expected: FieldType | None) -> Typed | None:
    match node:
        case syntax.Text(value=text):
            if isinstance(expected, OneOfType | ReferenceType):
                return _word(text, node, scope, expected)
            return Typed(expression=Literal(value=text, type=TextType()), type=TextType())
        case syntax.Number(value=number):
            type: FieldType = NumberType(decimals=decimals_of(Fraction(number)))
            return Typed(expression=Literal(value=Fraction(number), type=type), type=type)
        case syntax.Percent(value=percent):
            share = Fraction(percent) / 100
            type = NumberType(decimals=decimals_of(share))
            return Typed(expression=Literal(value=share, type=type), type=type)
        case syntax.Money(currency=currency, amount=amount):
            decimals = currency_decimals(currency, node.span, scope.findings)
            if decimals is None:
                return None
            if decimals_of(Fraction(amount)) > decimals:
                scope.findings.error(
                    "amount-too-fine",
                    f"`{currency}` has {decimals} decimals",
                    node.span,
                    "finer than the currency",
                    help="round the amount to the currency's smallest unit",
                )
                return None
            type = MoneyType(currency=currency, decimals=decimals)
            return Typed(expression=Literal(value=Fraction(amount), type=type), type=type)
        case syntax.YesNo(value=yes):
            return Typed(expression=Literal(value=yes, type=YesNoType()), type=YesNoType())
        case syntax.Date(value=day):
            return Typed(expression=Literal(value=day, type=DateType()), type=DateType())
        case syntax.DateTime(value=moment):
            instant = instant_in_zone(moment, scope.zone, node, scope.findings)
            if instant is None:
                return None
            return Typed(expression=Literal(value=instant, type=InstantType()), type=InstantType())
        case syntax.Duration():
            length = elapsed_microseconds(node, scope.findings, what="a value", may_be_zero=True)
            if length is None:
                return None
            return Typed(expression=Literal(value=length, type=DurationType()), type=DurationType())


def decimals_of(value: Fraction) -> int:
    """How many decimals a decimal number needs.

    >>> decimals_of(Fraction("2.50"))
    1
    """
    decimals = 0
    while (value * 10**decimals).denominator != 1:
        decimals += 1
    return decimals
