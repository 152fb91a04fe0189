"""Hours in which a promise is measured and what is beneath it is not."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from engine.graph.viability.contracts import UptimePromise
from engine.graph.viability.ground import Ground, agreement_side, promise_side
from engine.graph.viability.intervals import length, without
from engine.graph.viability.rests import Rest
from engine.graph.viability.wording import clock_text, hours_text
from engine.model.calendar import Clock, Elapsed
from engine.model.period import Period
from engine.model.quantity import HOURS
from engine.model.viability import Figure, Finding, FindingKind, Gravity, Remedy, Side

GAPS_KEPT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lower:
    """Hours beneath a promise: of a promise, or of a service that a contract covers without a promise."""

    clock: Clock
    side: Side
    in_series: bool


def find(ground: Ground) -> Iterator[Finding]:
    """One finding for each promise of uptime and each contract beneath whose hours leave out some of its own.

    The hours of a contract that promises no uptime are those of the service that it covers.
    """
    for pair in ground.pairs:
        clock = pair.below.measure.hours
        side = promise_side(pair.below.target.terms, f"is measured {clock_text(clock)}")
        yield from _against(ground, pair.above, _Lower(clock=clock, side=side, in_series=pair.in_series))
    for above in ground.uptimes:
        for rest in ground.walk(above.target.terms.subjects).found:
            lower = _unpromised(ground, rest)
            if lower is not None:
                yield from _against(ground, above, lower)


def _unpromised(ground: Ground, rest: Rest) -> _Lower | None:
    """The hours of a service that a contract covers and promises no uptime of."""
    service = ground.snapshot.services.get(rest.name)
    contract = next((each for each in rest.contracts if ground.at.is_in(each)), None)
    if service is None or service.hours is None or contract is None:
        return None
    if ground.contracts.best_owed(rest.name, rest.customer, ground.at, ground.agreement.identity) is not None:
        return None
    side = agreement_side(contract, f"covers `{rest.name}`, offered {clock_text(service.hours)}")
    return _Lower(clock=service.hours, side=side, in_series=rest.in_series)


def _against(ground: Ground, above: UptimePromise, lower: _Lower) -> Iterator[Finding]:
    """The finding about one promise and what is beneath it, in the reference year."""
    hours = above.measure.hours
    if hours == lower.clock or isinstance(lower.clock, Elapsed):
        return
    agreed = ground.open_in_year(hours)
    gaps = tuple(without(agreed, ground.open_in_year(lower.clock)))
    if not gaps:
        return
    uncovered, agreed_time = Fraction(length(gaps)), Fraction(length(agreed))
    is_broken = lower.in_series and 1 - uncovered / agreed_time < above.least
    yield Finding(
        kind=FindingKind.HOURS_UNCOVERED,
        gravity=Gravity.BROKEN if is_broken else Gravity.EXPOSED,
        agreement=ground.agreement.name,
        message=f"`{above.id}` is measured {clock_text(hours)}, "
        f"`{lower.side.name}` counts only {clock_text(lower.clock)}",
        above=promise_side(above.target.terms, f"is measured {clock_text(hours)}"),
        beneath=(lower.side,),
        figures=(
            Figure(name="uncovered in the year", value=uncovered, unit=HOURS),
            Figure(name="agreed in the year", value=agreed_time, unit=HOURS),
        ),
        remedies=(
            Remedy(
                at=lower.side.name,
                words=f"count {clock_text(hours)}: {hours_text(uncovered)} more in the year",
                figure=Figure(name="hours more", value=uncovered, unit=HOURS),
            ),
        ),
        since=ground.day,
        gaps=tuple(Period(start=start, end=end) for start, end in gaps[:GAPS_KEPT]),
        gap_count=len(gaps),
    )
