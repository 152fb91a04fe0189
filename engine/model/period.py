"""Periods and windows: sets of time and how civil time is cut into windows (S2)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

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


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarWindows:
    """One window per civil unit; weeks are ISO weeks."""

    unit: WindowUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class RollingWindows:
    """A window of `days` civil days ending at the end of each civil day (S2.6)."""

    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TermWindow:
    """One window: the whole term."""


Windows: TypeAlias = CalendarWindows | RollingWindows | TermWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One window, clipped to the term; `full_start` and `full_end` are before clipping.

    The label is `2025-03-04`, `2025-W07`, `2025-03`, `2025-Q1`, `2025`, `2025-03-04/30d` (rolling: its last
    day and length) or `term`.
    """

    start: Instant
    end: Instant
    label: str
    full_start: Instant
    full_end: Instant

    @property
    def is_clipped(self) -> bool:
        """Whether the term cut the window short."""
        return (self.start, self.end) != (self.full_start, self.full_end)
