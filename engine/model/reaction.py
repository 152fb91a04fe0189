"""Reactions: what follows from verdicts and incidents (S8)."""

import datetime as dt
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


class CreditState(StrEnum):
    """Where a credit stands at `as of` (S8.4)."""

    PROVISIONAL = "provisional"
    CLAIMABLE = "claimable"
    CLAIMED = "claimed"
    LAPSED = "lapsed"
    EARNED_BACK = "earned back"
    FINAL = "final"


class CreditStep(StrEnum):
    """What happens next to a credit."""

    CLAIM = "claim"
    EARN_BACK = "earn back"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditDue:
    """The instant by which a credit must be claimed, or at which it is known whether it was earned back.

    At `at` it is too late, unless `inclusive`; `date` is the civil last day of a deadline in days.
    """

    step: CreditStep
    at: Instant
    inclusive: bool = False
    date: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """A credit that follows from a verdict (S8.4).

    `amount` is absent where it cannot be computed, which makes the credit provisional, and where nothing but
    `points` follows. Each line of `arithmetic` is a step that a person can check. `due` is what comes next;
    `remedy` is what was chosen instead.
    """

    obligation: str
    subject: str
    occasion: Occasion
    amount: Money | None
    arithmetic: tuple[str, ...]
    points: int | None = None
    state: CreditState = CreditState.FINAL
    due: tuple[CreditDue, ...] = ()
    remedy: str | None = None

    @property
    def is_owed(self) -> bool:
        """Whether the amount is, or may still be, paid."""
        return self.state not in (CreditState.LAPSED, CreditState.EARNED_BACK)


Reaction: TypeAlias = BreachSeverity | EscalationStep | Credit
