"""Every case for the meaning of time agrees with the evaluator by definition."""

import json
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from engine.definition.calendars import counted, open_time, runs_out
from engine.definition.deadlines import within
from engine.definition.intervals import length, merged, since
from engine.model.calendar import LocalSpan, WeeklyCalendar
from engine.model.deadline import DayEnd, LateArrivals, PausedDay, Within
from engine.model.expression import BusinessDays, CalendarDays, Literal
from engine.model.fact import InstantType
from engine.model.instants import instant_of
from engine.model.measure import ExcludedTime
from engine.model.quantity import MINUTE, Instant
from tests.definition.policies import KINDS, Policy, fact, judged, uptime

CASES = Path(__file__).parents[1] / "cases"


def cases(name: str) -> list[Any]:
    return [pytest.param(each, id=each["id"]) for each in json.loads((CASES / name).read_text("utf-8"))]


def instant(text: str) -> Instant:
    return instant_of(datetime.fromisoformat(text))


def stretch(pair: list[str]) -> tuple[Instant, Instant]:
    return instant(pair[0]), instant(pair[1])


def calendar(said: dict[str, Any]) -> WeeklyCalendar:
    def micros(text: str) -> int:
        hours, minutes = text.split(":")
        return (int(hours) * 60 + int(minutes)) * MINUTE

    return WeeklyCalendar(
        name="k",
        zone=said["zone"],
        week=tuple(
            tuple(LocalSpan(start=micros(a), end=micros(b)) for a, b in day) for day in said["weekly"]
        ),
        closed=frozenset(date.fromisoformat(each) for each in said["holidays"]),
    )


@pytest.mark.parametrize("case", cases("clock.json"))
def test_a_clock_counts(case: dict[str, Any]) -> None:
    clock, start, end = calendar(case["calendar"]), instant(case["start"]), instant(case["end"])
    paused = merged(map(stretch, case["pauses"]))
    assert end - start == case["elapsed_minutes"] * MINUTE
    assert counted(clock, start, end, paused) == case["counted_minutes"] * MINUTE
    found = runs_out(clock, start, case["within"]["minutes_on_clock"] * MINUTE, since(paused, start))
    assert found is not None
    assert found[0] == instant(case["within"]["due"])


@pytest.mark.parametrize("case", cases("clock.json"))
def test_days_are_counted(case: dict[str, Any]) -> None:
    clock, start = calendar(case["calendar"]), instant(case["start"])
    pauses = since(merged(map(stretch, case["pauses"])), start)
    durations = {
        "calendar_days": CalendarDays(days=case["calendar_days"]["days"]),
        "business_days": BusinessDays(days=case["business_days"]["days"], calendar=clock),
    }
    for name, duration in durations.items():
        limit = Within(
            duration=duration,
            strict=False,
            start=Literal(value=start, type=InstantType()),
            zone=clock.zone,
            day_end=DayEnd.MIDNIGHT,
            closing=None,
            late_arrivals=LateArrivals.DO_NOT_ROLL,
        )
        for how, paused, when in (
            ("ignore", [], PausedDay.ALL),
            ("all", pauses, PausedDay.ALL),
            ("any", pauses, PausedDay.ANY),
        ):
            due = within(limit, start, paused, when).due
            assert due is not None
            assert (due.date, due.at, due.inclusive) == (
                date.fromisoformat(case[name][how]["due_date"]),
                instant(case[name][how]["too_late_from"]),
                False,
            ), (name, how)


@pytest.mark.parametrize("case", cases("uptime.json"))
@pytest.mark.parametrize("convention", ExcludedTime)
def test_uptime_is_measured(case: dict[str, Any], convention: ExcludedTime) -> None:
    clock = calendar(case["calendar"])
    start, end = stretch([case["window"]["start"], case["window"]["end"]])
    promise = uptime(hours=clock, least=case["lasting_at_least_minutes"] * MINUTE, excluded_time=convention)
    policy = Policy(KINDS, promise, zone=clock.zone, first=date(2020, 1, 1), through=None)
    facts = [
        fact("outage", f"o{n}", start=a, end=b) for n, (a, b) in enumerate(map(stretch, case["outages"]))
    ]
    facts += [
        fact("maintenance", f"m{n}", start=a, end=b)
        for n, (a, b) in enumerate(map(stretch, case["exclusions"]))
    ]
    verdict = judged(policy, facts, as_of=end, label=case["window"]["month"])
    minutes = {name: Fraction(count, MINUTE) for name, count in verdict.counts.items()}
    assert minutes["agreed"] == case["agreed_minutes"]
    assert minutes["excluded"] == case["excluded_minutes"]
    assert minutes["bad"] == case["bad_minutes"]
    assert minutes["unwatched"] == 0
    counts = "not_counted" if convention is ExcludedTime.NOT_COUNTED else "counts_as_available"
    up, denominator = case[f"uptime_excluded_{counts}"]
    assert minutes["denominator"] == denominator
    assert verdict.measured is not None
    assert verdict.measured.value == Fraction(up, denominator)  # type: ignore[union-attr]
    assert length(open_time(clock, start, end)) == case["agreed_minutes"] * MINUTE
