"""Duties through the real plan, rule by rule, by hand (S4, S7)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from engine.model.calendar import Elapsed
from engine.model.deadline import (
    AtLeastBefore,
    ByBusinessDay,
    ByClass,
    ByInstant,
    DayEnd,
    Limit,
    PausedDay,
    WindowEnd,
)
from engine.model.exclusion import Exclusion, Intervals, Mode, NamedPeriod, Permission, UntilNext
from engine.model.expression import (
    AllOf,
    BusinessDays,
    CalendarDays,
    ClockDuration,
    Compare,
    Literal,
    Months,
    NoticeCounting,
    Relation,
    Selection,
    WindowLabel,
)
from engine.model.instants import iso_text
from engine.model.obligation import (
    Duty,
    ObligationKind,
    OnChange,
    OnTrigger,
    OnWindow,
    Reclassification,
    Recovered,
    RecoveryPoint,
)
from engine.model.period import CalendarWindows, WindowUnit
from engine.model.quantity import (
    BUSINESS_DAYS,
    CALENDAR_DAYS,
    HOUR,
    HOURS,
    MINUTE,
    SECONDS,
    Bound,
    Comparison,
)
from engine.model.verdict import Due, Exact, Flag, Part, State, Verdict
from tests.rules.duty_worlds import (
    BERLIN,
    FIX,
    NOWHERE,
    OFFICE,
    OPENED,
    PRIORITY,
    REPLY,
    TEXT,
    TICKET,
    TRIGGER,
    WAITING,
    Row,
    agreement,
    at,
    duty,
    judged,
    of,
    only,
    same,
    snapshot,
    terms,
    within,
)

START = "2025-03-28T16:00:00+01:00"
"""A Friday afternoon; the clocks go forward on the Sunday after."""

LATER = "2025-06-01T00:00:00Z"


def hours(length: int, clock: object = OFFICE) -> ClockDuration:
    return ClockDuration(length=length * HOUR, clock=clock, unit=HOURS)  # type: ignore[arg-type]


def elapsed(length: int) -> ClockDuration:
    return hours(length, Elapsed())


def ticket(start: str = START, **others: str | int | None) -> dict[str, Sequence[Row]]:
    return {"ticket": [{"id": "t", "at": at(start), **others}]}


def answered(instant: str, start: str = START) -> dict[str, Sequence[Row]]:
    return {**ticket(start), "reply": [{"id": "r", "ticket": "t", "at": at(instant)}]}


def judge(limit: Limit, facts: Mapping[str, Sequence[Row]], as_of: str = LATER, **others: object) -> Verdict:
    return only(duty(limit, **others), facts, as_of)


def due_text(verdict: Verdict) -> str:
    assert verdict.due is not None
    return iso_text(verdict.due.at)


# S4.1: clocks


def test_a_clock_is_met_on_its_last_moment_and_breached_after_it() -> None:
    limit = within(hours(2))
    due = at("2025-03-28T18:00:00+01:00")
    monday = at("2025-03-31T08:00:00+02:00")
    met = judge(limit, answered("2025-03-31T08:00:00+02:00"))
    assert met.state is State.MET
    assert met.due == Due(at=due, inclusive=True, last_moment=monday)
    assert met.measured == Exact(value=Fraction(2 * HOUR), unit=HOURS)
    assert met.bound == Bound(comparison=Comparison.AT_MOST, value=Fraction(2 * HOUR), unit=HOURS)
    assert met.evidence.ids == ("ticket:t", "reply:r")
    late = judge(limit, answered("2025-03-31T08:30:00+02:00"))
    assert (late.state, late.late_by, late.late_unit) == (State.BREACHED, Fraction(30 * MINUTE), HOURS)
    assert late.counts == {"counted": 150 * MINUTE, "paused": 0, "allowed": 2 * HOUR}


def test_a_strict_clock_excludes_the_instant_at_which_it_runs_out() -> None:
    limit = within(elapsed(2), strict=True)
    assert judge(limit, answered("2025-03-28T17:59:59.999999+01:00")).state is State.MET
    breached = judge(limit, answered("2025-03-28T18:00:00+01:00"))
    assert breached.state is State.BREACHED
    assert breached.due == Due(at=at("2025-03-28T18:00:00+01:00"), inclusive=False)


@pytest.mark.parametrize(
    ("as_of", "state"),
    [
        ("2025-03-28T18:00:00+01:00", State.PENDING),
        ("2025-03-31T08:00:00+02:00", State.PENDING),
        ("2025-03-31T08:00:00.000001+02:00", State.BREACHED),
    ],
)
def test_on_a_closed_stretch_it_stays_pending(as_of: str, state: State) -> None:
    assert judge(within(hours(2)), ticket(), as_of).state is state


def test_a_reply_before_the_trigger_is_no_answer() -> None:
    assert judge(within(elapsed(1)), answered("2025-03-28T15:59:59+01:00")).state is State.BREACHED


def test_pauses_put_the_clock_off_and_a_later_one_revives_nothing() -> None:
    pause = [
        {"ticket": "t", "start": at("2025-03-28T17:00:00+01:00"), "end": at("2025-03-31T09:00:00+02:00")},
        {"ticket": "t", "start": at("2025-03-29T00:00:00+01:00"), "end": at("2025-03-31T08:30:00+02:00")},
        {"ticket": "t", "start": at("2025-04-01T09:00:00+02:00"), "end": at("2025-04-02T09:00:00+02:00")},
        {"ticket": "other", "start": at("2025-03-28T17:00:00+01:00"), "end": None},
    ]
    verdict = judge(within(hours(2)), {**ticket(), "wait": pause}, pauses=(WAITING,))
    assert due_text(verdict) == "2025-03-31T08:00:00Z"
    assert verdict.state is State.BREACHED
    met = {**answered("2025-03-31T10:00:00+02:00"), "wait": pause}
    assert judge(within(hours(2)), met, pauses=(WAITING,)).counts == {
        "counted": 2 * HOUR,
        "paused": 2 * HOUR,
        "allowed": 2 * HOUR,
    }


def test_while_an_open_pause_holds_the_clock_it_is_pending() -> None:
    pause = [{"ticket": "t", "start": at("2025-03-28T16:30:00+01:00"), "end": None}]
    verdict = judge(within(elapsed(2)), {**ticket(), "wait": pause}, pauses=(WAITING,))
    assert verdict.state is State.PENDING
    assert verdict.counts["counted"] == HOUR // 2
    assert due_text(verdict) == "2025-06-01T01:30:00Z"


def test_an_unproven_pause_does_not_count_and_is_named() -> None:
    is_ours = Compare(
        relation=Relation.IS, left=of("w", "wait", "cause"), right=Literal(value="theirs", type=TEXT)
    )
    facts = Selection(kind="wait", variable="w", where=AllOf(of=(WAITING.intervals.facts.where, is_ours)))
    pause = replace(WAITING, intervals=replace(WAITING.intervals, facts=facts))
    wait = {"id": "w", "ticket": "t", "start": at("2025-03-28T16:30:00+01:00"), "end": None}
    verdict = judge(within(elapsed(2)), {**ticket(), "wait": [wait]}, pauses=(pause,))
    assert verdict.state is State.BREACHED
    assert Flag.EXCUSE_UNPROVEN in verdict.flags
    assert verdict.missing == ("wait:w.cause",)
    proven = {**ticket(), "wait": [{**wait, "cause": "theirs"}]}
    assert judge(within(elapsed(2)), proven, pauses=(pause,)).state is State.PENDING


def test_a_pause_lasts_until_the_next_status() -> None:
    is_waiting = Compare(
        relation=Relation.IS, left=of("s", "status", "value"), right=Literal(value="waiting", type=TEXT)
    )
    pause = NamedPeriod(
        name="waiting",
        of=Selection(kind="ticket", variable="t"),
        intervals=Intervals(
            facts=Selection(
                kind="status",
                variable="s",
                where=AllOf(of=(same(of("s", "status", "ticket"), TICKET), is_waiting)),
            ),
            start=of("s", "status", "at"),
            until=UntilNext(same="ticket"),
        ),
        span=NOWHERE,
    )
    statuses = [
        {"ticket": "t", "at": at("2025-03-28T16:30:00+01:00"), "value": "waiting"},
        {"ticket": "t", "at": at("2025-03-28T18:30:00+01:00"), "value": "working"},
        {"ticket": "u", "at": at("2025-03-28T16:45:00+01:00"), "value": "working"},
    ]
    verdict = judge(within(elapsed(2)), {**ticket(), "status": statuses}, pauses=(pause,))
    assert due_text(verdict) == "2025-03-28T19:00:00Z"


# S4.2 to S4.4: days


@pytest.mark.parametrize(
    ("day_end", "due", "inclusive"),
    [
        (DayEnd.MIDNIGHT, "2025-03-29T23:00:00Z", False),
        (DayEnd.SAME_TIME, "2025-03-29T01:30:00Z", True),
        (DayEnd.CLOSE_OF_BUSINESS, "2025-03-28T17:00:00Z", True),
    ],
)
def test_how_a_day_ends(day_end: DayEnd, due: str, inclusive: bool) -> None:
    limit = within(CalendarDays(days=2), day_end=day_end, closing=OFFICE)
    verdict = judge(limit, ticket("2025-03-27T02:30:00+01:00"))
    assert verdict.due == Due(at=at(due), inclusive=inclusive, date=date(2025, 3, 29))


def test_a_skipped_time_of_day_is_the_end_of_the_gap_and_of_two_the_later() -> None:
    limit = within(CalendarDays(days=1), day_end=DayEnd.SAME_TIME)
    assert due_text(judge(limit, ticket("2025-03-29T02:30:00+01:00"))) == "2025-03-30T01:00:00Z"
    autumn = judge(limit, ticket("2025-10-25T02:30:00+02:00"), "2025-12-01T00:00:00Z")
    assert due_text(autumn) == "2025-10-26T01:30:00Z"


@pytest.mark.parametrize(
    ("start", "rolls", "due"),
    [
        ("2025-04-16T18:00:00+02:00", True, date(2025, 4, 22)),
        ("2025-04-16T18:00:01+02:00", True, date(2025, 4, 23)),
        ("2025-04-16T18:00:01+02:00", False, date(2025, 4, 22)),
        ("2025-04-19T10:00:00+02:00", True, date(2025, 4, 23)),
        ("2025-04-19T10:00:00+02:00", False, date(2025, 4, 22)),
    ],
)
def test_business_days_and_late_arrivals(start: str, rolls: bool, due: date) -> None:
    days = 2 if start < "2025-04-17" else 1
    verdict = judge(within(BusinessDays(days=days, calendar=OFFICE), rolls=rolls), ticket(start))
    assert verdict.due is not None
    assert verdict.due.date == due


def test_late_by_is_told_in_the_days_of_the_limit() -> None:
    late = answered("2025-04-23T09:00:00+02:00", "2025-04-15T09:00:00+02:00")
    business = judge(within(BusinessDays(days=2, calendar=OFFICE)), late)
    assert (business.late_by, business.late_unit) == (2, BUSINESS_DAYS)
    civil = judge(within(CalendarDays(days=2)), late)
    assert (civil.late_by, civil.late_unit) == (6, CALENDAR_DAYS)


def test_a_month_from_the_31st_ends_on_the_last_of_a_shorter_one() -> None:
    verdict = judge(within(Months(months=1)), ticket("2025-01-31T12:00:00+01:00"))
    assert verdict.due is not None
    assert verdict.due.date == date(2025, 2, 28)


@pytest.mark.parametrize(
    ("when", "due"), [(PausedDay.ALL, date(2025, 4, 2)), (PausedDay.ANY, date(2025, 4, 3))]
)
def test_paused_days_are_skipped(when: PausedDay, due: date) -> None:
    pause = [
        {"ticket": "t", "start": at("2025-03-31T08:00:00+02:00"), "end": at("2025-03-31T18:00:00+02:00")},
        {"ticket": "t", "start": at("2025-04-01T10:00:00+02:00"), "end": at("2025-04-01T10:01:00+02:00")},
    ]
    limit = within(BusinessDays(days=2, calendar=OFFICE))
    verdict = judge(limit, {**ticket(), "wait": pause}, pauses=(WAITING,), paused_day=when)
    assert verdict.due is not None
    assert verdict.due.date == due


# S4.4, S4.5: by, before, at least before, by business day


def test_before_and_by_count_earlier_replies_too() -> None:
    wanted = at("2025-04-02T12:00:00+02:00")
    limit = ByInstant(at=of("t", "ticket", "wanted_at"), strict=False)
    early = {**answered("2025-03-01T00:00:00Z"), **ticket(wanted_at=wanted)}
    assert judge(limit, early).state is State.MET
    exact = {**answered("2025-04-02T12:00:00+02:00"), **ticket(wanted_at=wanted)}
    assert judge(limit, exact).state is State.MET
    strict = judge(replace(limit, strict=True), exact)
    assert (strict.state, strict.late_by, strict.late_unit) == (State.BREACHED, 0, SECONDS)
    absent = judge(limit, ticket())
    assert (absent.state, absent.missing) == (State.UNMEASURED, ("ticket:t.wanted_at",))


def test_at_least_so_many_days_before() -> None:
    wanted = at("2025-04-02T12:00:00+02:00")
    limit = AtLeastBefore(
        lead=CalendarDays(days=3),
        at=of("t", "ticket", "wanted_at"),
        counting=NoticeCounting.CLEAR_DAYS,
        zone=BERLIN,
    )
    last = {**answered("2025-03-29T23:59:59+01:00"), **ticket(wanted_at=wanted)}
    assert judge(limit, last).state is State.MET
    late = judge(limit, {**answered("2025-03-30T00:00:00+01:00"), **ticket(wanted_at=wanted)})
    assert (late.state, late.late_by, late.late_unit) == (State.BREACHED, 1, CALENDAR_DAYS)
    assert late.due == Due(at=at("2025-03-30T00:00:00+01:00"), inclusive=False, date=date(2025, 3, 29))


def test_by_business_day_of_the_month_after() -> None:
    limit = ByBusinessDay(
        number=13,
        calendar=OFFICE,
        unit=WindowUnit.MONTH,
        anchor=OPENED,
        shift=1,
        zone=BERLIN,
        day_end=DayEnd.CLOSE_OF_BUSINESS,
    )
    verdict = judge(limit, ticket())
    # Thirteen Mondays to Fridays into April would be the 17th; both holidays come after it
    assert verdict.due == Due(at=at("2025-04-17T18:00:00+02:00"), inclusive=True, date=date(2025, 4, 17))
    too_many = judge(replace(limit, number=21), ticket())
    assert (too_many.state, too_many.due) == (State.UNMEASURED, None)


# S4.8: outside the term, permissions, excuses


def test_a_trigger_outside_the_term_is_not_applicable() -> None:
    assert judge(within(elapsed(1)), ticket("2024-12-31T22:59:59Z")).state is State.NOT_APPLICABLE
    assert judge(within(elapsed(1)), ticket("2024-12-31T23:00:00Z")).state is State.BREACHED
    last = judge(within(elapsed(1)), ticket("2025-12-31T22:59:59Z"), "2026-02-01T00:00:00Z")
    assert last.state is State.BREACHED
    after = judge(within(elapsed(1)), ticket("2025-12-31T23:00:00Z"), "2026-02-01T00:00:00Z")
    assert after.state is State.NOT_APPLICABLE


def test_what_is_not_yet_seen_has_no_verdict() -> None:
    found = judged(snapshot(agreement("a", duty(within(elapsed(1))))), ticket(), at(START) - 1)
    assert found.verdicts == ()


def priority_is(value: str) -> Compare:
    return Compare(relation=Relation.IS, left=PRIORITY, right=Literal(value=value, type=TEXT))


def test_a_permission_wins_and_an_unknown_one_is_named() -> None:
    allowed = Permission(
        name="minor",
        agreement="a",
        when=Selection(kind="ticket", variable="t", where=priority_is("p3")),
        span=NOWHERE,
    )
    limit = within(elapsed(1))
    permitted = judge(limit, ticket(priority="p3"), permissions=(allowed,))
    assert (permitted.state, permitted.excused_by) == (State.NOT_APPLICABLE, "minor")
    assert judge(limit, ticket(priority="p1"), permissions=(allowed,)).state is State.BREACHED
    unknown = judge(limit, ticket(), permissions=(allowed,))
    assert (unknown.state, unknown.missing) == (State.BREACHED, ("ticket:t.priority",))
    assert Flag.EXCUSE_UNPROVEN in unknown.flags


def test_an_unknown_trigger_is_unmeasured() -> None:
    on = OnTrigger(trigger=Selection(kind="ticket", variable="t", where=priority_is("p1")))
    verdict = judge(within(elapsed(1)), ticket(), occasion=on)
    assert (verdict.state, verdict.missing) == (State.UNMEASURED, ("ticket:t.priority",))
    others = judged(
        snapshot(agreement("a", duty(within(elapsed(1)), occasion=on))), ticket(priority="p2"), at(LATER)
    )
    assert others.verdicts == ()


@pytest.mark.parametrize(
    ("start", "end", "state"),
    [
        ("2025-03-28T18:00:00+01:00", "2025-03-28T18:00:00.000001+01:00", State.EXCUSED),
        ("2025-03-28T17:00:00+01:00", "2025-03-28T18:00:00+01:00", State.BREACHED),
        ("2025-03-28T18:00:00.000001+01:00", None, State.BREACHED),
        ("2025-03-28T17:00:00+01:00", None, State.EXCUSED),
    ],
)
def test_an_excuse_must_contain_the_last_moment(start: str, end: str | None, state: State) -> None:
    intervals = Intervals(
        facts=Selection(kind="disaster", variable="d"),
        start=of("d", "disaster", "from"),
        until=of("d", "disaster", "until"),
    )
    excuses: list[dict[str, Any]] = [
        {"modes": (Mode(name="x", agreement="a", intervals=intervals, declared_by=None, span=NOWHERE),)},
        {
            "exclusions": (
                Exclusion(
                    name="x", title="x", agreement="a", order=0, intervals=intervals, cap=None, span=NOWHERE
                ),
            )
        },
    ]
    disaster = [{"from": at(start), "until": None if end is None else at(end)}]
    for excuse in excuses:
        verdict = judge(within(elapsed(2)), {**ticket(), "disaster": disaster}, **excuse)
        assert verdict.state is state
        assert verdict.excused_by == ("x" if state is State.EXCUSED else None)
        met = {**answered("2025-03-28T17:59:00+01:00"), "disaster": disaster}
        assert judge(within(elapsed(2)), met, **excuse).state is State.MET


# S4.9, S4.10: classes, changes, steps, alternatives

BY_CLASS = ByClass(by=PRIORITY, limits={"p1": within(elapsed(4)), "p2": within(elapsed(24))})


def changed(effect: OnChange) -> Reclassification:
    return Reclassification(
        effect=effect,
        changes=Selection(kind="change", variable="c", where=same(of("c", "change", "ticket"), TICKET)),
        new_class=of("c", "change", "priority"),
    )


def test_the_class_chooses_the_limit() -> None:
    assert due_text(judge(BY_CLASS, ticket(priority="p1"))) == "2025-03-28T19:00:00Z"
    assert due_text(judge(BY_CLASS, ticket(priority="p2"))) == "2025-03-29T15:00:00Z"
    for row in (ticket(), ticket(priority="p9")):
        unmeasured = judge(BY_CLASS, row)
        assert (unmeasured.state, unmeasured.missing) == (State.UNMEASURED, ("ticket:t.priority",))


@pytest.mark.parametrize(
    ("effect", "due"),
    [(OnChange.KEEPS_START, "2025-03-28T19:00:00Z"), (OnChange.RESTARTS, "2025-03-28T22:00:00Z")],
)
def test_a_raised_priority_keeps_the_start_or_restarts(effect: OnChange, due: str) -> None:
    raised = [{"ticket": "t", "at": at("2025-03-28T18:00:00Z"), "priority": "p1"}]
    verdict = judge(BY_CLASS, {**ticket(priority="p2"), "change": raised}, reclassification=changed(effect))
    assert due_text(verdict) == due
    superseded = Part(name="superseded deadline", text="p2", at=at("2025-03-29T15:00:00Z"))
    assert verdict.parts == (superseded,)


@pytest.mark.parametrize("first", [None, "p9"])
def test_a_later_class_does_not_mend_one_that_was_never_known(first: str | None) -> None:
    # Under the first class the deadline may have ended before the change: nobody can tell.
    raised = [{"ticket": "t", "at": at("2025-03-28T18:00:00Z"), "priority": "p1"}]
    facts = {**(ticket() if first is None else ticket(priority=first)), "change": raised}
    verdict = judge(BY_CLASS, facts, reclassification=changed(OnChange.KEEPS_START))
    assert (verdict.state, verdict.missing, verdict.due) == (
        State.UNMEASURED,
        ("ticket:t.priority",),
        None,
    )


def test_a_change_after_the_last_moment_or_the_answer_changes_nothing() -> None:
    lowered = [{"ticket": "t", "at": at("2025-03-28T19:00:00.000001Z"), "priority": "p2"}]
    facts = {**ticket(priority="p1"), "change": lowered}
    change = changed(OnChange.RESTARTS)
    verdict = judge(BY_CLASS, facts, reclassification=change)
    assert (due_text(verdict), verdict.parts) == ("2025-03-28T19:00:00Z", ())
    in_time = [{"ticket": "t", "at": at("2025-03-28T19:00:00Z"), "priority": "p2"}]
    extended = judge(BY_CLASS, {**facts, "change": in_time}, reclassification=change)
    assert due_text(extended) == "2025-03-29T19:00:00Z"
    reply = {"reply": [{"ticket": "t", "at": at("2025-03-28T18:00:00Z")}]}
    met = judge(BY_CLASS, {**facts, "change": in_time, **reply}, reclassification=change)
    assert due_text(met) == "2025-03-28T19:00:00Z"


def test_steps_must_all_come_and_in_order() -> None:
    def step(name: str, hour: int) -> Row:
        return {"case": "t", "name": name, "at": at(f"2025-03-28T{hour}:30:00+01:00")}

    facts = answered("2025-03-28T18:00:00+01:00")
    names = ("look", "think", "reply")
    steps = [step("look", 16), step("look", 17), step("think", 16), step("reply", 17)]
    limit = within(elapsed(2))
    assert judge(limit, {**facts, "step": steps}, steps=names).state is State.MET
    missing = judge(limit, {**facts, "step": [*steps[:3], step("reply", 18)]}, steps=names)
    assert missing.state is State.BREACHED
    assert missing.parts == (Part(name="reply", text="missing when the duty was fulfilled"),)
    assert missing.late_by is None
    disordered = judge(limit, {**facts, "step": [step("look", 17), *steps[2:]]}, steps=names)
    assert disordered.parts == (Part(name="think", text="out of order", at=at("2025-03-28T16:30:00+01:00")),)


def test_the_earliest_alternative_fulfils_and_ties_go_by_branch_and_key() -> None:
    instant = at("2025-03-28T17:00:00+01:00")
    replies = [{"id": key, "ticket": "t", "at": instant} for key in ("s", "r")]
    facts = {**ticket(), "reply": replies, "fix": [{"id": "a", "ticket": "t", "at": instant}]}
    assert judge(within(elapsed(2)), facts, fulfilments=(REPLY, FIX)).fulfilled_by == "reply:r"
    assert judge(within(elapsed(2)), facts, fulfilments=(FIX, REPLY)).fulfilled_by == "fix:a"


def test_an_unproven_answer_is_left_to_the_definition() -> None:
    friendly = Compare(
        relation=Relation.IS, left=of("r", "reply", "tone"), right=Literal(value="kind", type=TEXT)
    )
    kind = replace(REPLY, where=AllOf(of=(REPLY.where, friendly)))
    policies = snapshot(agreement("a", duty(within(elapsed(2)), fulfilments=(kind,))))
    found = judged(policies, answered("2025-03-28T17:00:00+01:00"), at(LATER))
    assert found.undecided == {("a.promise", "a", "t")}
    rude = {**ticket(), "reply": [{"ticket": "t", "at": at(LATER) - 1, "tone": "rude"}]}
    assert judged(policies, rude, at(LATER)).undecided == frozenset()


# Warnings, subjects, periodic duties, recovery


@pytest.mark.parametrize(
    ("as_of", "warned"), [("2025-03-28T16:59:59+01:00", False), ("2025-03-28T17:00:00+01:00", True)]
)
def test_at_risk_from_the_warning_on(as_of: str, warned: bool) -> None:
    verdict = judge(within(elapsed(2)), ticket(), as_of, warns=elapsed(1))
    assert (verdict.state, Flag.AT_RISK in verdict.flags) == (State.PENDING, warned)


def test_only_facts_about_the_subject_are_read() -> None:
    limit = within(elapsed(1))
    facts: dict[str, Sequence[Row]] = {
        "ticket": [{"id": name, "at": at(START), "service": name} for name in ("shop", "api", "mail")]
        + [{"id": "none", "at": at(START)}]
    }
    both = replace(duty(limit), terms=terms(subjects=("shop", "api")))
    found = judged(snapshot(agreement("a", both)), facts, at(LATER)).verdicts
    assert sorted(each.identity[2] for each in found) == ["api", "shop"]
    everything = judged(snapshot(agreement("a", duty(limit))), facts, at(LATER)).verdicts
    assert len(everything) == 4


def report(limit: Limit) -> Duty:
    month = Compare(relation=Relation.IS, left=of("r", "report", "month"), right=WindowLabel(variable="m"))
    return duty(
        limit,
        occasion=OnWindow(windows=CalendarWindows(unit=WindowUnit.MONTH), variable="m"),
        fulfilments=(Selection(kind="report", variable="r", where=month),),
    )


def test_a_report_for_every_month() -> None:
    limit = replace(within(CalendarDays(days=10)), start=WindowEnd())
    reports = [
        {"month": "2025-01", "at": at("2025-01-20T00:00:00Z")},
        {"month": "2025-02", "at": at("2025-03-10T22:59:59Z")},
        {"month": "2025-03", "at": at("2025-04-10T22:00:00Z")},
    ]
    policies = snapshot(agreement("a", report(limit)))
    found = judged(policies, {"report": reports}, at("2025-05-01T12:00:00Z")).verdicts
    states = {each.identity[2]: each.state for each in found}
    assert states == {
        "2025-01": State.MET,
        "2025-02": State.MET,
        "2025-03": State.BREACHED,
        "2025-04": State.PENDING,
        "2025-05": State.PENDING,
    }
    by_label = {each.identity[2]: each for each in found}
    assert by_label["2025-03"].due == Due(
        at=at("2025-04-10T22:00:00Z"), inclusive=False, date=date(2025, 4, 10)
    )


def test_recovery_is_fulfilled_by_what_the_trigger_holds() -> None:
    recover = duty(
        replace(within(elapsed(4)), start=of("d", "disaster", "from")),
        occasion=OnTrigger(trigger=Selection(kind="disaster", variable="d")),
        fulfilments=Recovered(at=of("d", "disaster", "until")),
    )
    disaster = {"id": "d", "from": at(START), "until": at(START) + 4 * HOUR}
    met = only(recover, {"disaster": [disaster]}, LATER)
    assert (met.state, met.fulfilled_by, met.evidence.ids) == (State.MET, "disaster:d", ("disaster:d",))
    late = only(recover, {"disaster": [{**disaster, "until": at(START) + 5 * HOUR}]}, LATER)
    assert (late.state, late.late_by) == (State.BREACHED, HOUR)
    still = only(recover, {"disaster": [disaster]}, at(START) + 3 * HOUR)
    assert (still.state, still.fulfilled_at) == (State.PENDING, None)


@pytest.mark.parametrize(
    ("saved", "until", "state", "missing"),
    [
        (15, 60, State.MET, ()),
        (16, 60, State.BREACHED, ()),
        (None, 60, State.UNMEASURED, ("disaster:d.saved_at",)),
        (None, None, State.PENDING, ()),
    ],
)
def test_recovery_points(
    saved: int | None, until: int | None, state: State, missing: tuple[str, ...]
) -> None:
    point = RecoveryPoint(
        terms=replace(terms("lose"), kind=ObligationKind.RECOVERY_POINT),
        trigger=Selection(kind="disaster", variable="d"),
        start=of("d", "disaster", "saved_at"),
        end=of("d", "disaster", "from"),
        bound=Bound(comparison=Comparison.AT_MOST, value=Fraction(15 * MINUTE), unit=HOURS),
        closed_at=of("d", "disaster", "until"),
    )
    row = {
        "id": "d",
        "from": at(START),
        "saved_at": None if saved is None else at(START) - saved * MINUTE,
        "until": None if until is None else at(START) + until * MINUTE,
    }
    verdict = only(point, {"disaster": [row]}, LATER)
    assert (verdict.state, verdict.missing) == (state, missing)
    if saved is not None:
        assert verdict.measured == Exact(value=Fraction(saved * MINUTE), unit=HOURS)


def test_duties_of_one_shape_are_judged_together() -> None:
    short, long = (
        replace(duty(within(elapsed(length))), terms=terms(f"within_{length}")) for length in (1, 2)
    )
    found = judged(
        snapshot(agreement("a", short, long)), answered("2025-03-28T17:30:00+01:00"), at(LATER)
    ).verdicts
    assert {each.obligation: each.state for each in found} == {
        "a.within_1": State.BREACHED,
        "a.within_2": State.MET,
    }


def test_times_before_1970_work() -> None:
    old = replace(agreement("a", duty(within(hours(2)))), zone=BERLIN)
    old = replace(old, term=replace(old.term, start=date(1960, 1, 1)))
    facts = ticket("1969-12-31T17:00:00+01:00")
    (verdict,) = judged(snapshot(old), facts, at("1970-02-01T00:00:00Z")).verdicts
    assert due_text(verdict) == "1970-01-01T08:00:00Z"
    assert duty(within(hours(2))).occasion == TRIGGER
