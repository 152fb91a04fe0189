"""Renewal: a term goes on from its end, unless notice is given or when something is done."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from engine.model.expression import CalendarDays, Duration, Months, NoticeCounting, Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlessNotice:
    """Each term renews unless a fact of `notice` comes at least `lead` before its end (S4.5); the end belongs
    to the term's last civil day (S2.3). A notice that is too late for one end is in time for the next."""

    notice: Selection
    lead: Duration
    counting: NoticeCounting


@dataclass(frozen=True, slots=True, kw_only=True)
class WhenDone:
    """Each term renews once if there is a fact of `done` in it."""

    done: Selection


Condition: TypeAlias = UnlessNotice | WhenDone


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """`through` is the last day of the first term; each renewal lasts `length`, civil months counted from the
    day after that one, so that short months move nothing (S2.4). `until` is the last day before the next
    version takes over, beyond which nothing renews (S2.6)."""

    through: date
    length: CalendarDays | Months
    on: Condition
    until: date | None = None

    @property
    def selection(self) -> Selection:
        """The facts that decide."""
        return self.on.notice if isinstance(self.on, UnlessNotice) else self.on.done


class RenewalState(StrEnum):
    """Where the term of an agreement that renews stands at `as of`."""

    OPEN = "open"
    ENDING = "ending"
    ENDED = "ended"
