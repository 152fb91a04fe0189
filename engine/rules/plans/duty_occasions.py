"""The occasions of a duty: triggers or windows, which of them are judged, and by which limit (S2.5, S4)."""

from collections.abc import Iterable, Sequence

from sqlglot import exp

from engine.model.deadline import WindowEnd
from engine.model.expression import AllOf, Expression, Selection
from engine.rules.plans.duty_shape import ReadLength
from engine.rules.plans.duty_workload import add_workload
from engine.rules.plans.duty_writing import DutyWriting
from engine.rules.plans.expression_to_sql import (
    FactRow,
    Scope,
    absences,
    class_text,
    concatenated,
    fields_of,
    holds,
    possible,
    scaled,
    unknowns,
    value,
)
from engine.rules.plans.intervals_to_sql import intervals
from engine.rules.plans.parts import fields_of_parts
from engine.rules.plans.plan_to_sql import column, number, snippet, text, union

WINDOWS = """
  SELECT ROW_NUMBER() OVER () AS id, w.target, w.label AS named, w.ends_at AS began_at, w.full_end,
    CAST(NULL AS VARCHAR[]) AS joined_keys, FALSE AS is_outside, TRUE AS holds, '' AS doubt,
    CAST(NULL AS BIGINT) AS permitted, '' AS permit_doubt
  FROM win AS w
"""

TRIGGERS = """
  SELECT ROW_NUMBER() OVER () AS id, q.target, $named AS named, $keys AS joined_keys, $began_at AS began_at,
    ($began_at < q.term_from OR $began_at >= q.term_to) AS is_outside, $holds AS holds, $doubt AS doubt,
    CAST($permitted AS BIGINT) AS permitted, $permit_doubt AS permit_doubt
  FROM $facts AS t
  JOIN asked AS q ON $about
  WHERE $possible AND $began_at <= $as_of AND $began_at >= q.reach_from AND $began_at < q.reach_to
"""

TRIGGERS_OF_SUBJECTS = """
  SELECT ROW_NUMBER() OVER () AS id, q.target, $named AS named, $keys AS joined_keys, $began_at AS began_at,
    ($began_at < q.term_from OR $began_at >= q.term_to) AS is_outside, $holds AS holds, $doubt AS doubt,
    CAST($permitted AS BIGINT) AS permitted, $permit_doubt AS permit_doubt
  FROM $facts AS t
  JOIN subject AS s ON s.subject = $about
  JOIN asked AS q ON q.target = s.target
  WHERE $possible AND $began_at <= $as_of AND $began_at >= q.reach_from AND $began_at < q.reach_to
"""

IN_USE = """
  EXISTS (SELECT 1 FROM in_use AS u WHERE u.target = q.target AND u.a <= $at AND (u.b IS NULL OR $at < u.b))
"""

CALLED = """
  SELECT o.*, $own_class AS class, $unclassed AS unclassed
  FROM occasion AS o
  WHERE NOT o.is_outside AND o.holds AND o.permitted IS NULL
"""

WAITING = """
  SELECT o.*, k.binds, k.waits_until
  FROM called AS o
  LEFT JOIN workload AS k ON k.id = o.id
"""

HELD = """
  SELECT o.*, l.limit_no, l.shape, l.source, $length AS length, l.is_strict, l.cal, l.is_months, l.ends,
    l.closing_cal, l.rolls, l.looks_back, $since AS since, $start AS start,
    CASE WHEN l.limit_no IS NULL THEN o.unclassed ELSE $absent END AS lacking
  FROM $called AS o
  LEFT JOIN allowance AS l ON l.target = o.target AND $chosen
"""


MODE_OF_RANK = (
    "SELECT target, $place AS place, a, b, holds, missing FROM ($intervals) WHERE holds IS NOT FALSE"
)

