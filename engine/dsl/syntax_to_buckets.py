"""Buckets: a value for each length of a window, then one across them (S6.3)."""

from dataclasses import replace
from fractions import Fraction
from typing import Final

from engine.dsl import promises
from engine.dsl.expressions import Node, Number
from engine.dsl.frame import Frame, MeasuredRecords
from engine.dsl.syntax_to_bound import calendar_of, resolve_amount, resolve_bound, unit_of
from engine.dsl.syntax_to_duration import elapsed_microseconds
from engine.dsl.syntax_to_measure import attributed, measured_records
from engine.model import quantity
from engine.model.calendar import Clock, DatedCalendar
from engine.model.decimals import exact_text
from engine.model.fact import At
from engine.model.measure import Aggregate, Aggregated, Buckets, FieldValue, Measure, PercentileMethod
from engine.model.quantity import Dimension, Unit

AGGREGATES: Final = {
    "average": Aggregate.AVERAGE,
    "median": Aggregate.MEDIAN,
    "highest": Aggregate.HIGHEST,
    "lowest": Aggregate.LOWEST,
    "sum": Aggregate.SUM,
    "percentile": Aggregate.PERCENTILE,
}

NO_RANK = Fraction(0)
"""The rank of an aggregate that is no percentile."""


def percentile_method(rank: Number | None, place: Node, frame: Frame) -> PercentileMethod | None:
    """How a percentile is found, by convention; none for a rank that there is not."""
    if rank is None:
        return PercentileMethod.NEAREST_RANK
    method = frame.scope.conventions.choice(PercentileMethod, place.span, "a percentile")
    if 0 < rank.value <= 100:
        return method
    frame.findings.error(
        "bound-out-of-reach",
        f"there is no percentile {rank.value}",
        rank.span,
        "not above 0 and at most 100",
        help="percentiles lie above 0 and at most at 100",
    )
    return None


def resolve_buckets(
    node: promises.MeasuresBuckets, frame: Frame
) -> tuple[Measure, Unit, Clock | DatedCalendar | None] | None:
    """The quotient of two sums, or a sum, of each bucket, and how they become one value."""
    method = percentile_method(node.statistic.rank, node, frame)
    found = _cut(node, frame)
    if found is None or method is None:
        return None
    measured, buckets, unit = found
    is_share = unit.dimension is Dimension.RATIO
    if node.complement is not None and not (is_share and node.complement.whole.value == 100):
        _mismatch(node.complement, "what is left of the whole is `100% less` a share", frame)
        return None
    aggregated = Aggregated(
        aggregate=AGGREGATES[node.statistic.function],
        records=attributed(measured, node, frame),
        rank=NO_RANK if node.statistic.rank is None else Fraction(node.statistic.rank.value),
        method=method,
        buckets=replace(buckets, is_complement=node.complement is not None),
    )
    return aggregated, unit, None


def resolve_kept_buckets(
    node: promises.MeasuresKeptBuckets, frame: Frame
) -> tuple[Measure, Unit, Clock | DatedCalendar | None] | None:
    """The share of buckets whose quotient or sum keeps a bound of its own: an average of ones and noughts."""
    found = _cut(node, frame)
    if found is None:
        return None
    measured, buckets, unit = found
    kept = resolve_bound(node.bound, unit, frame, calendar_of(measured.value))
    if kept is None:
        return None
    aggregated = Aggregated(
        aggregate=Aggregate.AVERAGE,
        records=attributed(measured, node, frame),
        rank=NO_RANK,
        method=PercentileMethod.NEAREST_RANK,
        buckets=replace(buckets, kept=kept),
    )
    return aggregated, quantity.PERCENT, None


def _cut(
    node: promises.MeasuresBuckets | promises.MeasuresKeptBuckets, frame: Frame
) -> tuple[MeasuredRecords, Buckets, Unit] | None:
    """What is read, the buckets with their values, and the unit of these."""
    findings, empty = frame.findings, None
    measured = measured_records(node.match, None, node.value.numerator, frame)
    length = elapsed_microseconds(node.length, findings, what="the length of a bucket")
    if measured is None or length is None or not isinstance(measured.value, FieldValue):
        return None
    if not isinstance(frame.scope.names.kinds.nouns[measured.of.kind].timing, At):
        findings.unsupported("a bucket of facts that last", node.match.span)
        return None
    unit, denominator = unit_of(measured.value), None
    if node.value.denominator is not None:
        below = measured_records(node.match, None, node.value.denominator, frame)
        if below is None or not isinstance(below.value, FieldValue):
            return None
        if unit_of(below.value) != unit:
            _mismatch(node.value, f"a sum in {unit.name} is divided by another unit", frame)
            return None
        unit, denominator = quantity.PERCENT, below.value.value
    if node.empty.value is not None:
        amount = resolve_amount(node.empty.value, unit, frame, calendar_of(measured.value))
        if amount is None:
            return None
        empty = amount[0]
        if unit is quantity.PERCENT and empty > 1:
            findings.error(
                "bound-out-of-reach",
                f"a bucket without facts would be worth {exact_text(empty * 100)}%, more than the whole",
                node.empty.value.span,
                "above 100%",
                help="say what an empty bucket is: `empty is 0%`, `empty is 100%` or `empty is not counted`",
            )
            return None
    buckets = Buckets(
        length=length,
        numerator=measured.value.value,
        denominator=denominator,
        empty=empty,
        is_complement=False,
    )
    return measured, buckets, unit


def _mismatch(place: Node, message: str, frame: Frame) -> None:
    frame.findings.error(
        "type-mismatch",
        message,
        place.span,
        "no share of a whole",
        help="say `100% less average of (sum of s.errors / sum of s.requests)`",
    )
