"""Terms as they have been renewed by `as of`: the facts that decide come from the store (S2.6)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import MAXYEAR, date, timedelta
from typing import NamedTuple, assert_never

from engine.model.agreement import Agreement
from engine.model.expression import BusinessDays, CalendarDays, ClockDuration, Months, NoticeCounting
from engine.model.quantity import Instant
from engine.model.reaction import RenewalCase
from engine.model.renewal import Renewal, RenewalState, UnlessNotice, WhenDone
from engine.model.snapshot import Snapshot
from engine.model.verdict import Due
from engine.rules.plans.clock_tables import ClockTables
from engine.rules.plans.matches import Matched, matches
from engine.rules.plans.notice_to_sql import latest_before
from engine.rules.plans.plan_to_sql import Statement, number
from engine.rules.plans.windows import add_months, start_of_day
from engine.store.database import Store

EPOCH = date(1970, 1, 1)
ONE_DAY = timedelta(days=1)


class _Term(NamedTuple):
    """A term that may be renewed at its end: [begins, ends), so often renewed before."""

    begins: Instant
    ends: Instant
    through: date
    renewed: int


def renewed(snapshot: Snapshot, store: Store, *, as_of: Instant, known_at: Instant | None) -> Snapshot:
    """The policy set in which the terms have the ends that `as of` knows of."""
    agreements = snapshot.agreements
    for name, agreement in agreements.items():
        if agreement.renewal is not None:
            case = _case(snapshot, agreement, agreement.renewal, store, as_of, known_at)
            renewed_term = replace(agreement.term, through=case.through)
            agreements = agreements.set(name, replace(agreement, term=renewed_term))
    return replace(snapshot, agreements=agreements)


def renewals(
    snapshot: Snapshot, store: Store, *, as_of: Instant, known_at: Instant | None
) -> Iterator[RenewalCase]:
    """One case for each agreement that renews, by name, as its latest version has it."""
    for _, agreement in sorted(snapshot.agreements.items()):
        if agreement.renewal is not None and agreement.superseded_by is None:
            yield _case(snapshot, agreement, agreement.renewal, store, as_of, known_at)


def _case(
    snapshot: Snapshot,
    agreement: Agreement,
    renewal: Renewal,
    store: Store,
    as_of: Instant,
    known_at: Instant | None,
) -> RenewalCase:
    facts = matches(
        snapshot, agreement, renewal.selection, (), store, breach=None, as_of=as_of, known_at=known_at
    )
    for term in _terms(agreement, renewal):
        case = RenewalCase(
            agreement=agreement.identity,
            state=RenewalState.OPEN,
            through=term.through,
            ends=term.ends,
            renewed=term.renewed,
        )
        if renewal.until is not None and renewal.until <= term.through:
            ends = start_of_day(agreement.zone, renewal.until + ONE_DAY)
            return replace(case, state=_ending(ends, as_of), through=renewal.until, ends=ends)
        match renewal.on:
            case WhenDone():
                if any(term.begins <= each.at < term.ends for each in facts):
                    continue
                if as_of >= term.ends:
                    return replace(case, state=RenewalState.ENDED)
                return replace(case, due=Due(at=term.ends, inclusive=False, date=term.through))
            case UnlessNotice():
                due = _last_notice(renewal.on, term, agreement.zone, store)
                if due is None:
                    return case
                if (given := _in_time(facts, due)) is not None:
                    return replace(case, state=_ending(term.ends, as_of), notice=given.id)
                if as_of < due.at or (due.inclusive and as_of == due.at):
                    return replace(case, due=due)
            case _:
                assert_never(renewal.on)
    raise AssertionError("a term is renewed for ever only where dates end")


def _ending(ends: Instant, as_of: Instant) -> RenewalState:
    return RenewalState.ENDED if ends <= as_of else RenewalState.ENDING


def _terms(agreement: Agreement, renewal: Renewal) -> Iterator[_Term]:
    """The first term, and what each renewal makes of it; all months count from the first end (S2.4)."""
    begins, first = start_of_day(agreement.zone, agreement.term.start), renewal.through + ONE_DAY
    after, count = first, 0
    while after.year < MAXYEAR:
        ends = start_of_day(agreement.zone, after)
        yield _Term(begins, ends, after - ONE_DAY, count)
        begins, count = ends, count + 1
        match renewal.length:
            case CalendarDays(days=days):
                after += timedelta(days=days)
            case Months(months=months):
                after = add_months(first, count * months)
            case _:
                assert_never(renewal.length)


def _in_time(facts: list[Matched], due: Due) -> Matched | None:
    return next((each for each in facts if each.at < due.at or (due.inclusive and each.at == due.at)), None)


def _last_notice(unless: UnlessNotice, term: _Term, zone: str, store: Store) -> Due | None:
    """The last moment that is long enough before a term's end, whose civil day is the last one of it."""
    lead, tables = unless.lead, ClockTables()
    counts_days = not isinstance(lead, ClockDuration) and unless.counting is not NoticeCounting.SAME_TIME
    end = term.ends - 1 if counts_days else term.ends
    latest = latest_before(number(end), lead, unless.counting, zone, tables)
    sql = Statement().sql("SELECT $at, $day", at=latest.at, day=latest.day or number(0))
    tables.load(
        store,
        end,
        end,
        counted=lead.length if isinstance(lead, ClockDuration) else 0,
        days=_days(lead),
    )
    ((at, day),) = store.run(sql)
    if at is None:
        return None
    on = None if latest.day is None else EPOCH + timedelta(days=day)
    return Due(at=at, inclusive=latest.inclusive, date=on)


def _days(lead: object) -> int:
    match lead:
        case CalendarDays(days=days) | BusinessDays(days=days):
            return days
        case Months(months=months):
            return 31 * months
        case _:
            return 0
