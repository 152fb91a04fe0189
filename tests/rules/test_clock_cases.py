"""The cases for the meaning of time through the duty plan: clocks, days, and pauses (S3, S4)."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from engine.model.calendar import LocalSpan, WeeklyCalendar
from engine.model.deadline import PausedDay
from engine.model.expression import BusinessDays, CalendarDays, ClockDuration
from engine.model.obligation import Duty
from engine.model.period import Term
from engine.model.quantity import HOUR, MINUTE, MINUTES
from engine.model.verdict import Exact, Verdict
from tests.rules.duty_worlds import WAITING, agreement, at, duty, judged, snapshot, terms, within

CASES = json.loads((Path(__file__).parents[1] / "cases" / "clock.json").read_text(encoding="utf-8"))
WAYS: dict[str, dict[str, Any]] = {
    "ignore": {},
    "all": {"pauses": (WAITING,), "paused_day": PausedDay.ALL},
    "any": {"pauses": (WAITING,), "paused_day": PausedDay.ANY},
}


def calendar_of(case: Any) -> WeeklyCalendar:
    return WeeklyCalendar(
        name=case["id"],
        zone=case["calendar"]["zone"],
        week=tuple(
            tuple(LocalSpan(start=_time(a), end=_time(b)) for a, b in spans)
            for spans in case["calendar"]["weekly"]
        ),
        closed=frozenset(date.fromisoformat(day) for day in case["calendar"]["holidays"]),
    )


def _time(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * HOUR + int(minutes) * MINUTE


def duties_of(case: Any) -> Iterator[Duty]:
    calendar, own = calendar_of(case), (case["id"],)
    allowed = case["within"]["minutes_on_clock"] * MINUTE
    clock = within(ClockDuration(length=allowed, clock=calendar, unit=MINUTES))
    yield replace(duty(clock, pauses=(WAITING,)), terms=terms("clock", agreement=case["id"], subjects=own))
    for way, pauses in WAYS.items():
        for name, days in (
            ("calendar_days", CalendarDays(days=case["calendar_days"]["days"])),
            ("business_days", BusinessDays(days=case["business_days"]["days"], calendar=calendar)),
        ):
            named = terms(f"{name}_{way}", agreement=case["id"], subjects=own)
            yield replace(duty(within(days, zone=calendar.zone), **pauses), terms=named)


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    forever = Term(start=date(1990, 1, 1), through=None)
    agreements = [
        replace(agreement(case["id"], *duties_of(case), zone="UTC"), term=forever) for case in CASES
    ]
    facts = {
        "ticket": [{"id": each["id"], "service": each["id"], "at": at(each["start"])} for each in CASES],
        "reply": [{"ticket": each["id"], "at": at(each["end"])} for each in CASES],
        "wait": [
            {"ticket": each["id"], "start": at(start), "end": at(end)}
            for each in CASES
            for start, end in each["pauses"]
        ],
    }
    found = judged(snapshot(*agreements), facts, at("2026-06-01T00:00:00Z")).verdicts
    return {verdict.obligation: verdict for verdict in found}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_clocks(case: Any, verdicts: dict[str, Verdict]) -> None:
    verdict = verdicts[f"{case['id']}.clock"]
    counted = case["counted_minutes"] * MINUTE
    assert verdict.counts["counted"] == counted
    assert verdict.measured == Exact(value=Fraction(counted), unit=MINUTES)
    assert verdict.due is not None
    assert verdict.due.at == at(case["within"]["due"])
    assert verdict.due.inclusive


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("days", ["calendar_days", "business_days"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_days(case: Any, days: str, way: str, verdicts: dict[str, Verdict]) -> None:
    due, expected = verdicts[f"{case['id']}.{days}_{way}"].due, case[days][way]
    assert due is not None
    assert (due.date, due.at, due.inclusive) == (
        date.fromisoformat(expected["due_date"]),
        at(expected["too_late_from"]),
        False,
    )


def test_all_of_the_cases_are_there() -> None:
    assert len(CASES) == 120
