"""Random rates: throughput, and the times between tickets that follow one another."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from engine.model.agreement import Agreement
from engine.model.measure import (
    Aggregate,
    Aggregated,
    EmptyWindow,
    One,
    PercentileMethod,
    Records,
    SincePrevious,
    Uptime,
)
from engine.model.obligation import Target
from engine.model.period import CalendarWindows, TermWindow, WindowUnit
from engine.model.quantity import HOUR, HOURS, Dimension, Unit
from tests.differential.promises import OPENED, bounds, record_targets

PER_DAY = Unit(name="per 24 hours", dimension=Dimension.NUMBER)


def _of_tickets(target: Target, value: One | SincePrevious) -> Records:
    assert not isinstance(target.measure, Uptime)
    return replace(
        target.measure.records,
        answered_by=None,
        attributed_by_answer=False,
        value=value,
        belongs=OPENED,
        starts_at=OPENED,
    )


@st.composite
def throughputs(draw: st.DrawFn, agreement: Agreement) -> Target:
    """So many tickets per hour or day of a window."""
    target = draw(record_targets(agreement))
    if isinstance(target.windows, TermWindow) and agreement.term.through is None:
        target = replace(target, windows=CalendarWindows(unit=WindowUnit.YEAR))
    per = draw(st.sampled_from((1, 24, 168)))
    rates = st.sampled_from((0, 1, 2, 5, 10)).map(lambda count: Fraction(count * per, 24 * 30))
    measure = Aggregated(
        aggregate=Aggregate.COUNT,
        records=_of_tickets(target, One()),
        rank=Fraction(50),
        method=PercentileMethod.NEAREST_RANK,
        per=per * HOUR,
    )
    return replace(
        target,
        measure=measure,
        bound=draw(bounds(rates, PER_DAY)),
        warns=draw(st.none() | bounds(rates, PER_DAY)),
        empty_windows=EmptyWindow.MET,
    )


@st.composite
def times_between(draw: st.DrawFn, agreement: Agreement) -> Target:
    """A statistic of the times between the tickets of a window."""
    target = draw(record_targets(agreement))
    lengths = st.integers(0, 500).map(lambda hours: Fraction(hours * HOUR))
    measure = Aggregated(
        aggregate=draw(
            st.sampled_from((Aggregate.AVERAGE, *(each for each in Aggregate if each is not Aggregate.COUNT)))
        ),
        records=_of_tickets(target, SincePrevious(at=OPENED)),
        rank=Fraction(draw(st.sampled_from((1, 50, 95, 100)))),
        method=draw(st.sampled_from(tuple(PercentileMethod))),
    )
    return replace(
        target,
        measure=measure,
        bound=draw(bounds(lengths, HOURS)),
        warns=draw(st.none() | bounds(lengths, HOURS)),
        least_records=draw(st.sampled_from((0, 0, 2, 3))),
    )
