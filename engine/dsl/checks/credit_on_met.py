"""A credit band that also pays for a value that meets the target (S8.4)."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.bands_to_intervals import interval
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import targets
from engine.model.credit import Band
from engine.model.quantity import Bound, Comparison
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each band with a value inside that keeps the bound, such as exactly 99.9%."""
    for _, target in targets(snapshot):
        for band in target.credits.bands if target.credits is not None else ():
            if _pays_for_met(band, target.bound):
                yield warning(
                    "credit-on-met",
                    f"a band of `{target.terms.id}` pays for a value that meets the target",
                    target.credits.span if target.credits is not None else target.terms.span,
                    "reaches beyond the bound",
                    "end the band where the breach begins: `below` beside `at least`",
                    (target.terms.span, "met there"),
                )


def _pays_for_met(band: Band, bound: Bound) -> bool:
    """Whether the end of the band nearest to the good side keeps the bound."""
    held = interval(band)
    point = held.last if bound.wants_high else held.first
    if held.is_empty:
        return False
    if point is None:
        return True
    value, side = point
    if bound.holds(value) and side == 0:
        return True
    # Just inside of an open end, the values come as near to it as one likes.
    is_strict = bound.comparison in (Comparison.ABOVE, Comparison.BELOW)
    beyond = value > bound.value if bound.wants_high else value < bound.value
    return beyond or (value == bound.value and side == 0 and not is_strict)
