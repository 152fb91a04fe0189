"""The scalars of the schema: instants, dates, lengths of time, exact numbers and money, all as text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import NewType, cast

import strawberry
from graphql import (
    BooleanValueNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    VariableNode,
)
from strawberry.types.scalar import ScalarDefinition

from api.graphql.errors import bad_input
from engine.model import quantity
from engine.model.decimals import exact_text
from engine.model.instants import iso_text, moment_of, parse_instant
from engine.model.quantity import HOUR, MINUTE, SECOND, Instant, Microseconds

DateTime = NewType("DateTime", int)
Date = NewType("Date", date)
Duration = NewType("Duration", int)
Decimal = NewType("Decimal", str)
Money = NewType("Money", str)
FactRow = NewType("FactRow", dict[str, object])
"""Texts, yes or no, or nothing, by field; whatever else was sent stands there to be refused with its row."""

KEPT_INSTANTS = 10_000
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.]\d{1,6})?(Z|[+-]\d\d:\d\d)", re.A)


ISO_DURATION = re.compile(r"PT(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:[.]\d{1,6})?)S)?", re.A)


@dataclass(frozen=True, slots=True)
class Written:
    """A number of JSON with a fraction or an exponent, as it was written: no binary float comes near it."""

    text: str


def duration_text(length: Microseconds) -> str:
    """ISO 8601, in hours and smaller: a day is not always 24 hours long (S2.4).

    >>> duration_text(90 * 60 * 1_000_000), duration_text(1_500_000), duration_text(0)
    ('PT1H30M', 'PT1.5S', 'PT0S')
    """
    hours, rest = divmod(length, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    parts = (
        (f"{hours}H", hours),
        (f"{minutes}M", minutes),
        (f"{exact_text(Fraction(rest, SECOND))}S", rest or not length),
    )
    return "PT" + "".join(text for text, shown in parts if shown)


def _parse_duration(value: object) -> Microseconds:
    found = ISO_DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None or not any(found.groups()):
        raise bad_input("a Duration is ISO 8601 in hours, minutes and seconds, such as PT48H or PT1H30M")
    hours, minutes, seconds = (Fraction(each or 0) for each in found.groups())
    return int(hours * HOUR + minutes * MINUTE + seconds * SECOND)


def money_text(money: quantity.Money) -> str:
    """An amount with its currency: `USD 12.50`."""
    return f"{money.currency} {money.amount:f}"


def read_date_time(value: object) -> Instant:
    """The instant of an RFC 3339 text; a bad input else."""
    instant = parse_instant(value) if isinstance(value, str) and RFC_3339.fullmatch(value) else None
    if instant is None:
        raise bad_input("a DateTime is RFC 3339 text with an offset, such as 2025-03-01T10:00:00Z")
    try:
        moment_of(instant)
    except OverflowError:
        raise bad_input("a DateTime lies within the years 1 to 9999 in UTC") from None
    return instant


def _parse_row(value: object) -> FactRow:
    if not isinstance(value, dict):
        raise bad_input("a FactRow is an object: a value for each field")
    row = cast(dict[str, object], value)
    return FactRow({name: _member(each) for name, each in row.items()})


def _member(value: object) -> object:
    """A member of a row: numbers as they were written."""
    if isinstance(value, Written):
        return value.text
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _parse_row_literal(node: ValueNode, variables: Mapping[str, object] | None = None) -> FactRow:
    return _parse_row(_literal(node, variables or {}))


def _literal(node: ValueNode, variables: Mapping[str, object]) -> object:
    match node:
        case StringValueNode() | BooleanValueNode():
            return node.value
        case IntValueNode() | FloatValueNode():
            return Written(node.value)
        case NullValueNode():
            return None
        case ListValueNode():
            return [_literal(each, variables) for each in node.values]
        case ObjectValueNode():
            return {each.name.value: _literal(each.value, variables) for each in node.fields}
        case VariableNode():
            return variables.get(node.name.value)
        case _:
            raise bad_input("a FactRow holds texts, numbers, true, false and null")


def _show_row(_value: object) -> object:
    raise TypeError("a FactRow is never an answer")


def _never_read(_value: object) -> object:
    """No argument has this type yet."""
    raise bad_input("this scalar is for answers only")


SCALARS: Mapping[object, ScalarDefinition] = {
    DateTime: strawberry.scalar(
        name="DateTime",
        description="An instant in UTC, with microseconds where it has them.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        # The objects of a list share instants: when it was asked about, the edges of windows.
        serialize=lru_cache(maxsize=KEPT_INSTANTS)(iso_text),
        parse_value=read_date_time,
    ),
    Date: strawberry.scalar(
        name="Date",
        description="A civil date.",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date.html",
        serialize=date.isoformat,
        parse_value=_never_read,
    ),
    Duration: strawberry.scalar(
        name="Duration",
        description="A length of time in hours, minutes and seconds (ISO 8601).",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#appendix-A",
        serialize=duration_text,
        parse_value=_parse_duration,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description="A decimal number as text.",
        specified_by_url="https://www.w3.org/TR/xmlschema-2/#decimal",
        serialize=str,
        parse_value=_never_read,
    ),
    FactRow: strawberry.scalar(
        name="FactRow",
        description="A fact as it arrives: an object with a value for each field of its kind. Numbers are "
        "taken exactly as they are written, as text or as JSON.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259#section-4",
        serialize=_show_row,
        parse_value=_parse_row,
        parse_literal=_parse_row_literal,
    ),
    Money: strawberry.scalar(
        name="Money",
        description="An ISO 4217 currency and an amount: `USD 12.50`.",
        specified_by_url="https://www.iso.org/iso-4217-currency-codes.html",
        serialize=str,
        parse_value=_never_read,
    ),
}
