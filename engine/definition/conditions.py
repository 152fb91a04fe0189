"""Expressions and three-valued conditions over facts: true, false, or unknown (S7.2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import assert_never

from engine.definition.book import Bindings, Reading, id_of
from engine.definition.notice import is_in_time, latest_before
from engine.model.expression import (
    AllOf,
    AnyOf,
    Arithmetic,
    Compare,
    Condition,
    Earliest,
    Expression,
    FieldOf,
    InForce,
    Latest,
    Literal,
    Not,
    Notice,
    OneOf,
    Operator,
    Present,
    Relation,
    Selection,
    ThereIs,
    UntilNext,
    WindowLabel,
)
from engine.model.fact import Fact, FactValue
from engine.model.quantity import Instant


def value_of(expression: Expression, bound: Bindings) -> FactValue:
    """The value of an expression; absent where a field that it needs is."""
    match expression:
        case Literal(value=value):
            return value
        case FieldOf(variable=variable, field=field):
            fact = bound[variable]
            return fact.values.get(field) if isinstance(fact, Fact) else None
        case WindowLabel(variable=variable):
            label = bound[variable]
            return label if isinstance(label, str) else None
        case Arithmetic(operator=operator, left=left, right=right):
            a, b = number_of(left, bound), number_of(right, bound)
            if a is None or b is None or (operator is Operator.OVER and b == 0):
                return None
            return calculated(operator, a, b)
        case Latest(of=of) | Earliest(of=of):
            instants = [instant_of(each, bound) for each in of]
            known = [each for each in instants if each is not None]
            if len(known) < len(instants):
                return None
            return max(known) if isinstance(expression, Latest) else min(known)
        case _:
            assert_never(expression)


def number_of(expression: Expression, bound: Bindings) -> Fraction | None:
    """The exact number that an expression gives."""
    value = value_of(expression, bound)
    return Fraction(value) if isinstance(value, int | Fraction) else None


def instant_of(expression: Expression, bound: Bindings) -> Instant | None:
    """The instant that an expression gives."""
    value = value_of(expression, bound)
    return value if isinstance(value, int) else None


def calculated(operator: Operator, left: Fraction, right: Fraction) -> int | Fraction:
    """Exact arithmetic; whole results stay whole, so that an instant plus a duration is an instant."""
    match operator:
        case Operator.PLUS:
            result = left + right
        case Operator.MINUS:
            result = left - right
        case Operator.TIMES:
            result = left * right
        case Operator.OVER:
            result = left / right
    return result.numerator if result.denominator == 1 else result


def truth(condition: Condition, bound: Bindings, zone: str, reading: Reading) -> bool | None:
    """Whether a condition is true, false, or unknown (None), as Kleene has it (S7.2).

    `reading` holds the facts among which `there is` looks.
    """
    match condition:
        case Compare(relation=relation, left=left, right=right):
            a, b = value_of(left, bound), value_of(right, bound)
            return None if a is None or b is None else compared(relation, a, b)
        case OneOf(value=value, among=among):
            found = value_of(value, bound)
            return None if found is None else any(found == each.value for each in among)
        case Present(value=value):
            return value_of(value, bound) is not None
        case Notice():
            at, before = instant_of(condition.value, bound), instant_of(condition.before, bound)
            if at is None or before is None:
                return None
            latest = latest_before(before, condition.lead, condition.counting, zone)
            return latest is not None and is_in_time(at, latest)
        case ThereIs():
            return any_of([each.truth for each in looked_at(condition, bound, zone, reading)])
        case AllOf(of=of):
            return all_of([truth(one, bound, zone, reading) for one in of])
        case AnyOf(of=of):
            return any_of([truth(one, bound, zone, reading) for one in of])
        case Not(of=of):
            found = truth(of, bound, zone, reading)
            return None if found is None else not found
        case _:
            assert_never(condition)


def all_of(each: Sequence[bool | None]) -> bool | None:
    """Kleene's conjunction; of nothing it is true."""
    return False if False in each else None if None in each else True


def any_of(each: Sequence[bool | None]) -> bool | None:
    """Kleene's disjunction; of nothing it is false."""
    return True if True in each else None if None in each else False


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """A fact that `there is` looked at: whether it is in force (where that is asked) and fits, with the
    bindings under which its condition is read."""

    fact: Fact
    bound: Bindings
    in_force: bool | None
    fits: bool | None

    @property
    def truth(self) -> bool | None:
        """Whether it is one that there is said to be."""
        return all_of((self.in_force, self.fits))


def looked_at(condition: ThereIs, bound: Bindings, zone: str, reading: Reading) -> Iterator[LookedAt]:
    """The facts among which `there is` looks; those left out do not fit."""
    facts = condition.facts
    for fact in reading.candidates(facts.kind, facts.variable, facts.where, bound):
        here = {**bound, facts.variable: fact}
        yield LookedAt(
            fact=fact,
            bound=here,
            in_force=is_in_force(condition.in_force, fact, here, reading),
            fits=truth(facts.where, here, zone, reading),
        )


