"""Targets judged over the facts: one statement for each shape, then each window to its verdict (S5–S7)."""

from collections.abc import Callable, Hashable, Iterator, Sequence

from engine.model.obligation import Target
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.model.verdict import Evidence, Verdict
from engine.rules.plans.asked import Asked, Tables
from engine.rules.plans.clock_tables import ClockTables
from engine.rules.plans.intervals_to_sql import Reading
from engine.rules.plans.judged import Identity, Judged
from engine.rules.plans.modes import spells, spells_statement
from engine.rules.plans.rows_to_verdicts import is_left_out, is_undecided, uptime_found, verdict
from engine.rules.plans.uptime import measure_uptime, shape_of
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
        if found := windows(agreement, target.windows, as_of):
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
            as_of=as_of,
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


def _shape(asked: Asked) -> Hashable:
    """What targets must have in common to be measured by one statement."""
    modes = tuple(mode.intervals for mode in asked.target.modes)
    return shape_of(asked), modes


def _judged(group: Sequence[Asked], reading: Reading, store: Tables) -> Iterator[tuple[Verdict, bool]]:
    """The verdicts of targets of one shape, and whether each is decided."""
    modes = group[0].target.modes
    query = spells_statement(modes, reading) if modes else None
    rows = measure_uptime(group, reading, store, [each.intervals.facts for each in modes])
    names = {number: [mode.name for mode in each.target.modes] for number, each in enumerate(group)}
    excuses = {} if query is None else spells(query, names, store)
    for row in rows:
        is_out = is_left_out(row.asked, row.window)
        found = None if is_out else uptime_found(row, reading.as_of)
        is_decided = is_out or not is_undecided(row)
        evidence = Evidence(facts=0) if is_out else row.evidence
        yield verdict(row.asked, row.window, found, excuses.get(row.target, ()), evidence), is_decided
