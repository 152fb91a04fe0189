"""Duties judged over the facts: those of one shape by one statement, then a verdict for each occasion."""

import gc
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager

from engine.model.obligation import Duty, OnWindow
from engine.model.period import Window
from engine.model.quantity import Instant
from engine.model.reading import kinds_read
from engine.model.snapshot import Snapshot
from engine.model.verdict import Verdict
from engine.rules.plans.asked import Tables
from engine.rules.plans.clock_reach import load_clocks
from engine.rules.plans.clock_tables import ClockTables
from engine.rules.plans.duty_shape import ALLOWANCE, AskedDuty, DutyShape, allowances, shape_of
from engine.rules.plans.duty_statement import duty_statement
from engine.rules.plans.intervals_to_sql import Reading
from engine.rules.plans.judged import Identity, Judged
from engine.rules.plans.rows_to_duty_verdicts import DutyRow, duty_verdict, facts_of
from engine.rules.plans.windows import term_of, windows

Progress = Callable[[str, int, int], None]


def judge_duties(
    snapshot: Snapshot,
    duties: Sequence[Duty],
    store: Tables,
    *,
    as_of: Instant,
    known_at: Instant | None,
    progress: Progress,
) -> Judged:
    """The verdict on every occasion of every duty that is seen by `as of` (S2.5, S7.4)."""
    shapes: dict[DutyShape, list[AskedDuty]] = {}
    for duty in duties:
        asked = AskedDuty(duty=duty, agreement=snapshot.agreements[duty.terms.agreement])
        shapes.setdefault(shape_of(asked), []).append(asked)
    judged: list[Judged] = []
    done = 0
    for shape, group in shapes.items():
        judged.append(_judge_shape(snapshot, shape, group, store, as_of, known_at))
        done += len(group)
        progress("judging duties", done, len(duties))
    return Judged(
        verdicts=tuple(verdict for each in judged for verdict in each.verdicts),
        undecided=frozenset(identity for each in judged for identity in each.undecided),
    )


def _judge_shape(
    snapshot: Snapshot,
    shape: DutyShape,
    group: Sequence[AskedDuty],
    store: Tables,
    as_of: Instant,
    known_at: Instant | None,
) -> Judged:
    tables = ClockTables()
    reading = Reading(
        kinds=snapshot.kinds,
        as_of=as_of,
        known_at=known_at,
        zone=shape.zone,
        tables=tables,
        is_narrow=shape.is_narrow,
    )
    cut = [_windows(each, as_of) for each in group]
    limits = [row for number, each in enumerate(group) for row in allowances(number, each, shape, tables)]
    sql = duty_statement(shape, reading)
    _load_asked(store, group, cut)
    store.load("allowance", ALLOWANCE, limits)
    edges = [edge for each in cut for window in each for edge in (window.start, window.full_end)]
    kinds = {kind for each in group for kind in kinds_read(each.duty)}
    duties = [each.duty for each in group]
    load_clocks(store, tables, [snapshot.kinds[each] for each in sorted(kinds)], (as_of, *edges), duties)
    facts = [facts_of(each, windows) for each, windows in zip(group, cut, strict=True)]
    verdicts: list[Verdict] = []
    undecided: set[Identity] = set()
    with _uncollected():
        for row in map(DutyRow._make, store.run(sql)):
            verdict = duty_verdict(row, facts[row.target])
            verdicts.append(verdict)
            if row.is_undecided:
                undecided.add(verdict.identity)
    return Judged(verdicts=tuple(verdicts), undecided=frozenset(undecided))


@contextmanager
def _uncollected() -> Generator[None]:
    """Verdicts hold no cycles: looking for some among a million of them would double the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _windows(asked: AskedDuty, as_of: Instant) -> tuple[Window, ...]:
    """The windows of a periodic duty that have begun."""
    on = asked.duty.occasion
    return windows(asked.agreement, on.windows, as_of) if isinstance(on, OnWindow) else ()


def _load_asked(store: Tables, group: Sequence[AskedDuty], cut: Sequence[Iterable[Window]]) -> None:
    """`asked`: the duties and their terms; `subject`: whose facts they read (S2.7); `win`: their windows."""
    asked = [(number, *term_of(each.agreement)) for number, each in enumerate(group)]
    store.load("asked", dict.fromkeys(("target", "term_from", "term_to"), "BIGINT"), asked)
    subjects = [(number, name) for number, each in enumerate(group) for name in each.duty.terms.subjects]
    store.load("subject", {"target": "BIGINT", "subject": "VARCHAR"}, subjects)
    rows = [
        (number, each.label, each.end, each.full_end) for number, found in enumerate(cut) for each in found
    ]
    columns = {"target": "BIGINT", "label": "VARCHAR", "ends_at": "BIGINT", "full_end": "BIGINT"}
    store.load("win", columns, rows)
