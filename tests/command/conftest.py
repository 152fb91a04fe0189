"""Verdicts and reactions made by hand over the small hosting policy."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from engine.model.obligation import Citation
from engine.model.quantity import DAY, HOUR, HOURS, MINUTE, PERCENT, Bound, Comparison, Money
from engine.model.reaction import BreachSeverity, Credit, EscalationState, EscalationStep
from engine.model.verdict import (
    Due,
    Evidence,
    Exact,
    Flag,
    InWindow,
    OnTriggerFact,
    Part,
    Range,
    State,
    Verdict,
)
from engine.pipeline import Evaluation
from tests.hosting import SPAN, instant

THREE_NINES = Bound(comparison=Comparison.AT_LEAST, value=Fraction(999, 1000), unit=PERCENT)
FOUR_HOURS = Bound(comparison=Comparison.AT_MOST, value=Fraction(4 * HOUR), unit=HOURS)
CLAUSE = (Citation(document="msa", section="3.6", words="99.9 %", span=SPAN),)

MARCH = InWindow(start=instant("2025-02-28T23:00:00Z"), end=instant("2025-03-31T22:00:00Z"), label="2025-03")
APRIL = InWindow(start=instant("2025-03-31T22:00:00Z"), end=instant("2025-04-30T22:00:00Z"), label="2025-04")
INCIDENT = OnTriggerFact(kind="incident", key="INC-7", at=instant("2025-03-10T09:00:00Z"))


def breached_uptime() -> Verdict:
    """An hour too much in March."""
    return Verdict(
        obligation="acme_sla.uptime",
        subject="shop",
        occasion=MARCH,
        state=State.BREACHED,
        measured=Exact(value=Fraction(9987, 10000), unit=PERCENT),
        bound=THREE_NINES,
        counts={
            "agreed": 31 * DAY,
            "excluded": 0,
            "bad": 58 * MINUTE,
            "unwatched": 0,
            "denominator": 31 * DAY,
        },
        evidence=Evidence(facts=3, digest="abc", query="SELECT 1"),
        clause=CLAUSE,
    )


def pending_uptime() -> Verdict:
    """April, of which half is still to come."""
    return replace(
        breached_uptime(),
        occasion=APRIL,
        state=State.PENDING,
        flags=(Flag.AT_RISK,),
        measured=Range(low=Fraction(1, 2), high=Fraction(2, 3), unit=PERCENT),
        counts={},
    )


def late_restoration() -> Verdict:
    """Restored two hours and a half too late."""
    return Verdict(
        obligation="acme_sla.restore",
        subject="shop",
        occasion=INCIDENT,
        state=State.BREACHED,
        measured=Exact(value=Fraction(6 * HOUR + 30 * MINUTE), unit=HOURS),
        bound=FOUR_HOURS,
        due=Due(at=instant("2025-03-10T13:00:00Z"), inclusive=True),
        fulfilled_at=instant("2025-03-10T15:30:00Z"),
        fulfilled_by="restoration:R-1",
        late_by=Fraction(2 * HOUR + 30 * MINUTE),
        late_unit=HOURS,
        parts=(Part(name="superseded", text="p2 within 8 hours", at=instant("2025-03-10T17:00:00Z")),),
        counts={"counted": 6 * HOUR + 30 * MINUTE, "paused": 0, "allowed": 4 * HOUR},
        evidence=Evidence(facts=2, ids=("incident:INC-7", "restoration:R-1")),
        clause=CLAUSE,
    )


def unmeasured_uptime() -> Verdict:
    """The supplier's month that nobody watched."""
    return Verdict(
        obligation="northwind_uc.uptime",
        subject="host_a",
        occasion=MARCH,
        state=State.UNMEASURED,
        bound=THREE_NINES,
        due=Due(at=instant("2025-04-30T22:00:00Z"), inclusive=False, date=date(2025, 4, 30)),
        missing=("observation:a", "observation:b", "observation:c", "observation:d"),
    )


@pytest.fixture
def evaluation() -> Evaluation:
    """Two breaches, one risk and one gap, with what followed."""
    late = late_restoration()
    return Evaluation(
        as_of=instant("2025-04-15T00:00:00Z"),
        known_at=None,
        policy_version="0" * 64,
        verdicts=(late, breached_uptime(), pending_uptime(), unmeasured_uptime()),
        reactions=(
            BreachSeverity(
                obligation=late.obligation,
                subject=late.subject,
                occasion=late.occasion,
                severity="severity_1",
                at=instant("2025-03-10T13:00:00Z"),
            ),
            EscalationStep(
                escalation="acme_sla.major",
                occasion=INCIDENT,
                level=1,
                role="duty_manager",
                at=instant("2025-03-10T09:15:00Z"),
                state=EscalationState.REACHED,
            ),
            EscalationStep(
                escalation="acme_sla.major",
                occasion=INCIDENT,
                level=2,
                role="duty_manager",
                at=instant("2025-03-10T10:15:00Z"),
                state=EscalationState.STOPPED,
            ),
            Credit(
                obligation="acme_sla.uptime",
                subject="shop",
                occasion=MARCH,
                amount=Money(amount=Decimal("1234.50"), currency="USD"),
                arithmetic=("99.87% is below 99.9%: 10% of the base", "10% of USD 12345.00 = USD 1234.50"),
            ),
        ),
    )
