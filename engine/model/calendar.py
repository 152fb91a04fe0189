"""Calendars: the civil times at which a clock counts (S3)."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from engine.model.quantity import Microseconds
from engine.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSpan:
    """A half-open span of civil time in one day, in microseconds from 00:00 to 24:00 (S3.2)."""

    start: Microseconds
    end: Microseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidaySource:
    """Where holiday dates came from; its version is evidence (S3.4)."""

    region: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Elapsed:
    """The clock that always counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyCalendar:
    """Open spans per weekday (Monday first), less closed dates; closing beats opening (S3.1).

    `closed` holds the policy's own dates and the frozen holidays together.
    """

    name: str
    zone: str
    week: tuple[tuple[LocalSpan, ...], ...]
    closed: frozenset[date] = frozenset()
    holidays: tuple[HolidaySource, ...] = ()
    span: Span | None = field(compare=False, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonDaysCalendar:
    """Open at `spans` of each date, in `zone`, on which every member opens at all, or, with `any`, at least
    one does (a combination by dates).

    A member's date is read in the member's own zone. A closed date in `closed` stays closed.
    """

    name: str
    zone: str
    members: tuple["DatedCalendar", ...]
    spans: tuple[LocalSpan, ...]
    closed: frozenset[date] = frozenset()
    holidays: tuple[HolidaySource, ...] = ()
    any: bool = False
    span: Span | None = field(compare=False, default=None)


class Combination(StrEnum):
    """How calendars combine by instants."""

    BOTH = "both of"
    EITHER = "either of"
    EXCEPT = "except"


@dataclass(frozen=True, slots=True, kw_only=True)
class CombinedCalendar:
    """A combination by instants; it has no days of its own, so business days on it are refused (S4.3).

    EXCEPT has exactly two members: open in the first and not in the second.
    """

    name: str
    combination: Combination
    members: tuple["Calendar", ...] = field(default=())
    span: Span | None = field(compare=False, default=None)


DatedCalendar: TypeAlias = WeeklyCalendar | CommonDaysCalendar
Calendar: TypeAlias = DatedCalendar | CombinedCalendar
Clock: TypeAlias = Elapsed | Calendar
