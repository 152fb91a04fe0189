"""Random shares of records, and bounds with provisos: least records, allowed misses, implied levels."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from engine.model.agreement import Agreement
from engine.model.measure import Aggregate, Aggregated, Holds, PercentileMethod, Uptime, is_share
from engine.model.obligation import Target
from engine.model.quantity import PERCENT
from tests.differential.conditions import ticket_conditions
from tests.differential.promises import bounds, record_targets

SHARES = st.sampled_from((Fraction(1), Fraction(9, 10), Fraction(2, 3), Fraction(1, 2), Fraction(0)))


@st.composite
def record_targets_with_provisos(draw: st.DrawFn, agreement: Agreement) -> Target:
    """A measure of records, often the share of those that fit a condition, with what the bound provides."""
    target = draw(record_targets(agreement))
    measure = target.measure
    assert not isinstance(measure, Uptime)
    if draw(st.booleans()):
        measure = Aggregated(
            aggregate=Aggregate.AVERAGE,
            records=replace(
                measure.records,
                answered_by=None,
                attributed_by_answer=False,
                belongs=measure.records.starts_at,
                value=Holds(condition=draw(ticket_conditions())),
            ),
            rank=Fraction(50),
            method=PercentileMethod.NEAREST_RANK,
        )
        target = replace(
            target,
            measure=measure,
            bound=draw(bounds(SHARES, PERCENT)),
            warns=draw(st.none() | bounds(SHARES, PERCENT)),
        )
    return replace(
        target,
        least_records=draw(st.sampled_from((0, 0, 2, 3))),
        allowed_misses=draw(st.integers(0, 2)) if is_share(measure) else 0,
        implied=draw(st.sampled_from((False, False, False, True))),
    )
