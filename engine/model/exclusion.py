"""Periods taken from facts: pauses, exclusions, permissions and modes (S3.3, S5.4, S7.3)."""

from dataclasses import dataclass, field
from typing import TypeAlias

from engine.model.approval import Approval
from engine.model.citation import Citation
from engine.model.expression import Expression, Selection, UntilNext
from engine.model.period import CalendarWindows, CycleWindows, HourWindows, RollingWindows, TermWindow
from engine.model.quantity import Microseconds
from engine.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """Intervals made by facts: from an instant until another; an absent end is still open."""

    facts: Selection
    start: Expression
    until: Expression | UntilNext


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPeriod:
    """A named set of time; when `of` is said, one set for each fact of that kind, whose variable the
    intervals' condition may read."""

    name: str
    of: Selection | None
    intervals: Intervals
    span: Span = field(compare=False)
    cites: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyStretch:
    """Every stretch of so much elapsed time, wherever it begins."""

    length: Microseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """At most so much time in each of these windows counts as excluded (S5.4): agreed or else `elapsed` time.

    The windows are the cap's own and may be longer or shorter than the target's. Rolling ones and stretches
    overlap: at every instant they limit what was spent in the time before it.
    """

    length: Microseconds
    windows: CalendarWindows | HourWindows | CycleWindows | RollingWindows | TermWindow | AnyStretch
    elapsed: bool = False

    @property
    def rolls(self) -> bool:
        """Whether what is spent comes back as time goes on, and not with the next window."""
        return isinstance(self.windows, RollingWindows | AnyStretch)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Time that does not count (S5.4); only proven conditions exclude, and what is not approved is unproven
    where an approval is asked for (S7.3)."""

    name: str
    title: str
    agreement: str
    order: int
    intervals: Intervals
    cap: Cap | None
    span: Span = field(compare=False)
    approval: Approval | None = None
    cites: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """An exception to a duty or a prohibition: its condition reads the trigger, or what is forbidden."""

    name: str
    agreement: str
    when: Selection
    span: Span = field(compare=False)
    cites: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """A declared state of affairs that excuses the promises it applies to (S6.5, `excuse the window`)."""

    name: str
    agreement: str
    intervals: Intervals
    declared_by: str | None
    span: Span = field(compare=False)
    cites: tuple[Citation, ...] = ()


IntervalSource: TypeAlias = NamedPeriod | Mode | Exclusion
