"""A credit band, or a band of points, that no value can lie in (S8.4)."""

from collections.abc import Iterator
from fractions import Fraction

from engine.diagnostic import Diagnostic
from engine.dsl.bands_to_intervals import Point, interval
from engine.dsl.checks.bound_out_of_reach import NEVER_NEGATIVE
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import targets
from engine.model.quantity import Dimension
from engine.model.snapshot import Snapshot

NOTHING: Point = (Fraction(0), 0)
ALL: Point = (Fraction(1), 0)


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each band whose ends leave nothing between them, or lie beyond what can be measured."""
    for _, target in targets(snapshot):
        dimension = target.bound.unit.dimension
        terms = target.credits
        points = () if terms is None else tuple(each for each in terms.points if each.ends)
        for band in (*(() if terms is None else terms.bands), *points):
            held = interval(band)
            is_low = held.last is not None and dimension in NEVER_NEGATIVE and held.last < NOTHING
            is_high = held.first is not None and dimension is Dimension.RATIO and held.first > ALL
            if held.is_empty or is_low or is_high:
                yield warning(
                    "unreachable-band",
                    f"no value of `{target.terms.id}` ever lies in one of its bands",
                    target.terms.span if terms is None else terms.span,
                    "a band that never pays",
                    "look at `above` and `below` again: each end says on which side the band lies",
                )
