"""Deadlines: by when something must have followed (S4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from engine.model.calendar import DatedCalendar
from engine.model.expression import Duration, Expression, FieldOf, NoticeCounting
from engine.model.period import WindowUnit


class DayEnd(StrEnum):
    """When a deadline day ends (S4.2)."""

    MIDNIGHT = "at midnight"
    CLOSE_OF_BUSINESS = "at close of business"
    SAME_TIME = "at the same time of day"


class LateArrivals(StrEnum):
    """What happens to a start after the last closing of its day (S4.3)."""

    DO_NOT_ROLL = "do not roll"
    ROLL = "roll to the next opening"


class PausedDay(StrEnum):
    """When a day is paused (S4.6)."""

    ALL = "when all of it is"
    ANY = "when any of it is"


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """`within D of start`, or `in less than D of start` when `strict`.

    `zone` is the agreement's, for calendar days and months. `closing` is the calendar whose last closing ends
    the day (needed by close of business on calendar days). `start` reads the trigger; in a periodic duty the
    start is the end of the occasion window and `start` is WindowEnd. With `read`, a field of the trigger says
    how many of `duration`, which then is one unit, there are; from none to LONGEST_READ days.
    """

    duration: Duration
    strict: bool
    start: "Start"
    zone: str
    day_end: DayEnd
    closing: DatedCalendar | None
    late_arrivals: LateArrivals
    read: FieldOf | None = None


LONGEST_READ = 3_660
"""No fact sets a longer length than so many days, of whatever sort."""

LONGEST_READ_MONTHS = 120
"""Nor one of more months than these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowEnd:
    """The end of the occasion window: its last civil day is day 0 (S2.3); on a clock, its last instant."""


Start: TypeAlias = Expression | WindowEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class ByInstant:
    """`before t` (strict) or `by t`; facts earlier than the trigger count (S4.5)."""

    at: Expression
    strict: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeastBefore:
    """`at least D before t`; facts earlier than the trigger count (S4.5)."""

    lead: Duration
    at: Expression
    counting: NoticeCounting
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ByBusinessDay:
    """`by business day N on K of P`: the Nth day of P on which K opens (S4.4).

    P is the civil unit that holds `anchor` (or the occasion window itself, WindowEnd), moved by `shift`
    units; the zone is that of the agreement.
    """

    number: int
    calendar: DatedCalendar
    unit: WindowUnit
    anchor: Start
    shift: int
    zone: str
    day_end: DayEnd


SingleLimit: TypeAlias = Within | ByInstant | AtLeastBefore | ByBusinessDay


@dataclass(frozen=True, slots=True, kw_only=True)
class ByClass:
    """`within by EXPR { value LIMIT … }`: the limit that the trigger's class chooses."""

    by: Expression
    limits: Mapping[str, SingleLimit]

    def __hash__(self) -> int:
        """Hash by the class expression: the limits are a mapping."""
        return hash(self.by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """`in "the shortest possible time" judged by R`: words that nothing can measure. Whoever holds the role
    decides by a `judgement` fact; `start` is the instant from which a fact can fulfil. `persons` says that
    there are facts of who held it: then a person who judges must have."""

    words: str
    role: str
    start: Start
    persons: bool = False


Limit: TypeAlias = SingleLimit | ByClass | Judged
