"""Recovery points: how much a trigger lost, from one of its instants to another, against a bound."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from sqlglot import exp

from engine.model.agreement import Agreement
from engine.model.obligation import RecoveryPoint
from engine.model.quantity import Instant
from engine.model.reading import kinds_read
from engine.model.snapshot import Snapshot
from engine.model.touched import EVERYTHING, Touched
from engine.model.verdict import Evidence, Exact, Flag, OnTriggerFact, State, Verdict
from engine.rules.plans.asked import Tables
from engine.rules.plans.clock_reach import load_clocks
from engine.rules.plans.clock_tables import ClockTables
from engine.rules.plans.expression_to_sql import (
    FactRow,
    Scope,
    absences,
    fields_of,
    holds,
    possible,
    unknowns,
    value,
)
from engine.rules.plans.judged import Judged
from engine.rules.plans.kind_to_sql import seen
from engine.rules.plans.lookup import LookupByTarget
from engine.rules.plans.plan_to_sql import Statement, column, number, text
from engine.rules.plans.pruning import is_touched, load_touched
from engine.rules.plans.windows import reach_of, term_of

TRIGGERS = """
  SELECT $key AS named, $began_at AS began_at, $holds AS holds, $doubt AS doubt, $lost_from AS lost_from,
    $lost_to AS lost_to, $closed_at AS closed_at, CONCAT($absent_from, $absent_to) AS absent
  FROM trigger AS t
  WHERE $possible AND $began_at <= $as_of AND $began_at >= $since AND $began_at < $until AND $about
  ORDER BY named
"""


class LossRow(NamedTuple):
    """What one trigger says of its loss."""

    named: str
    began_at: Instant
    holds: bool | None
    doubt: str
    lost_from: Instant | None
    lost_to: Instant | None
    closed_at: Instant | None
    absent: str


def judge_recovery_points(
    snapshot: Snapshot,
    promises: Sequence[RecoveryPoint],
    store: Tables,
    *,
    as_of: Instant,
    known_at: Instant | None,
    touched: Touched | None = None,
) -> Judged:
    """The verdict on what every trigger lost; or on what those that are touched did."""
    return Judged(
        verdicts=tuple(
            _verdict(promise, snapshot.agreements[promise.terms.agreement], LossRow(*row))
            for promise in promises
            for row in _rows(promise, snapshot, store, as_of, known_at, touched)
        )
    )


def _rows(
    promise: RecoveryPoint,
    snapshot: Snapshot,
    store: Tables,
    as_of: Instant,
    known_at: Instant | None,
    touched: Touched | None,
) -> list[tuple[Any, ...]]:
    """The triggers that are seen and not proven otherwise (S2.5, S2.7)."""
    trigger, tables = promise.trigger, ClockTables()
    kind, agreement = snapshot.kinds[trigger.kind], snapshot.agreements[promise.terms.agreement]
    row = FactRow(kind=kind, alias="t")
    store.load(
        "subject", {"target": "BIGINT", "subject": "VARCHAR"}, [(0, each) for each in promise.terms.subjects]
    )
    lookup = LookupByTarget(
        kinds=snapshot.kinds,
        as_of=as_of,
        known_at=known_at,
        target=number(0) if promise.terms.subjects else None,
    )
    scope = Scope(rows={trigger.variable: row}, zone=agreement.zone, tables=tables, lookup=lookup)
    read = (trigger.where, promise.start, promise.end, promise.closed_at)
    fields = {field.field for each in read for field in fields_of(each)}
    if kind.about is not None:
        fields.add(kind.about)
    statement = Statement()
    touch = EVERYTHING if touched is None else touched.of(promise.terms.id)
    facts = seen(kind, fields, as_of, known_at)
    if not touch.everything:
        load_touched(store, touch.triggers)
        facts = facts.where(is_touched(column(kind.key, "f")))
    statement.add("trigger", "$facts", facts=facts)
    since, until = reach_of(promise.terms, agreement.zone)
    subjects = [text(each) for each in promise.terms.subjects]
    is_read = row.field(kind.about).isin(*subjects) if subjects and kind.about else exp.true()
    sql = statement.sql(
        TRIGGERS,
        key=row.key,
        began_at=row.instant,
        holds=holds(trigger.where, scope),
        doubt=unknowns(trigger.where, scope),
        lost_from=value(promise.start, scope),
        lost_to=value(promise.end, scope),
        closed_at=value(promise.closed_at, scope),
        absent_from=absences(promise.start, scope),
        absent_to=absences(promise.end, scope),
        possible=possible(trigger.where, scope, snapshot.kinds),
        as_of=number(as_of),
        since=number(since),
        until=number(until),
        about=is_read,
    )
    kinds = [snapshot.kinds[each] for each in kinds_read(promise)]
    load_clocks(store, tables, kinds, as_of, (), [promise])
    return store.run(sql)


def _verdict(promise: RecoveryPoint, agreement: Agreement, row: LossRow) -> Verdict:
    """PENDING while the trigger is open and an instant is absent; then UNMEASURED, naming it (S7.1)."""
    terms, kind = promise.terms, promise.trigger.kind
    flags = {Flag.REPORTED_ONLY: terms.reported_only, Flag.UNACCEPTED: agreement.accepted is None}
    start, end = term_of(agreement)
    state, missing, lost = State.UNMEASURED, "", None
    if not start <= row.began_at < end:
        state = State.NOT_APPLICABLE
    elif row.holds is None:
        missing = row.doubt
    elif row.lost_from is None or row.lost_to is None:
        state, missing = (State.PENDING, "") if row.closed_at is None else (State.UNMEASURED, row.absent)
    else:
        lost = Fraction(row.lost_to - row.lost_from)
        state = State.MET if promise.bound.holds(lost) else State.BREACHED
    return Verdict(
        obligation=terms.id,
        subject=terms.subject,
        version=agreement.version,
        occasion=OnTriggerFact(kind=kind, key=row.named, at=row.began_at),
        state=state,
        flags=tuple(flag for flag, is_raised in flags.items() if is_raised),
        measured=None if lost is None else Exact(value=lost, unit=promise.bound.unit),
        bound=None if lost is None else promise.bound,
        missing=tuple(sorted({*missing.split("\n")} - {""})),
        evidence=Evidence(facts=1, ids=(f"{kind}:{row.named}",)),
        clause=terms.cites,
    )
