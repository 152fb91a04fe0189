"""Values between two credit bands, or two bands of points, that no band holds: they pay nothing (S8.4)."""

from collections.abc import Iterator, Sequence
from math import ceil

from engine.diagnostic import Diagnostic, Level
from engine.dsl.bands_to_intervals import Point, gaps, interval
from engine.model.credit import Band, PointBand
from engine.model.decimals import exact_text
from engine.model.obligation import Target
from engine.model.quantity import Bound, Unit
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A value in a gap pays nothing, or earns no points; the finding names the values."""
    for obligation in snapshot.obligations():
        if not isinstance(obligation, Target) or obligation.credits is None:
            continue
        terms, bound = obligation.credits, obligation.bound
        points = [each for each in terms.points if each.ends]
        found = [
            *((gap, "pays nothing", "paid") for gap in _open(terms.bands, bound)),
            *((gap, "earns no points", "earned") for gap in _open(points, bound)),
        ]
        for (first, last), nothing, what in found:
            yield Diagnostic(
                code="credit-gap",
                level=Level.WARNING,
                message=f"a value {_shown(first, last, bound.unit)} falls between two bands and {nothing}",
                labels=((terms.span, "no band holds it"),),
                help="let one of the bands reach it: `at or above`, `at or below`"
                if first == last
                else f"let the bands meet, or say what is {what} there",
            )


def _open(bands: Sequence[Band | PointBand], bound: Bound) -> Iterator[tuple[Point, Point]]:
    """The gaps into which a value falls as it is compared: one that rounding never gives is closed (S1.2)."""
    for first, last in gaps([interval(band) for band in bands]):
        if bound.rounding is None or not bound.rounding.before_comparing:
            yield first, last
            continue
        step = bound.unit.size / 10**bound.rounding.decimals
        rounded = ceil(first[0] / step) * step
        if (rounded, 0) < first:
            rounded += step
        if (rounded, 0) <= last:
            yield first, last


def _shown(first: Point, last: Point, unit: Unit) -> str:
    low, high = (f"{exact_text(point[0] / unit.size)} {unit.name}" for point in (first, last))
    if first == last:
        return f"of exactly {low}"
    return f"{'from' if first[1] == 0 else 'above'} {low} {'to' if last[1] == 0 else 'and below'} {high}"
