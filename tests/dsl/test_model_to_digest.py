"""The digest of a model: what changes a meaning changes it, what does not leaves it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from engine.dsl.model_to_digest import digest
from engine.model.calendar import LocalSpan, WeeklyCalendar
from engine.model.party import Party, PartyStanding
from engine.model.quantity import HOUR, Money
from engine.source import Source

HERE, THERE = Source(name="a.sla", text="party acme").span(0, 5), Source(name="b.sla", text="x").span(0, 1)
ACME = Party(name="acme", title="Acme", standing=PartyStanding.EXTERNAL, span=HERE)
OPEN = WeeklyCalendar(
    name="open",
    zone="UTC",
    week=((LocalSpan(start=9 * HOUR, end=17 * HOUR),), (), (), (), (), (), ()),
    closed=frozenset({date(2025, 1, 1), date(2025, 1, 6)}),
)


def test_places_and_the_order_of_mappings_do_not_count() -> None:
    assert digest(ACME) == digest(replace(ACME, span=THERE))
    assert digest({"a": ACME, "b": OPEN}) == digest({"b": OPEN, "a": ACME})
    assert digest(Money(amount=Decimal("1.5"), currency="EUR")) == digest(
        Money(amount=Decimal("1.50"), currency="EUR")
    )


def test_it_is_the_same_in_every_run() -> None:
    assert digest((ACME, OPEN)) == "0da45340795456f706c3f63e85f90c96d73b9e2a11da24397118c9db3011a4b7"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ACME, replace(ACME, title="Acme.")),
        (ACME, replace(ACME, standing=PartyStanding.SUPPLIER)),
        (OPEN, replace(OPEN, closed=frozenset({date(2025, 1, 1)}))),
        (("ab", "c"), ("a", "bc")),
        (("a",), "a"),
        ("1", 1),
        (1, True),
        (1, Fraction(1)),
        (None, "-"),
        ((), None),
        (frozenset({1}), (1,)),
    ],
)
def test_what_means_something_else_differs(one: object, other: object) -> None:
    assert digest(one) != digest(other)


def test_equal_calendars_count_alike_whether_shared_or_not() -> None:
    assert digest((OPEN, OPEN)) == digest((OPEN, replace(OPEN)))


def test_what_is_no_noun_is_our_own_bug() -> None:
    with pytest.raises(TypeError, match="no noun"):
        digest(object())
