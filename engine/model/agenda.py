"""An agenda: what is due, from whom, and when, as an entry for each."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from engine.model.quantity import Instant


class Matter(StrEnum):
    """What an entry is about: what a situation awaits, and what only time brings about."""

    DEADLINE = "deadline"
    ESCALATION = "escalation"
    UPDATE = "update"
    NOTICE = "notice"
    CLAIM = "claim"
    EARN_BACK = "earn back"
    IMPROVEMENT = "improvement"
    REVIEW = "review"
    RENEWAL = "renewal"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that is due from `who` (a party or a role): at the instant `at`, or, where it is due in days,
    by the end of the civil `date`. `of` is the id of the promise, escalation or agreement, `title` its words,
    `occasion` the window's label or the trigger's key."""

    at: Instant
    date: dt.date | None
    matter: Matter
    who: str
    of: str
    title: str
    subject: str | None
    occasion: str
    is_overdue: bool

    @property
    def identity(self) -> tuple[str, ...]:
        """What makes it the same entry when it is put off: everything but when it is due."""
        return self.matter, self.who, self.of, self.subject or "", self.occasion
