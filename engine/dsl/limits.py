"""The syntax of windows, bounds and deadlines."""

from dataclasses import dataclass
from enum import StrEnum

from engine.dsl.expressions import Date, Duration, Expression, FieldOf, Name, Node, Number, Text, Unit


class WindowUnit(StrEnum):
    """The calendar windows."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarWindow(Node):
    """`in each calendar month`, `every calendar month`."""

    unit: WindowUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class HourWindow(Node):
    """`in each clock hour`, `every clock hour`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleWindow(Node):
    """`in each month from day 15`, `in each quarter from 1 february`, `in each year from 1 february`.

    `month` is None in cycles of one month.
    """

    unit: WindowUnit
    day: int
    month: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpacedWindow(Node):
    """`every 3 months from 2025-03-31`, `in each 12 months from 2025-03-31`."""

    months: int
    since: Date


@dataclass(frozen=True, slots=True, kw_only=True)
class RollingWindow(Node):
    """`in each rolling 30 days`, `in each rolling 3 months`."""

    length: int
    is_months: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TermWindow(Node):
    """`over the term`."""


Window = CalendarWindow | HourWindow | CycleWindow | SpacedWindow | RollingWindow | TermWindow

WINDOWS = (CalendarWindow, HourWindow, CycleWindow, SpacedWindow, RollingWindow, TermWindow)
"""The nodes of windows."""


class BoundRelation(StrEnum):
    """How a measured value is held against a bound."""

    AT_LEAST = "at least"
    AT_MOST = "at most"
    ABOVE = "above"
    BELOW = "below"
    EXACTLY = "exactly"
    BETWEEN = "between"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound(Node):
    """`at least 99.5%`, `exactly 3`, `between 2 hours and 4 hours`: only the last has an `upper` end."""

    relation: BoundRelation
    value: Expression
    upper: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundRow(Node):
    """One row of a table of bounds: `standard at least 99.9%`."""

    value: Name | Text
    bound: Bound


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundsBy(Node):
    """`by class { standard at least 99.9%  infrequent at least 99% }`."""

    field_name: Name
    rows: tuple[BoundRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit(Node):
    """`24 hours`; `strict` for `in less than 24 hours`, else `within 24 hours`."""

    length: Duration
    strict: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimit(Node):
    """`within t.agreed_hours hours on K`, `within t.agreed_time`: how long is read from the fact."""

    field: FieldOf
    unit: Unit | None
    calendar: Name | None
    strict: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Within(Node):
    """`within 24 hours of c.received_at`, `in less than t.agreed_days business days on K of …`."""

    limit: Limit | ReadLimit
    of: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithinOfWindowEnd(Node):
    """`within 5 calendar days of the end of m`."""

    limit: Limit
    window: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRow(Node):
    """One row of a table of limits: `p1 24 hours on K`."""

    value: Name | Text | Number
    limit: Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class WithinBy(Node):
    """`within by i.priority { p1 24 hours  p2 2 business days on K } of i.classified_at`."""

    selector: Expression
    rows: tuple[LimitRow, ...]
    of: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Before(Node):
    """`before t`: the instant itself is too late."""

    instant: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class By(Node):
    """`by t`: the instant itself is in time."""

    instant: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeastBefore(Node):
    """`at least 14 calendar days before t`."""

    length: Duration
    instant: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class ByBusinessDay(Node):
    """`by business day 10 on K of the month after m`, `by business day 10 on K of m`."""

    number: int
    calendar: Name
    month_after: bool
    window: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged(Node):
    """`in "the shortest possible time" judged by relationship_manager`."""

    words: Text
    role: Name


Deadline = Judged | Within | WithinOfWindowEnd | WithinBy | Before | By | AtLeastBefore | ByBusinessDay
