"""Targets judged over the facts: one statement for each shape, then each window to its verdict (S5–S7)."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace

from engine.model.measure import Uptime
from engine.model.obligation import Target
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.model.verdict import Evidence, Verdict
from engine.rules.plans.asked import Asked, Tables
from engine.rules.plans.clock_tables import ClockTables
from engine.rules.plans.intervals_to_sql import Reading
from engine.rules.plans.judged import Identity, Judged
from engine.rules.plans.modes import spells, spells_statement
from engine.rules.plans.records import RecordRow, measure_records, records_shape
from engine.rules.plans.rows_to_record_verdicts import records_found
from engine.rules.plans.rows_to_verdicts import (
    Found,
    is_left_out,
    is_undecided,
    uptime_found,
    verdict,
)
from engine.rules.plans.samples_to_sql import whole_buckets
from engine.rules.plans.uptime import UptimeRow, measure_uptime
from engine.rules.plans.uptime_to_sql import uptime_shape
from engine.rules.plans.windows import windows

Progress = Callable[[str, int, int], None]


def judge_targets(
    snapshot: Snapshot,
    targets: Sequence[Target],
    store: Tables,
    *,
    as_of: Instant,
    known_at: Instant | None,
    progress: Progress,
) -> Judged:
    """The verdict of every window that has begun by `as of`, of every target (S2.6, S7.4)."""
    asked: list[Asked] = []
    for target in targets:
        agreement = snapshot.agreements[target.terms.agreement]
        if found := windows(agreement, target.windows, _judged_as_of(target, as_of)):
            asked.append(Asked(target=target, agreement=agreement, windows=found))
    groups: dict[Hashable, list[Asked]] = {}
    for each in asked:
        groups.setdefault(_shape(each), []).append(each)
    verdicts: list[Verdict] = []
    undecided: set[Identity] = set()
    for done, group in enumerate(groups.values()):
        progress("measuring targets", done, len(groups))
        reading = Reading(
            kinds=snapshot.kinds,
            as_of=_judged_as_of(group[0].target, as_of),
            known_at=known_at,
            zone=group[0].agreement.zone,
            tables=ClockTables(),
            is_narrow=bool(group[0].target.terms.subjects),
        )
        for each, is_decided in _judged(group, reading, store):
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


def _shape(asked: Asked) -> Hashable:
    """What targets must have in common to be measured by one statement."""
    measure = asked.target.measure
    shape = uptime_shape(asked, measure) if isinstance(measure, Uptime) else records_shape(asked)
    return shape, tuple(mode.intervals for mode in asked.target.modes)


def _judged(group: Sequence[Asked], reading: Reading, store: Tables) -> Iterator[tuple[Verdict, bool]]:
    """The verdicts of targets of one shape, and whether each is decided."""
    modes = group[0].target.modes
    query = spells_statement(modes, reading) if modes else None
    measure = measure_uptime if isinstance(group[0].target.measure, Uptime) else measure_records
    rows = measure(group, reading, store, [each.intervals.facts for each in modes])
    names = {number: [mode.name for mode in each.target.modes] for number, each in enumerate(group)}
    excuses = {} if query is None else spells(query, names, store)
    for measured in rows:
        row = replace(measured, asked=measured.asked.held_in(measured.window))
        if is_left_out(row.asked, row.window):
            yield verdict(row.asked, row.window, None, (), Evidence(facts=0)), True
            continue
        found, is_decided = _found(row, reading.as_of)
        yield verdict(row.asked, row.window, found, excuses.get(row.target, ()), row.evidence), is_decided


def _found(row: UptimeRow | RecordRow, as_of: Instant) -> tuple[Found, bool]:
    if isinstance(row, UptimeRow):
        return uptime_found(row, as_of), not is_undecided(row, as_of)
    return records_found(row, as_of), not row.figures.is_doubtful
