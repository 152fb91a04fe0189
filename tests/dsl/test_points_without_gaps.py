"""Bands of points are checked as credit bands are: for gaps, and for bands that hold nothing (S8.4)."""

from engine.dsl.checks import credit_gap, unreachable_band
from tests.reactions.credits_by_hand import policy

# The UK's tiers have one decimal: 98.95 lies in none of them, unless it is rounded.
TIERS = "points 1 at or below 98.9% and at or above 98%  points 2 below 98%  points 0 at or above 99%"


def gaps(credits: str, conventions: str = "") -> list[str]:
    return [each.message for each in credit_gap.check(policy(credits, conventions=conventions))]


def test_a_value_between_two_tiers_earns_no_points() -> None:
    said = "a value above 98.9 % and below 99 % falls between two bands and earns no points"
    assert gaps(TIERS) == [said]
    assert gaps(TIERS, "percentages round half up to 2 decimals before comparing") == [said]


def test_rounding_closes_a_gap_that_it_never_leads_into() -> None:
    assert gaps(TIERS, "percentages round half up to 1 decimal before comparing") == []


def test_a_tier_that_holds_nothing_is_found() -> None:
    snapshot = policy("points 1 below 98% and above 98.5%  points 2 below 98%")
    assert [each.code for each in unreachable_band.check(snapshot)] == ["unreachable-band"]