# Which mode gives a deadline its length is settled at its start (S6.5).
MODED = """
  SELECT o.* EXCLUDE (class), m.place, $given AS class
  FROM $called AS o
  LEFT JOIN (
    SELECT c.id, MIN(e.place) AS place
    FROM (
      SELECT o.id, o.target, $start AS start
      FROM called AS o
      JOIN allowance AS l ON l.target = o.target AND l.class IS NOT DISTINCT FROM o.class
    ) AS c
    JOIN every_mode AS e ON e.target = c.target AND e.holds AND e.a <= c.start
      AND (e.b IS NULL OR c.start < e.b)
    GROUP BY c.id
  ) AS m ON m.id = o.id
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
        own_class=exp.null() if shape.by is None else class_text(shape.by, scope),
        unclassed=text("") if shape.by is None else unclassed(shape.by, scope),
    )
    if shape.workload is not None:
        add_workload(writing, shape.workload)
        statement.add("waiting", WAITING)
    modes = shape.mode_limits
    for place, mode in enumerate(modes):
        made = intervals(mode, writing.reading)
        statement.add(f"mode_{place}", MODE_OF_RANK, place=number(place), intervals=made)
    if modes:
        statement.add("every_mode", "$every", every=union(f"mode_{place}" for place in range(len(modes))))
        given = moded_class(writing, column("place", "m"), column("class", "o"))
        statement.add("moded", MODED, called=called(writing), start=start_node(writing), given=given)
    chosen = "l.class IS NOT DISTINCT FROM o.class" if modes else "l.class IS NULL"
    statement.add(
        "held",
        HELD,
        since=start_node(writing),
        start=waited(writing, start_node(writing)),
        length=length_node(writing),
        called=exp.to_identifier("moded") if modes else called(writing),
        absent=absent_start_node(writing),
        chosen=snippet(chosen if shape.by is None else "l.class = o.class"),
    )


def moded_class(writing: DutyWriting, place: exp.Expr, own: exp.Expr) -> exp.Expr:
    """The class of a limit under the mode of a place, as `mode_class` says, or under none."""
    of_class = "" if writing.shape.by is None else " || CHR(10) || $own"
    given = snippet(f"CHR(10) || $place{of_class}", place=place, own=own)
    return snippet(
        "CASE WHEN $place IS NOT NULL THEN $given ELSE $own END", place=place, given=given, own=own
    )


def called(writing: DutyWriting) -> exp.Expr:
    """The occasions that are judged, with their places under a workload bound where there is one."""
    return exp.to_identifier("called" if writing.shape.workload is None else "waiting")


def waited(writing: DutyWriting, start: exp.Expr) -> exp.Expr:
    """The instant from which a deadline is counted, where the occasion `o` may wait (S4.8)."""
    if writing.shape.workload is None:
        return start
    return snippet(
        "CASE WHEN $start IS NULL OR o.waits_until IS NULL OR l.shape NOT IN ('elapsed', 'clock', 'days')"
        " THEN $start ELSE GREATEST($start, o.waits_until) END",
        start=start,
    )


def start_node(writing: DutyWriting) -> exp.Expr:
    """The instant that the limit `l` counts from, of the occasion `o`."""
    scope = writing.scope()
    start = _by_source(
        column("began_at", "o")
        if isinstance(source, WindowEnd)
        else snippet("CAST($v AS BIGINT)", v=value(source, scope))
        for source in writing.shape.sources
    )
    # Without its length nothing is counted from it.
    read = writing.shape.read
    return (
        start
        if read is None
        else snippet("CASE WHEN $told THEN $at END", told=_is_told(writing, read), at=start)
    )


def absent_start_node(writing: DutyWriting) -> exp.Expr:
    """What is missing where that is absent."""
    scope = writing.scope()
    absent = _by_source(
        text("") if isinstance(source, WindowEnd) else absences(source, scope)
        for source in writing.shape.sources
    )
    read = writing.shape.read
    if read is None:
        return absent
    return snippet(
        "CASE WHEN $absent <> '' OR $told THEN $absent ELSE $untold END",
        absent=absent,
        told=_is_told(writing, read),
        untold=unclassed(read.field, scope),
    )


def length_node(writing: DutyWriting) -> exp.Expr:
    """How long the limit `l` is, by the policy or by the trigger itself."""
    read = writing.shape.read
    if read is None:
        return column("length", "l")
    found, each = _amount(writing, read)
    return snippet(
        "CASE WHEN $told THEN $n * $each END", told=_is_told(writing, read), n=found, each=number(each)
    )


def _amount(writing: DutyWriting, read: ReadLength) -> tuple[exp.Expr, int]:
    """The number in the field as it is kept, and what one of it stands for, a whole number."""
    found = scaled(read.field, writing.scope())
    each = found.scale * read.unit
    assert each.denominator == 1, "as fine as the unit is counted"
    return found.node, each.numerator


def _is_told(writing: DutyWriting, read: ReadLength) -> exp.Expr:
    """Whether the trigger says a length that can be meant."""
    found, each = _amount(writing, read)
    return snippet("COALESCE($n BETWEEN 0 AND $most, FALSE)", n=found, most=number(read.most // each))


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
    lookup = reading.lookup(column("target", "q"))
    rows = writing.triggers(shape.permissions, None)
    scope = Scope(rows=rows, zone=reading.zone, tables=reading.tables, lookup=lookup)
    first, *others = [scope.fact(each.variable) for each in shape.triggers]
    where = AllOf(of=tuple(each.where for each in shape.triggers))
    permitted = exp.Case()
    for rank, each in enumerate(shape.permissions):
        permitted = permitted.when(holds(each.where, scope), number(rank))
    is_of_subjects = reading.is_narrow and kind.about is not None
    query = snippet(
        TRIGGERS_OF_SUBJECTS if is_of_subjects else TRIGGERS,
        named=_joined(first, others),
        keys=exp.array(first.key, *(each.key for each in others)) if others else exp.null(),
        began_at=_latest([first, *others]),
        holds=holds(where, scope),
        doubt=concatenated(unknowns(each.where, scope) for each in shape.triggers),
        permitted=permitted if shape.permissions else exp.null(),
        permit_doubt=concatenated(unknowns(each.where, scope) for each in shape.permissions),
        facts=writing.facts(kind.name),
        about=first.field(kind.about or kind.key) if is_of_subjects else exp.true(),
        possible=possible(where, scope, reading.kinds),
        as_of=writing.as_of,
    )
    assert isinstance(query, exp.Select)
    if fields_of_parts(first.kind, reading.parts):
        query = query.join("part AS p", on=writing.part_of(first, column("target", "q")), copy=False)
    if shape.is_registered:
        query = query.where(snippet(IN_USE, at=_latest([first, *others])), copy=False)
    for row in others:
        facts = exp.alias_(exp.to_table(f"seen_{row.kind.name}"), row.alias, table=True)
        query = query.join(facts, on=writing.about(row, "q"), copy=False)
    carried = (
        exp.alias_(row.field(each), f"{row.alias}.{each}", quoted=True)
        for row in (first, *others)
        for each in sorted(
            {field.field for field in writing.fields() if field.kind == row.kind.name} | {row.kind.key}
        )
    )
    return query.select(*carried, copy=False)


def _joined(first: FactRow, others: Sequence[FactRow]) -> exp.Expr:
    """The keys of a combination as one."""
    return concatenated([first.key, *(part for row in others for part in (text(" + "), row.key))])


def _latest(rows: Sequence[FactRow]) -> exp.Expr:
    """The latest of the instants; none is absent."""
    instants = [each.instant for each in rows]
    return exp.func("GREATEST", *instants) if len(instants) > 1 else instants[0]
