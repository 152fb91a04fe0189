"""Values between two credit bands that no band holds: they pay nothing (S8.4)."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic, Level
from engine.dsl.bands_to_intervals import Point, gaps, interval
from engine.model.decimals import exact_text
from engine.model.obligation import Target
from engine.model.quantity import Unit
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A value in a gap pays nothing; the finding names the values."""
    for obligation in snapshot.obligations():
        if not isinstance(obligation, Target) or obligation.credits is None:
            continue
        unit = obligation.bound.unit
        for first, last in gaps([interval(band) for band in obligation.credits.bands]):
            is_one = first == last
            yield Diagnostic(
                code="credit-gap",
                level=Level.WARNING,
                message=f"a value {_shown(first, last, unit)} falls between two bands and pays nothing",
                labels=((obligation.credits.span, "no band holds it"),),
                help="let one of the bands reach it: `at or above`, `at or below`"
                if is_one
                else "let the bands meet, or say what is paid there",
            )


def _shown(first: Point, last: Point, unit: Unit) -> str:
    low, high = (f"{exact_text(point[0] / unit.size)} {unit.name}" for point in (first, last))
    if first == last:
        return f"of exactly {low}"
    return f"{'from' if first[1] == 0 else 'above'} {low} {'to' if last[1] == 0 else 'and below'} {high}"
