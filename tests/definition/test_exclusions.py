"""Exclusions by hand: caps over windows of their own, several of them, agreed and elapsed (S5.4)."""

from dataclasses import replace
from datetime import date

from engine.model.exclusion import Cap, Exclusion, Intervals
from engine.model.expression import Selection
from engine.model.fact import Fact
from engine.model.measure import CapSpending
from engine.model.obligation import PartWindow, Target
from engine.model.period import CalendarWindows, CycleWindows, TermWindow, WindowUnit
from engine.model.quantity import HOUR, MINUTE
from engine.model.verdict import State
from tests.definition.policies import ANNOUNCED, OFFICE, at, fact, field, judged, uptime, verdicts

CLOSED = "2025-05-01 00:00"
YEARLY = CalendarWindows(unit=WindowUnit.YEAR)
DAILY = CalendarWindows(unit=WindowUnit.DAY)
URGENT = Exclusion(
    name="urgent",
    title="Urgent work",
    agreement="a",
    order=1,
    intervals=Intervals(
        facts=Selection(kind="emergency", variable="e"),
        start=field("e", "emergency", "start"),
        until=field("e", "emergency", "end"),
    ),
    cap=None,
    span=ANNOUNCED.span,
)


def down(key: str, start: str, end: str) -> Fact:
    return fact("outage", key, start=at(start), end=at(end))


def work(key: str, start: str, end: str) -> Fact:
    return fact("maintenance", key, start=at(start), end=at(end))


def urgent(key: str, start: str, end: str) -> Fact:
    return fact("emergency", key, start=at(start), end=at(end))


def within(exclusion: Exclusion, cap: Cap) -> Exclusion:
    return replace(exclusion, cap=cap)


