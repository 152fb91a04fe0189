"""Values and types in words, for what is said about them."""

from engine.dsl import expressions as syntax
from engine.dsl.expressions import Name
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


def described(type: FieldType) -> str:
    """A type in words.

    >>> described(MoneyType(currency="EUR"))
    'an amount in EUR'
    """
    match type:
        case TextType():
            return "text"
        case NumberType():
            return "a number"
        case MoneyType(currency=currency):
            return f"an amount in {currency}"
        case DurationType():
            return "a length of time"
        case InstantType():
            return "an instant"
        case DateType():
            return "a date"
        case YesNoType():
            return "yes or no"
        case OneOfType():
            return "one of several values"
        case ReferenceType(to=to):
            return f"a reference to {to}"


def example_of(type: FieldType) -> str:
    """How a value of a type is written.

    >>> example_of(MoneyType(currency="EUR"))
    'an amount: `EUR 1.00`'
    """
    match type:
        case TextType():
            return 'a text in quotes: `"late"`'
        case NumberType():
            return "a number: `3`"
        case MoneyType(currency=currency):
            return f"an amount: `{currency} 1.00`"
        case DurationType():
            return "a length of time: `90 minutes`"
        case InstantType():
            return "a date and a time: `2025-03-16 10:00`"
        case DateType():
            return "a date: `2025-03-16`"
        case YesNoType():
            return "`yes` or `no`"
        case OneOfType(values=values):
            return f"one of its values: {', '.join(f'`{each}`' for each in values[:6])}"
        case ReferenceType(to=to):
            return f"the {to}'s name or key"


def words(node: syntax.Expression) -> str:
    """A value in the author's words, in backticks where they are short."""
    match node:
        case Name(text=text):
            return f"`{text}`"
        case syntax.FieldOf(owner=owner, field_name=field_name):
            return f"`{owner.text}.{field_name.text}`"
        case syntax.Text(value=value):
            return f'`"{value}"`'
        case syntax.Number(value=value):
            return f"`{value}`"
        case syntax.YesNo(value=value):
            return "`yes`" if value else "`no`"
        case syntax.Date(value=value):
            return f"`{value}`"
        case _:
            return "this"
