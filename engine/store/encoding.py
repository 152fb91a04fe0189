"""How a fact's values lie in a table: integers, text, yes and no; never binary floating point (S1.1)."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import TypeAlias, assert_never

from engine.model.fact import (
    DateType,
    DurationType,
    FactValue,
    FieldType,
    InstantType,
    MoneyType,
    NumberType,
    OneOfType,
    ReferenceType,
    TextType,
    YesNoType,
)

Encoded: TypeAlias = str | int | bool | None
"""A value as its column holds it."""

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def column_type(type: FieldType) -> str:
    """The SQL type of the column that holds values of `type`.

    Instants and durations are microseconds, dates are days since 1970-01-01, numbers and money are whole
    numbers of their last declared decimal.
    """
    match type:
        case TextType() | OneOfType() | ReferenceType():
            return "VARCHAR"
        case InstantType() | DurationType() | NumberType() | MoneyType():
            return "BIGINT"
        case DateType():
            return "INTEGER"
        case YesNoType():
            return "BOOLEAN"
        case _:
            assert_never(type)


def encode(value: FactValue, type: FieldType) -> Encoded:
    """The value as its column holds it; a number with more decimals than its type is a ValueError."""
    match value:
        case date():
            return value.toordinal() - EPOCH_ORDINAL
        case Fraction() if isinstance(type, NumberType | MoneyType):
            scaled = value * 10**type.decimals
            if scaled.denominator != 1:
                raise ValueError(f"{value} has more than {type.decimals} decimals")
            return scaled.numerator
        case Fraction():
            raise ValueError(f"{value} is neither number nor money")
        case _:
            return value


def decoder(type: FieldType) -> Callable[[Encoded], FactValue]:
    """The function that turns what a column of `type` holds into a value."""
    match type:
        case NumberType(decimals=decimals) | MoneyType(decimals=decimals):
            whole = 10**decimals
            return lambda encoded: None if encoded is None else Fraction(int(encoded), whole)
        case DateType():
            return lambda encoded: None if encoded is None else date.fromordinal(int(encoded) + EPOCH_ORDINAL)
        case _:
            return lambda encoded: encoded
