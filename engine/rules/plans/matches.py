"""The facts that ladders, rights and improvements select, as rows: what a statement finds for each breach."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlglot import exp

from engine.model.agreement import Agreement
from engine.model.derived import BREACH
from engine.model.expression import Expression, Selection
from engine.model.quantity import Instant
from engine.model.reading import looked_up
from engine.model.snapshot import Snapshot
from engine.rules.plans.clock_tables import ClockTables
from engine.rules.plans.expression_to_sql import FactRow, Scope, holds, value
from engine.rules.plans.intervals_to_sql import Reading
from engine.rules.plans.kind_to_sql import seen
from engine.rules.plans.plan_to_sql import Statement, number, text
from engine.store.database import Store


class Matched(NamedTuple):
    """One fact that is proven to match: for which breach (its id, empty where none is read), when, and the
    values asked of it as the store holds them."""

    breach: str
    id: str
    at: Instant
    values: tuple[object, ...]


def matches(
    snapshot: Snapshot,
    agreement: Agreement,
    selection: Selection,
    values: Sequence[Expression],
    store: Store,
    *,
    breach: str | None,
    opened_by: str = BREACH,
    as_of: Instant,
    known_at: Instant | None,
) -> list[Matched]:
    """The facts about what the agreement covers, in order of instant and key; `breach` is the variable of
    what opened the case: a breach, or a fact of another kind."""
    kind = snapshot.kinds[selection.kind]
    reading = Reading(
        kinds=snapshot.kinds,
        as_of=as_of,
        known_at=known_at,
        zone=agreement.zone,
        tables=ClockTables(),
        is_narrow=bool(agreement.covers),
    )
    subjects = [(0, each) for each in agreement.covers]
    store.load("subject", {"target": "BIGINT", "subject": "VARCHAR"}, subjects)
    row = FactRow(kind=kind, alias="m")
    rows = {selection.variable: row}
    statement = Statement()
    statement.add("matched", "$facts", facts=_seen(snapshot, kind.name, as_of, known_at))
    tables = exp.select().from_("matched AS m")
    key: exp.Expr = text("")
    if breach is not None:
        rows[breach] = FactRow(kind=snapshot.kinds[opened_by], alias="o")
        statement.add("opening", "$facts", facts=_seen(snapshot, opened_by, as_of, known_at))
        tables = tables.join("opening AS o", join_type="CROSS")
        key = rows[breach].key
    scope = Scope(rows=rows, zone=agreement.zone, tables=reading.tables, lookup=reading.lookup(number(0)))
    columns = [exp.alias_(value(each, scope), f"v{place}") for place, each in enumerate(values)]
    names = {"of": key, "key": row.key, "at": row.instant}
    found = tables.select(
        *(exp.alias_(node.copy(), name, quoted=True) for name, node in names.items()), *columns
    )
    found = found.where(holds(selection.where, scope))
    if kind.about is not None and agreement.covers:
        found = found.where(row.field(kind.about).isin(*[text(each) for each in agreement.covers]))
    statement.add("found", "$rows", rows=found)
    sql = statement.sql('SELECT * FROM found WHERE "at" <= $as_of ORDER BY "at", "key"', as_of=number(as_of))
    reading.load_clocks(store, [selection, *looked_up(selection.where)])
    return [Matched(of, f"{kind.name}:{key}", at, tuple(rest)) for of, key, at, *rest in store.run(sql)]


def _seen(snapshot: Snapshot, name: str, as_of: Instant, known_at: Instant | None) -> exp.Select:
    kind = snapshot.kinds[name]
    fields = [*(each.name for each in kind.fields), *(each.field for each in kind.matrices)]
    return seen(kind, fields, as_of, known_at)
