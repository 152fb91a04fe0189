"""The cases for the meaning of uptime through the plan: a target for each, all of them asked at once (S5)."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from pyrsistent import pmap

from engine.model.calendar import LocalSpan, WeeklyCalendar
from engine.model.fact import Fact
from engine.model.instants import parse_instant
from engine.model.measure import ExcludedTime
from engine.model.obligation import Target
from engine.model.period import Term
from engine.model.quantity import HOUR, MINUTE, Instant
from engine.model.verdict import Exact, Verdict
from engine.rules.plans.targets import judge_targets
from tests.definition.policies import KINDS, Policy, fact, terms, uptime
from tests.differential.stores import stored

CASES = json.loads((Path(__file__).parents[1] / "cases" / "uptime.json").read_text(encoding="utf-8"))
NAMES = {
    ExcludedTime.NOT_COUNTED: "uptime_excluded_not_counted",
    ExcludedTime.COUNTS_AS_AVAILABLE: "uptime_excluded_counts_as_available",
}


def instant(text: str) -> Instant:
    found = parse_instant(text)
    assert found is not None
    return found


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


def target_of(case: Any, convention: ExcludedTime) -> Target:
    promise = uptime(
        "99",
        hours=calendar_of(case),
        least=case["lasting_at_least_minutes"] * MINUTE,
        excluded_time=convention,
    )
    named = terms(
        id=f"{case['id']}.{NAMES[convention]}",
        agreement=case["id"],
        subject=case["id"],
        subjects=(case["id"],),
    )
    return replace(promise, terms=named)


def facts_of(kind: str, periods: str) -> list[Fact]:
    return [
        fact(kind, f"{case['id']}-{n}", service=case["id"], start=instant(start), end=instant(end))
        for case in CASES
        for n, (start, end) in enumerate(case[periods])
    ]


@pytest.fixture(scope="module")
def verdicts() -> Mapping[tuple[str, str], Verdict]:
    targets = [target_of(case, convention) for case in CASES for convention in NAMES]
    policy = Policy(KINDS, targets[0])
    (agreement,) = policy.snapshot.agreements.values()
    agreements = {
        case["id"]: replace(
            agreement,
            name=case["id"],
            zone=case["calendar"]["zone"],
            term=Term(start=date.fromisoformat(f"{case['window']['month']}-01"), through=None),
        )
        for case in CASES
    }
    facts = {"outage": facts_of("outage", "outages"), "maintenance": facts_of("maintenance", "exclusions")}
    with stored(facts, KINDS) as store:
        judged = judge_targets(
            replace(policy.snapshot, agreements=pmap(agreements)),
            targets,
            store,
            as_of=max(instant(case["window"]["end"]) for case in CASES),
            known_at=None,
            progress=lambda *_: None,
        )
    assert not judged.undecided
    return {(each.obligation, each.identity[2]): each for each in judged.verdicts}


@pytest.mark.parametrize("convention", NAMES, ids=lambda convention: convention.value)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_agreed_excluded_and_bad_time_and_the_value(
    case: Any, convention: ExcludedTime, verdicts: Mapping[tuple[str, str], Verdict]
) -> None:
    month, name = case["window"]["month"], NAMES[convention]
    found = verdicts[f"{case['id']}.{name}", month]
    assert {each: found.counts[each] for each in ("agreed", "excluded", "bad")} == {
        each: case[f"{each}_minutes"] * MINUTE for each in ("agreed", "excluded", "bad")
    }
    assert isinstance(found.measured, Exact)
    numerator, denominator = case[name]
    assert found.measured.value == Fraction(numerator, denominator)
    assert found.occasion == replace(
        found.occasion, start=instant(case["window"]["start"]), end=instant(case["window"]["end"])
    )