def is_in_force(asked: InForce | None, fact: Fact, here: Bindings, reading: Reading) -> bool | None:
    """Whether a fact has begun by the instant asked and is not over: its end is the first too late (S2.2)."""
    if asked is None:
        return True
    at = instant_of(asked.at, here)
    if at is None:
        return None
    until = asked.until
    end = reading.next_at(fact, until.same) if isinstance(until, UntilNext) else instant_of(until, here)
    return reading.book.at(fact) <= at and (end is None or at < end)


def compared(relation: Relation, left: FactValue, right: FactValue) -> bool:
    """One comparison of two values that are there, of one type."""
    match relation:
        case Relation.IS:
            return left == right
        case Relation.IS_NOT:
            return left != right
        case Relation.BELOW:
            return is_below(left, right)
        case Relation.AT_LEAST:
            return not is_below(left, right)
        case Relation.ABOVE:
            return is_below(right, left)
        case Relation.AT_MOST:
            return not is_below(right, left)


def is_below(left: FactValue, right: FactValue) -> bool:
    """Whether one value comes before another of its type."""
    if isinstance(left, date) and isinstance(right, date):
        return left < right
    if isinstance(left, int | Fraction) and isinstance(right, int | Fraction):
        return left < right
    if isinstance(left, str) and isinstance(right, str):
        return left < right
    raise TypeError(f"{left!r} and {right!r} have no order")


def fields_of(expression: Expression, bound: Bindings) -> Iterator[tuple[Fact, str]]:
    """The fields that an expression reads, each with its fact."""
    match expression:
        case FieldOf(variable=variable, field=field):
            fact = bound[variable]
            if isinstance(fact, Fact):
                yield fact, field
        case Arithmetic(left=left, right=right):
            yield from fields_of(left, bound)
            yield from fields_of(right, bound)
        case Latest(of=of) | Earliest(of=of):
            for each in of:
                yield from fields_of(each, bound)
        case Literal() | WindowLabel():
            pass
        case _:
            assert_never(expression)


def names_of(expression: Expression, bound: Bindings) -> Iterator[str]:
    """The fields that an expression reads, as `kind:key.field`."""
    return (f"{id_of(fact)}.{field}" for fact, field in fields_of(expression, bound))


def absences(expression: Expression, bound: Bindings) -> Iterator[str]:
    """The fields, as `kind:key.field`, that leave an expression without a value: absent ones, and those of a
    divisor that is 0."""
    fields = fields_of(expression, bound)
    yield from (f"{id_of(fact)}.{field}" for fact, field in fields if fact.values.get(field) is None)
    for divisor in divisors_of(expression):
        if value_of(divisor, bound) == 0:
            yield from names_of(divisor, bound)


def divisors_of(expression: Expression) -> Iterator[Expression]:
    """Every expression that a part of this one is divided by."""
    match expression:
        case Arithmetic(operator=operator, left=left, right=right):
            yield from divisors_of(left)
            yield from divisors_of(right)
            if operator is Operator.OVER:
                yield right
        case Latest(of=of) | Earliest(of=of):
            for each in of:
                yield from divisors_of(each)
        case Literal() | FieldOf() | WindowLabel():
            pass
        case _:
            assert_never(expression)


def unknowns(condition: Condition, bound: Bindings, zone: str, reading: Reading) -> Iterator[str]:
    """The absent fields that leave a condition unknown; none for one that is true or false (S7.2)."""
    if truth(condition, bound, zone, reading) is not None:
        return
    match condition:
        case Compare(left=left, right=right):
            yield from absences(left, bound)
            yield from absences(right, bound)
        case OneOf(value=value):
            yield from absences(value, bound)
        case Notice(value=value, before=before):
            yield from absences(value, bound)
            yield from absences(before, bound)
        case AllOf(of=of) | AnyOf(of=of):
            for each in of:
                yield from unknowns(each, bound, zone, reading)
        case ThereIs(facts=facts, in_force=in_force):
            for each in looked_at(condition, bound, zone, reading):
                if each.truth is None:
                    yield from unknowns(facts.where, each.bound, zone, reading)
                    if in_force is not None:
                        yield from absences(in_force.at, each.bound)
        case Not(of=of):
            yield from unknowns(of, bound, zone, reading)
        case Present():
            pass
        case _:
            assert_never(condition)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A fact that a selection finds: `proven`, or only possible for want of the fields named in `missing`."""

    fact: Fact
    at: Instant
    proven: bool
    missing: tuple[str, ...]


def matching(selection: Selection, reading: Reading, bound: Bindings, zone: str) -> list[Match]:
    """The facts for which the selection's condition is true or unknown, in order of instant, then key."""
    found: list[Match] = []
    for fact in reading.candidates(selection.kind, selection.variable, selection.where, bound):
        here = {**bound, selection.variable: fact}
        if (holds := truth(selection.where, here, zone, reading)) is not False:
            missing = tuple(sorted(set(unknowns(selection.where, here, zone, reading))))
            found.append(Match(fact=fact, at=reading.book.at(fact), proven=bool(holds), missing=missing))
    return found
