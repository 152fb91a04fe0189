"""How much news an open window bears: its state and its flags stay the same, whatever so little says (S5.7).

What is borne is not judged at once: of an open window nothing is kept but its state and its flags, and its
figures are made anew whenever they are asked for.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.model.fact import FactKind, Lasts
from engine.model.measure import OutageAttribution, Uptime
from engine.model.obligation import Target
from engine.model.quantity import Instant, Microseconds
from engine.model.reading import selections_of
from engine.model.verdict import InWindow, State, Verdict
from engine.rules.plans.rows_to_record_verdicts import Move, moves
from engine.rules.turning_uptime import least_time

ANY: Microseconds = 2**62
"""Whatever comes."""

FOR_NEWS = 4
"""Of the time that it takes an uptime at least to come to another side, news has one part of so many, and the
passing of time the others."""


def bearing(target: Target, verdict: Verdict, as_of: Instant) -> Microseconds:
    """How much a verdict on a window, judged at `as_of`, bears until it turns: microseconds of bad time, or
    ANY; 0 where it must be judged whatever comes.

    Records of an open window leave it pending where more of them may move its value to any side, and there
    is no warning.
    """
    assert isinstance(verdict.occasion, InWindow)
    if verdict.occasion.end <= as_of or not _is_plain(target):
        return 0
    match target.measure:
        case Uptime() as measure:
            return least_time(target, verdict) // FOR_NEWS if moves_with_time(target, measure) else 0
        case _:
            is_open = verdict.state is State.PENDING and moves(target) is Move.BOTH
            is_excepted = bool(target.permissions or target.exclusions)
            return ANY if is_open and target.warns is None and not is_excepted else 0


def moves_with_time(target: Target, measure: Uptime) -> bool:
    """Whether an uptime changes by no more than the time that is bad, or passes."""
    return not (
        measure.samples is not None
        or measure.least > 0
        or measure.whole > 0
        or measure.forgiven is not None
        or measure.attribution is OutageAttribution.WHOLE_AT_END
        or measure.deployed is not None
        or target.mode_bounds
        or any(each.cap is not None for each in measure.excludes)
    )


def weight_of(
    target: Target, kind: FactKind, rows: Sequence[Mapping[str, Any]], as_of: Instant
) -> Microseconds | None:
    """The bad time that versions of facts may have made or unmade at most; None where they are more to an
    uptime than its outages, or may bring verdicts that are not there yet."""
    measure = target.measure
    if target.partition is not None:
        return None
    if not isinstance(measure, Uptime):
        return 0
    read_as = [each for each in selections_of(target) if each.kind == kind.name]
    if (
        measure.outages.kind != kind.name
        or read_as != [measure.outages]
        or not isinstance(kind.timing, Lasts)
    ):
        return None
    start, end = kind.timing.start, kind.timing.end
    return sum(max(0, (as_of if row[end] is None else row[end]) - row[start]) for row in rows)


def _is_plain(target: Target) -> bool:
    """Whether nothing but the measure, or what excuses a breach, makes its state and its flags."""
    return not (target.partition or target.countered or target.sign_off or target.mode_bounds)
