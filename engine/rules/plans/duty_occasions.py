"""The occasions of a duty: triggers or windows, which of them are judged, and by which limit (S2.5, S4)."""

from collections.abc import Iterable

from sqlglot import exp

from engine.model.deadline import WindowEnd
from engine.model.expression import Expression, Selection
from engine.rules.plans.duty_writing import TRIGGER, DutyWriting
from engine.rules.plans.expression_to_sql import (
    FactRow,
    Scope,
    absences,
    concatenated,
    fields_of,
    holds,
    possible,
    unknowns,
    value,
)
from engine.rules.plans.plan_to_sql import column, number, snippet, text

WINDOWS = """
  SELECT ROW_NUMBER() OVER () AS id, w.target, w.label AS named, w.ends_at AS began_at, w.full_end,
    FALSE AS is_outside, TRUE AS holds, '' AS doubt, CAST(NULL AS BIGINT) AS permitted, '' AS permit_doubt
  FROM win AS w
"""

TRIGGERS = """
  SELECT ROW_NUMBER() OVER () AS id, q.target, $key AS named, $began_at AS began_at,
    ($began_at < q.term_from OR $began_at >= q.term_to) AS is_outside, $holds AS holds, $doubt AS doubt,
    CAST($permitted AS BIGINT) AS permitted, $permit_doubt AS permit_doubt
  FROM $facts AS t
  CROSS JOIN asked AS q
  WHERE $possible AND $began_at <= $as_of AND $began_at >= q.reach_from AND $began_at < q.reach_to
"""

TRIGGERS_OF_SUBJECTS = """
  SELECT ROW_NUMBER() OVER () AS id, q.target, $key AS named, $began_at AS began_at,
    ($began_at < q.term_from OR $began_at >= q.term_to) AS is_outside, $holds AS holds, $doubt AS doubt,
    CAST($permitted AS BIGINT) AS permitted, $permit_doubt AS permit_doubt
  FROM $facts AS t
  JOIN subject AS s ON s.subject = $about
  JOIN asked AS q ON q.target = s.target
  WHERE $possible AND $began_at <= $as_of AND $began_at >= q.reach_from AND $began_at < q.reach_to
"""

CALLED = """
  SELECT o.*, CAST($own_class AS VARCHAR) AS class, $unclassed AS unclassed
  FROM occasion AS o
  WHERE NOT o.is_outside AND o.holds AND o.permitted IS NULL
"""

HELD = """
  SELECT o.*, l.limit_no, l.shape, l.source, l.length, l.is_strict, l.cal, l.is_months, l.ends, l.closing_cal,
    l.rolls, l.looks_back, $start AS start,
    CASE WHEN l.limit_no IS NULL THEN o.unclassed ELSE $absent END AS lacking
  FROM called AS o
  LEFT JOIN allowance AS l ON l.target = o.target AND $chosen
"""


def add_occasions(writing: DutyWriting) -> None:
    """`occasion`: every trigger that is seen and not proven otherwise, or every window (S2.5, S2.6).

    `called`: those that are judged; `held`: with the limit that their class chooses, its start, and what is
    lacking where there is none.
    """
    statement, shape, scope = writing.statement, writing.shape, writing.scope()
    if shape.trigger is None:
        statement.add("occasion", WINDOWS, keep=True)
    else:
        statement.add("occasion", "$triggers", keep=True, triggers=_triggers(writing, shape.trigger))
    statement.add(
        "called",
        CALLED,
        own_class=exp.null() if shape.by is None else value(shape.by, scope),
        unclassed=text("") if shape.by is None else unclassed(shape.by, scope),
    )
    statement.add(
        "held",
        HELD,
        start=start_node(writing),
        absent=absent_start_node(writing),
        chosen=snippet("l.class IS NULL" if shape.by is None else "l.class = o.class"),
    )


def start_node(writing: DutyWriting) -> exp.Expr:
    """The instant that the limit `l` counts from, of the occasion `o`."""
    scope = writing.scope()
    return _by_source(
        column("began_at", "o")
        if isinstance(source, WindowEnd)
        else snippet("CAST($v AS BIGINT)", v=value(source, scope))
        for source in writing.shape.sources
    )


def absent_start_node(writing: DutyWriting) -> exp.Expr:
    """What is missing where that is absent."""
    scope = writing.scope()
    return _by_source(
        text("") if isinstance(source, WindowEnd) else absences(source, scope)
        for source in writing.shape.sources
    )


def unclassed(by: Expression, scope: Scope) -> exp.Expr:
    """What is missing where a class is absent, or has no row (S7.1)."""
    named = concatenated(
        snippet(
            "CONCAT($kind, $key, $name)",
            kind=text(f"\n{each.kind}:"),
            key=scope.fact(each.variable).key,
            name=text(f".{each.field}"),
        )
        for each in fields_of(by)
    )
    return snippet(
        "CASE WHEN $absent = '' THEN $named ELSE $absent END", absent=absences(by, scope), named=named
    )


def _by_source(nodes: Iterable[exp.Expr]) -> exp.Expr:
    """The node that the limit's `source` chooses."""
    each = list(nodes)
    if len(each) == 1:
        return each[0]
    case = exp.Case(this=column("source", "l"))
    for place, node in enumerate(each):
        case = case.when(number(place), node)
    return case


def _triggers(writing: DutyWriting, trigger: Selection) -> exp.Expr:
    shape, reading, kind = writing.shape, writing.reading, writing.kind(trigger)
    row = FactRow(kind=kind, alias="t")
    names = {selection.variable: row for selection in (trigger, *shape.permissions)}
    lookup = reading.lookup(column("target", "q"))
    scope = Scope(rows=names, zone=reading.zone, tables=reading.tables, lookup=lookup)
    permitted = exp.Case()
    for rank, each in enumerate(shape.permissions):
        permitted = permitted.when(holds(each.where, scope), number(rank))
    query = snippet(
        TRIGGERS_OF_SUBJECTS if reading.is_narrow and kind.about else TRIGGERS,
        key=row.key,
        began_at=row.instant,
        holds=holds(trigger.where, scope),
        doubt=unknowns(trigger.where, scope),
        permitted=permitted if shape.permissions else exp.null(),
        permit_doubt=concatenated(unknowns(each.where, scope) for each in shape.permissions),
        facts=writing.facts(kind.name),
        about=row.field(kind.about or kind.key),
        possible=possible(trigger.where, scope, reading.kinds),
        as_of=writing.as_of,
    )
    assert isinstance(query, exp.Select)
    fields = sorted({each.field for each in writing.fields() if each.kind == kind.name} | {kind.key})
    carried = (exp.alias_(row.field(each), TRIGGER + each, quoted=True) for each in fields)
    return query.select(*carried, copy=False)
