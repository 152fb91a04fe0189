"""Record measures by hand: values, windows, open records, aggregates, and what is unknown (S6)."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from engine.definition.aggregates import interpolated, percentile
from engine.model.calendar import Elapsed
from engine.model.expression import Selection
from engine.model.fact import Fact
from engine.model.measure import (
    Aggregate,
    DaysBetween,
    EmptyWindow,
    FallsDue,
    FieldValue,
    One,
    PercentileMethod,
    ShareWithin,
    TimeBetween,
)
from engine.model.obligation import Target
from engine.model.period import CalendarWindows, WindowUnit
from engine.model.quantity import (
    BUSINESS_DAYS,
    CALENDAR_DAYS,
    COUNT,
    HOUR,
    HOURS,
    NUMBER,
    Bound,
    Comparison,
    Unit,
)
from engine.model.verdict import Exact, Flag, Range, State, Verdict
from tests.definition.policies import (
    ANSWERED,
    DISASTER,
    OFFICE,
    OPENED,
    aggregate,
    at,
    fact,
    field,
    has,
    judged,
    percent,
    records,
    target,
)

CLOSED = "2025-05-01 00:00"
RESPONSE = TimeBetween(start=OPENED, end=ANSWERED, clock=Elapsed(), unit=HOURS)
CALENDAR = DaysBetween(start=OPENED, end=ANSWERED, zone="Europe/Berlin", calendar=None, unit=CALENDAR_DAYS)
BUSINESS = DaysBetween(start=OPENED, end=ANSWERED, zone="UTC", calendar=OFFICE, unit=BUSINESS_DAYS)
SIZE = FieldValue(value=field("t", "ticket", "size"), unit=NUMBER)


def bound(comparison: Comparison, value: int | Fraction, unit: Unit) -> Bound:
    return Bound(comparison=comparison, value=Fraction(value), unit=unit)


def ticket(key: str, opened: str, **values: Any) -> Fact:
    return fact("ticket", key, opened_at=at(opened), **values)


def reply(key: str, when: str, **values: Any) -> Fact:
    return fact("reply", f"r{key}", ticket=key, at=at(when), **values)


def mean(hours: int, comparison: Comparison = Comparison.AT_MOST, **changes: Any) -> Target:
    """The mean time to answer, in the window of the ticket."""
    measure = aggregate(Aggregate.AVERAGE, records(value=RESPONSE, **changes))
    return target(measure, bound(comparison, hours * HOUR, HOURS))


def count(comparison: Comparison, value: int, **changes: Any) -> Target:
    """A number of tickets."""
    of = records(value=One(), answered_by=None, **changes)
    return target(aggregate(Aggregate.COUNT, of), bound(comparison, value, COUNT))


def sizes(which: Aggregate, comparison: Comparison, value: int, **changes: Any) -> Target:
    """An aggregate of the sizes of tickets."""
    measure = aggregate(which, records(value=SIZE, answered_by=None), **changes)
    return target(measure, bound(comparison, value, NUMBER))


MARCH = [ticket("a", "2025-03-03 10:00"), ticket("b", "2025-03-04 10:00"), ticket("c", "2025-03-31 10:00")]
REPLIES = [reply("a", "2025-03-03 12:00"), reply("b", "2025-03-04 15:00")]


def of_march(promise: Target, *facts: Fact, as_of: str = CLOSED) -> Verdict:
    return judged(promise, facts, as_of, "2025-03")


# Values


def test_a_mean_is_exact_and_reports_what_is_open() -> None:
    verdict = of_march(mean(4), *MARCH, *REPLIES)
    assert (verdict.state, verdict.measured) == (State.MET, Exact(value=Fraction(7 * HOUR, 2), unit=HOURS))
    # Open at the window's end, and for 14 hours then.
    assert verdict.counts == {"records": 2, "open": 1, "oldest_open": 14 * HOUR}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (DaysBetween(start=OPENED, end=ANSWERED, zone="Europe/Berlin", calendar=None, unit=CALENDAR_DAYS), 5),
        (DaysBetween(start=OPENED, end=ANSWERED, zone="UTC", calendar=None, unit=CALENDAR_DAYS), 6),
        (DaysBetween(start=OPENED, end=ANSWERED, zone="UTC", calendar=OFFICE, unit=BUSINESS_DAYS), 3),
        (TimeBetween(start=OPENED, end=ANSWERED, clock=OFFICE, unit=HOURS), 25 * HOUR),
    ],
)
def test_days_and_hours_between_two_instants(value: DaysBetween | TimeBetween, expected: int) -> None:
    facts = (ticket("a", "2025-03-06 00:30"), reply("a", "2025-03-11 10:00"))
    measure = aggregate(Aggregate.HIGHEST, records(value=value))
    verdict = of_march(target(measure, bound(Comparison.AT_MOST, 0, value.unit)), *facts)
    assert verdict.measured == Exact(value=Fraction(expected), unit=value.unit)


@pytest.mark.parametrize(
    ("which", "changes", "expected"),
    [
        (Aggregate.SUM, {}, "20"),
        (Aggregate.AVERAGE, {}, "5"),
        (Aggregate.MEDIAN, {}, "4"),
        (Aggregate.HIGHEST, {}, "10"),
        (Aggregate.LOWEST, {}, "2"),
        (Aggregate.PERCENTILE, {"rank": "50"}, "3"),
        (Aggregate.PERCENTILE, {"rank": "51"}, "5"),
        (Aggregate.PERCENTILE, {"rank": "100"}, "10"),
        (Aggregate.PERCENTILE, {"rank": "0.5"}, "2"),
        (Aggregate.PERCENTILE, {"rank": "90", "method": PercentileMethod.INTERPOLATE}, "8.5"),
    ],
)
def test_aggregates(which: Aggregate, changes: dict[str, Any], expected: str) -> None:
    facts = [ticket(f"t{n}", "2025-03-03 10:00", size=Fraction(n)) for n in (10, 2, 5, 3)]
    verdict = of_march(sizes(which, Comparison.AT_MOST, 4, **changes), *facts)
    assert verdict.measured == Exact(value=Fraction(expected), unit=NUMBER)


def test_percentiles_by_both_methods() -> None:
    values = [Fraction(n) for n in range(1, 11)]
    assert percentile(values, Fraction(95, 100), PercentileMethod.NEAREST_RANK) == 10
    assert percentile(values, Fraction(90, 100), PercentileMethod.NEAREST_RANK) == 9
    assert percentile(values, Fraction(95, 100), PercentileMethod.INTERPOLATE) == Fraction("9.55")
    assert interpolated(values[:1], Fraction(1)) == 1


# Windows and open records


def test_records_belong_to_the_window_they_start_or_end_in() -> None:
    answered = [*MARCH, *REPLIES, reply("c", "2025-04-02 10:00")]
    assert of_march(mean(4), *answered).measured == Exact(value=Fraction(55 * HOUR, 3), unit=HOURS)
    by_end = mean(4, belongs=ANSWERED, attributed_by_answer=True)
    assert of_march(by_end, *answered).measured == Exact(value=Fraction(7 * HOUR, 2), unit=HOURS)
    april = judged(by_end, answered, CLOSED, "2025-04")
    assert (april.measured, april.counts["open"]) == (Exact(value=Fraction(48 * HOUR), unit=HOURS), 0)


def test_open_records_are_those_not_answered_by_the_end() -> None:
    answered_later = [*MARCH, *REPLIES, reply("c", "2025-04-02 10:00")]
    by_end = mean(4, belongs=ANSWERED, attributed_by_answer=True)
    for promise in (mean(4), by_end):
        assert of_march(promise, *answered_later).counts["open"] == 1
    # Of what starts in April only what started there is open; what ends anywhere may have started before.
    unanswered = [*MARCH, *REPLIES]
    assert judged(mean(4), unanswered, CLOSED, "2025-04").counts["open"] == 0
    counts = judged(by_end, unanswered, CLOSED, "2025-04").counts
    assert counts == {"records": 0, "open": 1, "oldest_open": at("2025-05-01 00:00") - at("2025-03-31 10:00")}


def test_a_record_whose_own_end_is_absent_is_open() -> None:
    own = TimeBetween(start=OPENED, end=field("t", "ticket", "closed_at"), clock=Elapsed(), unit=HOURS)
    promise = target(
        aggregate(Aggregate.AVERAGE, records(value=own, answered_by=None)),
        bound(Comparison.AT_MOST, 4 * HOUR, HOURS),
    )
    facts = [
        ticket("a", "2025-03-03 10:00", closed_at=at("2025-03-03 12:00")),
        ticket("b", "2025-03-04 10:00"),
    ]
    verdict = of_march(promise, *facts)
    assert (verdict.state, verdict.counts["records"], verdict.counts["open"]) == (State.MET, 1, 1)


@pytest.mark.parametrize(
    ("convention", "state"),
    [
        (EmptyWindow.MET, State.MET),
        (EmptyWindow.UNMEASURED, State.UNMEASURED),
        (EmptyWindow.NOT_APPLICABLE, State.NOT_APPLICABLE),
    ],
)
def test_no_records_is_a_convention_but_a_count_of_none_is_zero(
    convention: EmptyWindow, state: State
) -> None:
    empty = of_march(replace(mean(4), empty_windows=convention))
    assert (empty.state, empty.measured) == (state, None)
    assert (
        judged(replace(mean(4), empty_windows=convention), [], "2025-03-20 00:00", "2025-03").state
        is State.PENDING
    )
    none = of_march(replace(count(Comparison.AT_LEAST, 1), empty_windows=convention))
    assert (none.state, none.measured) == (State.BREACHED, Exact(value=Fraction(0), unit=COUNT))


# Shares


def within_hours(hours: int, share: str) -> Target:
    return target(ShareWithin(records=records(value=RESPONSE), limit=Fraction(hours * HOUR)), percent(share))


def test_an_open_record_is_a_miss_once_it_is_overdue_and_neither_before() -> None:
    promise = within_hours(5, "60")
    # b took exactly the limit, a less; c is not due yet.
    early = of_march(promise, *MARCH, *REPLIES, as_of="2025-03-31 15:00")
    assert early.counts == {"records": 2, "open": 1, "oldest_open": 5 * HOUR, "misses": 0}
    assert (early.state, early.measured) == (State.PENDING, Exact(value=Fraction(1), unit=percent("1").unit))
    late = of_march(promise, *MARCH, *REPLIES, as_of="2025-04-01 00:00")
    assert late.counts == {"records": 3, "open": 1, "oldest_open": 14 * HOUR, "misses": 1}
    assert (late.state, late.measured) == (State.MET, Exact(value=Fraction(2, 3), unit=percent("1").unit))
    assert of_march(within_hours(5, "66.7"), *MARCH, *REPLIES).state is State.BREACHED
    assert of_march(within_hours(4, "60"), *MARCH, *REPLIES).counts["misses"] == 2


@pytest.mark.parametrize(
    ("value", "limit", "windows"),
    [
        # 31 March, 10:00: five hours on is the same day, fourteen are midnight, which is April.
        (RESPONSE, 5 * HOUR, ("2025-03", "2025-03")),
        (RESPONSE, 14 * HOUR, ("2025-03", "2025-04")),
        # The office closes at 17:00: seven hours are counted then, though the last moment is next morning.
        (TimeBetween(start=OPENED, end=ANSWERED, clock=OFFICE, unit=HOURS), 7 * HOUR, ("2025-03", "2025-03")),
        (TimeBetween(start=OPENED, end=ANSWERED, clock=OFFICE, unit=HOURS), 8 * HOUR, ("2025-03", "2025-04")),
        # A day that ends with a month belongs to it, though its end is the next one's first instant.
        (CALENDAR, 0, ("2025-03", "2025-03")),
        (CALENDAR, 1, ("2025-03", "2025-04")),
        # 29 March is a Saturday: a business day after it is 31 March, two are 1 April.
        (
            DaysBetween(start=OPENED, end=ANSWERED, zone="UTC", calendar=OFFICE, unit=BUSINESS_DAYS),
            1,
            ("2025-03", "2025-04"),
        ),
    ],
)
def test_a_record_belongs_to_the_window_it_falls_due_in(
    value: DaysBetween | TimeBetween, limit: int, windows: tuple[str, str]
) -> None:
    of = records(value=value, belongs=FallsDue())
    promise = target(ShareWithin(records=of, limit=Fraction(limit)), percent("60"))
    saturday, monday = ticket("a", "2025-03-29 10:00"), ticket("b", "2025-03-31 10:00")
    answered = [reply("a", "2025-03-29 10:00"), reply("b", "2025-03-31 10:00")]
    for each, window in zip((saturday, monday), windows, strict=True):
        for label in ("2025-03", "2025-04"):
            verdict = judged(promise, [each, *answered], CLOSED, label)
            assert verdict.counts["records"] == (label == window)


def test_an_open_record_is_a_miss_where_it_fell_due_and_told_wherever_it_is_open() -> None:
    of = records(value=RESPONSE, belongs=FallsDue())
    promise = target(ShareWithin(records=of, limit=Fraction(20 * HOUR)), percent("60"))
    facts = [ticket("a", "2025-03-31 10:00")]
    march, april = (judged(promise, facts, CLOSED, each) for each in ("2025-03", "2025-04"))
    assert march.counts == {"records": 0, "open": 1, "oldest_open": 14 * HOUR, "misses": 0}
    assert (april.counts["records"], april.counts["open"], april.counts["misses"]) == (1, 1, 1)
    assert april.state is State.BREACHED


# Early decision


@pytest.mark.parametrize(
    ("promise", "state"),
    [
        (count(Comparison.AT_MOST, 1), State.BREACHED),
        (count(Comparison.AT_MOST, 2), State.PENDING),
        (count(Comparison.AT_LEAST, 2), State.MET),
        (count(Comparison.ABOVE, 2), State.PENDING),
        (sizes(Aggregate.HIGHEST, Comparison.AT_MOST, 4), State.BREACHED),
        (sizes(Aggregate.HIGHEST, Comparison.AT_LEAST, 4), State.PENDING),
        (sizes(Aggregate.LOWEST, Comparison.AT_LEAST, 4), State.BREACHED),
        (sizes(Aggregate.LOWEST, Comparison.AT_MOST, 1), State.PENDING),
        (sizes(Aggregate.SUM, Comparison.AT_MOST, 4), State.PENDING),
        (sizes(Aggregate.AVERAGE, Comparison.AT_MOST, 1), State.PENDING),
        (within_hours(1, "99"), State.PENDING),
    ],
)
def test_an_open_window_is_decided_by_what_more_records_cannot_turn(promise: Target, state: State) -> None:
    facts = [
        ticket("a", "2025-03-03 10:00", size=Fraction(3)),
        ticket("b", "2025-03-04 10:00", size=Fraction(5)),
    ]
    verdict = of_march(promise, *facts, reply("a", "2025-03-03 13:00"), as_of="2025-03-10 00:00")
    assert verdict.state is state
    assert (Flag.DECIDED_EARLY in verdict.flags) is (state is not State.PENDING)


def test_a_sum_of_durations_is_decided_early() -> None:
    effort = FieldValue(value=field("t", "ticket", "effort"), unit=HOURS)
    measure = aggregate(Aggregate.SUM, records(value=effort, answered_by=None))
    promise = target(measure, bound(Comparison.AT_MOST, 6 * HOUR, HOURS))
    spent = ticket("a", "2025-03-03 10:00", effort=7 * HOUR)
    assert of_march(promise, spent, as_of="2025-03-10 00:00").state is State.BREACHED


def test_a_sum_of_times_between_instants_is_not_decided_early() -> None:
    # A later record may take away: its second instant may come before its first.
    measure = aggregate(Aggregate.SUM, records(value=RESPONSE))
    promise = target(measure, bound(Comparison.AT_MOST, 6 * HOUR, HOURS))
    assert of_march(promise, *MARCH, *REPLIES, as_of="2025-03-10 00:00").state is State.PENDING


# What is unknown


URGENT = Selection(kind="ticket", variable="t", where=has("t", "ticket", "urgent", True))


@pytest.mark.parametrize(
    ("known", "at_most", "state"),
    [(1, 2, State.MET), (1, 1, State.UNMEASURED), (2, 1, State.BREACHED)],
)
def test_a_record_whose_condition_is_unknown_is_tried_both_ways(
    known: int, at_most: int, state: State
) -> None:
    facts = [ticket(f"k{n}", "2025-03-03 10:00", urgent=True) for n in range(known)]
    facts += [ticket("u", "2025-03-03 10:00"), ticket("n", "2025-03-03 10:00", urgent=False)]
    verdict = of_march(count(Comparison.AT_MOST, at_most, of=URGENT), *facts)
    assert verdict.state is state
    assert verdict.measured == Range(low=Fraction(known), high=Fraction(known + 1), unit=COUNT)
    assert verdict.missing == (("ticket:u.urgent",) if state is State.UNMEASURED else ())


def test_any_of_the_unknown_records_may_be_members() -> None:
    # Neither none of the two nor both of them break the bound, but one alone does.
    measure = aggregate(Aggregate.AVERAGE, records(value=SIZE, answered_by=None, of=URGENT))
    facts = [
        ticket("k", "2025-03-03 10:00", urgent=True, size=Fraction(4)),
        ticket("high", "2025-03-03 10:00", size=Fraction(8)),
        ticket("low", "2025-03-03 10:00", size=Fraction(0)),
    ]
    verdict = of_march(target(measure, bound(Comparison.AT_MOST, 5, NUMBER)), *facts)
    assert (verdict.state, verdict.measured) == (
        State.UNMEASURED,
        Range(low=Fraction(2), high=Fraction(6), unit=NUMBER),
    )


def test_an_unknown_value_may_be_anything() -> None:
    facts = [ticket("a", "2025-03-03 10:00", size=Fraction(3)), ticket("b", "2025-03-03 10:00")]
    unknown = of_march(sizes(Aggregate.AVERAGE, Comparison.AT_MOST, 4), *facts)
    assert (unknown.state, unknown.measured, unknown.missing) == (State.UNMEASURED, None, ("ticket:b.size",))
    assert of_march(sizes(Aggregate.HIGHEST, Comparison.AT_MOST, 2), *facts).state is State.BREACHED
    assert of_march(sizes(Aggregate.LOWEST, Comparison.AT_LEAST, 4), *facts).state is State.BREACHED
    counted = target(
        aggregate(Aggregate.COUNT, records(value=One(), answered_by=None)),
        bound(Comparison.AT_MOST, 2, COUNT),
    )
    assert of_march(counted, *facts).state is State.MET


def test_unwatched_time_takes_a_met_and_what_could_still_be_mended() -> None:
    watched = [
        fact("observation", "w", source="desk", start=at("2025-03-01 00:00"), end=at("2025-03-31 00:00"))
    ]
    full = [fact("observation", "w", source="desk", start=at("2025-03-01 00:00"), end=at("2025-04-01 00:00"))]
    for promise, seen, part in (
        (mean(4), State.MET, State.UNMEASURED),
        (mean(1), State.BREACHED, State.UNMEASURED),
        (count(Comparison.AT_MOST, 2), State.BREACHED, State.BREACHED),
        (count(Comparison.AT_LEAST, 3), State.MET, State.MET),
        (count(Comparison.AT_LEAST, 4), State.BREACHED, State.UNMEASURED),
        (count(Comparison.AT_MOST, 3), State.MET, State.UNMEASURED),
    ):
        sourced = replace(promise, watched_source="desk")
        assert of_march(sourced, *MARCH, *REPLIES, *full).state is seen
        verdict = of_march(sourced, *MARCH, *REPLIES, *watched)
        assert verdict.state is part
        assert verdict.missing == (("observation:desk",) if part is State.UNMEASURED else ())


def test_a_window_in_which_nobody_watched_is_not_empty() -> None:
    for convention in EmptyWindow:
        promise = replace(mean(4), empty_windows=convention, watched_source="desk")
        assert of_march(promise).state is State.UNMEASURED


# Prohibitions


def test_a_prohibition_holds_while_its_period_does() -> None:
    never = replace(count(Comparison.AT_MOST, 0), only_while=DISASTER)
    disaster = fact("disaster", "d", start=at("2025-03-04 00:00"), end=at("2025-03-05 00:00"))
    assert of_march(never, *MARCH).state is State.MET
    assert of_march(never, *MARCH, disaster).state is State.BREACHED
    still = fact("disaster", "d", start=at("2025-03-05 00:00"))
    assert of_march(never, *MARCH[:2], still).state is State.MET
    assert of_march(never, *MARCH, still).measured == Exact(value=Fraction(1), unit=COUNT)


def test_days_as_windows_each_hold_their_own_records() -> None:
    daily = replace(count(Comparison.AT_MOST, 1), windows=CalendarWindows(unit=WindowUnit.DAY))
    facts = [
        ticket("a", "2025-03-03 00:00"),
        ticket("b", "2025-03-03 23:59"),
        ticket("c", "2025-03-04 00:00"),
    ]
    assert judged(daily, facts, CLOSED, "2025-03-03").measured == Exact(value=Fraction(2), unit=COUNT)
    assert judged(daily, facts, CLOSED, "2025-03-04").measured == Exact(value=Fraction(1), unit=COUNT)
