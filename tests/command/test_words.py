"""Numbers and times in words: exact where they can be, and never across a bound."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.command.words import (
    bound_words,
    clause_words,
    counts_words,
    due_words,
    instant_words,
    late_words,
    length_words,
    measured_words,
    number_words,
    plural,
    quantity_words,
    shortfall_words,
)
from engine.model.quantity import (
    BUSINESS_DAYS,
    CALENDAR_DAYS,
    COUNT,
    HOUR,
    HOURS,
    MINUTE,
    PERCENT,
    SECOND,
    Bound,
    Comparison,
    Dimension,
    Unit,
)
from engine.model.verdict import Due, Exact
from tests.command.conftest import (
    FOUR_HOURS,
    THREE_NINES,
    breached_uptime,
    late_restoration,
    pending_uptime,
    unmeasured_uptime,
)
from tests.hosting import instant


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Fraction(998, 1000), "99.8%"),
        (Fraction(1), "100%"),
        (Fraction(0), "0%"),
        # A value just short of a landmark does not become it.
        (Fraction(99_999_999, 100_000_000), "99.999999%"),
        (Fraction(1, 100_000_000), "0.000001%"),
        (Fraction(998_999_999, 1_000_000_000), "99.899%"),
        (Fraction(2, 3), "66.667%"),
    ],
)
def test_a_share_stays_on_its_side(value: Fraction, words: str) -> None:
    assert measured_words(Exact(value=value, unit=PERCENT), THREE_NINES) == words


@given(st.fractions(0, 1), st.fractions(0, 1), st.sampled_from(Comparison))
def test_no_shown_share_crosses_its_bound(value: Fraction, limit: Fraction, comparison: Comparison) -> None:
    # Twelve places tell apart what is at least a billionth of a percent apart.
    value, limit = round(value, 11), round(limit, 11)
    bound = Bound(comparison=comparison, value=limit, unit=PERCENT)
    shown = Fraction(number_words(value, size=Fraction(1, 100), bound=bound).replace(",", "")) / 100
    # No decimal need keep `exactly` a third, but none may seem to that does not.
    is_two_sided = comparison in (Comparison.EXACTLY, Comparison.BETWEEN)
    assert bound.holds(shown) is bound.holds(value) or (is_two_sided and bound.holds(value))


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (Fraction(0), "0 s"),
        (Fraction(MINUTE), "1 min"),
        (Fraction(1000 * HOUR + 1), "1,000 h 0.000001 s"),
        (Fraction(-90 * MINUTE), "-1 h 30 min"),
        (Fraction(59_999_999), "59.999999 s"),
        (Fraction(100 * SECOND, 3), "33.333 s"),
    ],
)
def test_lengths(length: Fraction, words: str) -> None:
    assert length_words(length) == words


def test_a_mean_just_over_four_hours_is_not_four_hours() -> None:
    over = Fraction(4 * HOUR) + Fraction(1, 3)
    assert length_words(over, FOUR_HOURS) == "4 h 0.001 s"
    assert length_words(Fraction(4 * HOUR), FOUR_HOURS) == "4 h"


def test_quantities_have_their_units() -> None:
    usd = Unit(name="USD", dimension=Dimension.MONEY)
    assert quantity_words(Fraction(25, 2), usd) == "USD 12.50"
    assert quantity_words(Fraction(1), BUSINESS_DAYS) == "1 business day"
    assert quantity_words(Fraction(3, 2), CALENDAR_DAYS) == "1.5 calendar days"
    assert quantity_words(Fraction(12345), COUNT) == "12,345"


def test_bounds_are_as_the_author_wrote_them() -> None:
    assert bound_words(THREE_NINES) == "at least 99.9%"
    assert bound_words(FOUR_HOURS) == "at most 4 hours"
    one = Bound(comparison=Comparison.BELOW, value=Fraction(HOUR), unit=HOURS)
    assert bound_words(one) == "below 1 hour"


def test_civil_time_that_occurs_twice_tells_its_offset() -> None:
    assert instant_words(instant("2025-10-26T00:30:00Z"), "Europe/Berlin") == "2025-10-26 02:30+0200"
    assert instant_words(instant("2025-10-26T01:30:00Z"), "Europe/Berlin") == "2025-10-26 02:30+0100"
    assert instant_words(instant("2025-10-26T02:30:01.5Z"), "Europe/Berlin") == "2025-10-26 03:30:01.500000"
    assert instant_words(instant("0001-01-01T00:00:00Z"), "America/New_York") == "0001-01-01 00:00 UTC"


def test_deadlines() -> None:
    due = unmeasured_uptime().due
    assert due is not None and due_words(due, "Europe/Berlin") == "through 2025-04-30"
    on_clock = Due(
        at=instant("2025-03-07T17:00:00Z"), inclusive=True, last_moment=instant("2025-03-10T07:00:00Z")
    )
    assert due_words(on_clock, "UTC") == "by 2025-03-07 17:00 (last moment 2025-03-10 07:00)"
    assert due_words(Due(at=0, inclusive=False), "UTC") == "before 1970-01-01 00:00"
    at_ten = Due(at=instant("2025-03-13T10:00:00Z"), inclusive=False, date=date(2025, 3, 13))
    assert due_words(at_ten, "UTC") == "before 2025-03-13 10:00"
    in_berlin = Due(at=instant("2025-04-09T22:00:00Z"), inclusive=False, date=date(2025, 4, 9))
    assert due_words(in_berlin, "Europe/Berlin") == "through 2025-04-09"
    assert due_words(in_berlin, "UTC") == "before 2025-04-09 22:00"


def test_what_a_verdict_lacks() -> None:
    assert shortfall_words(breached_uptime()) == "short by 0.03 points"
    assert shortfall_words(late_restoration()) == "over by 2 h 30 min"
    assert shortfall_words(pending_uptime()) is None
    assert late_words(late_restoration()) == "late by 2 h 30 min"
    assert late_words(breached_uptime()) is None


def test_counts_leave_out_what_is_nothing() -> None:
    assert counts_words(breached_uptime()) == "agreed 744 h, bad 58 min"
    bucketed = replace(breached_uptime(), counts={"buckets": 8928, "empty": 0})
    assert counts_words(bucketed) == "8,928 buckets"
    assert counts_words(replace(bucketed, counts={"buckets": 1, "empty": 1})) == "1 bucket, 1 empty"


def test_plurals() -> None:
    assert (plural(0, "policy"), plural(1, "row"), plural(1200, "row")) == (
        "0 policies",
        "1 row",
        "1,200 rows",
    )


def test_a_clause_without_words_has_no_quotes() -> None:
    cited = breached_uptime().clause[0]
    place = f"{cited.document} {cited.section}"
    assert clause_words(cited) == f"{place} “{cited.words}”"
    assert clause_words(replace(cited, words="")) == place
