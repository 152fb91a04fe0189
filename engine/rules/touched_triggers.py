"""On which triggers of a duty or of a recovery point news may change a verdict (S4)."""

from collections.abc import Iterator, Mapping, Sequence

from engine.model.approval import HOLDER_KIND, WAIVER_KIND
from engine.model.exclusion import NamedPeriod, UntilNext
from engine.model.expression import Selection
from engine.model.fact import FactKind, ReferenceType, TextType
from engine.model.obligation import Duty, OnTrigger, RecoveryPoint
from engine.model.reading import (
    JUDGEMENT_KIND,
    STEP_KIND,
    equal_fields,
    interval_selections,
    looked_up,
    selections_of,
)
from engine.model.touched import EVERYTHING, NOTHING, Touch
from engine.rules.touched_instants import Facts, Row


def keys_touched(
    promise: Duty | RecoveryPoint,
    kinds: Mapping[str, FactKind],
    kind: str,
    rows: Sequence[Row],
    facts: Facts,
) -> Touch:
    """The triggers that versions of facts of a kind touch, that the promise reads.

    Everything, unless they are triggers, or are tied to one by an equality of fields: a workload, a mode, an
    exclusion, a waiver and whatever is looked up may concern any.
    """
    trigger = trigger_of(promise)
    looked = {each.kind for found in selections_of(promise) for each in looked_up(found.where)}
    if trigger is None or kind in looked:
        return EVERYTHING
    if isinstance(promise, Duty) and promise.workload is not None:
        return EVERYTHING
    of = kinds[trigger.kind]
    found: set[str] = set()
    for tie in list(ties(promise, trigger, of, kind)) or [None]:
        if tie is None:
            return EVERYTHING
        own, other = tie
        values = {row[own] for row in rows}
        if None in values:
            return EVERYTHING
        if other != of.key:
            values = facts.keys_with(of.name, other, frozenset(values))
        found |= values
    return Touch(triggers=frozenset(found)) if found else NOTHING


def trigger_of(promise: Duty | RecoveryPoint) -> Selection | None:
    """The one fact at which the promise arises; none where there are several, or windows."""
    match promise:
        case RecoveryPoint(trigger=trigger) | Duty(occasion=OnTrigger(trigger=trigger, joined=())):
            return trigger
        case _:
            return None


def ties(
    promise: Duty | RecoveryPoint, trigger: Selection, of: FactKind, kind: str
) -> Iterator[tuple[str, str] | None]:
    """For each part that a kind plays, the field of it that equals a field of the trigger; None where there
    is none."""
    if trigger.kind == kind:
        yield of.key, of.key
    if isinstance(promise, RecoveryPoint):
        return
    if isinstance(promise.fulfilments, tuple):
        for each in promise.fulfilments:
            if each.kind == kind:
                yield _tie(each, trigger, of)
    change = promise.reclassification
    if change is not None and change.changes.kind == kind:
        yield _tie(change.changes, trigger, of)
    for pause in promise.pauses:
        yield from _of_pause(pause, trigger, of, kind)
    if promise.steps and kind == STEP_KIND:
        yield "case", of.key
    if kind == JUDGEMENT_KIND:
        yield "case", of.key
    also = [each.when for each in promise.permissions if each.when.kind != trigger.kind]
    sources = (*promise.exclusions, *promise.modes, *(each.mode for each in promise.mode_limits))
    also += [found for each in sources for found in interval_selections(each)]
    by = promise.partition
    if by is not None and by.register is not None and not by.of_triggers:
        also.append(by.register)
    if any(each.kind == kind for each in also):
        yield None
    if kind in (WAIVER_KIND, HOLDER_KIND):
        yield None


def _of_pause(
    pause: NamedPeriod, trigger: Selection, of: FactKind, kind: str
) -> Iterator[tuple[str, str] | None]:
    facts = pause.intervals.facts
    if pause.of is not None and pause.of.kind == kind and kind != trigger.kind:
        yield None
    if facts.kind != kind:
        return
    if pause.of is None or pause.of.kind != trigger.kind:
        yield None
        return
    tie = _tie(facts, pause.of, of)
    until = pause.intervals.until
    # What ends a pause may be a fact that is tied to another trigger.
    yield tie if tie is None or not isinstance(until, UntilNext) or until.same == tie[0] else None


def _tie(selection: Selection, trigger: Selection, of: FactKind) -> tuple[str, str] | None:
    found = list(equal_fields(selection.where, selection.variable, trigger.variable))
    for own, other in found:
        if other == of.key:
            return own, other
    for own, other in found:
        field = of.field_named(other)
        if field is not None and isinstance(field.type, TextType | ReferenceType):
            return own, other
    return None
