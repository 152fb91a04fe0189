"""Gaps and overlaps of credit bands, held against every value that could tell them apart."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from engine.dsl.bands_to_intervals import Point, gaps, interval, overlaps
from engine.model.credit import Band
from engine.model.quantity import PERCENT, Bound, Comparison

ENDS = st.builds(
    lambda comparison, value: Bound(comparison=comparison, value=Fraction(value), unit=PERCENT),
    st.sampled_from((Comparison.AT_LEAST, Comparison.AT_MOST, Comparison.ABOVE, Comparison.BELOW)),
    st.integers(0, 5),
)
BANDS = st.builds(
    lambda ends: Band(worth=Fraction(1, 10), ends=tuple(ends)), st.lists(ENDS, min_size=1, max_size=2)
)

# Ends lie on whole numbers, so halves tell every open stretch apart.
VALUES = [Fraction(half, 2) for half in range(-2, 13)]


def holds(band: Band, value: Fraction) -> bool:
    return all(end.holds(value) for end in band.ends)


def near(point: Point) -> Fraction:
    """A value at the point, or within the stretch that begins or ends there."""
    return point[0] + Fraction(point[1], 2)


@given(st.lists(BANDS, max_size=4))
def test_an_overlap_is_a_value_in_two_bands(bands: list[Band]) -> None:
    found = {(one, other): point for one, other, point in overlaps([interval(band) for band in bands])}
    for one in range(len(bands)):
        for other in range(one + 1, len(bands)):
            shared = [value for value in VALUES if holds(bands[one], value) and holds(bands[other], value)]
            assert ((one, other) in found) is bool(shared)
    for (one, other), point in found.items():
        assert holds(bands[one], near(point)) and holds(bands[other], near(point))


@given(st.lists(BANDS, max_size=4))
def test_a_gap_is_a_value_between_bands_in_none(bands: list[Band]) -> None:
    inside = [value for value in VALUES if any(holds(band, value) for band in bands)]
    between = {value for value in VALUES if inside and inside[0] < value < inside[-1] and value not in inside}
    found = list(gaps([interval(band) for band in bands]))
    named = {value for first, last in found for value in VALUES if near(first) <= value <= near(last)}
    assert named == between
