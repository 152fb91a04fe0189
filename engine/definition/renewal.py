"""Renewal: how long an agreement's term is, as the facts have it at `as of` (S2.6)."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from engine.definition.book import Book, id_of
from engine.definition.calendars import ONE_DAY
from engine.definition.civil import date_at, midnight, midnight_after, months_later
from engine.definition.conditions import Match, matching
from engine.definition.notice import Latest, is_in_time, latest_before
from engine.definition.windows import LAST_DATE
from engine.model.agreement import Agreement
from engine.model.expression import CalendarDays, ClockDuration, Duration, Months, NoticeCounting
from engine.model.fact import Fact
from engine.model.quantity import Instant
from engine.model.reaction import RenewalCase
from engine.model.renewal import Renewal, RenewalState, UnlessNotice, WhenDone
from engine.model.snapshot import Snapshot
from engine.model.verdict import Due


def renewed(snapshot: Snapshot, facts: Mapping[str, Sequence[Fact]], as_of: Instant) -> Snapshot:
    """The policy set in which every term is as long as it has been renewed by `as of`."""
    book = Book(kinds=snapshot.kinds, facts=facts, as_of=as_of)
    agreements = snapshot.agreements
    for name, agreement in agreements.items():
        if agreement.renewal is not None:
            case = stand(agreement, agreement.renewal, book)
            term = replace(agreement.term, through=case.through)
            agreements = agreements.set(name, replace(agreement, term=term))
    return replace(snapshot, agreements=agreements)


def renewals_of(snapshot: Snapshot, book: Book) -> Iterator[RenewalCase]:
    """Where the terms that renew stand, by agreement; a version that another took over from has its end."""
    for name in sorted(snapshot.agreements):
        agreement = snapshot.agreements[name]
        if agreement.renewal is not None and agreement.superseded_by is None:
            yield stand(agreement, agreement.renewal, book)


def stand(agreement: Agreement, renewal: Renewal, book: Book) -> RenewalCase:
    """Renew the term as often as the facts let it; what is only possible decides nothing."""
    zone = agreement.zone
    reading = book.reading(agreement.covers)
    found = [
        each
        for each in matching(renewal.selection, reading, {}, zone)
        if each.proven and each.at <= book.as_of
    ]
    count, begins = 0, midnight(agreement.term.start, zone)
    while True:
        through = last_day(renewal, count)
        ends = midnight_after(through, zone)
        here = RenewalCase(
            agreement=agreement.identity, state=RenewalState.OPEN, through=through, ends=ends, renewed=count
        )
        if renewal.until is not None and through >= renewal.until:
            ends = midnight_after(renewal.until, zone)
            state = RenewalState.ENDED if ends <= book.as_of else RenewalState.ENDING
            return replace(here, state=state, through=renewal.until, ends=ends)
        stays = _stays(renewal, here, begins, found, zone, book.as_of)
        if stays is not None:
            over = stays.state is RenewalState.ENDING and ends <= book.as_of
            return replace(stays, state=RenewalState.ENDED) if over else stays
        count, begins = count + 1, ends


def _stays(
    renewal: Renewal, here: RenewalCase, begins: Instant, found: list[Match], zone: str, as_of: Instant
) -> RenewalCase | None:
    """The case of a term that goes on no further, by `as of`; None where it is renewed at its end."""
    match renewal.on:
        case WhenDone():
            if any(begins <= each.at < here.ends for each in found):
                return None
            if as_of < here.ends:
                return replace(here, due=Due(at=here.ends, inclusive=False, date=here.through))
            return replace(here, state=RenewalState.ENDED)
        case UnlessNotice():
            latest = latest_notice(renewal.on, here, zone)
            if latest is None:
                return here
            given = next((each for each in found if is_in_time(each.at, latest)), None)
            if given is not None:
                return replace(here, state=RenewalState.ENDING, notice=id_of(given.fact))
            if is_in_time(as_of, latest):
                return replace(here, due=Due(at=latest.at, inclusive=latest.inclusive, date=latest.date))
            return None
        case _:
            assert_never(renewal.on)


def latest_notice(unless: UnlessNotice, here: RenewalCase, zone: str) -> Latest | None:
    """The last moment to give notice: the end belongs to the term's last civil day (S2.3)."""
    return _latest_notice(here.ends, unless.lead, unless.counting, zone)


def _latest_notice(ends: Instant, lead: Duration, counting: NoticeCounting, zone: str) -> Latest | None:
    by_day = counting is not NoticeCounting.SAME_TIME and not isinstance(lead, ClockDuration)
    return latest_before(ends - by_day, lead, counting, zone)


def last_day_for_notice(
    through: dt.date, lead: Duration, counting: NoticeCounting, zone: str
) -> dt.date | None:
    """The last civil day on which notice of a term that lasts `through` a day can be given (S4.5)."""
    latest = _latest_notice(midnight_after(through, zone), lead, counting, zone)
    return None if latest is None else latest.date or date_at(latest.at, zone)


def last_day(renewal: Renewal, count: int) -> dt.date:
    """The last day of the term after so many renewals, each counted from the first end."""
    after = renewal.through + ONE_DAY
    match renewal.length:
        case CalendarDays(days=days):
            after += count * days * ONE_DAY
        case Months(months=months):
            after = months_later(after, count * months)
        case _:
            assert_never(renewal.length)
    return min(after, LAST_DATE) - ONE_DAY
