"""Expressions and conditions over facts as SQLGlot nodes, three-valued: NULL is absent, or unknown (S7.2)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import count
from math import gcd
from typing import Protocol, assert_never

from sqlglot import exp

from engine.model.expression import (
    AllOf,
    AnyOf,
    Arithmetic,
    Compare,
    Condition,
    Earliest,
    Expression,
    FieldOf,
    Latest,
    Literal,
    Not,
    Notice,
    OneOf,
    Operator,
    Present,
    Relation,
    ThereIs,
    UntilNext,
    WindowLabel,
)
from engine.model.fact import FactKind, FieldType, InstantType, MoneyType, NumberType
from engine.rules.plans.clock_tables import ClockTables
from engine.rules.plans.kind_to_sql import UNTIL_NEXT
from engine.rules.plans.notice_to_sql import latest_before
from engine.rules.plans.plan_to_sql import column, number, snippet, text

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """A fact that a variable stands for: a table of facts as they are seen, under an alias.

    `prefix` stands before the names of its fields where a CTE carries them beside columns of its own.
    """

    kind: FactKind
    alias: str
    prefix: str = ""

    def field(self, name: str) -> exp.Column:
        """The column of a field."""
        return column(self.prefix + name, self.alias)

    @property
    def key(self) -> exp.Column:
        """The column of the key."""
        return self.field(self.kind.key)

    @property
    def instant(self) -> exp.Column:
        """The column of the instant, or of the period's start."""
        return self.field(self.kind.start_field)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRow:
    """A window that a variable stands for; `label` is its column."""

    label: exp.Column


class Lookup(Protocol):
    """Where `there is` looks: among the facts that the promise of a row reads (S2.7)."""

    def kind(self, name: str) -> FactKind:
        """A kind by its name."""
        ...

    def facts(self, kind: FactKind, next_of: str | None) -> exp.Select:
        """SELECT what is seen of a kind's facts, with `until next FIELD` where asked."""
        ...

    def is_read(self, row: FactRow) -> exp.Expr:
        """Whether a row of these facts is one that the promise reads."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the variables stand for, the agreement's zone, where clocks and days are numbered, and where
    `there is` looks."""

    rows: Mapping[str, FactRow | WindowRow]
    zone: str
    tables: ClockTables
    lookup: Lookup

    def fact(self, variable: str) -> FactRow:
        """The row of a fact variable."""
        row = self.rows[variable]
        assert isinstance(row, FactRow), variable
        return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaled:
    """A value as SQL holds it: a number is `node` times `scale`, anything else has the scale 1.

    A quotient is never worked out (S1.1): it is `node` times `scale` over `divisor`, which is above 0, or
    NULL where it would be 0.
    """

    node: exp.Expr
    scale: Fraction = Fraction(1)
    divisor: exp.Expr | None = None

    def at_scale(self, scale: Fraction) -> exp.Expr:
        """The node at a finer scale, of which this one is a multiple; wide enough not to overflow."""
        factor = self.scale / scale
        assert factor.denominator == 1
        if factor == 1:
            return self.node
        if isinstance(self.node, exp.Literal):
            return number(int(self.node.name) * factor.numerator)
        return snippet("(CAST($n AS HUGEINT) * $f)", n=self.node, f=number(factor.numerator))


DECIMAL_TEXT = """
  RTRIM(RTRIM(
    CASE WHEN $value < 0 THEN '-' ELSE '' END || CAST(ABS($value) // $one AS VARCHAR) || '.'
      || LPAD(CAST(ABS($value) % $one AS VARCHAR), $places, '0'),
    '0'), '.')
"""


def value(expression: Expression, scope: Scope) -> exp.Expr:
    """The node of an expression that is no quotient: encoded as the store encodes its type, at the
    expression's own scale."""
    found = scaled(expression, scope)
    assert found.divisor is None, "a quotient has no node of its own"
    return found.node


def class_text(expression: Expression, scope: Scope) -> exp.Expr:
    """The node of the text that chooses a row: a number is the exact decimal, without needless zeros."""
    found = scaled(expression, scope)
    assert found.divisor is None, "a quotient chooses no row"
    if found.scale == 1:
        return snippet("CAST($value AS VARCHAR)", value=found.node)
    places = next(each for each in count(1) if 10**each % found.scale.denominator == 0)
    return snippet(
        DECIMAL_TEXT,
        value=found.at_scale(Fraction(1, 10**places)),
        one=number(10**places),
        places=number(places),
    )


