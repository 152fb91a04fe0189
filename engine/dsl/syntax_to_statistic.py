"""Statistics: how the records of a window become one value, said by `measures` or by `requires` (S6)."""

from fractions import Fraction
from typing import Final

from engine.dsl import promises
from engine.dsl.expressions import FieldOf, Node, Number
from engine.dsl.frame import Frame, MeasuredRecords
from engine.dsl.limits import BoundRelation
from engine.dsl.read_bound import KEPT, refuse_read
from engine.dsl.syntax_to_bound import calendar_of, resolve_amount, unit_of
from engine.dsl.syntax_to_buckets import (
    AGGREGATES,
    NO_RANK,
    percentile_method,
    resolve_buckets,
    resolve_kept_buckets,
)
from engine.dsl.syntax_to_duration import counts_something
from engine.dsl.syntax_to_measure import attributed, counted_records, measured_records
from engine.dsl.syntax_to_rate import resolve_throughput, resolve_time_between
from engine.model import quantity
from engine.model.calendar import Clock, DatedCalendar
from engine.model.measure import Aggregate, Aggregated, FallsDue, Measure, ShareWithin
from engine.model.period import Windows
from engine.model.quantity import Dimension, Unit

MeasuredIn = tuple[Measure, Unit, Clock | DatedCalendar | None]
"""A measure, the unit of its value, and the calendar on which it is counted."""

DAYS: Final = (Dimension.CALENDAR_DAYS, Dimension.BUSINESS_DAYS)


def resolve_aggregate(node: promises.Aggregate, frame: Frame) -> MeasuredIn | None:
    """What stands before the bound in `requires`: of a named measure, or a count."""
    match node:
        case promises.CountOf(match=match):
            return _aggregated("count", None, counted_records(match, frame), node, frame)
        case promises.ShareWithin():
            return _share_within(node, frame)
        case promises.PercentileOf(rank=rank, measure=name):
            return _aggregated("percentile", rank, frame.measures.find(name, frame.findings), node, frame)
        case promises.OfMeasure(function=function, measure=name):
            return _aggregated(function, None, frame.measures.find(name, frame.findings), node, frame)


def resolve_records(
    node: promises.MeasuresRecords, windows: Windows | None, frame: Frame
) -> MeasuredIn | None:
    """What `measures` says of records, in the target itself."""
    match node:
        case promises.MeasuresValue(statistic=statistic):
            measured = measured_records(node.match, node.answered_by, node.counted, frame)
            return _aggregated(statistic.function, statistic.rank, measured, node, frame)
        case promises.MeasuresCount(match=match):
            return _aggregated("count", None, counted_records(match, frame), node, frame)
        case promises.MeasuresBuckets():
            return resolve_buckets(node, frame)
        case promises.MeasuresKeptBuckets():
            return resolve_kept_buckets(node, frame)
        case promises.MeasuresThroughput():
            rate = resolve_throughput(node, windows, frame)
            return (*rate, None) if rate is not None else None
        case promises.MeasuresTimeBetween():
            between = resolve_time_between(node, frame)
            return (*between, None) if between is not None else None
        case promises.MeasuresShare(match=match, that=that):
            return _aggregated("average", None, counted_records(match, frame, that), node, frame)


def _aggregated(
    function: str, rank: Number | None, measured: MeasuredRecords | None, place: Node, frame: Frame
) -> MeasuredIn | None:
    method = percentile_method(rank, place, frame)
    if measured is None or method is None:
        return None
    aggregate = Aggregate.COUNT if function == "count" else AGGREGATES[function]
    records = attributed(measured, place, frame)
    value = Aggregated(
        aggregate=aggregate,
        records=records,
        rank=NO_RANK if rank is None else Fraction(rank.value),
        method=method,
    )
    return value, unit_of(measured.value), calendar_of(measured.value)


def _share_within(node: promises.ShareWithin, frame: Frame) -> MeasuredIn | None:
    """The share within a length; who answers late must not choose the window: it is that of the start, or of
    the instant at which the length runs out."""
    measured = frame.measures.find(node.measure, frame.findings)
    if measured is None:
        return None
    records = attributed(measured, node, frame, is_limited=True)
    if not isinstance(records.belongs, FallsDue) and records.belongs != records.starts_at:
        frame.findings.error(
            "share-by-answer",
            "a share within a length counts open records, which belong to no window by their answer",
            node.span,
            "belongs by its answer or its end",
            help="let records belong to the window they start in, or fall due in",
        )
        return None
    if isinstance(node.limit, FieldOf):
        refuse_read(node.limit, KEPT[BoundRelation.AT_MOST], measured.of, measured.value, frame.findings)
        return None
    limit = resolve_amount(node.limit, unit_of(measured.value), frame, calendar_of(measured.value))
    if limit is None:
        return None
    # Of days, none is a number, too: no counted day lies between the two.
    if unit_of(measured.value).dimension not in DAYS and not counts_something(
        limit[0].numerator, node.limit.span, frame.findings, "say within which time: `within 4 hours`"
    ):
        return None
    return ShareWithin(records=records, limit=limit[0]), quantity.PERCENT, None
