"""Credits while they are worked out: a verdict, the terms of payment, and what is owed so far (S8.4)."""

import datetime as dt
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.definition.civil import date_at, last_date_before
from engine.model.agreement import Agreement
from engine.model.credit import Credits
from engine.model.obligation import Duty, Target
from engine.model.quantity import Instant
from engine.model.reaction import CreditDue, CreditState
from engine.model.verdict import InWindow, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One credit before it is rounded. An `amount` that is absent though `known` is one of points alone."""

    promise: Target | Duty
    agreement: Agreement
    terms: Credits
    verdict: Verdict
    amount: Fraction | None
    known: bool
    steps: tuple[str, ...]
    points: int | None = None
    state: CreditState = CreditState.FINAL
    due: tuple[CreditDue, ...] = ()
    remedy: str | None = None

    def then(self, *steps: str) -> "Item":
        """The item with more steps of its arithmetic."""
        return replace(self, steps=(*self.steps, *steps))

    @property
    def is_something(self) -> bool:
        """Whether anything at all is owed."""
        return bool(self.amount or self.points)

    @property
    def is_paid(self) -> bool:
        """Whether an amount is paid, or may still be, so that it stands beside others and spends caps."""
        return bool(self.amount) and self.state not in (CreditState.LAPSED, CreditState.EARNED_BACK)


def last_day(verdict: Verdict, zone: str) -> dt.date:
    """The last civil day of the window, or the day from which the breach dates (S2.3, S8.1)."""
    if isinstance(verdict.occasion, InWindow):
        return last_date_before(verdict.occasion.end, zone)
    return day_of_breach(verdict, zone)


def day_of_breach(verdict: Verdict, zone: str) -> dt.date:
    """The civil day from which the breach dates: of its due instant, or its window's last one (S8.1)."""
    if verdict.due is not None:
        return verdict.due.date or date_at(verdict.due.at, zone)
    if isinstance(verdict.occasion, InWindow):
        return last_date_before(verdict.occasion.end, zone)
    return date_at(verdict.occasion.at, zone)


def breached_at(verdict: Verdict) -> Instant:
    """A breach dates from its due instant or its window's end; where neither is, from its trigger (S8.1)."""
    if verdict.due is not None:
        return verdict.due.at
    return verdict.occasion.end if isinstance(verdict.occasion, InWindow) else verdict.occasion.at
