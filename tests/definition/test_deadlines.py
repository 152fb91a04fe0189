"""Every way in which a deadline ends, by hand (S4)."""

from datetime import date, timedelta

import pytest

from engine.definition.civil import midnight_after
from engine.model.calendar import Elapsed, WeeklyCalendar
from engine.model.deadline import AtLeastBefore, ByBusinessDay, ByInstant, DayEnd, PausedDay, WindowEnd
from engine.model.expression import BusinessDays, CalendarDays, Duration, Months, NoticeCounting, Selection
from engine.model.obligation import Duty, OnWindow
from engine.model.period import WindowUnit
from engine.model.quantity import BUSINESS_DAYS, CALENDAR_DAYS, HOUR, SECONDS
from engine.model.verdict import Due, State, Verdict
from tests.definition.policies import (
    ALWAYS_TRUE,
    MONTHS,
    OFFICE,
    WAITING,
    at,
    duty,
    fact,
    field,
    hours,
    judged,
    weekdays,
    within,
)

DUE_AT = field("t", "ticket", "due_at")
BUSINESS = BusinessDays(days=2, calendar=OFFICE)
LATER = "2025-12-31 00:00"


def due(promise: Duty, opened: str, *, as_of: str = LATER, due_at: str | None = None) -> Due:
    """When the duty on a ticket opened then is due."""
    ticket = fact("ticket", "t1", opened_at=at(opened), due_at=None if due_at is None else at(due_at))
    found = judged(promise, [ticket], as_of).due
    assert found is not None
    return found


def answered(
    promise: Duty, opened: str, *replies: str, as_of: str = LATER, due_at: str | None = None
) -> Verdict:
    """The verdict on a ticket opened and answered then."""
    ticket = fact("ticket", "t1", opened_at=at(opened), due_at=None if due_at is None else at(due_at))
    facts = [fact("reply", f"r{n}", ticket="t1", at=at(each)) for n, each in enumerate(replies)]
    return judged(promise, [ticket, *facts], as_of)


# S4.1


def test_within_hours_counts_on_the_clock_and_the_last_moment_is_later() -> None:
    promise = duty(within(hours(4, OFFICE)))
    assert due(promise, "2025-03-07 13:00") == Due(
        at=at("2025-03-07 17:00"), inclusive=True, last_moment=at("2025-03-10 09:00")
    )
    assert answered(promise, "2025-03-07 13:00", "2025-03-10 09:00").state is State.MET
    late = answered(promise, "2025-03-07 13:00", "2025-03-10 10:00")
    assert (late.state, late.late_by) == (State.BREACHED, HOUR)
    assert answered(promise, "2025-03-07 13:00", as_of="2025-03-09 12:00").state is State.PENDING


def test_in_less_than_is_exclusive_and_knows_no_last_moment() -> None:
    promise = duty(within(hours(4, OFFICE), strict=True))
    assert due(promise, "2025-03-07 13:00") == Due(at=at("2025-03-07 17:00"), inclusive=False)
    assert answered(promise, "2025-03-07 13:00", "2025-03-07 16:59").state is State.MET
    assert answered(promise, "2025-03-07 13:00", "2025-03-07 17:00").state is State.BREACHED
    assert answered(promise, "2025-03-07 13:00", as_of="2025-03-09 12:00").state is State.BREACHED


def test_the_earliest_answer_at_or_after_the_start_fulfils() -> None:
    promise = duty(within(hours(4)))
    verdict = answered(
        promise, "2025-03-03 10:00", "2025-03-03 09:00", "2025-03-03 10:00", "2025-03-03 11:00"
    )
    assert (verdict.fulfilled_at, verdict.fulfilled_by) == (at("2025-03-03 10:00"), "reply:r1")
    assert verdict.counts == {"counted": 0, "paused": 0, "allowed": 4 * HOUR}


# S4.2


def test_calendar_days_end_at_midnight() -> None:
    promise = duty(within(CalendarDays(days=15)))
    assert due(promise, "2025-03-01 10:00") == Due(
        at=at("2025-03-17 00:00"), inclusive=False, date=date(2025, 3, 16)
    )
    assert answered(promise, "2025-03-01 10:00", "2025-03-16 23:59").state is State.MET
    late = answered(promise, "2025-03-01 10:00", "2025-03-17 00:00")
    assert (late.state, late.late_by, late.late_unit) == (State.BREACHED, 1, CALENDAR_DAYS)