def scaled(expression: Expression, scope: Scope) -> Scaled:
    """The node of an expression with its scale: in whole units, microseconds, or days since 1970-01-01."""
    match expression:
        case Literal(value=constant):
            return _literal(constant)
        case FieldOf(variable=variable, field=field, type=type):
            return Scaled(node=scope.fact(variable).field(field), scale=scale_of(type))
        case WindowLabel(variable=variable):
            row = scope.rows[variable]
            assert isinstance(row, WindowRow), variable
            return Scaled(node=row.label)
        case Arithmetic(operator=operator, left=left, right=right):
            return _calculated(operator, scaled(left, scope), scaled(right, scope))
        case Latest(of=of):
            return Scaled(node=_extreme("GREATEST($a, $b)", [value(each, scope) for each in of]))
        case Earliest(of=of):
            return Scaled(node=_extreme("LEAST($a, $b)", [value(each, scope) for each in of]))
        case _:
            assert_never(expression)


def holds(condition: Condition, scope: Scope) -> exp.Expr:
    """The node of a condition: TRUE, FALSE, or NULL where it is unknown (S7.2)."""
    match condition:
        case Compare(relation=relation, left=left, right=right):
            return _compared(relation, scaled(left, scope), scaled(right, scope))
        case OneOf(value=among_these, among=among):
            one = scaled(among_these, scope)
            each = [_compared(Relation.IS, one, scaled(literal, scope)) for literal in among]
            return _joined(exp.Or, each, exp.false())
        case Present(value=present):
            found = scaled(present, scope)
            if found.divisor is not None:
                return snippet("($v IS NOT NULL AND $d IS NOT NULL)", v=found.node, d=found.divisor)
            return snippet("($v IS NOT NULL)", v=found.node)
        case Notice():
            latest = latest_before(
                value(condition.before, scope), condition.lead, condition.counting, scope.zone, scope.tables
            )
            given = value(condition.value, scope)
            compares = "$at <= $latest" if latest.inclusive else "$at < $latest"
            # A clock that never counts so much leaves no latest moment: false, not unknown.
            return snippet(
                f"(CASE WHEN NOT ($at IS NULL OR $before IS NULL) THEN COALESCE({compares}, FALSE) END)",
                at=given,
                latest=latest.at,
                before=value(condition.before, scope),
            )
        case ThereIs():
            return _there_is(condition, scope)
        case AllOf(of=of):
            return _joined(exp.And, [holds(each, scope) for each in of], exp.true())
        case AnyOf(of=of):
            return _joined(exp.Or, [holds(each, scope) for each in of], exp.false())
        case Not(of=of):
            return exp.Not(this=exp.Paren(this=holds(of, scope)))
        case _:
            assert_never(condition)


def absences(expression: Expression, scope: Scope) -> exp.Expr:
    """The fields that leave an expression without a value, absent ones and those of a divisor that is 0:
    `kind:key.field` texts, each after a line feed; an empty text where there is none."""
    return concatenated(_absences(expression, scope))


def _absences(expression: Expression, scope: Scope) -> Iterator[exp.Expr]:
    for each in fields_of(expression):
        yield _absent(each, scope)
    for divisor in divisors_of(expression):
        by = scaled(divisor, scope)
        yield snippet(
            "(CASE WHEN $d = 0 AND $known THEN $named ELSE '' END)",
            d=by.node,
            known=exp.true() if by.divisor is None else snippet("($d IS NOT NULL)", d=by.divisor),
            named=concatenated(_named(each, scope) for each in fields_of(divisor)),
        )


def unknowns(condition: Condition, scope: Scope) -> exp.Expr:
    """The absent fields that leave a condition unknown, written as by `absences` (S7.2)."""
    match condition:
        case Compare(left=left, right=right):
            return concatenated((absences(left, scope), absences(right, scope)))
        case OneOf(value=one):
            return absences(one, scope)
        case Notice(value=given, before=before):
            return concatenated(_absent(each, scope) for of in (given, before) for each in fields_of(of))
        case Present():
            return text("")
        case ThereIs():
            return _unknown_whether_there_is(condition, scope)
        case AllOf(of=of) | AnyOf(of=of):
            parts = concatenated(unknowns(each, scope) for each in of)
            return snippet("(CASE WHEN $c IS NULL THEN $p ELSE '' END)", c=holds(condition, scope), p=parts)
        case Not(of=of):
            return unknowns(of, scope)
        case _:
            assert_never(condition)


