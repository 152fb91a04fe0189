"""When agreements are in force, by the civil days that they say."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from engine.model.agreement import Agreement
from engine.model.instants import moment_of
from engine.model.quantity import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """An instant, which may be another day in another zone; or a day as agreements write it, whatever the
    zone: two terms that begin on the same date do not leave a gap of hours between them."""

    at: Instant | date

    def day(self, zone: str) -> date:
        """The civil day in a zone."""
        if isinstance(self.at, date):
            return self.at
        return day_of(self.at, zone)

    def is_in(self, agreement: Agreement) -> bool:
        """Whether an agreement is in force; both its first and its last day belong to its term."""
        return agreement.term.start <= self.day(agreement.zone) <= (agreement.ends or date.max)


def day_of(at: Instant, zone: str) -> date:
    """The civil day of an instant."""
    return moment_of(at).astimezone(ZoneInfo(zone)).date()


def day_after(agreement: Agreement) -> date | None:
    """The first day after the term, if policies say one."""
    last = agreement.ends
    return None if last is None or last == date.max else last + timedelta(days=1)
