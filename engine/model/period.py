"""Periods and windows: sets of time and how civil time is cut into windows (S2)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias, assert_never

from engine.model.quantity import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A half-open period [start, end) on the UTC line (S2.2)."""

    start: Instant
    end: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """The civil dates, both included, in which an agreement is in force; `through` absent means no end."""

    start: date
    through: date | None


class WindowUnit(StrEnum):
    """The civil units that windows are cut into."""

    DAY = "calendar day"
    WEEK = "calendar week"
    MONTH = "calendar month"
    QUARTER = "calendar quarter"
    YEAR = "calendar year"


def first_day(unit: WindowUnit, day: date) -> date:
    """The first day of the civil unit that holds a day; weeks are ISO weeks."""
    match unit:
        case WindowUnit.DAY:
            return day
        case WindowUnit.WEEK:
            return day - timedelta(days=day.weekday())
        case WindowUnit.MONTH:
            return day.replace(day=1)
        case WindowUnit.QUARTER:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case WindowUnit.YEAR:
            return day.replace(month=1, day=1)
        case _:
            assert_never(unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarWindows:
    """One window per civil unit; weeks are ISO weeks."""

    unit: WindowUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class HourWindows:
    """One window per hour of the zone's clock: it ends where the clock shows another hour, or is put back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleWindows:
    """One window per cycle of `months` civil months: billing months, fiscal quarters and years (S2.6).

    Cycles begin on `anchor` and so many months before and after it; in a month too short, on its last day
    (S2.4), without moving the cycles after it.
    """

    months: int
    anchor: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RollingWindows:
    """A window that ends with each civil day (S2.6) and is `days` civil days long, or `months` civil months:
    then it begins so many months before the end of its last day (S2.4). The other one is 0."""

    days: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TermWindow:
    """One window: the whole term."""


Windows: TypeAlias = CalendarWindows | HourWindows | CycleWindows | RollingWindows | TermWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One window, clipped to the term; `full_start` and `full_end` are before clipping.

    The label is `2025-03-04T14` (an hour that the clock shows twice: `2025-10-26T02+02:00` and
    `2025-10-26T02+01:00`), `2025-03-04`, `2025-W07`, `2025-03`, `2025-Q1`, `2025`,
    `2025-03-15..2025-04-14` (a cycle: its first and last day), `2025-03-04/30d` or `2025-03-04/3mo`
    (rolling: its last day and length) or `term`. `share` is the part of the full window's civil days that
    clipping leaves. `pieces` are the stretches of a part of a window under a mode, in order and apart; a
    whole window has none (S6.5).
    """

    start: Instant
    end: Instant
    label: str
    full_start: Instant
    full_end: Instant
    share: Fraction = Fraction(1)
    pieces: tuple[tuple[Instant, Instant], ...] = ()

    @property
    def stretches(self) -> tuple[tuple[Instant, Instant], ...]:
        """The time of the window: its pieces, or all of it."""
        return self.pieces or ((self.start, self.end),)

    def holds(self, at: Instant) -> bool:
        """Whether an instant lies in it."""
        return any(start <= at < end for start, end in self.stretches)

    @property
    def is_clipped(self) -> bool:
        """Whether the term cut the window short."""
        return (self.start, self.end) != (self.full_start, self.full_end)
