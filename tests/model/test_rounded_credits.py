"""What a credit is worth in the currency's minor unit, by both roads (S1.3)."""

from decimal import Decimal
from fractions import Fraction

import pytest

from engine.definition.credits import rounded
from engine.model.credit import Credits, MoneyRounding
from engine.source import Span

SPAN = Span(source="p.sla", start=0, end=1, line=1, column=1, end_line=1, end_column=2)


@pytest.mark.parametrize(
    ("amount", "half_even", "half_up"),
    [
        (Fraction(5, 1000), "0.00", "0.01"),
        (Fraction(15, 1000), "0.02", "0.02"),
        (Fraction(10**30 + 1, 100), "10000000000000000000000000000.01", "10000000000000000000000000000.01"),
    ],
)
def test_an_amount_of_any_length_is_rounded_exactly(amount: Fraction, half_even: str, half_up: str) -> None:
    for rounding, expected in ((MoneyRounding.HALF_EVEN, half_even), (MoneyRounding.HALF_UP, half_up)):
        terms = Credits(base=None, payments=(), currency="EUR", rounding=rounding, span=SPAN)
        assert str(terms.rounded(amount)) == str(rounded(amount, terms)) == str(Decimal(expected))
