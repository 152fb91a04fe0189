"""Targets judged over the facts: one statement for each shape, then each window to its verdict (S5–S7)."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace

from engine.model.measure import Uptime
from engine.model.obligation import ModeEffect, Target
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.model.touched import Touched
from engine.model.verdict import Evidence, Flag, Verdict
from engine.rules.plans.asked import Asked, Tables, load_subjects
from engine.rules.plans.clock_tables import ClockTables
from engine.rules.plans.countering import disputed, open_figures
from engine.rules.plans.intervals_to_sql import Reading
from engine.rules.plans.judged import Identity, Judged
from engine.rules.plans.modes import Spell, modes_of, spells, spells_statement
from engine.rules.plans.partitions import apart, load_parts
from engine.rules.plans.pruning import about_windows
from engine.rules.plans.records import RecordRow, measure_records, records_shape
from engine.rules.plans.rows_to_verdicts import is_left_out, verdict
from engine.rules.plans.rows_under_modes import cut_by_modes, under_modes
from engine.rules.plans.samples_to_sql import whole_buckets
from engine.rules.plans.signing import signed_islands
from engine.rules.plans.uptime import UptimeRow, measure_uptime
from engine.rules.plans.uptime_to_sql import uptime_shape
from engine.rules.plans.waivers import Waiver, waived_as, waivers_by_promise
from engine.rules.plans.windows import labelled, windows

Progress = Callable[[str, int, int], None]


def judge_targets(
    snapshot: Snapshot,
    targets: Sequence[Target],
    store: Tables,
    *,
    as_of: Instant,
    known_at: Instant | None,
    progress: Progress,
    touched: Touched | None = None,
) -> Judged:
    """The verdict of every window that has begun by `as of`, of every target (S2.6, S7.4); or of those
    windows that are touched.
    """
    asked: list[Asked] = []
    for target in targets:
        agreement = snapshot.agreements[target.terms.agreement]
        found = windows(agreement, target.windows, _judged_as_of(target, as_of))
        found = labelled(found, target.windows, target.terms, agreement.version)
        if touched is not None:
            touch = touched.of(target.terms.id)
            found = tuple(each for each in found if touch.meets(each.start, each.end))
        if found:
            whole = Asked(target=target, agreement=agreement, windows=found)
            asked += apart(whole, _reading(snapshot, whole, as_of, known_at), store)
    waived = waivers_by_promise(snapshot, targets, store, as_of, known_at)
    groups: dict[Hashable, list[Asked]] = {}
    for each in asked:
        groups.setdefault(_shape(each), []).append(each)
    verdicts: list[Verdict] = []
    undecided: set[Identity] = set()
    for done, group in enumerate(groups.values()):
        progress("measuring targets", done, len(groups))
        reading = _reading(snapshot, group[0], as_of, known_at)
        if touched is not None and not any(touched.of(each.target.terms.id).everything for each in group):
            reading = replace(reading, only=about_windows(group, snapshot.kinds))
        for each, is_decided in _judged(group, reading, store, waived):
            verdicts.append(each)
            if not is_decided:
                undecided.add(each.identity)
    progress("measuring targets", len(groups), len(groups))
    return Judged(
        verdicts=tuple(sorted(verdicts, key=lambda each: each.identity)), undecided=frozenset(undecided)
    )


def _judged_as_of(target: Target, as_of: Instant) -> Instant:
    """What time it is for a target: samples are read in whole buckets."""
    return whole_buckets(as_of, target.measure.samples) if isinstance(target.measure, Uptime) else as_of


def _reading(snapshot: Snapshot, asked: Asked, as_of: Instant, known_at: Instant | None) -> Reading:
    return Reading(
        kinds=snapshot.kinds,
        as_of=_judged_as_of(asked.target, as_of),
        known_at=known_at,
        zone=asked.agreement.zone,
        tables=ClockTables(),
        is_narrow=bool(asked.target.terms.subjects),
        parts=tuple(field for field, _ in asked.combination),
    )


def _shape(asked: Asked) -> Hashable:
    """What targets must have in common to be measured by one statement."""
    measure = asked.target.measure
    shape = uptime_shape(asked, measure) if isinstance(measure, Uptime) else records_shape(asked)
    parts = tuple(field for field, _ in asked.combination)
    return shape, parts, tuple(mode.intervals for mode in modes_of(asked.target))


def _judged(
    group: Sequence[Asked],
    reading: Reading,
    store: Tables,
    waived: Mapping[tuple[str, str], Sequence[Waiver]],
) -> Iterator[tuple[Verdict, bool]]:
    """The verdicts of targets of one shape, and whether each is decided."""
    load_parts(store, group)
    met_by = _spells(group, reading, store)
    group = [cut_by_modes(each, met_by[number], reading.as_of) for number, each in enumerate(group)]
    measure = measure_uptime if isinstance(group[0].target.measure, Uptime) else measure_records
    rows = measure(group, reading, store, ())
    signed = signed_islands(group, reading, store)
    countering = open_figures(group, reading, store)
    parts: dict[tuple[int, str], list[UptimeRow | RecordRow]] = {}
    for row in rows:
        if row.window.pieces:
            parts.setdefault((row.target, row.window.label), []).append(row)
    for measured in rows:
        if measured.window.pieces:
            continue
        row = replace(measured, asked=measured.asked.held_in(measured.window))
        if is_left_out(row.asked, row.window):
            yield verdict(row.asked, row.window, None, (), Evidence(facts=0)), True
            continue
        of_it = parts.get((row.target, row.window.label), [])
        meeting = met_by[row.target]
        excuses = meeting if row.asked.target.mode_effect is ModeEffect.EXCUSE else ()
        found, is_decided = under_modes(row, of_it, meeting, reading.as_of)
        if row.target in signed and not signed[row.target].covers(row.window.start, row.window.end):
            found = replace(found, flags=found.flags | {Flag.PROVISIONAL})
        waivers = waived.get(waived_as(row.asked.target), ())
        judged = verdict(row.asked, row.window, found, excuses, row.evidence, waivers)
        figures = countering.get((row.target, row.window.start, row.window.end), ())
        yield disputed(judged, figures), is_decided


def _spells(group: Sequence[Asked], reading: Reading, store: Tables) -> list[list[Spell]]:
    """By number of the target, the intervals of its modes: they are known before windows are cut by them."""
    modes = modes_of(group[0].target)
    if not modes:
        return [[] for _ in group]
    query = spells_statement(modes, reading)
    reading.load_clocks(store, [each.intervals.facts for each in modes])
    numbers = range(len(group))
    store.load("asked", {"target": "BIGINT"}, [(number,) for number in numbers])
    load_subjects(store, enumerate(group))
    names = {number: [mode.name for mode in modes_of(each.target)] for number, each in enumerate(group)}
    found = spells(query, names, store)
    return [found.get(number, []) for number in numbers]
