"""Credits that fall as the service gets worse (S8.4)."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from engine.diagnostic import Diagnostic
from engine.dsl.bands_to_intervals import interval
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import targets
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each target with a band that pays less than a milder one."""
    for _, target in targets(snapshot):
        if target.credits is None:
            continue
        # A share and an amount cannot be compared before the base is known.
        bands = [
            (interval(each), each.worth) for each in target.credits.bands if isinstance(each.worth, Fraction)
        ]
        ordered = sorted(
            (pair for pair in bands if not pair[0].is_empty),
            key=lambda pair: (pair[0].first is not None, pair[0].first or (Fraction(0), 0)),
            reverse=target.bound.wants_high,
        )
        shares = [share for _, share in ordered]
        if any(worse < milder for milder, worse in pairwise(shares)):
            yield warning(
                "credit-falls",
                f"`{target.terms.id}` pays less for a worse value",
                target.credits.span,
                "a lower credit beyond a higher one",
                "put the bands in order: the worse the value, the higher the credit",
            )