def hours_excluded(promise: Target, *facts: Fact) -> dict[str, tuple[int, int]]:
    """By month that has any, the hours excluded and bad."""
    return {
        each.identity[2]: (each.counts["excluded"] // HOUR, each.counts["bad"] // HOUR)
        for each in verdicts(promise, facts, CLOSED)
        if each.counts["excluded"] or each.counts["bad"]
    }


WORKS = (
    work("m1", "2025-01-10 00:00", "2025-01-10 06:00"),
    work("m2", "2025-02-10 00:00", "2025-02-10 06:00"),
    work("m3", "2025-03-10 00:00", "2025-03-10 06:00"),
)


def test_what_one_month_spends_of_a_yearly_cap_is_gone_in_the_next() -> None:
    ten = within(ANNOUNCED, Cap(length=10 * HOUR, windows=YEARLY))
    announced = uptime(excludes=(ten,), cap_spending=CapSpending.ANNOUNCED_TIME)
    assert hours_excluded(announced, *WORKS) == {"2025-01": (6, 0), "2025-02": (4, 0)}
    # By bad time: 5 hours in January, 5 in February, and nothing is left for March.
    bad = uptime(excludes=(ten,))
    outages = (
        down("o1", "2025-01-10 01:00", "2025-01-10 06:00"),
        down("o2", "2025-02-10 00:00", "2025-02-10 06:00"),
        down("o3", "2025-03-10 00:00", "2025-03-10 01:00"),
    )
    assert hours_excluded(bad, *WORKS, *outages) == {
        "2025-01": (6, 0),
        "2025-02": (5, 1),
        "2025-03": (0, 1),
    }


def test_the_exclusion_that_ate_the_cap_in_january_costs_the_bound_in_february() -> None:
    # 672 hours of February: 6 bad hours leave 99.1%; within the cap they would all be excluded.
    ten = within(ANNOUNCED, Cap(length=10 * HOUR, windows=YEARLY))
    promise = uptime("99.5", excludes=(ten,), cap_spending=CapSpending.ANNOUNCED_TIME)
    outage = down("o2", "2025-02-10 00:00", "2025-02-10 06:00")
    assert judged(promise, [WORKS[1], outage], CLOSED, "2025-02").state is State.MET
    longer = work("m1", "2025-01-10 00:00", "2025-01-10 10:00")
    assert judged(promise, [longer, WORKS[1], outage], CLOSED, "2025-02").state is State.BREACHED


def test_a_cap_may_be_held_in_shorter_windows_and_over_the_term() -> None:
    daily = within(ANNOUNCED, Cap(length=2 * HOUR, windows=DAILY))
    night = work("m1", "2025-02-10 21:00", "2025-02-12 01:00")
    promise = uptime(excludes=(daily,), cap_spending=CapSpending.ANNOUNCED_TIME)
    assert hours_excluded(promise, night) == {"2025-02": (5, 0)}
    once = within(ANNOUNCED, Cap(length=8 * HOUR, windows=TermWindow()))
    promise = uptime(excludes=(once,), cap_spending=CapSpending.ANNOUNCED_TIME)
    assert hours_excluded(promise, *WORKS) == {"2025-01": (6, 0), "2025-02": (2, 0)}


def test_of_two_caps_that_of_the_earlier_exclusion_pays_and_then_the_other() -> None:
    planned = within(ANNOUNCED, Cap(length=2 * HOUR, windows=YEARLY))
    emergencies = within(URGENT, Cap(length=3 * HOUR, windows=YEARLY))
    promise = uptime(excludes=(planned, emergencies), cap_spending=CapSpending.ANNOUNCED_TIME)
    # The work pays from 00:00 to 02:00, then the emergency until 05:00.
    both = (
        work("m1", "2025-02-10 00:00", "2025-02-10 08:00"),
        urgent("e1", "2025-02-10 01:00", "2025-02-10 08:00"),
    )
    assert hours_excluded(promise, *both) == {"2025-02": (5, 0)}
    # Begun together, the one declared first pays: the emergency's 3 hours are whole for the next day.
    together = (
        work("m1", "2025-02-10 00:00", "2025-02-10 02:00"),
        urgent("e1", "2025-02-10 00:00", "2025-02-10 02:00"),
        urgent("e2", "2025-02-11 00:00", "2025-02-11 04:00"),
    )
    assert hours_excluded(promise, *together) == {"2025-02": (5, 0)}
    # The emergency began first: 2 of its 3 hours are gone, and the work's 2 are whole.
    first = (
        urgent("e1", "2025-02-10 00:00", "2025-02-10 02:00"),
        work("m1", "2025-02-10 01:00", "2025-02-10 02:00"),
        urgent("e2", "2025-02-11 00:00", "2025-02-11 04:00"),
    )
    assert hours_excluded(promise, *first) == {"2025-02": (3, 0)}


def test_of_two_caps_each_begins_anew_and_smaller_where_the_term_cuts_its_window() -> None:
    # Of the two months from December the term has January, and so one of the two hours.
    two_months = CycleWindows(months=2, anchor=date(2025, 2, 1))
    planned = within(ANNOUNCED, Cap(length=4 * HOUR, windows=two_months))
    emergencies = within(URGENT, Cap(length=2 * HOUR, windows=two_months))
    promise = replace(
        uptime(excludes=(planned, emergencies), cap_spending=CapSpending.ANNOUNCED_TIME),
        part_windows=PartWindow.PRORATED,
    )
    both = (
        work("m1", "2025-01-10 00:00", "2025-01-10 08:00"),
        urgent("e1", "2025-01-12 00:00", "2025-01-12 08:00"),
        work("m2", "2025-02-10 00:00", "2025-02-10 03:00"),
        urgent("e2", "2025-02-12 00:00", "2025-02-12 08:00"),
        work("m3", "2025-03-10 00:00", "2025-03-10 08:00"),
    )
    assert hours_excluded(promise, *both) == {"2025-01": (3, 0), "2025-02": (5, 0), "2025-03": (1, 0)}


def test_a_cap_counts_agreed_time_unless_it_says_elapsed() -> None:
    # Office hours are 9 to 17: of a work from 16:00 to 10:00 two hours are agreed and 18 elapse.
    overnight = work("m1", "2025-02-10 16:00", "2025-02-11 10:00")
    agreed = within(ANNOUNCED, Cap(length=90 * MINUTE, windows=YEARLY))
    promise = uptime(hours=OFFICE, excludes=(agreed,), cap_spending=CapSpending.ANNOUNCED_TIME)
    assert judged(promise, [overnight], CLOSED, "2025-02").counts["excluded"] == 90 * MINUTE
    elapsed = within(ANNOUNCED, Cap(length=90 * MINUTE, windows=YEARLY, elapsed=True))
    promise = uptime(hours=OFFICE, excludes=(elapsed,), cap_spending=CapSpending.ANNOUNCED_TIME)
    assert judged(promise, [overnight], CLOSED, "2025-02").counts["excluded"] == HOUR
