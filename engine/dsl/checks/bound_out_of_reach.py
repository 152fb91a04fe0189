"""A bound that no value can keep, such as an uptime above 100%."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.parts import bounds_of
from engine.model.decimals import exact_text
from engine.model.obligation import Target
from engine.model.quantity import Bound, Comparison, Dimension
from engine.model.snapshot import Snapshot

NEVER_NEGATIVE = (
    Dimension.RATIO,
    Dimension.TIME,
    Dimension.COUNT,
    Dimension.CALENDAR_DAYS,
    Dimension.BUSINESS_DAYS,
)


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A share lies from 0% to 100%, a count and a length of time at 0 or above."""
    for obligation in snapshot.obligations():
        if not isinstance(obligation, Target):
            continue
        for bound, place in bounds_of(obligation):
            if not is_out_of_reach(bound):
                continue
            shown = f"{bound.comparison} {exact_text(bound.value / bound.unit.size)}"
            yield Diagnostic(
                code="bound-out-of-reach",
                message=f"no value can be {shown} {bound.unit.name}",
                labels=((place, "can never be met"),),
                help="a share lies from 0% to 100%, counts and lengths of time are never negative",
            )


def is_out_of_reach(bound: Bound) -> bool:
    """Whether no value keeps the bound."""
    is_share = bound.unit.dimension is Dimension.RATIO
    never_negative = bound.unit.dimension in NEVER_NEGATIVE
    match bound.comparison:
        case Comparison.AT_LEAST:
            return is_share and bound.value > 1
        case Comparison.ABOVE:
            return is_share and bound.value >= 1
        case Comparison.AT_MOST:
            return never_negative and bound.value < 0
        case Comparison.BELOW:
            return never_negative and bound.value <= 0
        case Comparison.EXACTLY | Comparison.BETWEEN:
            upper = bound.value if bound.upper is None else bound.upper
            return (is_share and bound.value > 1) or (never_negative and upper < 0)
