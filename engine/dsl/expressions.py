"""The syntax of names, values, expressions and conditions."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from engine.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A piece of a policy, with the place where it stands; two equal pieces may stand elsewhere."""

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Node):
    """A word that the author declares or refers to, also a one-of value (`p1`)."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Path(Node):
    """A name with its owners before it: `acme_sla.restore`, or just `restore`."""

    parts: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Node):
    """A quoted text, without its quotes and escapes."""

    value: str


# --- values -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Node):
    """`15`, `2.50`, `-3`: the digits are kept as written."""

    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Percent(Node):
    """`97.7%`; the value is 97.7, not 0.977."""

    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Money(Node):
    """`USD 1.00`."""

    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNo(Node):
    """`yes` or `no`."""

    value: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Date(Node):
    """`2025-03-16`."""

    value: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DateTime(Node):
    """`2025-03-01 10:00`; civil time without an offset, or an instant with `Z` or `+01:00`."""

    value: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOfDay(Node):
    """`08:30`; `24:00` is 1440 minutes."""

    minutes: int


class Unit(StrEnum):
    """What a length counts; the value is the plural in which it is written."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    CALENDAR_DAYS = "calendar days"
    BUSINESS_DAYS = "business days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration(Node):
    """`24 hours`, `4 hours on office_hours`, `2 business days on K`; the amount may have decimals."""

    amount: Decimal
    unit: Unit
    calendar: Name | None


# --- expressions --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOf(Node):
    """`c.received_at`: a field of a fact that was given the short name `c`."""

    owner: Name
    field_name: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Extreme(Node):
    """`latest of (a, b)` and `earliest of (a, b)`."""

    latest: bool
    items: tuple["Expression", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term(Node):
    """One term of a sum with the sign before it."""

    negative: bool
    value: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum(Node):
    """`a + b - c`: two or more terms, flat, so that a long sum is not a deep tree."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor(Node):
    """One factor of a product; `divides` where `/` stands before it."""

    divides: bool
    value: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product(Node):
    """`a * b / c`: two or more factors, flat, taken from left to right."""

    factors: tuple[Factor, ...]


Literal = Text | Number | Percent | Money | YesNo | Date | DateTime | Duration
Expression = Literal | Name | FieldOf | Extreme | Sum | Product
"""A bare `Name` is a one-of value (`p1`) or the name of a window (`m`); resolving tells which."""


# --- conditions ---------------------------------------------------------------------------------


class Relation(StrEnum):
    """How a measured value is held against a bound."""

    AT_LEAST = "at least"
    AT_MOST = "at most"
    ABOVE = "above"
    BELOW = "below"


class Side(StrEnum):
    """Which side of an instant."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Is(Node):
    """`c.kind is "x"`, `c.kind is not open`, `c.major is yes`."""

    left: Expression
    negated: bool
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class IsOneOf(Node):
    """`c.kind is one of (a, b)`, `c.kind is not one of (a, b)`."""

    left: Expression
    negated: bool
    values: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IsPresent(Node):
    """`i.parent is present`; `is absent` is the negated form."""

    left: Expression
    negated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(Node):
    """`s.errors is above 5`, `x.cost is at most USD 1.00`."""

    left: Expression
    relation: Relation
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class IsOnSide(Node):
    """`a.at is before c.effective_at`, `is after …`."""

    left: Expression
    side: Side
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Node):
    """`m.notified_at is at least 48 hours before m.start`: a length of time between two instants."""

    left: Expression
    relation: Relation
    length: Duration
    side: Side
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Node):
    """`not (…)`."""

    condition: "Condition"


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf(Node):
    """`a and b and c`: two or more."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(Node):
    """`a or b or c`: two or more."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextOf(Node):
    """`the next status of s.incident`: the next fact of that kind with the same value."""

    kind: Name
    of: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class InForceAt(Node):
    """`in force at i.issued_at until the next status of s.lei`; a kind that lasts ends by itself."""

    at: Expression
    until: NextOf | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThereIs(Node):
    """`there is a status s in force at i.issued_at where (…)`, or `there is no …`."""

    negated: bool
    kind: Name
    alias: Name | None
    in_force: InForceAt | None
    where: "Condition | None"


Condition = Is | IsOneOf | IsPresent | Compare | IsOnSide | Notice | ThereIs | Not | AllOf | AnyOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Match(Node):
    """`challenge c where c.topic is "x"`: the facts of one kind that fit, each called `c`."""

    kind: Name
    alias: Name | None
    where: Condition | None
