"""Duties judged over the facts: those of one shape by one statement, then a verdict for each occasion."""

import gc
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlglot import exp

from engine.model.obligation import Duty, Excess, OnWindow, Workload
from engine.model.period import Window, WindowUnit
from engine.model.quantity import Instant
from engine.model.reading import kinds_read
from engine.model.snapshot import Snapshot
from engine.model.touched import Touched
from engine.model.verdict import Verdict
from engine.rules.plans.asked import Tables
from engine.rules.plans.clock_reach import MOST_DAYS, load_clocks
from engine.rules.plans.clock_tables import ClockTables
from engine.rules.plans.duties_apart import duties_apart, load_uses
from engine.rules.plans.duty_shape import ALLOWANCE, AskedDuty, DutyShape, allowances, shape_of
from engine.rules.plans.duty_statement import duty_statement
from engine.rules.plans.intervals_to_sql import Reading
from engine.rules.plans.judged import Identity, Judged
from engine.rules.plans.partitions import is_used
from engine.rules.plans.plan_to_sql import DIALECT
from engine.rules.plans.pruning import about_triggers, load_touched, triggers_touched
from engine.rules.plans.rows_to_duty_verdicts import DutyRow, duty_verdict, facts_of
from engine.rules.plans.waivers import Waiver, waived_as, waivers_by_promise
from engine.rules.plans.windows import reach_of, term_of, windows

Progress = Callable[[str, int, int], None]


