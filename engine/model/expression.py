"""Expressions and conditions over facts, resolved and typed; conditions are three-valued (S7.2)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from engine.model.calendar import Clock, DatedCalendar
from engine.model.fact import FieldType
from engine.model.quantity import Microseconds, Unit

# Durations and how they are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockDuration:
    """Seconds, minutes or hours on a clock (S4.1); `unit` is how the author wrote it."""

    length: Microseconds
    clock: Clock
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDays:
    """Civil days in the agreement's zone (S4.2); weeks are 7 of them."""

    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessDays:
    """Days on which the calendar opens (S4.3)."""

    days: int
    calendar: DatedCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """Civil months in the agreement's zone (S4.4); years are 12 of them."""

    months: int


Duration: TypeAlias = ClockDuration | CalendarDays | BusinessDays | Months


class NoticeCounting(StrEnum):
    """How `at least D before t` counts days back (S4.5). Clock durations ignore it."""

    CLEAR_DAYS = "clear days"
    FULL_DAYS = "full days"
    SAME_TIME = "to the same time of day"


# Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """A constant; `value` is encoded as FactValue says for its type."""

    value: str | int | Fraction | bool | date
    type: FieldType


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOf:
    """A field of the fact bound to `variable`; matrix-derived fields included."""

    variable: str
    kind: str
    field: str
    type: FieldType


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowLabel:
    """The label of the occasion window bound to `variable` in a periodic duty (text)."""

    variable: str


class Operator(StrEnum):
    """Exact arithmetic."""

    PLUS = "+"
    MINUS = "-"
    TIMES = "*"
    OVER = "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic:
    """A number made of two numbers; absent if either is, or if what it is divided by is 0."""

    operator: Operator
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """The latest of instants; absent if any is."""

    of: tuple["Expression", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Earliest:
    """The earliest of instants; absent if any is."""

    of: tuple["Expression", ...]


Expression: TypeAlias = Literal | FieldOf | WindowLabel | Arithmetic | Latest | Earliest

# Conditions (Kleene: a comparison with an absent operand is unknown)


class Relation(StrEnum):
    """How two values of one type compare; instants: below means before."""

    IS = "is"
    IS_NOT = "is not"
    BELOW = "below"
    AT_MOST = "at most"
    ABOVE = "above"
    AT_LEAST = "at least"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """One comparison of two values of the same type."""

    relation: Relation
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """Whether a value is among constants."""

    value: Expression
    among: tuple[Literal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Whether a value is there; never unknown."""

    value: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Whether `value` lies at least `lead` before `before` (S4.5)."""

    value: Expression
    lead: Duration
    before: Expression
    counting: NoticeCounting


@dataclass(frozen=True, slots=True, kw_only=True)
class UntilNext:
    """Until the next fact of the same kind whose `same` field is equal, in order of (instant, key)."""

    same: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """That a fact is in force at an instant: begun by then, and not over (`until`; absent: still open)."""

    at: Expression
    until: FieldOf | UntilNext


@dataclass(frozen=True, slots=True, kw_only=True)
class ThereIs:
    """Whether there is a fact of a selection, in force where that is said (S7.2).

    True where one is proven, unknown where one is only possible. The selection's condition may read the
    variables around it, and the facts are those that the promise reads (S2.7).
    """

    facts: "Selection"
    in_force: InForce | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """Conjunction; empty is true."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """Disjunction; empty is false."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """Negation; unknown stays unknown."""

    of: "Condition"


Condition: TypeAlias = Compare | OneOf | Present | Notice | ThereIs | AllOf | AnyOf | Not

ALWAYS_TRUE = AllOf(of=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The facts of a kind, each bound to `variable` in turn, for which the condition is true."""

    kind: str
    variable: str
    where: Condition = ALWAYS_TRUE
