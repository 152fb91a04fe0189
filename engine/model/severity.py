"""Severities of breaches and the escalation of incidents (S8.1, S8.2)."""

from dataclasses import dataclass, field

from engine.model.citation import Citation
from engine.model.expression import ClockDuration, Expression, Selection
from engine.model.quantity import Microseconds
from engine.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Severity:
    """A declared severity of a breach; `rank` 0 is the first declared."""

    name: str
    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationLevel:
    """Level k goes to a role when the clock has run `after` from the start."""

    number: int
    role: str
    after: ClockDuration


@dataclass(frozen=True, slots=True, kw_only=True)
class Updates:
    """In each stretch of `every` elapsed time from the start on while it is open a fact of `by`, which
    may read the trigger (S8.2)."""

    every: Microseconds
    by: Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """Incident escalation: level k is reached at start + D_k unless stopped before (S8.2). `id` is
    `agreement.escalation`; `subjects` as in Terms. It stops at an instant of its trigger, or by the first
    fact of `stops_by`, which may read the trigger."""

    id: str
    title: str
    agreement: str
    subjects: tuple[str, ...]
    trigger: Selection
    start: Expression
    levels: tuple[EscalationLevel, ...]
    stops_at: Expression | None
    span: Span = field(compare=False)
    stops_by: Selection | None = None
    updates: Updates | None = None
    cites: tuple[Citation, ...] = ()
