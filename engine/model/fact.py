"""Fact kinds and facts: what may be fed in, and what was (S2.5)."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from engine.model.quantity import Instant
from engine.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class TextType:
    """Any text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberType:
    """An exact decimal with a declared number of decimals (S1.1)."""

    decimals: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyType:
    """An amount in one currency; stored in its minor unit."""

    currency: str
    decimals: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationType:
    """A length of time in microseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstantType:
    """An instant on the UTC line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateType:
    """A civil date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNoType:
    """yes or no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOfType:
    """One of the named values."""

    values: tuple[str, ...]


class Referent(StrEnum):
    """What a reference that names no fact kind points at."""

    SERVICE = "service"
    COMPONENT = "component"
    PARTY = "party"
    AGREEMENT = "agreement"
    OBLIGATION = "obligation"
    SEVERITY = "severity"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceType:
    """The key of a fact of kind `to`, or the name of a declared service, component, party, agreement
    or severity, or the id of an obligation."""

    to: str


FieldType: TypeAlias = (
    TextType
    | NumberType
    | MoneyType
    | DurationType
    | InstantType
    | DateType
    | YesNoType
    | OneOfType
    | ReferenceType
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a kind. `planned` instants may lie ahead of `as of` (S2.5)."""

    name: str
    type: FieldType
    optional: bool = False
    planned: bool = False


RECORDED_AT = "recorded_at"
"""The column of a file that says when a row was recorded; no field of any kind (S2.5)."""

VERSION_COLUMNS = frozenset({"known_from", "known_until", RECORDED_AT})
"""What every version of a fact has beside its fields; no field can bear these names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """The kind happens at one instant, held in this field."""

    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasts:
    """The kind lasts from one instant until another; an absent end is still open."""

    start: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What prose says beside a matrix: every cell of that row or column has this value."""

    field: str
    value: str
    gives: str
    span: Span = dataclasses.field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """A field derived from two others: `cells[row value, column value]` (a priority matrix)."""

    field: str
    row_field: str
    column_field: str
    cells: Mapping[tuple[str, str], str]
    span: Span = dataclasses.field(compare=False)
    stated: tuple[Stated, ...] = ()

    def __hash__(self) -> int:
        """Hash by name: the cells are a mapping."""
        return hash((self.field, self.row_field, self.column_field))


@dataclass(frozen=True, slots=True, kw_only=True)
class FactKind:
    """A kind of fact: its key, its subject, its instant or period, its fields in order.

    `matrices` are derived fields: never fed, computed by both evaluators from the fed ones. A `derived` kind
    is never fed at all: its facts follow from verdicts (S9).
    """

    name: str
    key: str
    about: str | None
    timing: At | Lasts
    fields: tuple[Field, ...]
    span: Span = dataclasses.field(compare=False)
    matrices: tuple[Matrix, ...] = ()
    derived: bool = False

    def field_named(self, name: str) -> Field | None:
        """The fed field of that name."""
        return next((each for each in self.fields if each.name == name), None)

    @property
    def start_field(self) -> str:
        """The field that holds the instant, or the start of the period."""
        return self.timing.field if isinstance(self.timing, At) else self.timing.start


FactValue: TypeAlias = str | int | Fraction | bool | date | None
"""text, one-of, reference: str; instant, duration: int microseconds; number, money: Fraction (whole units);
yes/no: bool; date: datetime.date; absent: None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact as the definition reads it; every declared field is present in `values`."""

    kind: str
    key: str
    values: Mapping[str, FactValue]
    recorded_at: Instant | None = None
