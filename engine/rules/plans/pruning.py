"""Which facts can matter to some windows, or on some triggers: what a statement need not read (S2.7)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sqlglot import exp

from engine.model.expression import FieldOf, Selection, UntilNext
from engine.model.fact import FactKind, Lasts
from engine.model.measure import Aggregated, DaysBetween, Records, ShareWithin, TimeBetween, Uptime
from engine.model.obligation import Duty, OnTrigger, Target
from engine.model.quantity import Instant
from engine.model.reading import (
    STEP_KIND,
    equal_fields,
    interval_selections,
    kinds_read,
    looked_up,
    selections_of,
)
from engine.model.touched import Touched
from engine.rules.plans.asked import Asked, Tables
from engine.rules.plans.plan_to_sql import column, number, snippet

TOUCHED = "touched_trigger"
"""The table of the keys of the triggers that are asked for."""


def triggers_touched(duties: Sequence[Duty], touched: Touched) -> frozenset[str] | None:
    """The keys of the triggers on which these duties are asked for; None where that is on all of them."""
    touches = [touched.of(each.terms.id) for each in duties]
    on_triggers = all(isinstance(each.occasion, OnTrigger) and not each.occasion.joined for each in duties)
    if not on_triggers or any(each.everything for each in touches):
        return None
    return frozenset(key for each in touches for key in each.triggers)


def load_touched(store: Tables, keys: Iterable[str]) -> None:
    """Load the keys that `is_touched` asks for."""
    store.load(TOUCHED, {"key": "VARCHAR"}, [(each,) for each in sorted(keys)])


def is_touched(node: exp.Expr) -> exp.Expr:
    """Whether a field names a trigger that is asked for."""
    return snippet("$node IN (SELECT t.key FROM $touched AS t)", node=node, touched=exp.to_table(TOUCHED))


def about_triggers(duty: Duty, kinds: Mapping[str, FactKind]) -> dict[str, exp.Expr]:
    """By kind, which facts can matter to the triggers touched: those themselves, and those that name one in a
    field that is always there. A kind that plays several parts is read whole."""
    on = duty.occasion
    assert isinstance(on, OnTrigger)
    trigger = on.trigger
    parts: Counter[str] = Counter({trigger.kind: 1})
    own: dict[str, str] = {trigger.kind: kinds[trigger.kind].key}

    def add(selection: Selection, of: Selection, same: str | None = None) -> None:
        parts[selection.kind] += 1
        tied = tied_by(selection, of.variable, trigger.kind, kinds)
        if tied is None or (same is not None and same != tied):
            parts[selection.kind] += 1
        else:
            own[selection.kind] = tied

    for each in duty.fulfilments if isinstance(duty.fulfilments, tuple) else ():
        add(each, trigger)
    if duty.reclassification is not None:
        add(duty.reclassification.changes, trigger)
    for pause in duty.pauses:
        until = pause.intervals.until
        if pause.of is None or pause.of.kind != trigger.kind:
            parts[pause.intervals.facts.kind] += 2
            parts.update({} if pause.of is None else {pause.of.kind: 2})
        else:
            add(pause.intervals.facts, pause.of, until.same if isinstance(until, UntilNext) else None)
    if duty.steps:
        parts[STEP_KIND] += 1
        own[STEP_KIND] = "case"
    also = [each.when.kind for each in duty.permissions if each.when.kind != trigger.kind]
    sources = (*duty.exclusions, *duty.modes, *(each.mode for each in duty.mode_limits))
    also += [found.kind for each in sources for found in interval_selections(each)]
    also += [found.kind for each in selections_of(duty) for found in looked_up(each.where)]
    if duty.workload is not None:
        also.append(duty.workload.counted.kind)
    if duty.partition is not None and duty.partition.register is not None:
        also.append(duty.partition.register.kind)
    parts.update(dict.fromkeys(also, 2))
    return {
        kind: is_touched(column(field, "f"))
        for kind, field in own.items()
        if parts[kind] == 1 and kind in kinds_read(duty)
    }


def tied_by(selection: Selection, variable: str, trigger: str, kinds: Mapping[str, FactKind]) -> str | None:
    """The field of a selection's facts, always there, that must equal the key of a trigger."""
    kind = kinds[selection.kind]
    for own, other in equal_fields(selection.where, selection.variable, variable):
        field = kind.field_named(own)
        if other == kinds[trigger].key and field is not None and not field.optional:
            return own
    return None


def about_windows(group: Sequence[Asked], kinds: Mapping[str, FactKind]) -> dict[str, exp.Expr]:
    """By kind, which facts can matter in the windows of targets of one shape: of a kind that plays one part,
    those whose time can meet the time from the first window's start to the last one's end."""
    target = group[0].target
    start, end = min(each.starts_at for each in group), max(each.ends_at for each in group)
    measure = target.measure
    found: dict[str, exp.Expr] = {}
    match measure:
        case Uptime(outages=outages, samples=None):
            timing = kinds[outages.kind].timing
            assert isinstance(timing, Lasts)
            found[outages.kind] = _meets(timing, start, end)
        case Aggregated(records=records) | ShareWithin(records=records):
            found |= _about_records(records, kinds, start, end)
        case _:
            pass
    return {kind: node for kind, node in found.items() if _plays_one_part(target, kind)}


def _plays_one_part(target: Target, kind: str) -> bool:
    measure, permitted = target.measure, {each.when for each in target.permissions}
    own = measure.outages if isinstance(measure, Uptime) else measure.records.of
    answers = None if isinstance(measure, Uptime) else measure.records.answered_by
    played = 0
    for each in selections_of(target):
        if each.kind == kind and each not in (own, answers) and each not in permitted:
            is_record = own.kind == kind and each.variable == own.variable
            if not is_record:
                return False
    played = sum(each is not None and each.kind == kind for each in (own, answers))
    return played == 1


def _meets(timing: Lasts, start: Instant, end: Instant) -> exp.Expr:
    """Whether a fact that lasts meets a time."""
    return snippet(
        "$a <= $end AND ($b >= $start OR $b IS NULL)",
        a=column(timing.start, "f"),
        b=column(timing.end, "f"),
        start=number(start),
        end=number(end),
    )


def _about_records(
    records: Records, kinds: Mapping[str, FactKind], start: Instant, end: Instant
) -> dict[str, exp.Expr]:
    of = kinds[records.of.kind]
    happens, starts = _own(records.belongs, records), _own(records.starts_at, records)
    if starts is None or starts != of.start_field:
        return {}
    if happens == starts and not records.looks_back:
        held = snippet(
            "$at >= $start AND $at < $end",
            at=column(starts, "f"),
            start=number(start),
            end=number(end),
        )
        found = {of.name: held}
        if records.answered_by is not None:
            # An answer comes no sooner than its record.
            by = kinds[records.answered_by.kind]
            found[by.name] = snippet("$at >= $start", at=column(by.start_field, "f"), start=number(start))
        return found
    ends = records.value.end if isinstance(records.value, TimeBetween | DaysBetween) else None
    if ends is not None and happens is not None and happens == _own(ends, records):
        # Open until it belongs somewhere, and reported as such until then.
        return {
            of.name: snippet(
                "$at < $end AND ($ended >= $start OR $ended IS NULL)",
                at=column(starts, "f"),
                ended=column(happens, "f"),
                start=number(start),
                end=number(end),
            )
        }
    return {}


def _own(expression: object, records: Records) -> str | None:
    """The field of the record that an expression is."""
    if isinstance(expression, FieldOf) and expression.variable == records.of.variable:
        return expression.field
    return None
