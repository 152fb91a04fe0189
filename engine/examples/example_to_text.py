"""A worked example in the policy's language, times in the agreement's zone."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from engine.definition.civil import local
from engine.definition.wording import occurs_twice
from engine.model.decimals import exact_text
from engine.model.example import Example, Expectation
from engine.model.fact import (
    DurationType,
    Fact,
    FactKind,
    FactValue,
    FieldType,
    InstantType,
    MoneyType,
    ReferenceType,
    Referent,
)
from engine.model.instants import moment_of
from engine.model.partition import Combination
from engine.model.quantity import HOUR, MINUTE, SECOND, Dimension, Instant, Unit
from engine.model.snapshot import Snapshot


def text_of(example: Example, snapshot: Snapshot, *, is_windowed: bool) -> str:
    """The example as its author would have written it, not yet in the canonical layout.

    `is_windowed`: its occasions are windows, which are named with `in`, else triggers, named with `for`.
    """
    zone = snapshot.agreements[example.obligation.partition(".")[0]].zone
    lines = [f"example {_quoted(example.name)} of {example.obligation} {{"]
    lines += [_given(fact, snapshot.kinds[fact.kind], zone) for fact in example.given]
    lines.append(f"as of {_instant(example.as_of, zone)}")
    lines += [_expect(each, zone, "in" if is_windowed else "for") for each in example.expects]
    return "\n".join([*lines, "}"]) + "\n"


def _given(fact: Fact, kind: FactKind, zone: str) -> str:
    said = (
        f"{field.name} {_value(value, field.type, zone)}"
        for field in kind.fields
        if (value := fact.values.get(field.name)) is not None
    )
    return f"given {fact.kind} {{ {'  '.join(said)} }}"


def _value(value: FactValue, type: FieldType, zone: str) -> str:
    match value:
        case None | bool():
            return "yes" if value else "no"
        case str():
            is_name = isinstance(type, ReferenceType) and type.to in set(Referent) and "." not in value
            return value if is_name else _quoted(value)
        case int() if isinstance(type, InstantType):
            return _instant(value, zone)
        case int() if isinstance(type, DurationType):
            return _length(Fraction(value))
        case int() | Fraction():
            number = exact_text(Fraction(value))
            return f"{type.currency} {number}" if isinstance(type, MoneyType) else number
        case date():
            return value.isoformat()


def _instant(at: Instant, zone: str) -> str:
    """The civil time in the zone; where that occurs twice, the time in UTC."""
    twice = occurs_twice(at, zone)
    moment = moment_of(at) if twice else local(at, zone)
    precision = "minutes" if at % MINUTE == 0 else "auto"
    return moment.replace(tzinfo=None).isoformat(" ", precision) + ("Z" if twice else "")


def _length(microseconds: Fraction) -> str:
    for size, name in ((HOUR, "hours"), (MINUTE, "minutes")):
        if microseconds % size == 0 and microseconds:
            return f"{exact_text(microseconds / size)} {name}"
    return f"{exact_text(microseconds / SECOND)} seconds"


def _expect(expected: Expectation, zone: str, preposition: str) -> str:
    return "expect " + ", ".join(_expectations(expected, zone, preposition))


def _expectations(expected: Expectation, zone: str, preposition: str) -> Iterator[str]:
    state = expected.state.value.lower().replace("_", " ")
    on = "" if expected.occasion is None else f" {preposition} {_quoted(expected.occasion)}"
    yield state + on + combination_text(expected.combination)
    if isinstance(expected.due, int):
        yield f"due {_instant(expected.due, zone)}"
    elif expected.due is not None:
        yield f"due {expected.due.isoformat()}"
    if expected.measured is not None:
        yield f"measured {quantity(expected.measured.value, expected.measured.unit)}"


def combination_text(combination: Combination) -> str:
    """Of which combination of values an expectation is, as its author says it; nothing where it says none.

    >>> combination_text((("region", "eu"), ("class", "standard")))
    ' where region is "eu" and class is "standard"'
    """
    said = " and ".join(f"{field} is {_quoted(value)}" for field, value in combination)
    return f" where {said}" if said else ""


def quantity(value: Fraction, unit: Unit) -> str | None:
    """A value as a policy can say it; none where no decimal holds it."""
    number = exact_text(value / unit.size)
    if "/" in number:
        return None
    match unit.dimension:
        case Dimension.RATIO:
            return f"{number}%"
        case Dimension.MONEY:
            return f"{unit.name} {number}"
        case Dimension.COUNT | Dimension.NUMBER:
            return number
        case Dimension.TIME:
            return _length(value)
        case Dimension.CALENDAR_DAYS | Dimension.BUSINESS_DAYS:
            return f"{number} {unit.name}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
