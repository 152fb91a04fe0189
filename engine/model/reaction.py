"""Reactions: what follows from verdicts and incidents (S8)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from engine.model.quantity import Instant, Money
from engine.model.verdict import Occasion


class EscalationState(StrEnum):
    """Where an escalation level stands at `as of`."""

    REACHED = "reached"
    DUE_NEXT = "due next"
    STOPPED = "stopped before"


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachSeverity:
    """The severity of a breach; it dates from the due instant or the window's end (S8.1)."""

    obligation: str
    subject: str
    occasion: Occasion
    severity: str
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStep:
    """One level of an escalation of one incident: whose turn it is, and when."""

    escalation: str
    occasion: Occasion
    level: int
    role: str
    at: Instant
    state: EscalationState


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """A credit that follows from a measured value; `amount` absent says in `arithmetic` why it could not be
    computed. Each line of `arithmetic` is a step that a person can check (S8.4)."""

    obligation: str
    subject: str
    occasion: Occasion
    amount: Money | None
    arithmetic: tuple[str, ...]


Reaction: TypeAlias = BreachSeverity | EscalationStep | Credit
