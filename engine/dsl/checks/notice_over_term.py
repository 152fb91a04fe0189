"""A notice that would have to be given before the term that it ends has begun."""

from collections.abc import Iterator
from datetime import date

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.model.agreement import Agreement
from engine.model.expression import BusinessDays, CalendarDays, ClockDuration, Duration, Months
from engine.model.quantity import DAY
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """The term of all versions together is what a notice ends; one finding for each agreement."""
    for name in sorted(snapshot.agreements):
        agreement = snapshot.agreements[name]
        through = agreement.term.through if agreement.renewal is None else agreement.renewal.through
        if agreement.superseded_by is not None or agreement.notice is None or through is None:
            continue
        start = first_day(agreement, snapshot)
        days = (through - start).days + 1
        if days < fewest_days(agreement.notice):
            yield warning(
                "notice-over-term",
                f"the notice of `{name}` is longer than its term of {days} days",
                agreement.span,
                f"in force {start} to {through}",
                "shorten the notice, or prolong the term: before it there is nothing to give notice of",
            )


def first_day(agreement: Agreement, snapshot: Snapshot) -> date:
    """The first day of an agreement's first version."""
    return snapshot.versions(agreement.name)[0].term.start


def fewest_days(notice: Duration) -> int:
    """The fewest civil days that a notice may be; in which months it lies is not known."""
    match notice:
        case CalendarDays(days=days) | BusinessDays(days=days):
            return days
        case Months(months=months):
            years, rest = divmod(months, 12)
            return years * 365 + (rest * 30 - 2 if rest else 0)
        case ClockDuration(length=length):
            return length // DAY
