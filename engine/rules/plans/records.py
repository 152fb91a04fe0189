"""Targets over records of one shape, measured by one statement: aggregates, shares, and what is open (S6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

from engine.model.exclusion import NamedPeriod
from engine.model.expression import Selection
from engine.model.measure import (
    TOLD,
    Aggregate,
    Aggregated,
    Buckets,
    PercentileMethod,
    ShareWithin,
    SincePrevious,
    Uptime,
    is_share,
)
from engine.model.obligation import Target
from engine.model.period import Window
from engine.model.quantity import Microseconds
from engine.model.verdict import Evidence
from engine.rules.plans.asked import Asked, Tables, load_subjects
from engine.rules.plans.evidence import digest
from engine.rules.plans.falling_due import due_lengths
from engine.rules.plans.intervals_to_sql import Reading
from engine.rules.plans.records_to_sql import RANKED, RecordPlan, scale, statement
from engine.rules.plans.watched import watched_islands

ASKED: dict[str, str] = {
    **dict.fromkeys(("target", "part_of", "whole"), "BIGINT"),
    "is_nearest": "BOOLEAN",
    "source": "VARCHAR",
}
SPAN: dict[str, str] = {
    **dict.fromkeys(("target", "win", "starts_at", "ends_at", "seen_to"), "BIGINT"),
    "looks_back": "BOOLEAN",
}


class RecordFigures(NamedTuple):
    """The figures of one window, values in SQL's own scale.

    `below` and `above` are the values beside the asked rank, which lies `part` of the way between them. Of a
    prohibition with exceptions `misses` are the records excepted, by the one in place `excepted_by` or later.
    """

    records: int
    misses: int
    total: int | None
    lowest: int | None
    highest: int | None
    below: int | None
    above: int | None
    part: int | None
    open: int
    oldest_open: Microseconds
    is_doubtful: bool
    hashes: str
    missed: str | None = None
    excepted_by: int | None = None
    exception_doubt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """What the facts say of one window; `value` is exact, absent where no record says anything (S6.2)."""

    asked: Asked
    target: int
    window: Window
    figures: RecordFigures
    value: Fraction | None
    upper: Fraction | None
    is_unwatched: bool
    evidence: Evidence


def records_shape(asked: Asked) -> tuple[object, ...]:
    """What targets must have in common to be measured by one statement; everything else is a column."""
    target = asked.target
    measure, kept = _measure(target), target.only_while
    is_ranked = isinstance(measure, Aggregated) and measure.aggregate in RANKED
    limit = measure.limit if isinstance(measure, ShareWithin) else None
    period = None if kept is None else (kept.of if isinstance(kept, NamedPeriod) else None, kept.intervals)
    return (
        measure.records,
        buckets_of(target),
        is_ranked,
        limit,
        target.allowed_misses > 0 and is_share(measure),
        period,
        tuple(each.when for each in target.permissions),
        tuple((each.intervals, each.approval) for each in target.exclusions),
        asked.agreement.zone,
        bool(target.terms.subjects),
    )


def measure_records(
    asked: Sequence[Asked], reading: Reading, store: Tables, also_read: Sequence[Selection]
) -> list[RecordRow]:
    """A row for each window of targets of one shape; their modes are what is `also_read`."""
    first = asked[0].target
    plan = RecordPlan(
        measure=_measure(first),
        only_while=first.only_while,
        names_misses=first.allowed_misses > 0,
        permissions=first.permissions,
        exclusions=first.exclusions,
    )
    buckets = buckets_of(first)
    query = statement(plan, reading)
    unit = scale(plan.records, reading) if buckets is None else Fraction(1, TOLD)
    reading.load_clocks(store, [*plan.selections, *also_read], due_lengths(plan.measure))
    _load(store, reading, asked)
    figures = {(target, win): RecordFigures(*found) for target, win, *found in store.run(query)}
    upper = figures
    if buckets is not None and buckets.kept is None:
        above = statement(replace(plan, is_upper=True), reading)
        upper = {(target, win): RecordFigures(*found) for target, win, *found in store.run(above)}
    watched = watched_islands(asked, reading, store)
    rows: list[RecordRow] = []
    for target, each in enumerate(asked):
        islands = watched.get(target)
        for win, window in enumerate(each.measured):
            found = figures[target, win]
            facts = found.open if buckets is not None else found.records + found.open
            rows.append(
                RecordRow(
                    asked=each,
                    target=target,
                    window=window,
                    figures=found,
                    value=_value(each.target, window, found, unit),
                    upper=_value(each.target, window, upper[target, win], unit),
                    is_unwatched=islands is not None
                    and not all(islands.covers(a, min(b, reading.as_of)) for a, b in window.stretches),
                    evidence=Evidence(facts=facts, digest=digest(facts, found.hashes), query=query),
                )
            )
    return rows


def buckets_of(target: Target) -> Buckets | None:
    """The buckets across which a target is measured."""
    measure = target.measure
    return measure.buckets if isinstance(measure, Aggregated) else None


def excepted(target: Target, found: RecordFigures) -> int:
    """The records that a prohibition's exceptions take out."""
    return found.misses if target.permissions or target.exclusions else 0


