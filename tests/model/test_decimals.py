"""Decimal text is as near as its places allow, and on the same side of a bound as the number."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from engine.model.decimals import decimal_text, exact_text
from engine.model.quantity import PERCENT, Bound, Comparison

NINETY_NINE_NINE = Bound(comparison=Comparison.AT_LEAST, value=Fraction(999, 1000), unit=PERCENT)


def test_a_value_just_short_of_its_bound_is_not_shown_as_the_bound() -> None:
    short = Fraction(999, 1000) - Fraction(1, 10**15)
    assert decimal_text(short, places=3, bound=NINETY_NINE_NINE, size=PERCENT.size) == "99.899"
    assert decimal_text(Fraction(999, 1000), places=3, bound=NINETY_NINE_NINE, size=PERCENT.size) == "99.900"


def test_half_is_rounded_to_even() -> None:
    assert [decimal_text(Fraction(n, 2), places=0) for n in (1, 3, 5, -1, -3)] == ["0", "2", "2", "0", "-2"]


def test_exact_text_is_a_fraction_where_no_decimal_ends() -> None:
    assert exact_text(Fraction(1, 3)) == "1/3"
    assert exact_text(Fraction(-1, 8)) == "-0.125"
    assert exact_text(Fraction(44640)) == "44640"


@given(st.fractions(), st.integers(0, 12))
def test_the_text_is_within_half_of_the_last_place(value: Fraction, places: int) -> None:
    shown = Fraction(Decimal(decimal_text(value, places=places)))
    assert abs(shown - value) <= Fraction(1, 2 * 10**places)


@given(
    st.sampled_from(tuple(Comparison)),
    st.integers(0, 10**6),
    st.integers(-(10**6), 10**6),
    st.integers(1, 10**12),
)
def test_the_text_is_on_the_side_of_the_bound(
    comparison: Comparison, millionths: int, offset: int, scale: int
) -> None:
    bound = Bound(comparison=comparison, value=Fraction(millionths, 10**6), unit=PERCENT)
    value = bound.value + Fraction(offset, scale * 10**6)
    shown = Fraction(Decimal(decimal_text(value, places=4, bound=bound, size=PERCENT.size))) * PERCENT.size
    assert bound.holds(shown) is bound.holds(value)


@given(st.fractions())
def test_exact_text_loses_nothing(value: Fraction) -> None:
    assert Fraction(exact_text(value)) == value
