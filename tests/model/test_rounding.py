"""Rounding where a policy asks for it: mode, digits, and whether before it is compared (S1.2)."""

from fractions import Fraction

import pytest

from engine.model.quantity import PERCENT, Bound, Comparison, Rounding, RoundingMode
from engine.model.verdict import Exact, InWindow, State, Verdict

UP, EVEN = RoundingMode.HALF_UP, RoundingMode.HALF_EVEN


def percent(text: str) -> Fraction:
    """A percentage."""
    return Fraction(text) / 100


@pytest.mark.parametrize(
    ("value", "mode", "decimals", "rounded"),
    [
        ("98.95", UP, 1, "99.0"),
        ("98.949999", UP, 1, "98.9"),
        ("98.95", EVEN, 1, "99.0"),
        ("98.85", EVEN, 1, "98.8"),
        ("98.85", UP, 1, "98.9"),
        ("99.8618", UP, 2, "99.86"),
        ("99.951", UP, 0, "100"),
        ("99.5", EVEN, 0, "100"),
        ("98.5", EVEN, 0, "98"),
    ],
)
def test_a_value_is_rounded(value: str, mode: RoundingMode, decimals: int, rounded: str) -> None:
    rounding = Rounding(mode=mode, decimals=decimals, before_comparing=True)
    assert rounding.rounded(percent(value), PERCENT) == percent(rounded)


def test_fifty_minutes_of_43200_in_three_decimals() -> None:
    # A contract's own example: 99.884%.
    rounding = Rounding(mode=UP, decimals=3, before_comparing=True)
    assert rounding.rounded(Fraction(43_200 - 50, 43_200), PERCENT) == percent("99.884")


@pytest.mark.parametrize(("before", "holds"), [(True, True), (False, False)])
def test_the_bands_of_the_uk_model_contract_need_one_decimal(before: bool, holds: bool) -> None:
    # Target at or above 99.0%, minor from 98.0% to 98.9%: 98.95% lies in neither unless it is rounded.
    rounding = Rounding(mode=UP, decimals=1, before_comparing=before)
    target = Bound(comparison=Comparison.AT_LEAST, value=percent("99"), unit=PERCENT, rounding=rounding)
    minor = Bound(comparison=Comparison.AT_MOST, value=percent("98.9"), unit=PERCENT, rounding=rounding)
    assert target.holds(percent("98.95")) is holds
    assert not minor.holds(percent("98.95"))


def test_the_verdict_holds_both_numbers() -> None:
    rounding = Rounding(mode=UP, decimals=1, before_comparing=True)
    verdict = Verdict(
        obligation="a.b",
        subject="a",
        occasion=InWindow(start=0, end=1, label="1970"),
        state=State.MET,
        measured=Exact(value=percent("98.95"), unit=PERCENT),
        bound=Bound(comparison=Comparison.AT_LEAST, value=percent("99"), unit=PERCENT, rounding=rounding),
    )
    assert verdict.measured == Exact(value=percent("98.95"), unit=PERCENT)
    assert (verdict.rounded, verdict.margin) == (percent("99"), 0)