def _measure(target: Target) -> Aggregated | ShareWithin:
    assert not isinstance(target.measure, Uptime)
    return target.measure


def _load(store: Tables, reading: Reading, asked: Sequence[Asked]) -> None:
    """`asked`, `subject` and `span`."""
    targets: list[tuple[object, ...]] = []
    spans: list[tuple[object, ...]] = []
    for number, each in enumerate(asked):
        measure = _measure(each.target)
        targets.append((number, *_rank(measure), each.target.watched_source))
        for win, window in enumerate(each.measured):
            looks_back = measure.records.looks_back
            for start, end in window.stretches:
                spans.append((number, win, start, end, min(end, reading.as_of), looks_back))
    store.load("asked", ASKED, targets)
    store.load("span", SPAN, spans)
    load_subjects(store, enumerate(asked))


def _rank(measure: Aggregated | ShareWithin) -> tuple[int, int, bool]:
    """The asked share of the records, and whether it is the nearest rank; a median is a half."""
    if isinstance(measure, ShareWithin) or measure.aggregate is not Aggregate.PERCENTILE:
        return 1, 2, False
    share = measure.rank / 100
    return share.numerator, share.denominator, measure.method is PercentileMethod.NEAREST_RANK


def _value(target: Target, window: Window, found: RecordFigures, unit: Fraction) -> Fraction | None:
    """One value of many; none of nothing, but a count of nothing is 0 (S6.2)."""
    measure, records = _measure(target), found.records - excepted(target, found)
    if isinstance(measure, Aggregated) and measure.buckets is not None and measure.buckets.is_complement:
        whole = replace(measure, buckets=replace(measure.buckets, is_complement=False))
        lost = _value(replace(target, measure=whole), window, found, unit)
        return None if lost is None else 1 - lost
    if isinstance(measure, ShareWithin):
        return Fraction(records - found.misses, records) if records else None
    if measure.aggregate is Aggregate.COUNT:
        lasts = sum(end - start for start, end in window.stretches)
        return Fraction(records) if measure.per is None else Fraction(records * measure.per, lasts)
    if isinstance(measure.records.value, SincePrevious):
        records -= 1
    match measure.aggregate:
        case Aggregate.SUM:
            value = found.total
        case Aggregate.AVERAGE:
            value = None if found.total is None else Fraction(found.total, records)
        case Aggregate.MEDIAN | Aggregate.PERCENTILE:
            value = _between(found, _rank(measure)[1])
        case Aggregate.HIGHEST:
            value = found.highest
        case Aggregate.LOWEST:
            value = found.lowest
    return None if value is None else value * unit


def _between(found: RecordFigures, whole: int) -> Fraction | None:
    """The value at the rank, or part of the way from it to the next (S6)."""
    if found.below is None or found.part is None:
        return None
    above = found.below if found.above is None else found.above
    return found.below + Fraction((above - found.below) * found.part, whole)
