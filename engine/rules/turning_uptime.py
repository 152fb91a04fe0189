"""How long the value of an uptime stays on its side of a bound, whatever happens (S5.7)."""

from fractions import Fraction

from engine.model.measure import ExcludedTime, Measure, Uptime
from engine.model.obligation import Target
from engine.model.quantity import DAY, Bound, Microseconds
from engine.model.verdict import Exact, Range, Verdict

FOR_LONG = 400 * DAY
"""Where nothing can change."""


def least_time(target: Target, verdict: Verdict) -> Microseconds:
    """How long it takes at least until the best or the worst value is on another side of the bound, or of the
    warning: each moves as one part of the denominator in a microsecond, and that by one itself."""
    whole = verdict.counts.get("denominator", 0)
    match verdict.measured:
        case None:
            return FOR_LONG if not whole else 1
        case Exact(value=value):
            values: tuple[Fraction, ...] = (value,)
        case Range(low=low, high=high):
            values = (low, high)
    ends = [
        end
        for bound in (target.bound, target.warns)
        if bound is not None
        for end in (bound.value, bound.upper)
        if end is not None
    ]
    step = max((_step(bound) for bound in (target.bound, target.warns) if bound is not None), default=0)
    away = min(abs(value - end) - step for value in values for end in ends)
    # Where v is the part of the whole w that is not bad, and both move by d: |v − v'| ≤ 2d / (w − d).
    if _is_whole_fixed(target.measure):
        return max(1, int(away * whole))
    left = Fraction(away * whole) / (2 + max(away, 0)) if away > 0 else Fraction(0)
    return max(1, min(int(left), whole - 1))


def _is_whole_fixed(measure: Measure) -> bool:
    """Whether what bad time is held against stays: then the value moves with the bad time alone."""
    if not isinstance(measure, Uptime) or measure.only_while:
        return False
    is_kept = not measure.excludes or measure.excluded_time is ExcludedTime.COUNTS_AS_AVAILABLE
    return measure.fixed is not None or is_kept


def _step(bound: Bound) -> Fraction:
    """How far rounding may move what is compared."""
    if bound.rounding is None or not bound.rounding.before_comparing:
        return Fraction(0)
    return bound.unit.size / 10**bound.rounding.decimals
