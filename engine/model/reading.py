"""What an obligation reads: the fact kinds behind each of its selections."""

from collections.abc import Iterator
from dataclasses import replace

from engine.model.approval import APPROVAL_KIND, HOLDER_KIND, WAIVER_KIND
from engine.model.credit import CHOICE_KIND, CLAIM_KIND, Credits
from engine.model.credit_base import CountedBase, SummedBase
from engine.model.deadline import Judged
from engine.model.exclusion import Exclusion, IntervalSource, Mode, NamedPeriod
from engine.model.expression import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    FieldOf,
    Not,
    Relation,
    Selection,
    ThereIs,
)
from engine.model.measure import Aggregated, Holds, ShareWithin, Standing, Uptime
from engine.model.obligation import Duty, Obligation, OnTrigger, RecoveryPoint, Target

HOLDERS = Selection(kind=HOLDER_KIND, variable="holder")
"""Who held which role, and when."""

JUDGEMENT_KIND = "judgement"
SIGN_OFF_KIND = "sign_off"
ACTING_KINDS = (APPROVAL_KIND, WAIVER_KIND, SIGN_OFF_KIND, JUDGEMENT_KIND)
"""The kinds of fact by which somebody acts for a role: they approve, waive, sign off, judge. A ledger records
them as approvals."""

STEP_KIND = "step"
OBSERVATION_KIND = "observation"


def selections_of(obligation: Obligation) -> tuple[Selection, ...]:
    """Every selection of facts that can change a verdict or a credit of the obligation."""
    return tuple(
        each for selection in _selections(obligation) for each in (selection, *looked_up(selection.where))
    )


def looked_up(condition: Condition) -> Iterator[Selection]:
    """The selections of facts that a condition looks up, at whatever depth."""
    match condition:
        case ThereIs(facts=facts):
            yield facts
            yield from looked_up(facts.where)
        case AllOf(of=of) | AnyOf(of=of):
            for each in of:
                yield from looked_up(each)
        case Not(of=of):
            yield from looked_up(of)
        case _:
            pass


def equal_fields(where: Condition, variable: str, other: str) -> Iterator[tuple[str, str]]:
    """The fields of a fact and of another one that a condition cannot do without being equal."""
    match where:
        case Compare(relation=Relation.IS, left=FieldOf() as left, right=FieldOf() as right):
            if (left.variable, right.variable) == (variable, other):
                yield left.field, right.field
            if (right.variable, left.variable) == (variable, other):
                yield right.field, left.field
        case AllOf(of=of):
            for each in of:
                yield from equal_fields(each, variable, other)
        case _:
            pass


def kinds_read(obligation: Obligation) -> tuple[str, ...]:
    """The names of the fact kinds that the obligation reads, sorted."""
    kinds = {selection.kind for selection in selections_of(obligation)}
    if isinstance(obligation, Duty) and obligation.steps:
        kinds.add(STEP_KIND)
    if isinstance(obligation, Duty) and isinstance(obligation.limit, Judged):
        kinds.update((JUDGEMENT_KIND, HOLDER_KIND) if obligation.limit.persons else (JUDGEMENT_KIND,))
    if isinstance(obligation, Target) and obligation.watched_source is not None:
        kinds.add(OBSERVATION_KIND)
    if isinstance(obligation, Target) and obligation.sign_off is not None:
        kinds.update((SIGN_OFF_KIND, HOLDER_KIND) if obligation.sign_off.persons else (SIGN_OFF_KIND,))
    credits = credits_of(obligation)
    if credits is not None and credits.claimed is not None:
        kinds.add(CLAIM_KIND)
    if credits is not None and credits.choice is not None:
        kinds.add(CHOICE_KIND)
    if isinstance(obligation, Target | Duty) and obligation.waivers is not None:
        kinds.update((WAIVER_KIND, HOLDER_KIND))
    return tuple(sorted(kinds))


def credits_of(obligation: Obligation | None) -> Credits | None:
    """The credits of a promise that can have some."""
    return obligation.credits if isinstance(obligation, Target | Duty) else None


def _selections(obligation: Obligation) -> Iterator[Selection]:
    match obligation:
        case Target(measure=measure):
            match measure:
                case Uptime(outages=outages, excludes=excludes, only_while=only_while, deployed=deployed):
                    yield outages
                    if deployed is not None:
                        yield deployed.facts
                    yield from _interval_selections(excludes)
                    for each in only_while:
                        if isinstance(each, Standing):
                            yield each.facts
                        else:
                            yield from _interval_selections((each,))
                case Aggregated(records=records) | ShareWithin(records=records):
                    yield records.of
                    if records.answered_by is not None:
                        yield records.answered_by
                    if isinstance(records.value, Holds):
                        yield replace(records.of, where=records.value.condition)
            yield from _interval_selections(obligation.modes)
            yield from _interval_selections(tuple(each.mode for each in obligation.mode_bounds))
            if obligation.partition is not None and obligation.partition.register is not None:
                yield obligation.partition.register
            if obligation.only_while is not None:
                yield from _interval_selections((obligation.only_while,))
            yield from (each.when for each in obligation.permissions)
            yield from _interval_selections(obligation.exclusions)
            if obligation.countered is not None:
                yield obligation.countered.facts
        case Duty():
            if isinstance(obligation.occasion, OnTrigger):
                yield from obligation.occasion.selections
            if obligation.workload is not None:
                yield obligation.workload.counted
            if isinstance(obligation.fulfilments, tuple):
                yield from obligation.fulfilments
            if obligation.reclassification is not None:
                yield obligation.reclassification.changes
            yield from (each.when for each in obligation.permissions)
            yield from _interval_selections((*obligation.pauses, *obligation.exclusions, *obligation.modes))
            yield from _interval_selections(tuple(each.mode for each in obligation.mode_limits))
            if obligation.partition is not None and obligation.partition.register is not None:
                yield obligation.partition.register
        case RecoveryPoint(trigger=trigger):
            yield trigger
    match credits_of(obligation):
        case Credits(base=SummedBase(charges=facts)) | Credits(base=CountedBase(facts=facts)):
            yield facts
        case _:
            pass


def _interval_selections(periods: tuple[NamedPeriod | Exclusion | Mode, ...]) -> Iterator[Selection]:
    for period in periods:
        yield from interval_selections(period)


def interval_selections(source: IntervalSource) -> Iterator[Selection]:
    """The selections that make the intervals of a period, exclusion or mode, and that approve them."""
    yield source.intervals.facts
    if isinstance(source, NamedPeriod) and source.of is not None:
        yield source.of
    if isinstance(source, Exclusion) and source.approval is not None:
        yield source.approval.given
        yield HOLDERS
