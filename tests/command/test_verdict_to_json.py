"""The JSON contract, key by key: a change here is a change of what others build on."""

from dataclasses import replace
from fractions import Fraction

import pytest

from api.verdict_to_json import number_json, reaction_json, verdict_json
from engine.model.quantity import HOURS, PERCENT, SECONDS, Bound, Comparison, Unit
from engine.model.verdict import Exact
from engine.pipeline import Evaluation
from tests.command.conftest import (
    THREE_NINES,
    breached_uptime,
    late_restoration,
    pending_uptime,
    unmeasured_uptime,
)

KEYS = (
    "obligation",
    "subject",
    "for_each",
    "window",
    "trigger",
    "state",
    "flags",
    "measured",
    "rounded",
    "bound",
    "margin",
    "due",
    "fulfilled_at",
    "fulfilled_by",
    "late_by",
    "excused_by",
    "judged_by",
    "parts",
    "window_parts",
    "counts",
    "missing",
    "evidence",
    "clause",
    "version",
)


def test_every_verdict_has_every_key_in_order(evaluation: Evaluation) -> None:
    assert {tuple(verdict_json(each)) for each in evaluation.verdicts} == {KEYS}


def test_a_target() -> None:
    assert verdict_json(breached_uptime()) == {
        "obligation": "acme_sla.uptime",
        "subject": "shop",
        "for_each": {},
        "window": {"start": "2025-02-28T23:00:00Z", "end": "2025-03-31T22:00:00Z", "label": "2025-03"},
        "trigger": None,
        "state": "BREACHED",
        "flags": [],
        "measured": {"value": "99.870000000", "exact": "9987/100", "unit": "%"},
        "rounded": None,
        "bound": {"comparison": "at least", "value": "99.900000000", "exact": "999/10", "unit": "%"},
        "margin": {"value": "-0.030000000", "exact": "-3/100", "unit": "%"},
        "due": None,
        "fulfilled_at": None,
        "fulfilled_by": None,
        "late_by": None,
        "excused_by": None,
        "judged_by": None,
        "parts": [],
        "window_parts": [],
        "counts": {"agreed": "44640", "excluded": "0", "bad": "58", "unwatched": "0", "denominator": "44640"},
        "missing": [],
        "evidence": {"facts": 3, "ids": [], "digest": "abc", "query": "SELECT 1"},
        "clause": [{"document": "msa", "section": "3.6", "words": "99.9 %"}],
        "version": None,
    }


def test_a_duty() -> None:
    said = verdict_json(late_restoration())
    assert said["trigger"] == {"kind": "incident", "key": "INC-7", "at": "2025-03-10T09:00:00Z"}
    assert said["window"] is None
    assert said["due"] == {"at": "2025-03-10T13:00:00Z", "inclusive": True, "date": None, "last_moment": None}
    assert said["fulfilled_at"] == "2025-03-10T15:30:00Z"
    assert said["late_by"] == {"value": "2.500000000", "exact": "5/2", "unit": "hours"}
    assert said["parts"] == [
        {"name": "superseded", "text": "p2 within 8 hours", "at": "2025-03-10T17:00:00Z"}
    ]
    assert said["counts"] == {"counted": "390", "paused": "0", "allowed": "240"}


def test_a_range_has_both_ends_and_no_value() -> None:
    said = verdict_json(pending_uptime())
    assert said["measured"] == {"value": None, "exact": {"low": "50/1", "high": "200/3"}, "unit": "%"}
    assert said["margin"] is None
    assert said["flags"] == ["at risk"]


def test_a_day_is_a_date() -> None:
    said = verdict_json(unmeasured_uptime())
    assert said["due"] == {
        "at": "2025-04-30T22:00:00Z",
        "inclusive": False,
        "date": "2025-04-30",
        "last_moment": None,
    }
    assert said["missing"] == ["observation:a", "observation:b", "observation:c", "observation:d"]


def test_counts_are_minutes_as_exact_decimals_or_fractions() -> None:
    verdict = replace(
        breached_uptime(), counts={"bad": 90_000_000, "agreed": 1, "records": 7, "oldest_open": 7}
    )
    assert verdict_json(verdict)["counts"] == {
        "bad": "1.5",
        "agreed": "1/60000000",
        "records": "7",
        "oldest_open": "7/60000000",
    }


@pytest.mark.parametrize(
    ("value", "bound", "shown"),
    [
        # A ten-billionth short of 99.9%: rounding would make it the bound.
        (Fraction(999, 1000) - Fraction(1, 10**14), THREE_NINES, "99.899999999"),
        (Fraction(999, 1000), THREE_NINES, "99.900000000"),
        (
            Fraction(1, 2) + Fraction(1, 10**14),
            Bound(comparison=Comparison.AT_MOST, value=Fraction(1, 2), unit=PERCENT),
            "50.000000001",
        ),
    ],
)
def test_nine_places_never_cross_the_bound(value: Fraction, bound: Bound, shown: str) -> None:
    said = number_json(value, PERCENT, bound)
    assert said["value"] == shown
    assert Fraction(str(said["exact"])) / 100 == value


@pytest.mark.parametrize("unit", [HOURS, SECONDS, PERCENT])
def test_the_fraction_is_exact_in_lowest_terms(unit: Unit) -> None:
    verdict = replace(
        breached_uptime(), bound=None, measured=Exact(value=Fraction(22, 7) * unit.size, unit=unit)
    )
    measured = verdict_json(verdict)["measured"]
    assert measured == {"value": "3.142857143", "exact": "22/7", "unit": unit.name}


def test_reactions(evaluation: Evaluation) -> None:
    severity, reached, _, credit = map(reaction_json, evaluation.reactions)
    assert (severity["kind"], severity["severity"], severity["at"]) == (
        "severity",
        "severity_1",
        "2025-03-10T13:00:00Z",
    )
    assert (reached["kind"], reached["level"], reached["role"], reached["state"]) == (
        "escalation",
        1,
        "duty_manager",
        "reached",
    )
    assert credit["amount"] == {"amount": "1234.50", "currency": "USD"}
    assert credit["window"] == {
        "start": "2025-02-28T23:00:00Z",
        "end": "2025-03-31T22:00:00Z",
        "label": "2025-03",
    }
