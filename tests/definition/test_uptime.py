"""Uptime by hand: every convention, unknown and unwatched time, and early decision (S5, S6.7)."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from engine.model.exclusion import Exclusion
from engine.model.expression import Selection
from engine.model.fact import Fact
from engine.model.measure import (
    CapSpending,
    EmptyWindow,
    ExcludedTime,
    MissingData,
    OutageAttribution,
    ShortOutages,
)
from engine.model.obligation import PartWindow, Target
from engine.model.period import CalendarWindows, RollingWindows, TermWindow, WindowUnit
from engine.model.quantity import DAY, HOUR, MINUTE, PERCENT, Comparison
from engine.model.verdict import Exact, Flag, Range, State
from tests.definition.policies import (
    ANNOUNCED,
    DISASTER,
    KINDS,
    OFFICE,
    Policy,
    at,
    capped,
    fact,
    has,
    judged,
    percent,
    uptime,
    verdicts,
)

MARCH = 743 * HOUR
"""March 2025 in Berlin: the clocks go forward."""
CLOSED = "2025-04-02 00:00"


def down(key: str, start: str, end: str | None, **values: str | None) -> Fact:
    return fact("outage", key, start=at(start), end=None if end is None else at(end), **values)


def work(key: str, start: str, end: str | None) -> Fact:
    return fact("maintenance", key, start=at(start), end=None if end is None else at(end))


def watched(key: str, start: str, end: str | None, source: str = "monitor") -> Fact:
    return fact("observation", key, source=source, start=at(start), end=None if end is None else at(end))


def bad_in(promise: Target, *facts: Fact, label: str = "2025-03", as_of: str = CLOSED) -> int:
    return judged(promise, facts, as_of, label).counts["bad"]


# Bad time


def test_touching_and_overlapping_outages_merge_and_those_of_others_do_not_count() -> None:
    facts = (
        down("o1", "2025-03-03 10:00", "2025-03-03 11:00"),
        down("o2", "2025-03-03 11:00", "2025-03-03 11:30"),
        down("o3", "2025-03-03 10:30", "2025-03-03 10:40"),
        down("o4", "2025-03-05 10:00", "2025-03-05 11:00", service="elsewhere"),
    )
    assert bad_in(uptime(), *facts) == 90 * MINUTE
    # Together they last long enough, apart they would not.
    assert bad_in(uptime(least=90 * MINUTE), *facts) == 90 * MINUTE
    assert bad_in(uptime(least=90 * MINUTE + 1), *facts) == 0


def test_short_outages_before_and_after_exclusions() -> None:
    facts = (
        down("o1", "2025-03-03 10:00", "2025-03-03 11:00"),
        work("m1", "2025-03-03 10:20", "2025-03-03 10:58"),
    )
    before = uptime(least=30 * MINUTE)
    after = uptime(least=5 * MINUTE, short_outages=ShortOutages.AFTER_EXCLUSIONS)
    assert bad_in(before, *facts) == 22 * MINUTE
    # 20 minutes are left before the maintenance, and 2 after it, which are too short.
    assert bad_in(after, *facts) == 20 * MINUTE


def test_outages_are_split_at_edges_or_belong_to_the_window_they_end_in() -> None:
    facts = (
        down("o1", "2025-03-31 22:00", "2025-04-01 03:00"),
        down("o2", "2025-04-30 20:00", "2025-05-01 00:00"),
    )
    whole = uptime(attribution=OutageAttribution.WHOLE_AT_END)
    later = "2025-06-01 00:00"
    assert [
        bad_in(uptime(), *facts, label=label, as_of=later) // HOUR for label in ("2025-03", "2025-04")
    ] == [2, 7]
    assert [bad_in(whole, *facts, label=label, as_of=later) // HOUR for label in ("2025-03", "2025-04")] == [
        0,
        9,
    ]
    # An end on the edge belongs to the window that ends there; exclusions in the other window apply too.
    assert bad_in(whole, *facts, label="2025-05", as_of=later) == 0
    assert (
        bad_in(
            whole, *facts, work("m1", "2025-03-31 22:00", "2025-03-31 23:00"), label="2025-04", as_of=later
        )
        == 8 * HOUR
    )


def test_a_whole_outage_that_is_open_belongs_to_the_window_of_as_of() -> None:
    whole = uptime(attribution=OutageAttribution.WHOLE_AT_END)
    facts = (down("o1", "2025-03-31 22:00", None),)
    assert bad_in(whole, *facts, label="2025-03", as_of="2025-04-01 03:00") == 0
    assert bad_in(whole, *facts, label="2025-04", as_of="2025-04-01 03:00") == 5 * HOUR


def test_whole_outages_never_bring_the_value_below_zero() -> None:
    days = uptime(attribution=OutageAttribution.WHOLE_AT_END,
                  target_changes={"windows": CalendarWindows(unit=WindowUnit.DAY)})  # fmt: skip
    verdict = judged(days, [down("o1", "2025-03-03 10:00", "2025-03-05 12:00")], CLOSED, "2025-03-05")
    assert verdict.measured == Exact(value=Fraction(0), unit=PERCENT)
    assert verdict.counts["bad"] == 50 * HOUR


# Excluded time


@pytest.mark.parametrize(
    ("convention", "denominator"),
    [(ExcludedTime.NOT_COUNTED, MARCH - 4 * HOUR), (ExcludedTime.COUNTS_AS_AVAILABLE, MARCH)],
)
def test_excluded_time_in_the_denominator(convention: ExcludedTime, denominator: int) -> None:
    facts = (
        down("o1", "2025-03-03 10:00", "2025-03-03 12:00"),
        work("m1", "2025-03-03 11:00", "2025-03-03 15:00"),
    )
    verdict = judged(uptime(excluded_time=convention), facts, CLOSED, "2025-03")
    assert verdict.counts == {
        "agreed": MARCH, "excluded": 4 * HOUR, "bad": HOUR, "unwatched": 0, "denominator": denominator,
    }  # fmt: skip
    assert verdict.measured == Exact(value=Fraction(denominator - HOUR, denominator), unit=PERCENT)
    assert (verdict.state, verdict.margin) == (
        State.MET,
        Fraction(denominator - HOUR, denominator) - Fraction(99, 100),
    )


def test_hours_and_exclusions_meet_only_inside_the_agreed_time() -> None:
    facts = (
        down("o1", "2025-03-03 16:00", "2025-03-04 10:00"),
        work("m1", "2025-03-04 08:00", "2025-03-04 09:30"),
    )
    verdict = judged(uptime(hours=OFFICE), facts, CLOSED, "2025-03")
    assert verdict.counts["agreed"] == 21 * 8 * HOUR
    assert (verdict.counts["excluded"], verdict.counts["bad"]) == (30 * MINUTE, 90 * MINUTE)


CAPPED: dict[str, Any] = {"excludes": (capped(ANNOUNCED, 2 * HOUR),)}
TWO_WORKS = (
    work("m1", "2025-03-03 10:00", "2025-03-03 13:00"),
    work("m2", "2025-03-10 10:00", "2025-03-10 13:00"),
    down("o1", "2025-03-03 12:00", "2025-03-03 13:30"),
    down("o2", "2025-03-10 10:00", "2025-03-10 12:30"),
)


def test_a_cap_is_spent_by_announced_time() -> None:
    promise = uptime(**CAPPED, cap_spending=CapSpending.ANNOUNCED_TIME)
    counts = judged(promise, TWO_WORKS, CLOSED, "2025-03").counts
    assert (counts["excluded"], counts["bad"]) == (2 * HOUR, 4 * HOUR)


def test_a_cap_is_spent_by_bad_time() -> None:
    # The first work holds 1 bad hour; the cap ends 1 bad hour into the second.
    counts = judged(uptime(**CAPPED), TWO_WORKS, CLOSED, "2025-03").counts
    assert (counts["excluded"], counts["bad"]) == (4 * HOUR, 2 * HOUR)


def test_a_cap_spent_exactly_excludes_nothing_more() -> None:
    facts = (TWO_WORKS[0], down("o1", "2025-03-03 10:00", "2025-03-03 12:00"))
    assert judged(uptime(**CAPPED), facts, CLOSED, "2025-03").counts["excluded"] == 2 * HOUR
    none = uptime(excludes=(capped(ANNOUNCED, 0),))
    assert judged(none, facts, CLOSED, "2025-03").counts["excluded"] == 0


def test_exclusions_without_caps_come_first_and_spend_nothing() -> None:
    emergency: Exclusion = replace(
        ANNOUNCED,
        name="emergency",
        order=1,
        intervals=replace(
            ANNOUNCED.intervals,
            facts=Selection(kind="maintenance", variable="m", where=has("m", "maintenance", "agreed", True)),
        ),
    )
    promise = uptime(
        excludes=(capped(ANNOUNCED, 2 * HOUR), emergency), cap_spending=CapSpending.ANNOUNCED_TIME
    )
    free = fact("maintenance", "m1", start=at("2025-03-03 10:00"), end=at("2025-03-03 13:00"), agreed=True)
    facts = (free, work("m2", "2025-03-10 10:00", "2025-03-10 13:00"))
    assert (
        judged(
            promise,
            [facts[0], replace(facts[1], values={**facts[1].values, "agreed": False})],
            CLOSED,
            "2025-03",
        ).counts["excluded"]
        == 5 * HOUR
    )


def test_each_window_has_its_own_cap() -> None:
    facts = (work("m1", "2025-03-31 22:00", "2025-04-01 03:00"),)
    promise = uptime(**CAPPED, cap_spending=CapSpending.ANNOUNCED_TIME)
    found = {each.identity[2]: each.counts["excluded"] for each in verdicts(promise, facts, CLOSED)}
    assert (found["2025-03"], found["2025-04"]) == (2 * HOUR, 2 * HOUR)


# What is not known


def test_an_open_window_is_a_range_and_decided_when_it_lies_on_one_side() -> None:
    promise = uptime("99")
    budget = MARCH // 100
    fine = judged(promise, [], "2025-03-16 00:00", "2025-03")
    assert fine.state is State.PENDING
    assert fine.measured == Range(low=Fraction(15 * 24, 743), high=Fraction(1), unit=PERCENT)
    lost = judged(
        promise, [down("o1", "2025-03-03 00:00", "2025-03-03 08:00")], "2025-03-16 00:00", "2025-03"
    )
    assert (lost.state, lost.flags) == (State.BREACHED, (Flag.DECIDED_EARLY,))
    safe = judged(promise, [], at("2025-04-01 00:00") - budget, "2025-03")
    assert (safe.state, safe.flags) == (State.MET, (Flag.DECIDED_EARLY,))
    assert judged(promise, [], at("2025-04-01 00:00") - budget - 1, "2025-03").state is State.PENDING


def test_recorded_future_exclusions_are_known() -> None:
    facts = [work("m1", "2025-03-20 00:00", "2025-04-01 00:00")]
    verdict = judged(uptime("99"), facts, "2025-03-19 23:00", "2025-03")
    assert (verdict.state, verdict.counts["excluded"]) == (State.MET, 287 * HOUR)


def test_the_worst_case_spends_caps_too() -> None:
    promise = uptime(
        "99", excludes=(capped(ANNOUNCED, HOUR),), excluded_time=ExcludedTime.COUNTS_AS_AVAILABLE
    )
    verdict = judged(
        promise, [work("m1", "2025-03-20 00:00", "2025-04-01 00:00")], "2025-03-20 00:00", "2025-03"
    )
    assert verdict.measured == Range(low=Fraction(19 * 24 + 1, 743), high=Fraction(1), unit=PERCENT)
    assert verdict.state is State.PENDING


def test_a_short_outage_that_is_open_may_yet_be_long() -> None:
    promise = uptime("99", least=30 * MINUTE)
    started = judged(promise, [down("o1", "2025-03-16 00:00", None)], "2025-03-16 00:10", "2025-03")
    assert started.counts["bad"] == 0
    assert started.measured == Range(low=Fraction(15 * 24, 743), high=Fraction(1), unit=PERCENT)
    over = judged(
        promise, [down("o1", "2025-03-16 00:00", "2025-03-16 00:05")], "2025-03-16 00:10", "2025-03"
    )
    assert over.measured == Range(low=Fraction(15 * 24 * 6 + 1, 743 * 6), high=Fraction(1), unit=PERCENT)


OURS = has("o", "outage", "cause", "ours")


@pytest.mark.parametrize(
    ("hours", "state", "missing"),
    [("02:00", State.MET, ()), ("18:00", State.UNMEASURED, ("outage:o1.cause",))],
)
def test_an_outage_whose_condition_is_unknown_is_tried_both_ways(
    hours: str, state: State, missing: tuple[str, ...]
) -> None:
    facts = [down("o1", "2025-03-03 00:00", f"2025-03-03 {hours}", cause=None)]
    verdict = judged(uptime("99", where=OURS), facts, CLOSED, "2025-03")
    assert (verdict.state, verdict.missing, verdict.counts["bad"]) == (state, missing, 0)
    assert isinstance(verdict.measured, Range)


def test_unwatched_time_is_unmeasured_or_down() -> None:
    facts = [
        watched("w1", "2025-03-01 00:00", "2025-03-10 00:00"),
        watched("w2", "2025-03-11 00:00", "2025-04-01 00:00"),
        watched("w3", "2025-03-10 00:00", "2025-03-10 12:00", source="other"),
        work("m1", "2025-03-10 00:00", "2025-03-10 06:00"),
    ]
    changes = {"watched_source": "monitor"}
    verdict = judged(uptime("99", target_changes=changes), facts, CLOSED, "2025-03")
    assert (verdict.state, verdict.missing) == (State.UNMEASURED, ("observation:monitor",))
    assert (verdict.counts["unwatched"], verdict.counts["bad"]) == (18 * HOUR, 0)
    down_too = {**changes, "missing_data": MissingData.COUNTS_AS_DOWN}
    verdict = judged(uptime("99", target_changes=down_too), facts, CLOSED, "2025-03")
    assert (verdict.state, verdict.counts["bad"]) == (State.BREACHED, 18 * HOUR)
    assert judged(uptime("95", target_changes=changes), facts, CLOSED, "2025-03").state is State.MET


def test_an_unproven_exclusion_excludes_nothing() -> None:
    emergency = replace(
        ANNOUNCED,
        intervals=replace(
            ANNOUNCED.intervals,
            facts=Selection(kind="maintenance", variable="m", where=has("m", "maintenance", "agreed", True)),
        ),
    )
    facts = [
        down("o1", "2025-03-03 00:00", "2025-03-03 18:00"),
        work("m1", "2025-03-03 00:00", "2025-03-03 18:00"),
    ]
    verdict = judged(uptime("99", excludes=(emergency,)), facts, CLOSED, "2025-03")
    assert (verdict.state, verdict.flags) == (State.BREACHED, (Flag.EXCUSE_UNPROVEN,))
    assert (verdict.missing, verdict.counts["excluded"]) == (("maintenance:m1.agreed",), 0)


# Windows


def test_a_mode_excuses_the_window_that_it_meets() -> None:
    promise = uptime("99", target_changes={"modes": (DISASTER,)})
    facts = [down("o1", "2025-03-03 00:00", "2025-03-03 18:00")]
    assert judged(promise, facts, CLOSED, "2025-03").state is State.BREACHED
    disaster = fact("disaster", "d1", start=at("2025-03-31 23:00"), end=at("2025-04-05 00:00"))
    verdict = judged(promise, [*facts, disaster], "2025-04-06 00:00", "2025-03")
    assert (verdict.state, verdict.excused_by) == (State.EXCUSED, "disaster")


@pytest.mark.parametrize(
    ("convention", "state"),
    [
        (EmptyWindow.MET, State.MET),
        (EmptyWindow.UNMEASURED, State.UNMEASURED),
        (EmptyWindow.NOT_APPLICABLE, State.NOT_APPLICABLE),
    ],
)
def test_an_empty_denominator_is_a_convention(convention: EmptyWindow, state: State) -> None:
    promise = uptime("99", target_changes={"empty_windows": convention})
    verdict = judged(
        promise, [work("m1", "2025-02-20 00:00", "2025-04-02 00:00")], "2025-04-03 00:00", "2025-03"
    )
    assert (verdict.state, verdict.measured, verdict.counts["denominator"]) == (state, None, 0)


def test_a_clipped_window_is_measured_or_not() -> None:
    first = date(2025, 3, 30)
    for convention, state in (
        (PartWindow.MEASURED, State.MET),
        (PartWindow.NOT_MEASURED, State.NOT_APPLICABLE),
    ):
        promise = uptime("99", target_changes={"part_windows": convention})
        verdict = judged(Policy(KINDS, promise, first=first), [], CLOSED, "2025-03")
        assert (verdict.state, verdict.flags) == (state, (Flag.CLIPPED,))
        if state is State.MET:
            assert verdict.counts["agreed"] == 47 * HOUR


def test_rolling_windows_end_with_each_day() -> None:
    promise = uptime("99", target_changes={"windows": RollingWindows(days=3)})
    policy = Policy(KINDS, promise, first=date(2025, 3, 28), through=date(2025, 4, 1))
    found = verdicts(policy, [], "2025-04-10 00:00")
    assert [
        (each.identity[2], each.counts["agreed"] // HOUR, Flag.CLIPPED in each.flags) for each in found
    ] == [
        ("2025-03-28/3d", 24, True),
        ("2025-03-29/3d", 48, True),
        ("2025-03-30/3d", 71, False),
        ("2025-03-31/3d", 71, False),
        ("2025-04-01/3d", 71, False),
    ]


def test_windows_are_asked_once_they_have_begun() -> None:
    labels = {
        WindowUnit.DAY: "2025-01-01",
        WindowUnit.WEEK: "2025-W01",
        WindowUnit.MONTH: "2025-01",
        WindowUnit.QUARTER: "2025-Q1",
        WindowUnit.YEAR: "2025",
    }
    for unit, label in labels.items():
        promise = uptime("99", target_changes={"windows": CalendarWindows(unit=unit)})
        assert verdicts(promise, [], "2024-12-31 23:59") == ()
        assert [each.identity[2] for each in verdicts(promise, [], "2025-01-01 00:00")] == [label]
    whole = uptime("99", target_changes={"windows": TermWindow()})
    (verdict,) = verdicts(whole, [], "2025-01-01 00:00")
    assert (verdict.identity[2], verdict.counts["agreed"]) == ("term", 730 * DAY)


def test_a_value_at_the_bound_keeps_it_unless_it_must_be_above() -> None:
    # 1% of a day: 14 minutes and 24 seconds.
    exact = fact("outage", "o1", start=at("2025-03-03 10:00"), end=at("2025-03-03 10:14") + 24_000_000)
    for comparison, state in ((Comparison.AT_LEAST, State.MET), (Comparison.ABOVE, State.BREACHED)):
        promise = replace(
            uptime(target_changes={"windows": CalendarWindows(unit=WindowUnit.DAY)}),
            bound=percent("99", comparison),
        )
        assert judged(promise, [exact], CLOSED, "2025-03-03").state is state


def test_a_target_beyond_its_warning_is_at_risk() -> None:
    promise = replace(uptime("97"), warns=percent("99.9", Comparison.BELOW))
    facts = [down("o1", "2025-03-03 00:00", "2025-03-03 01:00")]
    for as_of, state in (("2025-03-04 00:00", State.PENDING), (CLOSED, State.MET)):
        verdict = judged(promise, facts, as_of, "2025-03")
        assert (verdict.state, verdict.flags) == (state, (Flag.AT_RISK,))
    assert judged(promise, [], CLOSED, "2025-03").flags == ()
