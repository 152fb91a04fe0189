"""A condition that contradicts itself: nothing can satisfy it."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import conjuncts, obligations, within
from engine.model.exclusion import Exclusion, Permission
from engine.model.expression import (
    Compare,
    Condition,
    Literal,
    Not,
    Notice,
    OneOf,
    Present,
    Relation,
    Selection,
)
from engine.model.snapshot import Snapshot
from engine.source import Span


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each exclusion, permission or promise with a `where` that no fact can fit."""
    seen: set[tuple[Span, str]] = set()
    for _, obligation in obligations(snapshot):
        terms = obligation.terms
        excuses = tuple(within(obligation, Exclusion, Permission))
        inner = {
            id(each): (excuse.name, excuse.span) for excuse in excuses for each in within(excuse, Selection)
        }
        for selection in within(obligation, Selection):
            name, span = inner.get(id(selection), (terms.id, terms.span))
            why = contradiction(conjuncts(selection.where))
            if why is not None and (span, why) not in seen:
                seen.add((span, why))
                yield warning(
                    "never-true",
                    f"no `{selection.kind}` can ever fit the condition of `{name}`",
                    span,
                    why,
                    "look for the part that says the contrary of another",
                )


def contradiction(conditions: Sequence[Condition]) -> str | None:
    """Why the conditions cannot hold together, as far as two of them show it."""
    for number, one in enumerate(conditions):
        if isinstance(one, Compare) and one.left == one.right and one.relation not in REFLEXIVE:
            return "a value is compared with itself"
        for other in conditions[number + 1 :]:
            if _excludes(one, other) or _excludes(other, one):
                return "two of its parts exclude each other"
    return None


REFLEXIVE = (Relation.IS, Relation.AT_MOST, Relation.AT_LEAST)


def _excludes(one: Condition, other: Condition) -> bool:
    match one, other:
        case Present(value=value), Not(of=Present(value=absent)) if value == absent:
            return True
        case Compare(left=value), Not(of=Present(value=absent)) if value == absent:
            return True
        case Compare(left=left, relation=Relation.IS, right=Literal(value=a)), OneOf(
            value=value, among=among
        ):
            return left == value and all(each.value != a for each in among)
        case Compare(left=left), Compare(left=same) if left == same:
            return _disjoint(one, other)
        case Notice(value=value, before=before), Compare(
            relation=Relation.ABOVE | Relation.AT_LEAST, left=a, right=b
        ):
            return (value, before) == (a, b)
        case _:
            return False


def _disjoint(one: Compare, other: Compare) -> bool:
    """Whether two comparisons of one value with constants leave nothing between them."""
    if not isinstance(one.right, Literal) or not isinstance(other.right, Literal):
        return one.right == other.right and {one.relation, other.relation} in OPPOSED
    a, b = _number(one.right), _number(other.right)
    if one.relation is Relation.IS and other.relation in (Relation.IS, Relation.IS_NOT):
        return (one.right.value == other.right.value) is (other.relation is Relation.IS_NOT)
    if a is None or b is None:
        return False
    match one.relation, other.relation:
        case Relation.ABOVE, Relation.BELOW | Relation.AT_MOST:
            return a >= b
        case Relation.AT_LEAST, Relation.BELOW:
            return a >= b
        case Relation.AT_LEAST, Relation.AT_MOST:
            return a > b
        case Relation.IS, Relation.ABOVE:
            return a <= b
        case Relation.IS, Relation.AT_LEAST:
            return a < b
        case Relation.IS, Relation.BELOW:
            return a >= b
        case Relation.IS, Relation.AT_MOST:
            return a > b
        case _:
            return False


OPPOSED = (
    {Relation.IS, Relation.IS_NOT},
    {Relation.ABOVE, Relation.AT_MOST},
    {Relation.ABOVE, Relation.BELOW},
    {Relation.BELOW, Relation.AT_LEAST},
    {Relation.IS, Relation.ABOVE},
    {Relation.IS, Relation.BELOW},
)


def _number(literal: Literal) -> Fraction | None:
    value = literal.value
    return Fraction(value) if isinstance(value, int | Fraction) and not isinstance(value, bool) else None