def fields_of(of: Expression | Condition) -> Iterator[FieldOf]:
    """Every field that an expression or a condition reads."""
    match of:
        case FieldOf():
            yield of
        case Literal() | WindowLabel():
            pass
        case Arithmetic(left=left, right=right) | Compare(left=left, right=right):
            yield from fields_of(left)
            yield from fields_of(right)
        case OneOf(value=one) | Present(value=one):
            yield from fields_of(one)
        case Notice(value=given, before=before):
            yield from fields_of(given)
            yield from fields_of(before)
        case Latest(of=each) | Earliest(of=each):
            for expression in each:
                yield from fields_of(expression)
        case ThereIs(facts=facts, in_force=in_force):
            yield from fields_of(facts.where)
            if in_force is not None:
                yield from fields_of(in_force.at)
        case AllOf(of=conditions) | AnyOf(of=conditions):
            for condition in conditions:
                yield from fields_of(condition)
        case Not(of=condition):
            yield from fields_of(condition)
        case _:
            assert_never(of)


def divisors_of(of: Expression | Condition) -> Iterator[Expression]:
    """Every expression that another is divided by and that may be 0."""
    match of:
        case Arithmetic(operator=operator, left=left, right=right):
            yield from divisors_of(left)
            yield from divisors_of(right)
            if operator is Operator.OVER and not isinstance(right, Literal):
                yield right
        case Compare(left=left, right=right):
            yield from divisors_of(left)
            yield from divisors_of(right)
        case OneOf(value=one) | Present(value=one) | Not(of=one):
            yield from divisors_of(one)
        case ThereIs(facts=facts):
            yield from divisors_of(facts.where)
        case AllOf(of=conditions) | AnyOf(of=conditions):
            for condition in conditions:
                yield from divisors_of(condition)
        case FieldOf() | Literal() | WindowLabel() | Latest() | Earliest() | Notice():
            # Instants have no quotients.
            pass
        case _:
            assert_never(of)


def may_be_absent(field: FieldOf, kind: FactKind) -> bool:
    """Whether a field of a fact that is seen can be absent (S2.5)."""
    fed = kind.field_named(field.field)
    if fed is None:
        return True
    is_hidden_when_later = isinstance(fed.type, InstantType) and not fed.planned
    return field.field != kind.start_field and (fed.optional or is_hidden_when_later)


def may_be_unknown(condition: Condition, kinds: Mapping[str, FactKind]) -> bool:
    """Whether a condition over facts that are seen can be unknown."""
    fields = (may_be_absent(each, kinds[each.kind]) for each in fields_of(condition))
    return any(fields) or any(True for _ in divisors_of(condition))


def conjuncts(condition: Condition) -> tuple[Condition, ...]:
    """The conditions that must all hold."""
    if isinstance(condition, AllOf):
        return tuple(each for one in condition.of for each in conjuncts(one))
    return (condition,)


def possible(condition: Condition, scope: Scope, kinds: Mapping[str, FactKind]) -> exp.Expr:
    """Whether a condition is true or unknown; equalities that are never unknown stay bare, for joins."""
    each = [
        snippet("($c IS NOT FALSE)", c=holds(one, scope)) if may_be_unknown(one, kinds) else holds(one, scope)
        for one in conjuncts(condition)
    ]
    return _joined(exp.And, each, exp.true())


def _there_is(condition: ThereIs, scope: Scope) -> exp.Expr:
    """Whether one is proven, else whether one is possible; semi-joins where equalities are known."""
    inner, facts = _among(condition, scope)
    kinds = {each.kind: scope.lookup.kind(each.kind) for each in fields_of(condition)}
    is_possible = _is_possible(condition, inner, kinds)
    if not may_be_unknown(condition, kinds):
        return _exists(facts, is_possible)
    is_proven = exp.and_(is_possible, _in_force(condition, inner), holds(condition.facts.where, inner))
    return snippet(
        "(CASE WHEN $proven THEN TRUE WHEN $perhaps THEN NULL ELSE FALSE END)",
        proven=_exists(facts, is_proven),
        perhaps=_exists(facts, is_possible),
    )


