"""Rates: how many records come per length of time, and how far apart they begin (S6)."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from engine.dsl import promises
from engine.dsl.expressions import Duration
from engine.dsl.frame import Frame
from engine.dsl.syntax_to_buckets import AGGREGATES, NO_RANK, percentile_method
from engine.dsl.syntax_to_duration import elapsed_microseconds
from engine.dsl.syntax_to_measure import attributed, counted_records
from engine.model.measure import Aggregate, Aggregated, PercentileMethod, SincePrevious
from engine.model.period import TermWindow, Windows
from engine.model.quantity import HOURS, Dimension, Unit


def resolve_throughput(
    node: promises.MeasuresThroughput, windows: Windows | None, frame: Frame
) -> tuple[Aggregated, Unit] | None:
    """So many records per length of time of the window that they belong to."""
    measured = counted_records(node.match, frame)
    per = elapsed_microseconds(node.per, frame.findings, what="the time of a throughput")
    if measured is None or per is None:
        return None
    if isinstance(windows, TermWindow) and frame.term.through is None:
        frame.findings.unsupported("throughput over a term without end", node.span)
        return None
    records = attributed(measured, node, frame)
    measure = Aggregated(
        aggregate=Aggregate.COUNT,
        records=records,
        rank=NO_RANK,
        method=PercentileMethod.NEAREST_RANK,
        per=per,
    )
    return measure, Unit(name=_rate_name(node.per), dimension=Dimension.NUMBER)


def resolve_time_between(node: promises.MeasuresTimeBetween, frame: Frame) -> tuple[Aggregated, Unit] | None:
    """A statistic of the times between the starts of records that follow one another in a window."""
    statistic = node.statistic
    method = percentile_method(statistic.rank, node, frame)
    measured = counted_records(node.match, frame)
    if measured is None or method is None:
        return None
    value = SincePrevious(at=measured.start)
    records = attributed(replace(measured, value=value, belongs=measured.start), node, frame)
    measure = Aggregated(
        aggregate=AGGREGATES[statistic.function],
        records=records,
        rank=NO_RANK if statistic.rank is None else Fraction(statistic.rank.value),
        method=method,
    )
    return measure, HOURS


def _rate_name(per: Duration) -> str:
    """`per hour`, `per 24 hours`."""
    if per.amount == Decimal(1):
        return f"per {per.unit.value.removesuffix('s')}"
    return f"per {per.amount:f} {per.unit.value}"
