"""Explanations read aloud: every number of a verdict, and what would have turned it (S7.5)."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import pytest

from engine.definition import explain
from engine.definition.book import Book
from engine.definition.explain_condition import condition_lines
from engine.definition.wording import length_text, moment_text, occurs_twice, time_text, value_text
from engine.model.deadline import DayEnd
from engine.model.decimals import amount_text, number_text
from engine.model.explanation import Explanation, Line
from engine.model.expression import (
    BusinessDays,
    CalendarDays,
    Condition,
    FieldOf,
    Literal,
    Months,
    Not,
    OneOf,
    Present,
)
from engine.model.fact import Fact, FactValue, TextType
from engine.model.measure import Aggregate, FallsDue, One, ShareWithin, TimeBetween
from engine.model.obligation import Obligation
from engine.model.quantity import COUNT, HOUR, HOURS, PERCENT, SECOND, Bound, Comparison
from engine.model.verdict import InWindow
from tests.definition.policies import (
    ANSWERED,
    KINDS,
    OFFICE,
    OPENED,
    WAITING,
    Policy,
    aggregate,
    at,
    by_kind,
    by_level,
    duty,
    fact,
    has,
    hours,
    judged,
    of_ticket,
    percent,
    records,
    target,
    uptime,
    weekdays,
    within,
)

TICKET = fact("ticket", "t1", opened_at=at("2025-03-03 10:00"), level="p1")


def explained(promise: Obligation, facts: list[Fact], as_of: str, label: str | None = None) -> Explanation:
    policy = Policy(KINDS, promise)
    verdict = judged(policy, facts, as_of, label)
    explanation = explain(policy.snapshot, by_kind(facts), verdict, at(as_of))
    assert explanation.verdict == verdict
    assert explanation.recomputed
    assert explanation.clause == promise.terms.cites
    return explanation


def texts(lines: tuple[Line, ...], depth: int = 0) -> Iterator[str]:
    for line in lines:
        yield "  " * depth + line.text
        yield from texts(line.lines, depth + 1)


def test_uptime_reads_as_arithmetic() -> None:
    facts = [
        fact("outage", "o1", start=at("2025-05-05 10:00"), end=at("2025-05-05 22:00")),
        fact("outage", "o2", start=at("2025-05-05 21:00"), end=at("2025-05-06 05:00")),
        fact("maintenance", "m1", start=at("2025-05-06 04:00"), end=at("2025-05-06 06:00")),
    ]
    found = explained(uptime("97.7"), facts, "2025-06-02 00:00", "2025-05")
    assert list(texts(found.lines)) == [
        "agreed 44,640 min",
        "  from Thu 2025-05-01 00:00 (2025-04-30T22:00:00Z) to Sun 2025-06-01 00:00 (2025-05-31T22:00:00Z),"
        " around the clock",
        "excluded 120 min",
        "  Announced maintenance: from Tue 2025-05-06 04:00 (2025-05-06T02:00:00Z)"
        " to Tue 2025-05-06 06:00 (2025-05-06T04:00:00Z), 120 min agreed",
        "down from Mon 2025-05-05 10:00 (2025-05-05T08:00:00Z)"
        " to Tue 2025-05-06 05:00 (2025-05-06T03:00:00Z), 1,140 min: 1,080 min bad (60 min excluded)",
        "  outage:o1: from Mon 2025-05-05 10:00 (2025-05-05T08:00:00Z)"
        " to Mon 2025-05-05 22:00 (2025-05-05T20:00:00Z)",
        "  outage:o2: from Mon 2025-05-05 21:00 (2025-05-05T19:00:00Z)"
        " to Tue 2025-05-06 05:00 (2025-05-06T03:00:00Z)",
        "bad 1,080 min",
        "excluded time is not counted: 44,640 min − 120 min = 44,520 min",
        "(44,520 − 1,080) / 44,520 = 97.574123989…%",
        "at least 97.7% was promised: not kept",
        "BREACHED",
    ]
    assert list(texts(found.why_not)) == [
        "at least 97.7% of 44,520 min allows 1,023.96 min of downtime",
        "short by 0.125876010… points",
        "56.04 min less of downtime would have met it",
        "without outage:o1 (660 min of it alone) it would be met",
        "without outage:o2 (360 min of it alone) it would be met",
    ]
    assert found.lines[1].lines[0].facts == ("maintenance:m1",)


def test_an_open_window_says_what_is_left() -> None:
    found = explained(uptime("99"), [], "2025-05-16 00:00", "2025-05")
    assert list(texts(found.lines))[-4:] == [
        "if nothing else was or goes wrong: (44,640 − 0) / 44,640 = 100%",
        "if everything unknown was and goes wrong: (44,640 − 23,040) / 44,640 = 48.387096774…%",
        "at least 99% was promised: not certain",
        "PENDING",
    ]
    assert list(texts(found.why_not))[-1] == "446.4 min of downtime are left until the window ends"


def test_a_clock_is_told_day_by_day_with_its_pauses() -> None:
    facts = [
        TICKET,
        fact("status", "s1", ticket="t1", at=at("2025-03-03 12:00"), value="waiting"),
        fact("status", "s2", ticket="t1", at=at("2025-03-04 11:00"), value="working"),
        fact("reply", "r1", ticket="t1", at=at("2025-03-05 10:00")),
    ]
    promise = duty(by_level(p1=within(hours(4, OFFICE))), pauses=(WAITING,))
    found = explained(promise, facts, "2025-03-20 00:00")
    assert list(texts(found.lines)) == [
        "ticket t1 at Mon 2025-03-03 10:00 (2025-03-03T09:00:00Z)",
        "p1: within 4 hours on office_hours of t.opened_at",
        "counted from Mon 2025-03-03 10:00 (2025-03-03T09:00:00Z)",
        "counted 9 h on office_hours until Wed 2025-03-05 10:00 (2025-03-05T09:00:00Z)",
        "  Mon 2025-03-03: 10:00–12:00, 2 h; 2 h in all",
        "    paused 12:00–17:00, 5 h: waiting",
        "  Tue 2025-03-04: 11:00–17:00, 6 h; 8 h in all",
        "    paused 09:00–11:00, 2 h: waiting",
        "  Wed 2025-03-05: 09:00–10:00, 1 h; 9 h in all",
        "paused 7 h, which does not count",
        "allowed 4 h",
        "due Tue 2025-03-04 13:00 (2025-03-04T12:00:00Z)",
        "fulfilled by reply:r1 at Wed 2025-03-05 10:00 (2025-03-05T09:00:00Z)",
        '  r.ticket is t.id: yes, r.ticket is "t1", t.id is "t1"',
        "late by 5 h",
        "BREACHED",
    ]
    assert list(texts(found.why_not))[-1] == (
        "a reply by Tue 2025-03-04 13:00 (2025-03-04T12:00:00Z) would have met it"
    )


def test_days_are_counted_skipped_and_folded() -> None:
    business = BusinessDays(days=3, calendar=OFFICE)
    lines = list(texts(explained(duty(within(business)), [TICKET], "2025-03-04 00:00").lines))
    assert "day 0 is Mon 2025-03-03" in lines
    assert "day 3 is Thu 2025-03-06" in lines
    friday = replace(TICKET, values={**TICKET.values, "opened_at": at("2025-03-07 10:00")})
    lines = list(texts(explained(duty(within(business)), [friday], "2025-03-08 00:00").lines))
    assert lines[3:6] == [
        "day 0 is Fri 2025-03-07",
        "Sat 2025-03-08 is skipped: closed",
        "Sun 2025-03-09 is skipped: closed",
    ]
    long = list(texts(explained(duty(within(CalendarDays(days=100))), [TICKET], "2025-03-04 00:00").lines))
    assert "days 1 to 100 are Tue 2025-03-04 to Wed 2025-06-11" in long


def test_why_not_names_the_last_moment() -> None:
    found = explained(duty(within(CalendarDays(days=13))), [TICKET], "2025-03-20 00:00")
    assert list(texts(found.why_not)) == [
        "a reply before Mon 2025-03-17 00:00 (2025-03-16T23:00:00Z) would have met it",
    ]
    pending = explained(duty(within(CalendarDays(days=13))), [TICKET], "2025-03-10 00:00")
    assert list(texts(pending.why_not))[-1].endswith("will meet it")


def test_days_are_those_that_the_limit_counts() -> None:
    late = replace(TICKET, values={**TICKET.values, "opened_at": at("2025-03-03 23:30")})
    elsewhere = weekdays((9, 17), zone="Asia/Tokyo")
    promise = duty(within(BusinessDays(days=1, calendar=elsewhere)))
    lines = list(texts(explained(promise, [late], "2025-03-04 00:00").lines))
    assert lines[3:6] == [
        "day 0 is Tue 2025-03-04 in Asia/Tokyo",
        "day 1 is Wed 2025-03-05",
        "due Wed 2025-03-05, to its end in Asia/Tokyo (2025-03-05T15:00:00Z is too late)",
    ]


def test_a_day_that_ends_before_its_midnight_is_told_by_its_time() -> None:
    promise = duty(within(CalendarDays(days=2), strict=True, ends=DayEnd.SAME_TIME))
    found = explained(promise, [TICKET], "2025-03-05 10:00")
    assert list(texts(found.lines))[6] == (
        "due Wed 2025-03-05 10:00 (2025-03-05T09:00:00Z), which is too late itself"
    )
    assert list(texts(found.lines))[-2] == "late by less than a day"


def test_a_shorter_month_is_told() -> None:
    last = replace(TICKET, values={**TICKET.values, "opened_at": at("2025-01-31 10:00")})
    lines = list(texts(explained(duty(within(Months(months=1))), [last], "2025-02-01 00:00").lines))
    assert "2025-02 has no day 31: its last day, Fri 2025-02-28, stands for it" in lines


def test_an_open_pause_is_told_with_its_deadline() -> None:
    waiting = fact("status", "s1", ticket="t1", at=at("2025-03-03 11:00"), value="waiting")
    found = explained(duty(within(hours(4)), pauses=(WAITING,)), [TICKET, waiting], "2025-03-04 10:00")
    assert "waiting is still open: due as if it had just ended" in list(texts(found.lines))
    assert next(texts(found.why_not)) == "the last moment is Tue 2025-03-04 13:00 (2025-03-04T12:00:00Z)"


def test_an_open_window_tells_how_fast_its_budget_burns() -> None:
    outage = fact("outage", "o1", start=at("2025-04-02 00:00"), end=at("2025-04-02 03:36"))
    found = explained(uptime("99"), [outage], "2025-04-16 00:00", "2025-04")
    assert list(texts(found.why_not))[:2] == [
        "at least 99% of 43,200 min allows 432 min of downtime",
        "216 min of them are spent in 21,600 min of 43,200 min: burn rate 1",
    ]


def test_conditions_name_the_field_that_is_unknown() -> None:
    promise = duty(within(hours(4)), fulfilments=(of_ticket("reply", "r", has("r", "reply", "good", True)),))
    facts = [TICKET, fact("reply", "r1", ticket="t1", at=at("2025-03-03 11:00"))]
    found = explained(promise, facts, "2025-03-04 00:00")
    assert list(texts(found.why_not)) == ["knowing reply:r1.good would decide it"]
    unknown = uptime("99", where=has("o", "outage", "cause", "ours"))
    outage = fact("outage", "o1", start=at("2025-03-03 00:00"), end=at("2025-03-05 00:00"))
    lines = list(texts(explained(unknown, [outage], "2025-04-02 00:00", "2025-03").lines))
    assert '  o.cause is "ours": unknown, for outage:o1.cause is absent' in lines


TIMES = TimeBetween(start=OPENED, end=ANSWERED, clock=hours(1).clock, unit=HOURS)
ANSWERS = [
    *(fact("ticket", f"t{n}", opened_at=at(f"2025-03-0{n} 10:00")) for n in (1, 2, 3)),
    *(fact("reply", f"r{n}", ticket=f"t{n}", at=at(f"2025-03-0{n} 1{n}:00")) for n in (1, 2, 3)),
]


def test_a_mean_shows_its_records_and_the_one_that_would_turn_it() -> None:
    average = aggregate(Aggregate.AVERAGE, records(value=TIMES))
    promise = target(average, Bound(comparison=Comparison.AT_MOST, value=Fraction(3 * HOUR, 2), unit=HOURS))
    found = explained(promise, ANSWERS, "2025-04-02 00:00", "2025-03")
    lines = list(texts(found.lines))
    assert lines[1:5] == ["3 records", "  ticket:t1: 1 hour", "  ticket:t2: 2 hours", "  ticket:t3: 3 hours"]
    assert lines[5:] == ["average: 6 / 3 = 2 hours", "at most 1.5 hours was promised", "BREACHED"]
    assert list(texts(found.why_not)) == [
        "over by 0.5 hours",
        "ticket:t3 with at most 1.5 hours instead of 3 hours would have met it",
    ]


def test_a_share_and_a_count_say_how_many_fewer() -> None:
    share = target(ShareWithin(records=records(value=TIMES), limit=Fraction(HOUR)), percent("60"))
    found = explained(share, ANSWERS, "2025-04-02 00:00", "2025-03")
    assert "1 of 3 within 1 hour: 33.333333333…%" in list(texts(found.lines))
    assert list(texts(found.why_not))[-1] == "1 of the 2 misses in time would have met it"
    by_due = ShareWithin(records=records(value=TIMES, belongs=FallsDue()), limit=Fraction(HOUR))
    found = explained(replace(share, measure=by_due), ANSWERS, "2025-04-02 00:00", "2025-03")
    told = "  ticket:t1: 1 hour, in time, due Sat 2025-03-01 11:00 (2025-03-01T10:00:00Z)"
    assert told in list(texts(found.lines))
    none = target(
        aggregate(Aggregate.COUNT, records(value=One(), answered_by=None)),
        Bound(comparison=Comparison.AT_MOST, value=Fraction(0), unit=COUNT),
    )
    found = explained(none, ANSWERS, "2025-04-02 00:00", "2025-03")
    assert list(texts(found.why_not)) == ["over by 3", "3 fewer would have met it"]


def test_there_is_no_explanation_of_what_is_not_there() -> None:
    policy = Policy(KINDS, uptime())
    verdict = judged(policy, [], "2025-02-02 00:00", "2025-01")
    nowhere = replace(verdict, occasion=InWindow(start=0, end=0, label="2030-01"))
    with pytest.raises(LookupError):
        explain(policy.snapshot, {}, nowhere, at("2025-02-02 00:00"))
    with pytest.raises(LookupError):
        explain(policy.snapshot, {}, replace(verdict, obligation="a.other"), at("2025-02-02 00:00"))


# Wording


def test_a_value_is_never_rounded_across_its_bound() -> None:
    just_below = Fraction(999, 1000) - Fraction(1, 10**15)
    assert value_text(just_below, PERCENT) == "99.899999999…%"
    assert value_text(Fraction(999, 1000), PERCENT) == "99.9%"
    assert number_text(Fraction(1234567)) == "1,234,567"
    assert (amount_text(Fraction(1200)), amount_text(Fraction("1200.005"))) == ("1,200.00", "1,200.005")


def test_lengths_and_ambiguous_times() -> None:
    assert length_text(26 * HOUR + 90 * SECOND) == "26 h 1 min 30 s"
    assert (length_text(0), length_text(-HOUR)) == ("0 s", "-1 h")
    first, second = at("2025-10-26 02:30"), at("2025-10-26 02:30", fold=1)
    assert [time_text(each, "Europe/Berlin") for each in (first, second)] == ["02:30 CEST", "02:30 CET"]
    assert not occurs_twice(at("2025-10-26 03:00"), "Europe/Berlin")
    assert not occurs_twice(at("2025-03-30 03:00"), "Europe/Berlin")
    assert moment_text(at("2025-03-03 10:00") + 1, "UTC") == (
        "Mon 2025-03-03 09:00:00.000001 (2025-03-03T09:00:00.000001Z)"
    )


def test_what_is_not_so_is_said_as_the_policy_says_it() -> None:
    topic = FieldOf(variable="t", kind="thing", field="topic", type=TextType())
    among = OneOf(value=topic, among=(Literal(value="p1", type=TextType()),))
    sides: list[tuple[Condition, dict[str, FactValue], str]] = [
        (Not(of=Present(value=topic)), {}, "t.topic is absent: yes, t.topic is absent"),
        (Not(of=Present(value=topic)), {"topic": "x"}, 't.topic is absent: no, t.topic is "x"'),
        (Not(of=among), {"topic": "x"}, 't.topic is not one of ("p1"): yes, t.topic is "x"'),
        (Not(of=among), {}, 't.topic is not one of ("p1"): unknown, for thing:a.topic is absent'),
    ]
    reading = Book(kinds={}, facts={}, as_of=0).reading(())
    for condition, values, said in sides:
        thing = Fact(kind="thing", key="a", values={"topic": None, **values})
        assert [line.text for line in condition_lines(condition, {"t": thing}, "UTC", reading)] == [said]