def _unknown_whether_there_is(condition: ThereIs, scope: Scope) -> exp.Expr:
    """What would have to be known of the facts that are possible, where none is proven."""
    inner, facts = _among(condition, scope)
    kinds = {each.kind: scope.lookup.kind(each.kind) for each in fields_of(condition)}
    if not may_be_unknown(condition, kinds):
        return text("")
    at = condition.in_force and absences(condition.in_force.at, inner)
    missing = concatenated([unknowns(condition.facts.where, inner), *([] if at is None else [at])])
    # Of nothing but outer columns it would be an aggregate of the outer query, so the key stands in it.
    key = inner.fact(condition.facts.variable).key
    each = snippet("STRING_AGG(CASE WHEN $key IS NOT NULL THEN $missing END, '')", key=key, missing=missing)
    perhaps = facts.copy().select(each)
    return snippet(
        "(CASE WHEN $held IS NULL THEN COALESCE($missing, '') ELSE '' END)",
        held=_there_is(condition, scope),
        missing=exp.Subquery(this=perhaps.where(_is_possible(condition, inner, kinds))),
    )


def _among(condition: ThereIs, scope: Scope) -> tuple[Scope, exp.Select]:
    """The facts looked at, and the scope in which the variable stands for one of them."""
    facts, asked = condition.facts, condition.in_force
    kind = scope.lookup.kind(facts.kind)
    row = FactRow(kind=kind, alias=f"there_{facts.variable}")
    same = asked.until.same if asked is not None and isinstance(asked.until, UntilNext) else None
    rows = exp.Subquery(this=scope.lookup.facts(kind, same), alias=exp.to_identifier(row.alias))
    inner = replace(scope, rows={**scope.rows, facts.variable: row})
    return inner, exp.select().from_(rows).where(scope.lookup.is_read(row))


def _is_possible(condition: ThereIs, inner: Scope, kinds: Mapping[str, FactKind]) -> exp.Expr:
    """Whether a fact may be one; equalities that are never unknown stay bare."""
    in_force = snippet("(($c) IS NOT FALSE)", c=_in_force(condition, inner))
    return exp.and_(possible(condition.facts.where, inner, kinds), in_force)


def _in_force(condition: ThereIs, inner: Scope) -> exp.Expr:
    """Whether the fact has begun by the instant asked and is not over."""
    asked, row = condition.in_force, inner.fact(condition.facts.variable)
    if asked is None:
        return exp.true()
    match asked.until:
        case UntilNext(same=same):
            until: exp.Expr = row.field(UNTIL_NEXT + same)
        case FieldOf():
            until = value(asked.until, inner)
    return snippet(
        "($start <= $at AND ($until IS NULL OR $at < $until))",
        start=row.instant,
        at=value(asked.at, inner),
        until=until,
    )


def _exists(facts: exp.Select, where: exp.Expr) -> exp.Expr:
    return exp.Exists(this=facts.copy().select("1").where(where))


def scale_of(type: FieldType) -> Fraction:
    """What one unit of an encoded number stands for."""
    return Fraction(1, 10**type.decimals) if isinstance(type, NumberType | MoneyType) else Fraction(1)


def _literal(constant: str | int | Fraction | bool | date) -> Scaled:
    match constant:
        case bool():
            return Scaled(node=exp.true() if constant else exp.false())
        case str():
            return Scaled(node=text(constant))
        case date():
            return Scaled(node=number((constant - EPOCH).days))
        case int() | Fraction():
            exact = Fraction(constant)
            return Scaled(node=number(exact.numerator), scale=Fraction(1, exact.denominator))


def _calculated(operator: Operator, left: Scaled, right: Scaled) -> Scaled:
    """Exact arithmetic in wide integers; NULL if either operand is."""
    if operator is Operator.OVER:
        return _quotient(left, right)
    if operator is Operator.TIMES:
        return Scaled(
            node=_times(left.node, right.node),
            scale=left.scale * right.scale,
            divisor=_both(left, right),
        )
    scale = _common_scale(left, right)
    sum_or_difference = f"(CAST($a AS HUGEINT) {operator.value} $b)"
    node = snippet(
        sum_or_difference,
        a=_times(left.at_scale(scale), right.divisor),
        b=_times(right.at_scale(scale), left.divisor),
    )
    return Scaled(node=node, scale=scale, divisor=_both(left, right))


