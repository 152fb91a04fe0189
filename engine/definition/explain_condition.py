"""Conditions in words: which comparison held, which did not, and which is unknown for want of which field."""

from collections.abc import Iterator
from fractions import Fraction
from typing import assert_never

from engine.definition.book import Bindings, Reading, id_of
from engine.definition.conditions import absences, looked_at, truth, value_of
from engine.definition.explain_runs import folded
from engine.definition.wording import clock_text, length_text, listed, moment_text, value_text
from engine.model.decimals import number_text
from engine.model.explanation import Line
from engine.model.expression import (
    AllOf,
    AnyOf,
    Arithmetic,
    BusinessDays,
    CalendarDays,
    ClockDuration,
    Compare,
    Condition,
    Duration,
    Earliest,
    Expression,
    FieldOf,
    Latest,
    Literal,
    Months,
    Not,
    Notice,
    OneOf,
    Operator,
    Present,
    Relation,
    ThereIs,
    WindowLabel,
)
from engine.model.fact import DateType, DurationType, Fact, FactValue, FieldType, InstantType, MoneyType

IN_SIZE = {
    each: f"is {each.value}" for each in (Relation.BELOW, Relation.AT_MOST, Relation.ABOVE, Relation.AT_LEAST)
}
IN_TIME = {
    Relation.BELOW: "is before",
    Relation.AT_MOST: "is not after",
    Relation.ABOVE: "is after",
    Relation.AT_LEAST: "is not before",
}
TRUTH = {True: "yes", False: "no", None: "unknown"}


def condition_lines(condition: Condition, bound: Bindings, zone: str, reading: Reading) -> Iterator[Line]:
    """One line for each comparison, with the values compared and the facts they stand in (S7.2)."""
    match condition:
        case AllOf(of=of):
            for each in of:
                yield from condition_lines(each, bound, zone, reading)
        case AnyOf(of=of):
            lines = tuple(line for each in of for line in condition_lines(each, bound, zone, reading))
            yield Line(text=f"any of these: {TRUTH[truth(condition, bound, zone, reading)]}", lines=lines)
        case Not(of=Present() | OneOf() as of):
            yield comparison_line(of, bound, zone, reading, negated=True)
        case Not(of=ThereIs() as of):
            yield looked_line(of, bound, zone, reading, negated=True)
        case Not(of=of):
            lines = tuple(condition_lines(of, bound, zone, reading))
            yield Line(text=f"not: {TRUTH[truth(condition, bound, zone, reading)]}", lines=lines)
        case ThereIs():
            yield looked_line(condition, bound, zone, reading)
        case Compare() | OneOf() | Present() | Notice():
            yield comparison_line(condition, bound, zone, reading)
        case _:
            assert_never(condition)


def comparison_line(
    condition: Compare | OneOf | Present | Notice,
    bound: Bindings,
    zone: str,
    reading: Reading,
    *,
    negated: bool = False,
) -> Line:
    """`t.level is "p1": yes` with what its fields hold; unknown names the absent ones."""
    read = operands(condition)
    absent = sorted({name for each in read for name in absences(each, bound)})
    held = truth(condition, bound, zone, reading)
    if held is None:
        why = f"unknown, for {listed(absent)} {'is' if len(absent) == 1 else 'are'} absent"
    else:
        values = (
            f"{expression_text(each, zone)} is {fact_value_text(value_of(each, bound), each.type, zone)}"
            for each in read
            if isinstance(each, FieldOf)
        )
        why = ", ".join((TRUTH[held is not negated], *values))
    facts = dict.fromkeys(
        id_of(fact)
        for each in read
        if isinstance(each, FieldOf) and isinstance(fact := bound.get(each.variable), Fact)
    )
    return Line(text=f"{comparison_text(condition, zone, negated=negated)}: {why}", facts=tuple(facts))


def looked_line(
    condition: ThereIs, bound: Bindings, zone: str, reading: Reading, *, negated: bool = False
) -> Line:
    """`there is a status s in force at i.at: yes`, with the facts that say so, or those that came nearest."""
    held = truth(condition, bound, zone, reading)
    seen = [each for each in looked_at(condition, bound, zone, reading) if each.in_force is not False]
    shown = [each for each in seen if each.truth is held] if held is not False else seen
    lines = [
        Line(
            text=f"{id_of(each.fact)}: {TRUTH[each.truth]}",
            lines=tuple(condition_lines(condition.facts.where, each.bound, zone, reading)),
            facts=(id_of(each.fact),),
        )
        for each in shown
    ]
    why = TRUTH[None if held is None else held is not negated]
    return Line(text=f"{there_is_text(condition, zone, negated=negated)}: {why}", lines=tuple(folded(lines)))


