"""Severities, escalations and credits by hand (S8)."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from engine.definition import react
from engine.model.credit import Band, Credits, MoneyRounding
from engine.model.credit_base import FixedBase, SummedBase
from engine.model.expression import Selection
from engine.model.fact import Fact
from engine.model.obligation import Obligation
from engine.model.quantity import Comparison, Money
from engine.model.reaction import BreachSeverity, Credit, EscalationState, EscalationStep, Reaction
from engine.model.severity import Escalation, EscalationLevel, Severity
from tests.definition.policies import (
    KINDS,
    NOWHERE,
    OFFICE,
    OPENED,
    Policy,
    at,
    by_kind,
    duty,
    fact,
    field,
    has,
    hours,
    percent,
    terms,
    uptime,
    verdicts,
    within,
)

SEVERE = Severity(name="severity_1", rank=0)


def reactions(promise: Obligation, facts: list[Fact], as_of: str, **changes: Any) -> tuple[Reaction, ...]:
    policy = Policy(KINDS, promise, **changes)
    return react(policy.snapshot, by_kind(facts), verdicts(policy, facts, as_of), at(as_of))


# Severities


def test_a_breach_dates_from_its_due_instant_or_its_windows_end() -> None:
    ticket = fact("ticket", "t1", opened_at=at("2025-03-03 10:00"))
    late = duty(within(hours(4)), terms=terms(severity=SEVERE))
    (found,) = reactions(late, [ticket], "2025-03-04 00:00")
    assert isinstance(found, BreachSeverity)
    assert (found.severity, found.at) == ("severity_1", at("2025-03-03 14:00"))
    assert reactions(late, [ticket], "2025-03-03 12:00") == ()
    down = fact("outage", "o1", start=at("2025-01-03 00:00"), end=at("2025-01-05 00:00"))
    broken = uptime("99", target_changes={"terms": terms(severity=SEVERE)})
    (found,) = reactions(broken, [down], "2025-01-10 00:00")
    assert isinstance(found, BreachSeverity)
    assert found.at == at("2025-02-01 00:00")
    quiet = uptime("99", target_changes={"terms": terms(severity=SEVERE, reported_only=True)})
    assert reactions(quiet, [down], "2025-01-10 00:00") == ()


# Escalations


def levels(*facts: Fact, as_of: str) -> list[tuple[str, int, str, EscalationState]]:
    """Level 1 within 1 hour and level 2 within 4 hours, both on office hours, of an urgent ticket."""
    escalation = Escalation(
        id="a.major",
        title="Major",
        agreement="a",
        subjects=("shop",),
        trigger=Selection(kind="ticket", variable="t", where=has("t", "ticket", "urgent", True)),
        start=OPENED,
        levels=tuple(
            EscalationLevel(number=n, role=f"role_{n}", after=hours(length, OFFICE))
            for n, length in ((1, 1), (2, 4))
        ),
        stops_at=field("t", "ticket", "closed_at"),
        span=NOWHERE,
    )
    found = reactions(uptime("1"), [*facts], as_of, escalations=(escalation,))
    steps = [each for each in found if isinstance(each, EscalationStep)]
    return [(each.role, each.level, each.occasion.key, each.state) for each in steps]  # type: ignore[union-attr]


def test_levels_are_reached_on_their_clock_unless_stopped_before() -> None:
    urgent = fact("ticket", "t1", opened_at=at("2025-03-07 16:30"), urgent=True)
    calm = fact("ticket", "t2", opened_at=at("2025-03-07 16:30"), urgent=False)
    unknown = fact("ticket", "t3", opened_at=at("2025-03-07 16:30"))
    reached, due, stopped = EscalationState.REACHED, EscalationState.DUE_NEXT, EscalationState.STOPPED
    assert levels(urgent, calm, unknown, as_of="2025-03-10 09:29") == [
        ("role_1", 1, "t1", due),
        ("role_2", 2, "t1", due),
    ]
    assert [each[3] for each in levels(urgent, as_of="2025-03-10 09:30")] == [reached, due]
    closed = replace(urgent, values={**urgent.values, "closed_at": at("2025-03-10 12:29")})
    assert [each[3] for each in levels(closed, as_of="2025-03-11 00:00")] == [reached, stopped]
    too_late = replace(urgent, values={**urgent.values, "closed_at": at("2025-03-10 12:30")})
    assert [each[3] for each in levels(too_late, as_of="2025-03-11 00:00")] == [reached, reached]


# Credits


def band(share: str, **ends: str) -> Band:
    names = {"below": Comparison.BELOW, "at_least": Comparison.AT_LEAST, "at_most": Comparison.AT_MOST}
    return Band(
        worth=Fraction(share) / 100, ends=tuple(percent(value, names[name]) for name, value in ends.items())
    )


BANDS = (band("10", below="99", at_least="97"), band("25", below="95"))
FIXED = FixedBase(amount=Money(amount=Decimal("1000.05"), currency="USD"))


def credit(down_hours: int, *facts: Fact, **changes: Any) -> Credit | None:
    """The credit for a month of 30 days (720 hours) with so many hours of downtime."""
    terms = Credits(
        base=FIXED,
        payments=BANDS,
        currency="USD",
        at_most=None,
        rounding=MoneyRounding.HALF_EVEN,
        decimals=2,
        span=NOWHERE,
    )
    promise = uptime("99", target_changes={"credits": replace(terms, **changes)})
    start = at("2025-06-03 00:00")
    down = fact("outage", "o1", start=start, end=start + down_hours * 3_600_000_000)
    found = reactions(promise, [down, *facts], "2025-07-01 00:00")
    credits = [each for each in found if isinstance(each, Credit)]
    assert len(credits) <= 1
    return credits[0] if credits else None


@pytest.mark.parametrize(
    ("down_hours", "amount"),
    [(0, None), (7, None), (8, "100.00"), (21, "100.00"), (22, "0"), (36, "0"), (37, "250.01")],
)
def test_bands_have_both_ends_and_a_gap_pays_nothing(down_hours: int, amount: str | None) -> None:
    found = credit(down_hours)
    assert (None if found is None or found.amount is None else found.amount.amount) == (
        None if amount is None else Decimal(amount)
    )
    if amount == "0":
        assert found is not None
        assert "no band" in found.arithmetic[0]


@pytest.mark.parametrize(
    ("amount", "rounding", "expected"),
    [
        ("1000.05", MoneyRounding.HALF_EVEN, "100.00"),
        ("1000.05", MoneyRounding.HALF_UP, "100.01"),
        ("1000.15", MoneyRounding.HALF_EVEN, "100.02"),
        ("1000.06", MoneyRounding.HALF_EVEN, "100.01"),
    ],
)
def test_money_rounds_once_at_the_end(amount: str, rounding: MoneyRounding, expected: str) -> None:
    base = FixedBase(amount=Money(amount=Decimal(amount), currency="USD"))
    found = credit(8, base=base, rounding=rounding)
    assert found is not None
    assert found.amount == Money(amount=Decimal(expected), currency="USD")


def test_a_credit_is_capped_at_a_share_of_its_base() -> None:
    found = credit(37, at_most=Fraction(1, 5))
    assert found is not None
    assert found.amount == Money(amount=Decimal("200.01"), currency="USD")


def test_the_base_may_be_the_sum_of_the_windows_charges() -> None:
    base = SummedBase(
        charges=Selection(kind="charge", variable="c"), amount=field("c", "charge", "amount"), currency="USD"
    )
    charges = [
        fact("charge", "c1", at=at("2025-06-01 00:00"), amount=Fraction(100)),
        fact("charge", "c2", at=at("2025-06-30 23:59"), amount=Fraction("50.5")),
        fact("charge", "c3", at=at("2025-07-01 00:00"), amount=Fraction(9)),
    ]
    found = credit(8, *charges, base=base)
    assert found is not None
    assert found.amount == Money(amount=Decimal("15.05"), currency="USD")
    nothing = credit(8, base=base)
    assert nothing is not None
    assert nothing.amount is None


def test_an_early_breach_has_no_final_value_yet() -> None:
    terms = Credits(
        base=FIXED,
        payments=BANDS,
        currency="USD",
        at_most=None,
        rounding=MoneyRounding.HALF_UP,
        decimals=2,
        span=NOWHERE,
    )
    promise = uptime("99", target_changes={"credits": terms})
    down = fact("outage", "o1", start=at("2025-01-03 00:00"), end=at("2025-01-05 00:00"))
    (found,) = reactions(promise, [down], "2025-01-10 00:00")
    assert isinstance(found, Credit)
    assert found.amount is None