def test_calendar_days_end_at_the_same_time_over_gap_and_fold() -> None:
    promise = duty(within(CalendarDays(days=1), ends=DayEnd.SAME_TIME))
    assert due(promise, "2025-03-29 02:30").at == at("2025-03-30 03:00")
    assert due(promise, "2025-10-25 02:30").at == at("2025-10-26 02:30", fold=1)
    strict = duty(within(CalendarDays(days=1), ends=DayEnd.SAME_TIME, strict=True))
    assert due(strict, "2025-03-03 10:00") == Due(
        at=at("2025-03-04 10:00"), inclusive=False, date=date(2025, 3, 4)
    )


def test_calendar_days_end_at_close_of_business_or_the_last_closing_before() -> None:
    promise = duty(within(CalendarDays(days=2), ends=DayEnd.CLOSE_OF_BUSINESS, closing=OFFICE))
    assert due(promise, "2025-03-03 10:00").at == at("2025-03-05 17:00")
    # Day 2 is a Saturday: the last closing before it is on Friday.
    friday = due(promise, "2025-03-06 10:00")
    assert (friday.at, friday.inclusive, friday.date) == (at("2025-03-07 17:00"), True, date(2025, 3, 8))


# S4.3


def test_business_days_count_the_days_on_which_the_calendar_opens() -> None:
    assert due(duty(within(BUSINESS)), "2025-03-06 10:00").date == date(2025, 3, 10)
    late = answered(duty(within(BUSINESS)), "2025-03-06 10:00", "2025-03-15 12:00")
    assert (late.state, late.late_by, late.late_unit) == (State.BREACHED, 4, BUSINESS_DAYS)


@pytest.mark.parametrize(
    ("opened", "stays", "rolls"),
    [
        ("2025-03-06 16:59", "2025-03-10", "2025-03-10"),
        ("2025-03-06 17:00", "2025-03-10", "2025-03-10"),
        ("2025-03-06 17:01", "2025-03-10", "2025-03-11"),
        ("2025-03-08 10:00", "2025-03-11", "2025-03-12"),
        ("2025-03-06 08:00", "2025-03-10", "2025-03-10"),
    ],
)
def test_late_arrivals_roll_to_the_next_opening(opened: str, stays: str, rolls: str) -> None:
    assert due(duty(within(BUSINESS)), opened).date == date.fromisoformat(stays)
    assert due(duty(within(BUSINESS, roll=True)), opened).date == date.fromisoformat(rolls)


def test_a_rolled_start_gives_its_time_of_day() -> None:
    promise = duty(within(BUSINESS, roll=True, ends=DayEnd.SAME_TIME))
    assert due(promise, "2025-03-08 10:00").at == at("2025-03-12 09:00")


def test_business_days_are_those_of_the_calendars_zone() -> None:
    tokyo = BusinessDays(days=1, calendar=weekdays((9, 17), zone="Asia/Tokyo"))
    # 20:00 on Thursday in Berlin is Friday in Tokyo; the next business day there is Monday.
    found = due(duty(within(tokyo)), "2025-03-06 20:00")
    assert (found.date, found.at) == (date(2025, 3, 10), at("2025-03-11 00:00", "Asia/Tokyo"))


# S4.4


def test_months_land_on_the_last_day_of_a_shorter_month() -> None:
    assert due(duty(within(Months(months=1))), "2025-01-31 10:00").date == date(2025, 2, 28)
    same = duty(within(Months(months=1), ends=DayEnd.SAME_TIME))
    assert due(same, "2025-01-31 10:00").at == at("2025-02-28 10:00")


def test_by_business_day_of_a_period() -> None:
    def by(number: int, shift: int = 1, ends: DayEnd = DayEnd.MIDNIGHT) -> Duty:
        limit = ByBusinessDay(
            number=number, calendar=OFFICE, unit=WindowUnit.MONTH, anchor=field("t", "ticket", "opened_at"),
            shift=shift, zone="Europe/Berlin", day_end=ends,
        )  # fmt: skip
        return duty(limit)

    assert due(by(10), "2025-02-15 10:00").date == date(2025, 3, 14)
    assert due(by(1, shift=0), "2025-03-15 10:00").date == date(2025, 3, 3)
    assert due(by(1, ends=DayEnd.CLOSE_OF_BUSINESS), "2025-02-01 10:00").at == at("2025-03-03 17:00")
    none = judged(by(22), [fact("ticket", "t1", opened_at=at("2025-01-15 10:00"))], LATER)
    assert (none.state, none.due) == (State.UNMEASURED, None)
    late = answered(by(1), "2025-02-01 10:00", "2025-03-10 10:00")
    assert (late.late_by, late.late_unit) == (5, BUSINESS_DAYS)


# S4.5


