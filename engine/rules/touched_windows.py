"""In which windows of a target news may change a verdict (S5, S6)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from engine.model.approval import HOLDER_KIND, WAIVER_KIND
from engine.model.exclusion import IntervalSource
from engine.model.fact import FactKind
from engine.model.measure import (
    Aggregated,
    DaysBetween,
    FallsDue,
    OutageAttribution,
    Records,
    ShareWithin,
    Standing,
    TimeBetween,
    Uptime,
)
from engine.model.obligation import Target
from engine.model.quantity import Instant
from engine.model.reading import (
    OBSERVATION_KIND,
    SIGN_OFF_KIND,
    equal_fields,
    interval_selections,
    looked_up,
    selections_of,
)
from engine.model.touched import EVERYTHING, NOTHING, Stretch, Touch
from engine.rules.bearing import weight_of
from engine.rules.touched_instants import (
    Facts,
    Row,
    UnreadableError,
    at,
    during,
    instant_of,
    interval_of,
    period_of,
)


class Answered(NamedTuple):
    """Records by their keys, and the field of an answer that bears the key of its record."""

    field: str
    records: Mapping[Any, Sequence[Row]]


def stretches_touched(
    target: Target,
    kinds: Mapping[str, FactKind],
    kind: str,
    rows: Sequence[Row],
    facts: Facts,
    as_of: Instant,
) -> Touch:
    """The windows that versions of facts of a kind touch, that the target reads.

    Everything, where what is in one window hangs on what is in others (caps, outages that count as a whole),
    and where facts are looked up, or approve others.
    """
    looked = {each.kind for found in selections_of(target) for each in looked_up(found.where)}
    if kind in looked or not is_apart(target):
        return EVERYTHING
    found: set[Stretch] = set()
    answered = _answered(target, kinds, kind, rows, facts)
    for row in rows:
        for each in _touches(target, kinds[kind], row, answered, kinds):
            if each.everything:
                return each
            found |= each.stretches
    return Touch(stretches=frozenset(found), weight=weight_of(target, kinds[kind], rows, as_of))


def is_apart(target: Target) -> bool:
    """Whether each window can be judged by what lies in it alone."""
    measure = target.measure
    if not isinstance(measure, Uptime):
        return True
    return not (
        measure.least
        or measure.whole
        or measure.forgiven is not None
        or measure.attribution is OutageAttribution.WHOLE_AT_END
        or any(each.cap is not None for each in measure.excludes)
    )


def _touches(
    target: Target, kind: FactKind, row: Row, answered: Answered | None, kinds: Mapping[str, FactKind]
) -> Iterator[Touch]:
    """One for each part that the kind plays in the target."""
    parts = list(_by_part(target, kind, row, answered, kinds))
    yield from parts or [EVERYTHING]


def _by_part(
    target: Target, kind: FactKind, row: Row, answered: Answered | None, kinds: Mapping[str, FactKind]
) -> Iterator[Touch]:
    measure, name = target.measure, kind.name
    match measure:
        case Uptime():
            yield from _of_uptime(measure, kind, row)
        case Aggregated(records=records) | ShareWithin(records=records):
            if records.of.kind == name:
                yield _record(records, kind, row)
            if records.answered_by is not None and records.answered_by.kind == name:
                yield _answer(records, kinds[records.of.kind], row, answered)
    sources: list[IntervalSource] = [*target.modes, *target.exclusions]
    sources += [each.mode for each in target.mode_bounds]
    sources += [] if target.only_while is None else [target.only_while]
    yield from _intervals(sources, kind, row)
    register = None if target.partition is None else target.partition.register
    if register is not None and register.kind == name:
        yield EVERYTHING
    for each in target.permissions:
        # A permission reads the record.
        if each.when.kind == name and (isinstance(measure, Uptime) or measure.records.of.kind != name):
            yield EVERYTHING
    if target.countered is not None and target.countered.facts.kind == name:
        yield period_of(kind, row)
    if target.watched_source is not None and name == OBSERVATION_KIND:
        yield period_of(kind, row)
    if target.sign_off is not None and name == SIGN_OFF_KIND:
        yield period_of(kind, row)
    if target.waivers is not None and name == WAIVER_KIND:
        yield period_of(kind, row)
    if name == HOLDER_KIND:
        yield EVERYTHING


def _of_uptime(measure: Uptime, kind: FactKind, row: Row) -> Iterator[Touch]:
    if measure.outages.kind == kind.name:
        if measure.samples is None:
            yield period_of(kind, row)
        else:
            length = measure.samples.length
            first = row[kind.start_field] // length * length
            yield during((first, first + length))
    if measure.deployed is not None and measure.deployed.facts.kind == kind.name:
        yield period_of(kind, row)
    yield from _intervals(measure.excludes, kind, row)
    for each in measure.only_while:
        if not isinstance(each, Standing):
            yield from _intervals((each,), kind, row)
        elif each.facts.kind == kind.name:
            yield period_of(kind, row)


def _intervals(sources: Sequence[IntervalSource], kind: FactKind, row: Row) -> Iterator[Touch]:
    for each in sources:
        if kind.name in {found.kind for found in interval_selections(each)}:
            yield interval_of(each, kind, row) if each.intervals.facts.kind == kind.name else EVERYTHING


def _record(records: Records, kind: FactKind, row: Row) -> Touch:
    """The windows that a record belongs to, and those in which it is reported as open (S6.1)."""
    variable, happened = records.of.variable, row[kind.start_field]
    try:
        starts = instant_of(records.starts_at, variable, row)
        ended = None
        if isinstance(records.value, TimeBetween | DaysBetween) and records.answered_by is None:
            ended = instant_of(records.value.end, variable, row)
    except UnreadableError:
        return EVERYTHING
    touch = NOTHING
    if starts is not None:
        touch |= during((starts, ended)) if records.looks_back else at(starts)
    if isinstance(records.belongs, FallsDue):
        return touch if starts is None else touch | during((starts, None))
    try:
        belongs = instant_of(records.belongs, variable, row)
    except UnreadableError:
        # It belongs by its answer, which comes later.
        return touch | during((happened, None))
    if belongs is not None:
        return touch | at(belongs)
    is_open = isinstance(records.value, TimeBetween | DaysBetween) and ended is None
    if is_open and records.attributed_by_answer and records.answered_by is None:
        return touch
    # One that is not known to belong anywhere may belong everywhere (S7.2).
    return EVERYTHING


def _answered(
    target: Target, kinds: Mapping[str, FactKind], kind: str, rows: Sequence[Row], facts: Facts
) -> Answered | None:
    """The records that answers may answer, looked up together; None where no key says which."""
    measure = target.measure
    if isinstance(measure, Uptime) or measure.records.answered_by is None:
        return None
    of, by = kinds[measure.records.of.kind], measure.records.answered_by
    if by.kind != kind:
        return None
    for own, other in equal_fields(by.where, by.variable, measure.records.of.variable):
        if other == of.key:
            keys = frozenset(row[own] for row in rows if isinstance(row.get(own), str))
            records: dict[str, list[Row]] = {key: [] for key in keys}
            for record in facts.readings_of(of.name, keys):
                records[record[of.key]].append(record)
            return Answered(field=own, records=records)
    return None


def _answer(records: Records, of: FactKind, row: Row, answered: Answered | None) -> Touch:
    """The windows of the records that an answer may answer."""
    found = None if answered is None else answered.records.get(row.get(answered.field))
    if found is None:
        return EVERYTHING
    touch = NOTHING
    for record in found:
        touch |= _record(records, of, record)
    return touch
