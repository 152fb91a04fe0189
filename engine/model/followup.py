"""What repeated breaches lead to: patterns over windows, ladders, rights, improvements, and
who is told (S8)."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from engine.model.deadline import Within
from engine.model.expression import Duration, Expression, Selection
from engine.model.obligation import Citation
from engine.model.period import WindowUnit
from engine.model.quantity import Bound
from engine.source import Span

# Patterns


class Figure(StrEnum):
    """What a pattern reads from a window's verdict: its bad time, its credit, its measured value."""

    DOWNTIME = "downtime"
    CREDITS = "credits"
    AVERAGE = "average"


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachedIn:
    """`needed` of `of` consecutive windows are breached, the last of them among these (S8.5)."""

    obligation: str
    needed: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureIn:
    """As BreachedIn, for windows whose own downtime or credit keeps the bound."""

    figure: Figure
    obligation: str
    bound: Bound
    needed: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureOver:
    """The total, or the average, over `of` consecutive windows keeps the bound."""

    figure: Figure
    obligation: str
    bound: Bound
    of: int


Pattern: TypeAlias = BreachedIn | FigureIn | FigureOver

# Ladders


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopening:
    """A breach in one of the `within` windows after a closing at level `at_or_above` opens here."""

    within: int
    at_or_above: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """A fact that moves the remedy window to the one that holds `to`."""

    by: Selection
    to: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """What a failed ladder lets a party do; the engine exercises nobody's power (S8.1)."""

    party: str
    power: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderLevel:
    """One level. The remedy window is the one that holds `remedied`, `after` windows later, and never before
    the breach; `remedied` reads the fact bound to `waits_for`, the notice or one of the needs. Selections may
    also read the opening breach.

    `after_failure_of` is the level whose failure opens this one, lower than its own number.
    """

    number: int
    role: str
    notice: Selection | None
    needs: tuple[Selection, ...]
    remedied: Expression
    waits_for: str
    after: int
    extension: Extension | None
    after_failure_of: int | None
    reopening: Reopening | None
    gives: Power | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """A state machine for each target over its windows of `unit` (S8.3). `id` is `agreement.ladder`; the
    opening breach is bound to `variable`. `clean` windows, from the remedy window on, close it."""

    id: str
    title: str
    agreement: str
    cites: tuple[Citation, ...]
    targets: tuple[str, ...]
    variable: str
    unit: WindowUnit
    levels: tuple[LadderLevel, ...]
    clean: int
    late_approvals: bool
    span: Span = field(compare=False)


# Rights and improvements


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What a party may do once a pattern holds, for some time; `exercised_by` is the fact that it did."""

    id: str
    title: str
    agreement: str
    cites: tuple[Citation, ...]
    holder: str
    power: str
    patterns: tuple[Pattern, ...]
    exercisable: Duration | None
    exercised_by: Selection | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement:
    """What an owner has to record once a pattern holds; `needs` are fields of the record that it must fill,
    `done` the record's instant of completion."""

    id: str
    title: str
    agreement: str
    cites: tuple[Citation, ...]
    owner: str
    patterns: tuple[Pattern, ...]
    due: Duration
    recorded_by: Selection
    needs: tuple[Expression, ...]
    done: Expression
    span: Span = field(compare=False)


# Notices


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeOfBreach:
    """Whom a breach of the promises is told to (a party or a role), by when, counted from the instant that it
    dates from, and by which facts. `trigger` selects the breaches, and the rest may read the breach."""

    to: str
    trigger: Selection
    limit: Within
    by: Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeAtRisk:
    """Whom it is told to that promises are at risk: that is so at `as of` and dates from nothing."""

    to: str
    obligations: tuple[str, ...]


Notification: TypeAlias = NoticeOfBreach | NoticeAtRisk
