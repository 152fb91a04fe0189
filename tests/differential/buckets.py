"""Random bucketed measures: quotients and sums, every rule for empty ones, those that keep a bound."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from engine.model.agreement import Agreement
from engine.model.expression import ALWAYS_TRUE
from engine.model.measure import Aggregate, Aggregated, Buckets, FieldValue, PercentileMethod, Uptime
from engine.model.obligation import Target
from engine.model.quantity import HOUR, NUMBER, PERCENT
from tests.differential.conditions import field, is_value
from tests.differential.promises import OPENED, bounds, record_targets

SHARES = st.sampled_from((Fraction(1), Fraction(9, 10), Fraction(2, 3), Fraction(1, 2), Fraction(0)))

KEPT = st.sampled_from(
    (Fraction(1), Fraction(9, 10), Fraction(1, 3), Fraction(0), Fraction(-2), Fraction(37, 8))
)
"""What a bucket's own value is held against."""


@st.composite
def bucketed_targets(draw: st.DrawFn, agreement: Agreement) -> Target:
    """A value for each bucket, then one across them."""
    target = draw(record_targets(agreement))
    assert not isinstance(target.measure, Uptime)
    weight, urgent = field("t", "ticket", "weight"), field("t", "ticket", "urgent")
    is_quotient = draw(st.booleans())
    numerator = draw(st.sampled_from((weight, weight, field("t", "ticket", "size"))))
    unit = PERCENT if is_quotient else NUMBER
    where = draw(
        st.sampled_from((ALWAYS_TRUE, ALWAYS_TRUE, ALWAYS_TRUE, is_value(urgent, True, urgent.type)))
    )
    records = replace(
        target.measure.records,
        of=replace(target.measure.records.of, where=where),
        answered_by=None,
        attributed_by_answer=False,
        value=FieldValue(value=numerator, unit=unit),
        belongs=OPENED,
        starts_at=OPENED,
    )
    buckets = Buckets(
        length=draw(st.sampled_from((7, 12, 24, 100))) * HOUR,
        numerator=numerator,
        denominator=weight if is_quotient else None,
        empty=draw(st.sampled_from((None, Fraction(0), Fraction(1), Fraction(1, 3)))),
        is_complement=is_quotient and draw(st.booleans()),
    )
    if draw(st.booleans()):
        buckets = replace(buckets, is_complement=False, kept=replace(draw(bounds(KEPT, unit)), rounding=None))
    aggregates = (Aggregate.AVERAGE, Aggregate.AVERAGE, Aggregate.MEDIAN, Aggregate.PERCENTILE)
    measure = Aggregated(
        aggregate=draw(st.sampled_from((*aggregates, Aggregate.HIGHEST, Aggregate.LOWEST))),
        records=records,
        rank=Fraction(draw(st.sampled_from((1, 50, 95, 100)))),
        method=draw(st.sampled_from(tuple(PercentileMethod))),
        buckets=buckets,
    )
    if buckets.kept is not None:
        unit, measure = PERCENT, replace(measure, aggregate=Aggregate.AVERAGE)
    return replace(
        target,
        measure=measure,
        bound=draw(bounds(SHARES, unit)),
        warns=draw(st.none() | bounds(SHARES, unit)),
        only_while=None,
    )
