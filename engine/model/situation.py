"""A live situation: what is out at an instant, who is affected, and what is due next (S10.1)."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from engine.model.dependency import Impact
from engine.model.quantity import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOutage:
    """A fact of what counts as down that has begun and is not over: `fact` is `kind:key`. `node` is the id of
    its subject in the graph, which may be something that the policies do not name."""

    fact: str
    subject: str
    since: Instant
    node: str | None

    @property
    def is_known(self) -> bool:
        """Whether the policies name the subject."""
        return self.node is not None


class Awaited(StrEnum):
    """What is due."""

    DEADLINE = "deadline"
    ESCALATION = "escalation"
    UPDATE = "update"
    NOTICE = "notice"
    CLAIM = "claim"
    EARN_BACK = "earn back"
    IMPROVEMENT = "improvement"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueNext:
    """What is due next, from whom (a party or a role), and when: the last moment, or the instant at which it
    happens. `of` is the id of the promise or escalation, `occasion` the window's label or the trigger's key;
    what was due before the situation's instant is overdue. `date` is the last day of a deadline in days."""

    at: Instant
    what: Awaited
    who: str
    of: str
    subject: str | None
    occasion: str
    is_overdue: bool
    date: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is out at `as_of`, what that fells and hits, and what is due next of what is hit, the first first.

    `impact` is absent where nothing that the policies name is out.
    """

    as_of: Instant
    known_at: Instant | None
    outages: tuple[OpenOutage, ...]
    impact: Impact | None
    due: tuple[DueNext, ...]