def _quotient(left: Scaled, right: Scaled) -> Scaled:
    """`left` over `right`, whose sign goes to the dividend so that the divisor is above 0."""
    if isinstance(right.node, exp.Literal) and right.divisor is None:
        # A constant is but another scale.
        size = right.scale * int(right.node.name)
        return Scaled(node=left.node, scale=left.scale / size, divisor=left.divisor)
    signed = _times(left.node, right.divisor)
    return Scaled(
        node=snippet("(CASE WHEN $d < 0 THEN -CAST($a AS HUGEINT) ELSE $a END)", d=right.node, a=signed),
        scale=left.scale / right.scale,
        divisor=_times(snippet("NULLIF(ABS(CAST($d AS HUGEINT)), 0)", d=right.node), left.divisor),
    )


def _times(factor: exp.Expr, other: exp.Expr | None) -> exp.Expr:
    """A wide product; a divisor that is not there is 1."""
    return factor if other is None else snippet("(CAST($a AS HUGEINT) * $b)", a=factor, b=other)


def _both(left: Scaled, right: Scaled) -> exp.Expr | None:
    """The product of two divisors."""
    return right.divisor if left.divisor is None else _times(left.divisor, right.divisor)


def _common_scale(left: Scaled, right: Scaled) -> Fraction:
    """The coarsest scale of which both are multiples."""
    a, b = left.scale, right.scale
    return Fraction(
        gcd(a.numerator * b.denominator, b.numerator * a.denominator), a.denominator * b.denominator
    )


def _compared(relation: Relation, left: Scaled, right: Scaled) -> exp.Expr:
    """One comparison; a quotient is compared by cross-multiplication (S1.1)."""
    scale = _common_scale(left, right)
    comparison = f"($a {_SIGNS[relation]} $b)"
    return snippet(
        comparison,
        a=_times(left.at_scale(scale), right.divisor),
        b=_times(right.at_scale(scale), left.divisor),
    )


_SIGNS = {
    Relation.IS: "=",
    Relation.IS_NOT: "<>",
    Relation.BELOW: "<",
    Relation.AT_MOST: "<=",
    Relation.ABOVE: ">",
    Relation.AT_LEAST: ">=",
}


def _extreme(of_two: str, nodes: list[exp.Expr]) -> exp.Expr:
    """The latest or earliest; NULL if any is, which SQL's own functions pass over."""
    found = nodes[0]
    for node in nodes[1:]:
        either = snippet(of_two, a=found, b=node)
        found = snippet("(CASE WHEN NOT ($a IS NULL OR $b IS NULL) THEN $e END)", a=found, b=node, e=either)
    return found


def _joined(by: type[exp.Connector], nodes: list[exp.Expr], empty: exp.Expr) -> exp.Expr:
    if not nodes:
        return empty
    found = nodes[0]
    for node in nodes[1:]:
        found = by(this=found, expression=node)
    return exp.Paren(this=found) if len(nodes) > 1 else found


def _absent(field: FieldOf, scope: Scope) -> exp.Expr:
    row = scope.fact(field.variable)
    if not may_be_absent(field, row.kind):
        return text("")
    return snippet(
        "(CASE WHEN $f IS NULL THEN $named ELSE '' END)",
        f=row.field(field.field),
        named=_named(field, scope),
    )


def _named(field: FieldOf, scope: Scope) -> exp.Expr:
    """`kind:key.field` after a line feed."""
    row = scope.fact(field.variable)
    kind, name = text(f"\n{row.kind.name}:"), text(f".{field.field}")
    return snippet("CONCAT($kind, $key, $name)", kind=kind, key=row.key, name=name)


def concatenated(nodes: Iterable[exp.Expr]) -> exp.Expr:
    """Texts one after the other; empty ones are left out."""
    each = [node for node in nodes if node != text("")]
    if not each:
        return text("")
    return each[0] if len(each) == 1 else exp.func("CONCAT", *each, dialect="duckdb")
