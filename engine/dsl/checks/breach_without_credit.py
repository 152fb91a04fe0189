"""A breach for which no credit band pays, beside others that pay (S8.4)."""

from collections.abc import Iterator
from fractions import Fraction

from engine.diagnostic import Diagnostic
from engine.dsl.bands_to_intervals import Point, interval
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import targets
from engine.model.obligation import Target
from engine.model.quantity import Comparison, Dimension
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each target whose bands begin beyond its bound, or end before the worst value."""
    for _, target in targets(snapshot):
        if target.credits is None or not target.credits.bands:
            continue
        if len(target.credits.bands) < len(target.credits.payments):
            continue
        held = [each for each in map(interval, target.credits.bands) if not each.is_empty]
        if not held:
            # Every band is empty, which is a mistake of its own.
            continue
        if target.bound.wants_high:
            lasts, firsts = [each.last for each in held], [each.first for each in held]
            nearest = None if None in lasts else max(each for each in lasts if each is not None)
            farthest = None if None in firsts else min(each for each in firsts if each is not None)
            is_late = nearest is not None and nearest < _breach_from(target)
            is_short = farthest is not None and not (
                target.bound.unit.dimension is Dimension.RATIO and farthest <= (Fraction(0), 0)
            )
        else:
            lasts, firsts = [each.first for each in held], [each.last for each in held]
            nearest = None if None in lasts else min(each for each in lasts if each is not None)
            is_late = nearest is not None and nearest > _breach_from(target)
            is_short = None not in firsts
        if is_late or is_short:
            where = "just beyond its bound" if is_late else "at its worst"
            yield warning(
                "breach-without-credit",
                f"a breach of `{target.terms.id}` {where} pays nothing",
                target.credits.span,
                "no band holds it",
                "let the bands reach from the bound to the worst value, or say that it is meant",
                (target.terms.span, "breached there"),
            )


def _breach_from(target: Target) -> Point:
    """The first point that breaches the bound, from the bound on."""
    is_strict = target.bound.comparison in (Comparison.ABOVE, Comparison.BELOW)
    if is_strict:
        return (target.bound.value, 0)
    return (target.bound.value, -1 if target.bound.wants_high else 1)