def test_by_is_inclusive_and_before_is_not_and_earlier_facts_count() -> None:
    opened, wanted = "2025-03-03 10:00", "2025-03-05 12:00"
    by, before = (duty(ByInstant(at=DUE_AT, strict=strict)) for strict in (False, True))
    assert answered(by, opened, wanted, due_at=wanted).state is State.MET
    assert answered(before, opened, wanted, due_at=wanted).state is State.BREACHED
    assert answered(before, opened, "2025-03-01 10:00", due_at=wanted).state is State.MET
    late = answered(by, opened, "2025-03-05 12:01", due_at=wanted)
    assert (late.late_by, late.late_unit) == (60_000_000, SECONDS)
    unknown = answered(by, opened)
    assert (unknown.state, unknown.missing) == (State.UNMEASURED, ("ticket:t1.due_at",))


TWO_DAYS, THREE_BUSINESS_DAYS = CalendarDays(days=2), BusinessDays(days=3, calendar=OFFICE)
CLEAR, FULL, SAME = NoticeCounting.CLEAR_DAYS, NoticeCounting.FULL_DAYS, NoticeCounting.SAME_TIME


@pytest.mark.parametrize(
    ("counting", "lead", "last", "is_day"),
    [
        (CLEAR, TWO_DAYS, "2025-03-17", True),
        (FULL, TWO_DAYS, "2025-03-18", True),
        (SAME, TWO_DAYS, "2025-03-18 12:00", True),
        (CLEAR, THREE_BUSINESS_DAYS, "2025-03-16", True),
        (FULL, THREE_BUSINESS_DAYS, "2025-03-17", True),
        (SAME, THREE_BUSINESS_DAYS, "2025-03-17 12:00", True),
        (FULL, Months(months=1), "2025-02-20", True),
        (CLEAR, hours(48), "2025-03-18 12:00", False),
        (CLEAR, hours(4, OFFICE), "2025-03-19 16:00", False),
    ],
)
def test_at_least_before_counts_back(
    counting: NoticeCounting, lead: Duration, last: str, is_day: bool
) -> None:
    promise = duty(AtLeastBefore(lead=lead, at=DUE_AT, counting=counting, zone="Europe/Berlin"))
    found = due(promise, "2025-03-10 10:00", due_at="2025-03-20 12:00")
    day = date.fromisoformat(last[:10])
    is_whole = len(last) == 10
    assert found == Due(
        at=midnight_after(day, "Europe/Berlin") if is_whole else at(last),
        inclusive=not is_whole,
        date=day if is_day else None,
    )
    if is_whole:
        evening, midnight = f"{last} 23:59", (day + timedelta(days=1)).isoformat() + " 00:00"
        assert answered(promise, "2025-03-10 10:00", evening, due_at="2025-03-20 12:00").state is State.MET
        late = answered(promise, "2025-03-10 10:00", midnight, due_at="2025-03-20 12:00")
        assert late.state is State.BREACHED


# S4.6


def paused(promise: Duty, opened: str, *spells: tuple[str, str], as_of: str = LATER) -> Due:
    ticket = fact("ticket", "t1", opened_at=at(opened))
    facts = [
        fact("status", f"s{n}{value}", ticket="t1", at=at(when), value=value)
        for n, spell in enumerate(spells)
        for when, value in zip(spell, ("waiting", "working"), strict=True)
    ]
    found = judged(promise, [ticket, *facts], as_of).due
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("spell", "whole", "partly"),
    [
        (("2025-03-05 00:00", "2025-03-06 00:00"), "2025-03-06", "2025-03-06"),
        (("2025-03-05 00:00", "2025-03-05 23:59"), "2025-03-05", "2025-03-06"),
        (("2025-03-04 12:00", "2025-03-06 12:00"), "2025-03-06", "2025-03-08"),
        # It begins after the last moment: a breach is never revived.
        (("2025-03-06 00:00", "2025-03-09 00:00"), "2025-03-05", "2025-03-05"),
    ],
)
def test_paused_calendar_days_are_skipped(spell: tuple[str, str], whole: str, partly: str) -> None:
    for when, expected in ((PausedDay.ALL, whole), (PausedDay.ANY, partly)):
        promise = duty(within(CalendarDays(days=2)), pauses=(WAITING,), paused_day=when)
        assert paused(promise, "2025-03-03 10:00", spell).date == date.fromisoformat(expected)