def there_is_text(condition: ThereIs, zone: str, *, negated: bool = False) -> str:
    """The beginning of the condition as the policy says it."""
    facts, asked = condition.facts, condition.in_force
    article = "no" if negated else article_of(facts.kind)
    in_force = "" if asked is None else f" in force at {expression_text(asked.at, zone)}"
    return f"there is {article} {facts.kind} {facts.variable}{in_force} that fits"


def article_of(noun: str) -> str:
    """The article before a noun."""
    return "an" if noun[0] in "aeio" else "a"


def operands(condition: Compare | OneOf | Present | Notice) -> tuple[Expression, ...]:
    """The expressions that a comparison reads."""
    match condition:
        case Compare(left=left, right=right):
            return left, right
        case OneOf(value=value) | Present(value=value):
            return (value,)
        case Notice(value=value, before=before):
            return value, before


def comparison_text(
    condition: Compare | OneOf | Present | Notice, zone: str, *, negated: bool = False
) -> str:
    """The comparison as the policy says it."""
    match condition:
        case Compare(relation=relation, left=left, right=right):
            in_time = any(
                isinstance(each, FieldOf | Literal) and isinstance(each.type, InstantType | DateType)
                for each in (left, right)
            )
            how = (IN_TIME if in_time else IN_SIZE).get(relation, relation.value)
            return f"{expression_text(left, zone)} {how} {expression_text(right, zone)}"
        case OneOf(value=value, among=among):
            values = ", ".join(expression_text(each, zone) for each in among)
            return f"{expression_text(value, zone)} {'is not' if negated else 'is'} one of ({values})"
        case Present(value=value):
            return f"{expression_text(value, zone)} is {'absent' if negated else 'present'}"
        case Notice(value=value, before=before, lead=lead):
            return (
                f"{expression_text(value, zone)} is at least {duration_text(lead)}"
                f" before {expression_text(before, zone)}"
            )


def expression_text(expression: Expression, zone: str) -> str:
    """An expression as the policy says it."""
    match expression:
        case Literal(value=value, type=type):
            return fact_value_text(value, type, zone)
        case FieldOf(variable=variable, field=field):
            return f"{variable}.{field}"
        case WindowLabel(variable=variable):
            return variable
        case Arithmetic(operator=operator, left=left, right=right):
            sides = (operand_text(each, operator, zone, is_right=each is right) for each in (left, right))
            return f" {operator.value} ".join(sides)
        case Latest(of=of):
            return f"latest of ({', '.join(expression_text(each, zone) for each in of)})"
        case Earliest(of=of):
            return f"earliest of ({', '.join(expression_text(each, zone) for each in of)})"
        case _:
            assert_never(expression)


def operand_text(operand: Expression, of: Operator, zone: str, *, is_right: bool) -> str:
    """One side of a sum or product, in parentheses where it would be read otherwise."""
    text = expression_text(operand, zone)
    if not isinstance(operand, Arithmetic):
        return text
    adds = {Operator.PLUS, Operator.MINUS}
    is_loose = operand.operator in adds and of not in adds
    return f"({text})" if is_loose or (is_right and of is not Operator.PLUS) else text


def fact_value_text(value: FactValue, type: FieldType, zone: str) -> str:
    """A value as people write it."""
    if value is None:
        return "absent"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and isinstance(type, InstantType):
        return moment_text(value, zone)
    if isinstance(value, int) and isinstance(type, DurationType):
        return length_text(value)
    if isinstance(value, int | Fraction):
        number = number_text(Fraction(value))
        return f"{type.currency} {number}" if isinstance(type, MoneyType) else number
    return f'"{value}"' if isinstance(value, str) else value.isoformat()


def duration_text(duration: Duration) -> str:
    """`4 hours on office_hours`, `15 calendar days`, `1 month`."""
    match duration:
        case ClockDuration(length=length, clock=clock, unit=unit):
            return value_text(Fraction(length), unit) + clock_text(clock)
        case CalendarDays(days=days):
            return counted_text(days, "calendar day")
        case BusinessDays(days=days, calendar=calendar):
            return f"{counted_text(days, 'business day')} on {calendar.name}"
        case Months(months=months):
            return counted_text(months, "month")
        case _:
            assert_never(duration)


def counted_text(count: int, name: str) -> str:
    """`1 month`, `2 months`."""
    return f"{count:,} {name}" if count == 1 else f"{count:,} {name}s"
