"""A bound that every value keeps, such as at least 0%."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.bound_out_of_reach import NEVER_NEGATIVE
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import bounds_of, targets
from engine.model.quantity import Bound, Comparison, Dimension
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A promise that cannot be broken promises nothing."""
    for _, target in targets(snapshot):
        for bound, place in bounds_of(target):
            if is_always_kept(bound):
                yield warning(
                    "bound-always-kept",
                    f"`{target.terms.id}` cannot be breached"
                    + ("" if place == target.terms.span else " while this mode holds"),
                    place,
                    "every value keeps its bound",
                    "say the number that was agreed, or `reported only` if none was",
                )


def is_always_kept(bound: Bound) -> bool:
    """Whether every value keeps the bound."""
    is_share = bound.unit.dimension is Dimension.RATIO
    match bound.comparison:
        case Comparison.AT_LEAST:
            return bound.unit.dimension in NEVER_NEGATIVE and bound.value <= 0
        case Comparison.ABOVE:
            return bound.unit.dimension in NEVER_NEGATIVE and bound.value < 0
        case Comparison.AT_MOST:
            return is_share and bound.value >= 1
        case Comparison.BELOW:
            return is_share and bound.value > 1
        case _:
            return False
