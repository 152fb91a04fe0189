"""Approvals and waivers by hand: who held the role when, and whether afterwards (S4.8, S7.3)."""

from dataclasses import replace

import pytest

from engine.model.approval import Approval, Approvals, Waivers
from engine.model.expression import Selection
from engine.model.fact import Fact
from engine.model.quantity import HOUR
from engine.model.verdict import Flag, State
from tests.definition.policies import (
    ANNOUNCED,
    NOWHERE,
    at,
    duty,
    fact,
    field,
    hours,
    judged,
    same,
    uptime,
    within,
)

CLOSED = "2025-05-01 00:00"
APPROVAL = Approval(
    role="boss",
    given=Selection(
        kind="approval",
        variable="a",
        where=same(field("a", "approval", "approves"), field("m", "maintenance", "id")),
    ),
    by=field("a", "approval", "by"),
    timing=Approvals.BEFORE,
)
WORK = fact("maintenance", "m1", start=at("2025-02-10 00:00"), end=at("2025-02-10 08:00"))
OUTAGE = fact("outage", "o1", start=at("2025-02-10 00:00"), end=at("2025-02-10 08:00"))
HOLDER = fact(
    "holder", "h1", role="boss", person="ann", start=at("2025-01-01 00:00"), end=at("2025-02-05 12:00")
)


def approval(when: str, by: str = "ann", of: str = "m1") -> Fact:
    return fact("approval", "a1", at=at(when), by=by, approves=of)


def hours_excluded(timing: Approvals, *facts: Fact) -> int:
    promise = uptime(excludes=(replace(ANNOUNCED, approval=replace(APPROVAL, timing=timing)),))
    verdict = judged(promise, [WORK, OUTAGE, *facts], CLOSED, "2025-02")
    is_named = verdict.missing == ("maintenance:m1 approved by boss",)
    assert is_named is (Flag.EXCUSE_UNPROVEN in verdict.flags) is (verdict.counts["excluded"] == 0)
    assert verdict.counts["excluded"] + verdict.counts["bad"] == 8 * HOUR
    return verdict.counts["excluded"] // HOUR


def test_what_nobody_approved_counts_as_bad_and_is_named() -> None:
    for timing in Approvals:
        assert hours_excluded(timing) == 0
        assert hours_excluded(timing, approval("2025-02-01 10:00")) == 0, "nobody held the role"
        assert hours_excluded(timing, approval("2025-02-01 10:00"), HOLDER) == 8
        assert hours_excluded(timing, approval("2025-02-01 10:00", of="m2"), HOLDER) == 0
        assert hours_excluded(timing, approval("2025-02-01 10:00", by="bob"), HOLDER) == 0


def test_the_role_must_be_held_at_the_instant_of_the_approval() -> None:
    for timing in Approvals:
        assert hours_excluded(timing, approval("2025-01-01 00:00"), HOLDER) == 8
        assert hours_excluded(timing, approval("2024-12-31 23:59"), HOLDER) == 0
        assert hours_excluded(timing, approval("2025-02-05 11:59"), HOLDER) == 8
        assert hours_excluded(timing, approval("2025-02-05 12:00"), HOLDER) == 0


def test_an_approval_that_must_come_before_comes_before_the_excluded_time_begins() -> None:
    for_ever = replace(HOLDER, values={**HOLDER.values, "end": None})
    for late in ("2025-02-10 00:00", "2025-02-11 09:00"):
        assert hours_excluded(Approvals.BEFORE, approval(late), for_ever) == 0
        assert hours_excluded(Approvals.LATE, approval(late), for_ever) == 8
    assert hours_excluded(Approvals.BEFORE, approval("2025-02-09 23:59"), for_ever) == 8


def test_what_its_own_condition_rules_out_needs_no_approval() -> None:
    nothing = replace(
        ANNOUNCED.intervals.facts,
        where=same(field("m", "maintenance", "id"), field("m", "maintenance", "service")),
    )
    exclusion = replace(ANNOUNCED, approval=APPROVAL, intervals=replace(ANNOUNCED.intervals, facts=nothing))
    verdict = judged(uptime(excludes=(exclusion,)), [WORK, OUTAGE], CLOSED, "2025-02")
    assert (verdict.flags, verdict.missing) == ((), ())


# Waivers


