"""An encoded value to the one text that the archive keeps of it: the inverse of `text_to_value`."""

from datetime import date
from decimal import Decimal
from typing import assert_never

from engine.model.fact import (
    DateType,
    DurationType,
    FieldType,
    InstantType,
    MoneyType,
    NumberType,
    OneOfType,
    ReferenceType,
    TextType,
    YesNoType,
)
from engine.model.instants import iso_text
from engine.store.encoding import EPOCH_ORDINAL, Encoded


def spell(value: Encoded, type: FieldType) -> str | None:
    """The text that reads as this value again, whatever the policies of the day; absent stays absent.

    >>> spell(1250, MoneyType(currency="USD")), spell(5_400_000_000, DurationType())
    ('12.50', 'PT5400S')
    """
    if value is None:
        return None
    match type:
        case TextType() | OneOfType() | ReferenceType():
            return str(value)
        case NumberType(decimals=decimals) | MoneyType(decimals=decimals):
            return _decimal(int(value), decimals)
        case DurationType():
            return f"PT{_decimal(int(value), 6).rstrip('0').rstrip('.')}S"
        case InstantType():
            return iso_text(int(value))
        case DateType():
            return date.fromordinal(int(value) + EPOCH_ORDINAL).isoformat()
        case YesNoType():
            return "yes" if value else "no"
        case _:
            assert_never(type)


def _decimal(whole: int, decimals: int) -> str:
    """A whole number of the last decimal, in full."""
    return f"{Decimal(f'{whole}E-{decimals}'):f}"