def judge_duties(
    snapshot: Snapshot,
    duties: Sequence[Duty],
    store: Tables,
    *,
    as_of: Instant,
    known_at: Instant | None,
    progress: Progress,
    touched: Touched | None = None,
) -> Judged:
    """The verdict on every occasion of every duty that is seen by `as of` (S2.5, S7.4); or on those that are
    touched, and some more of the same duties."""
    shapes: dict[DutyShape, list[AskedDuty]] = {}
    for duty in duties:
        whole = AskedDuty(duty=duty, agreement=snapshot.agreements[duty.terms.agreement])
        own = _reading(snapshot, shape_of(whole), ClockTables(), as_of, known_at)
        for asked in duties_apart(whole, own, store):
            shapes.setdefault(shape_of(asked), []).append(asked)
    tables = ClockTables()
    plans = [
        _plan(snapshot, shape, group, tables, as_of, known_at, touched) for shape, group in shapes.items()
    ]
    if plans:
        _load_clocks(snapshot, duties, plans, tables, store, as_of)
    waived = waivers_by_promise(snapshot, duties, store, as_of, known_at)
    judged: list[Judged] = []
    done = 0
    for plan in plans:
        judged.append(_judge(plan, store, waived))
        done += len(plan.group)
        progress("judging duties", done, len(duties))
    return Judged(
        verdicts=tuple(verdict for each in judged for verdict in each.verdicts),
        undecided=frozenset(identity for each in judged for identity in each.undecided),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """The duties of one shape, the windows of each, the rows of their limits, and the statement."""

    group: Sequence[AskedDuty]
    windows: Sequence[tuple[Window, ...]]
    limits: Sequence[Sequence[object]]
    sql: str
    triggers: frozenset[str] | None


def _plan(
    snapshot: Snapshot,
    shape: DutyShape,
    group: Sequence[AskedDuty],
    tables: ClockTables,
    as_of: Instant,
    known_at: Instant | None,
    touched: Touched | None,
) -> _Plan:
    reading = _reading(snapshot, shape, tables, as_of, known_at)
    triggers = None if touched is None else triggers_touched([each.duty for each in group], touched)
    if triggers is not None:
        reading = replace(reading, only=about_triggers(group[0].duty, snapshot.kinds))
    return _Plan(
        group=group,
        windows=[_windows(each, as_of) for each in group],
        limits=[row for number, each in enumerate(group) for row in allowances(number, each, shape, tables)],
        sql=duty_statement(shape, reading),
        triggers=triggers,
    )


def _reading(
    snapshot: Snapshot, shape: DutyShape, tables: ClockTables, as_of: Instant, known_at: Instant | None
) -> Reading:
    return Reading(
        kinds=snapshot.kinds,
        as_of=as_of,
        known_at=known_at,
        zone=shape.zone,
        tables=tables,
        is_narrow=shape.is_narrow,
        parts=shape.parts,
    )


def _load_clocks(
    snapshot: Snapshot,
    duties: Sequence[Duty],
    plans: Sequence[_Plan],
    tables: ClockTables,
    store: Tables,
    as_of: Instant,
) -> None:
    """The tables of every clock that a statement has numbered, once for all of them."""
    cut = (window for plan in plans for found in plan.windows for window in found)
    edges = [edge for window in cut for edge in (window.start, window.full_end)]
    kinds = sorted({kind for duty in duties for kind in kinds_read(duty)})
    waits = max((_longest_wait(duty.workload, store) for duty in duties if duty.workload), default=0)
    load_clocks(store, tables, [snapshot.kinds[each] for each in kinds], as_of, edges, duties, waits)


def _longest_wait(workload: Workload, store: Tables) -> int:
    """How many days an occasion may wait at most, if all there are stand in one queue (S4.8)."""
    if workload.excess is not Excess.WAITS:
        return 0
    facts = exp.to_table(f"fact_{workload.counted.kind}", quoted=True)
    ((count,),) = store.run(exp.select("COUNT(*)").from_(facts).sql(DIALECT))
    windows = count // workload.at_most + 1
    if isinstance(workload.unit, WindowUnit):
        return windows * MOST_DAYS[workload.unit]
    # So many minutes or hours are no more days.
    return windows // 24 + 1


def _judge(plan: _Plan, store: Tables, waived: Mapping[tuple[str, str], Sequence[Waiver]]) -> Judged:
    _load_asked(store, plan.group, plan.windows)
    if plan.triggers is not None:
        load_touched(store, plan.triggers)
    load_uses(store, plan.group)
    store.load("allowance", ALLOWANCE, plan.limits)
    facts = [
        facts_of(each, windows, waived.get(waived_as(each.duty), ()))
        for each, windows in zip(plan.group, plan.windows, strict=True)
    ]
    verdicts: list[Verdict] = []
    undecided: set[Identity] = set()
    with _uncollected():
        for row in map(DutyRow._make, store.run(plan.sql)):
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
    on, agreement = asked.duty.occasion, asked.agreement
    if not isinstance(on, OnWindow):
        return ()
    # A window that another version of the duty brings to its end is left to that version.
    _, until = reach_of(asked.duty.terms, agreement.zone)
    return tuple(
        each
        for each in windows(agreement, on.windows, as_of)
        if each.full_end <= until and (asked.used_at is None or is_used(each, asked.used_at))
    )


def _load_asked(store: Tables, group: Sequence[AskedDuty], cut: Sequence[Iterable[Window]]) -> None:
    """`asked`: the duties, terms and judges; `subject`: whose facts they read (S2.7); `win`: windows."""
    columns = dict.fromkeys(("target", "term_from", "term_to", "reach_from", "reach_to"), "BIGINT")
    asked = [
        (
            number,
            *term_of(each.agreement),
            *reach_of(each.duty.terms, each.agreement.zone),
            each.duty.terms.id,
            each.judge,
        )
        for number, each in enumerate(group)
    ]
    store.load("asked", {**columns, "promise": "VARCHAR", "judge": "VARCHAR"}, asked)
    subjects = [(number, name) for number, each in enumerate(group) for name in each.duty.terms.subjects]
    store.load("subject", {"target": "BIGINT", "subject": "VARCHAR"}, subjects)
    rows = [
        (number, each.label, each.end, each.full_end) for number, found in enumerate(cut) for each in found
    ]
    columns = {"target": "BIGINT", "label": "VARCHAR", "ends_at": "BIGINT", "full_end": "BIGINT"}
    store.load("win", columns, rows)