def waiver(start: str, end: str, approved: str | None = "2025-01-20 00:00", **values: str) -> Fact:
    return fact(
        "waiver",
        "w1",
        **{"agreement": "a", "obligation": "promise", "approved_by": "ann", **values},
        start=at(start),
        end=at(end),
        approved_at=None if approved is None else at(approved),
    )


WAIVERS = Waivers(role="boss", timing=Approvals.LATE, span=NOWHERE)


@pytest.mark.parametrize(
    ("given", "excused"),
    [
        (waiver("2025-02-01 00:00", "2025-03-01 00:00"), True),
        (waiver("2025-01-01 00:00", "2025-02-01 00:00"), False),
        (waiver("2025-02-28 23:00", "2025-06-01 00:00"), True),
        (waiver("2025-02-01 00:00", "2025-02-28 23:59"), False),
        (waiver("2025-02-01 00:00", "2025-02-10 00:00", approved=None), False),
        (waiver("2025-02-01 00:00", "2025-03-01 00:00", obligation="a.promise"), True),
        (waiver("2025-02-01 00:00", "2025-03-01 00:00", obligation="other"), False),
        (waiver("2025-02-01 00:00", "2025-03-01 00:00", agreement="b"), False),
    ],
)
def test_a_waiver_excuses_the_windows_of_the_promise_that_it_names(given: Fact, excused: bool) -> None:
    promise = uptime("99.9", excludes=(), target_changes={"waivers": WAIVERS})
    verdict = judged(promise, [OUTAGE, HOLDER, given], CLOSED, "2025-02")
    if excused:
        assert (verdict.state, verdict.excused_by) == (State.EXCUSED, "waiver:w1")
    else:
        assert (verdict.state, verdict.flags, verdict.missing) == (State.BREACHED, (), ())


def test_a_waiver_that_nobody_approved_who_could_excuses_nothing_and_is_named() -> None:
    promise = uptime("99.9", excludes=(), target_changes={"waivers": WAIVERS})
    for unapproved in (
        waiver("2025-02-01 00:00", "2025-03-01 00:00", approved=None),
        waiver("2025-02-01 00:00", "2025-03-01 00:00", approved="2025-02-06 00:00"),
        waiver("2025-02-01 00:00", "2025-03-01 00:00", approved_by="bob"),
    ):
        verdict = judged(promise, [OUTAGE, HOLDER, unapproved], CLOSED, "2025-02")
        assert (verdict.state, verdict.flags) == (State.BREACHED, (Flag.EXCUSE_UNPROVEN,))
        assert verdict.missing == ("waiver:w1 approved by boss",)


def test_whether_a_waiver_may_be_approved_afterwards_is_a_convention() -> None:
    late = waiver("2025-02-01 00:00", "2025-03-01 00:00", approved="2025-02-05 00:00")
    for timing, state in ((Approvals.LATE, State.EXCUSED), (Approvals.BEFORE, State.BREACHED)):
        changes = {"waivers": replace(WAIVERS, timing=timing)}
        promise = uptime("99.9", excludes=(), target_changes=changes)
        assert judged(promise, [OUTAGE, HOLDER, late], CLOSED, "2025-02").state is state


def test_a_waiver_excuses_a_duty_whose_last_moment_lies_in_its_dates() -> None:
    # Opened at 10:00, due at 14:00.
    ticket = fact("ticket", "t1", opened_at=at("2025-02-10 10:00"))
    promise = replace(duty(within(hours(4))), waivers=WAIVERS)
    for given, state in (
        (waiver("2025-02-10 14:00", "2025-02-11 00:00"), State.EXCUSED),
        (waiver("2025-02-10 09:00", "2025-02-10 14:00"), State.BREACHED),
        (waiver("2025-02-10 15:00", "2025-02-11 00:00"), State.BREACHED),
    ):
        verdict = judged(promise, [ticket, HOLDER, given], CLOSED)
        assert verdict.state is state
        assert verdict.excused_by == ("waiver:w1" if state is State.EXCUSED else None)
    met = fact("reply", "r1", ticket="t1", at=at("2025-02-10 11:00"))
    given = waiver("2025-02-10 14:00", "2025-02-11 00:00")
    assert judged(promise, [ticket, met, HOLDER, given], CLOSED).state is State.MET
