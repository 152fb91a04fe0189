"""Of which kinds a promise reads facts of the time that it judges alone, and of which those of any time."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from engine.model.approval import WAIVER_KIND
from engine.model.credit import CHOICE_KIND, CLAIM_KIND
from engine.model.credit_base import CountedBase, SummedBase
from engine.model.deadline import ByClass, Within
from engine.model.exclusion import IntervalSource, UntilNext
from engine.model.measure import Aggregated, ShareWithin, Standing, Uptime
from engine.model.obligation import Duty, Obligation, RecoveryPoint, Target
from engine.model.reading import (
    OBSERVATION_KIND,
    SIGN_OFF_KIND,
    STEP_KIND,
    credits_of,
    interval_selections,
    kinds_read,
    looked_up,
    selections_of,
)
from engine.rules.touched_windows import is_apart


def read_at_any_time(promise: Obligation) -> frozenset[str]:
    """The kinds of which a fact may change a verdict on a time that none of its instants lies in: it approves
    something, says who held a role, answers a record, is looked up or counted before."""
    looked = {each.kind for found in selections_of(promise) for each in looked_up(found.where)}
    match promise:
        case Target() if not is_apart(promise):
            timed: Iterable[str] = _of_credits(promise)
        case Target():
            timed = (*_of_target(promise), *_of_credits(promise))
            looked |= {*_untimed(promise)}
        case Duty():
            timed = (*_of_duty(promise), *_of_credits(promise))
            looked |= {*_counted(promise)}
        case RecoveryPoint():
            timed = kinds_read(promise)
        case _:
            assert_never(promise)
    return frozenset(kinds_read(promise)) - (frozenset(timed) - looked)


def _of_target(target: Target) -> Iterator[str]:
    match target.measure:
        case Uptime(outages=outages, deployed=deployed):
            yield outages.kind
            if deployed is not None:
                yield deployed.facts.kind
        case Aggregated(records=records) | ShareWithin(records=records):
            yield records.of.kind
    for source in _intervals(target):
        yield source.facts.kind if isinstance(source, Standing) else source.intervals.facts.kind
    if target.countered is not None:
        yield target.countered.facts.kind
    yield from (OBSERVATION_KIND, SIGN_OFF_KIND, WAIVER_KIND)


def _untimed(target: Target) -> Iterator[str]:
    """Those that play another part, too."""
    measure = target.measure
    if not isinstance(measure, Uptime):
        records = measure.records
        if records.looks_back:
            yield records.of.kind
        if records.answered_by is not None:
            yield records.answered_by.kind
    for source in _intervals(target):
        if isinstance(source, Standing):
            continue
        facts, *others = interval_selections(source)
        yield from (each.kind for each in others)
        if isinstance(source.intervals.until, UntilNext):
            yield facts.kind
    for each in target.permissions:
        # A permission reads the record.
        if isinstance(measure, Uptime) or each.when.kind != measure.records.of.kind:
            yield each.when.kind
    if target.partition is not None and target.partition.register is not None:
        yield target.partition.register.kind


def _intervals(target: Target) -> Iterator[IntervalSource | Standing]:
    yield from (*target.modes, *target.exclusions, *(each.mode for each in target.mode_bounds))
    if target.only_while is not None:
        yield target.only_while
    if isinstance(target.measure, Uptime):
        yield from (*target.measure.excludes, *target.measure.only_while)


def _of_duty(duty: Duty) -> Iterator[str]:
    yield from (STEP_KIND, WAIVER_KIND)
    limits = [*duty.limit.limits.values()] if isinstance(duty.limit, ByClass) else [duty.limit]
    if isinstance(duty.fulfilments, tuple) and all(isinstance(each, Within) for each in limits):
        yield from (each.kind for each in duty.fulfilments)
    if duty.reclassification is not None:
        yield duty.reclassification.changes.kind
    modes = [each.mode for each in duty.mode_limits]
    for source in (*duty.pauses, *duty.exclusions, *duty.modes, *modes):
        yield source.intervals.facts.kind


def _counted(duty: Duty) -> Iterator[str]:
    if duty.workload is not None:
        yield duty.workload.counted.kind


def _of_credits(promise: Obligation) -> Iterator[str]:
    """Those that change a credit, and no verdict."""
    credits = credits_of(promise)
    yield from (CLAIM_KIND, CHOICE_KIND)
    match None if credits is None else credits.base:
        case SummedBase(charges=facts) | CountedBase(facts=facts):
            yield facts.kind
        case _:
            pass