def test_a_pause_that_begins_after_the_last_moment_of_a_day_revives_nothing() -> None:
    for ends, closing in ((DayEnd.SAME_TIME, None), (DayEnd.CLOSE_OF_BUSINESS, OFFICE)):
        limit = within(CalendarDays(days=2), ends=ends, closing=closing)
        promise = duty(limit, pauses=(WAITING,), paused_day=PausedDay.ANY)
        after = ("2025-03-05 18:00", "2025-03-05 19:00")
        assert paused(promise, "2025-03-03 17:00", after).date == date(2025, 3, 5)
        before = ("2025-03-05 17:00", "2025-03-05 19:00")
        assert paused(promise, "2025-03-03 17:00", before).date == date(2025, 3, 6)
    # Friday's closing is the last moment of a Sunday: all of the week-end comes after it.
    limit = within(CalendarDays(days=2), ends=DayEnd.CLOSE_OF_BUSINESS, closing=OFFICE)
    promise = duty(limit, pauses=(WAITING,))
    spell = ("2025-03-08 00:00", "2025-03-11 00:00")
    assert paused(promise, "2025-03-07 10:00", spell).at == at("2025-03-07 17:00")


def test_a_business_day_is_paused_with_its_opening() -> None:
    spell = ("2025-03-05 09:00", "2025-03-05 17:00")
    for duration, expected in ((BUSINESS, date(2025, 3, 6)), (CalendarDays(days=2), date(2025, 3, 5))):
        promise = duty(within(duration), pauses=(WAITING,))
        assert paused(promise, "2025-03-03 10:00", spell).date == expected


def test_pauses_move_a_clock_and_those_after_the_end_do_not() -> None:
    promise = duty(within(hours(4)), pauses=(WAITING,))
    overlapping = (("2025-03-03 11:00", "2025-03-03 12:00"), ("2025-03-03 16:00", "2025-03-03 18:00"))
    assert paused(promise, "2025-03-03 10:00", *overlapping).at == at("2025-03-03 15:00")


def test_months_skip_paused_days() -> None:
    promise = duty(within(Months(months=1)), pauses=(WAITING,))
    assert paused(promise, "2025-01-31 10:00", ("2025-02-10 00:00", "2025-02-12 00:00")).date == date(
        2025, 3, 2
    )


def test_an_open_pause_keeps_the_clock_pending() -> None:
    promise = duty(within(hours(4)), pauses=(WAITING,))
    facts = [
        fact("ticket", "t1", opened_at=at("2025-03-03 10:00")),
        fact("status", "s1", ticket="t1", at=at("2025-03-03 13:00"), value="waiting"),
    ]
    verdict = judged(promise, facts, "2025-03-10 12:00")
    assert (verdict.state, verdict.due and verdict.due.at) == (State.PENDING, at("2025-03-10 13:00"))
    assert verdict.counts == {"counted": 3 * HOUR, "paused": 167 * HOUR, "allowed": 4 * HOUR}
    too_late = [facts[0], fact("status", "s1", ticket="t1", at=at("2025-03-03 14:01"), value="waiting")]
    assert judged(promise, too_late, "2025-03-10 12:00").state is State.BREACHED


# Periodic duties


def monthly(limit: ByBusinessDay | None = None) -> Duty:
    month = Selection(kind="report", variable="r", where=ALWAYS_TRUE)
    return duty(
        limit or within(CalendarDays(days=10), start=WindowEnd()),
        occasion=OnWindow(windows=MONTHS, variable="m"),
        fulfilments=(month,),
    )


def test_the_end_of_a_month_belongs_to_its_last_day() -> None:
    verdict = judged(monthly(), [], "2025-04-05 00:00", "2025-03")
    assert verdict.due == Due(at=at("2025-04-11 00:00"), inclusive=False, date=date(2025, 4, 10))
    assert verdict.state is State.PENDING


def test_a_report_may_come_before_the_month_ends() -> None:
    report = fact("report", "r1", month="2025-03", at=at("2025-03-20 10:00"))
    assert judged(monthly(), [report], "2025-04-05 00:00", "2025-03").state is State.MET


def test_by_business_day_of_the_month_after() -> None:
    limit = ByBusinessDay(
        number=10, calendar=OFFICE, unit=WindowUnit.MONTH, anchor=WindowEnd(), shift=1, zone="Europe/Berlin",
        day_end=DayEnd.MIDNIGHT,
    )  # fmt: skip
    found = judged(monthly(limit), [], "2025-04-05 00:00", "2025-03").due
    assert found is not None
    assert found.date == date(2025, 4, 14)


def test_a_clock_without_openings_is_never_too_late() -> None:
    never = WeeklyCalendar(name="never", zone="UTC", week=((),) * 7)
    for duration in (hours(1, never), BusinessDays(days=1, calendar=never)):
        verdict = answered(duty(within(duration)), "2025-03-03 10:00")
        assert (verdict.state, verdict.due) == (State.PENDING, None)
    assert isinstance(hours(1).clock, Elapsed)
