"""Workload bounds: where each occasion stands among those of its window (S4.8)."""

from dataclasses import replace

from sqlglot import exp

from engine.model.obligation import ClockUnit, Excess, Recovered, Workload
from engine.model.period import WindowUnit
from engine.model.quantity import DAY, HOUR, MINUTE
from engine.rules.plans.duty_writing import DutyWriting
from engine.rules.plans.expression_to_sql import FactRow, Scope, holds, possible
from engine.rules.plans.notice_to_sql import day_of, midnight_after, months_later
from engine.rules.plans.plan_to_sql import column, number, snippet, union

COUNTED = """
  SELECT q.target, $key AS key, $at AS at, $unit AS unit, $holds AS holds
  FROM $facts AS r
  JOIN asked AS q ON $about
  WHERE $holds IS NOT FALSE AND $at <= $as_of
"""

# Who came first is served first: a case takes the window after the one of the case that stands as many places
# before it as a window has room, or its own, whichever is later.
PLACED = """
  SELECT *, $room AS binds,
    turn + MAX(unit - turn) OVER (PARTITION BY target, $apart, seat ORDER BY turn) AS served
  FROM (
    SELECT *, place // $most AS turn, place % $most AS seat
    FROM (
      SELECT *, ROW_NUMBER() OVER (PARTITION BY target, $apart ORDER BY at, key) - 1 AS place
      FROM counted
      WHERE holds
    )
  )
"""

ROOM = {
    Excess.WAITS: "TRUE",
    Excess.DOES_NOT_BIND: "ROW_NUMBER() OVER (PARTITION BY target, $apart, unit ORDER BY at, key) <= $most",
    Excess.NOTHING_BINDS: "COUNT(*) OVER (PARTITION BY target, $apart, unit) <= $most",
}
"""Whether a case binds."""

WORKLOAD = """
  SELECT o.id, p.binds, CASE WHEN p.served > p.unit THEN $served_at END AS waits_until
  FROM called AS o
  JOIN placed_case AS p ON p.target = o.target AND p.key = o.named
"""

CLOSED = """
  SELECT q.target, $key AS key, $ends AS ends, $proven AS proven
  FROM $facts AS r
  JOIN asked AS q ON $about
  JOIN $answers AS f ON $possible
  WHERE $ends >= $at AND $ends <= $as_of AND $is_about
"""

OPEN = """
  SELECT c.*, e.ends, e.is_doubtful
  FROM counted AS c
  LEFT JOIN (
    SELECT target, key, MIN(CASE WHEN proven THEN ends END) AS ends, BOOL_OR(proven IS NULL) AS is_doubtful
    FROM ($closed)
    GROUP BY target, key
  ) AS e ON e.target = c.target AND e.key = c.key
"""

# A case that ends at an instant is not open for one that comes at it.
CHANGED = """
  SELECT *, at AS moment, 1 AS turn, CASE WHEN ends <= at THEN 0 ELSE 1 END AS more FROM open_case WHERE holds
  UNION ALL
  SELECT *, ends AS moment, 0 AS turn, -1 AS more FROM open_case WHERE holds AND ends > at
"""

AT_ONCE = """
  SELECT target, key, 0 AS unit, 0 AS served, others < $most AS binds
  FROM (
    SELECT *, SUM(more) OVER (
      PARTITION BY target, $apart ORDER BY moment, turn, key ROWS UNBOUNDED PRECEDING
    ) - more AS others
    FROM changed_load
  )
  WHERE turn = 1
"""

UNCOUNTED_AT_ONCE = """
  SELECT DISTINCT o.id
  FROM called AS o
  JOIN open_case AS own ON own.target = o.target AND own.key = o.named
  JOIN open_case AS c ON c.target = o.target AND (c.holds IS NULL OR c.is_doubtful)
    AND (c.at, c.key) <= (own.at, own.key) AND $alike
"""

UNCOUNTED = """
  SELECT DISTINCT o.id
  FROM called AS o
  JOIN counted AS own ON own.target = o.target AND own.key = o.named
  JOIN counted AS c ON c.target = o.target AND c.holds IS NULL AND $concerns
"""

CONCERNS = {
    Excess.WAITS: "(c.at, c.key) <= (own.at, own.key)",
    Excess.DOES_NOT_BIND: "c.unit = own.unit AND (c.at, c.key) <= (own.at, own.key)",
    Excess.NOTHING_BINDS: "c.unit = own.unit",
}
"""Whether one case can change the place of another."""

LONG_AGO = 7 * 1_000_000
"""Days before 1970, a whole number of weeks."""

LENGTHS = {ClockUnit.MINUTE: MINUTE, ClockUnit.HOUR: HOUR}

MONTHS = {WindowUnit.MONTH: 1, WindowUnit.QUARTER: 3, WindowUnit.YEAR: 12}


def add_workload(writing: DutyWriting, workload: Workload) -> None:
    """`workload(id, binds, waits_until)`: the occasions that a bound counts. `uncounted`: those whose place
    hangs on facts that are not known."""
    statement, reading = writing.statement, writing.reading
    kind = reading.kinds[workload.counted.kind]
    row = FactRow(kind=kind, alias="r")
    scope = Scope(
        rows={workload.counted.variable: row},
        zone=reading.zone,
        tables=reading.tables,
        lookup=reading.lookup(column("target", "q")),
    )
    zone = number(reading.tables.days(reading.zone))
    known = [snippet("(CASE WHEN $f IS NOT NULL THEN TRUE END)", f=row.field(each)) for each in workload.each]
    counted = snippet(
        COUNTED,
        key=row.key,
        at=row.instant,
        unit=_window_of(row, zone, workload.unit),
        holds=exp.Paren(this=exp.and_(holds(workload.counted.where, scope), *known)),
        facts=writing.facts(kind.name),
        about=writing.about(row, "q"),
        as_of=writing.as_of,
    )
    assert isinstance(counted, exp.Select)
    apart = [exp.alias_(row.field(each), f"each {each}", quoted=True) for each in workload.each]
    statement.add("counted", "$counted", counted=counted.select(*apart, copy=False))
    fields = [exp.column(exp.to_identifier(f"each {each}", quoted=True)) for each in workload.each]
    together = exp.Tuple(expressions=[exp.true(), *fields])
    most = number(workload.at_most)
    alike = [
        snippet(
            "($a IS NULL OR $b IS NULL OR $a = $b)",
            a=column(f"each {each}", "c"),
            b=column(f"each {each}", "own"),
        )
        for each in workload.each
    ]
    if workload.unit is None:
        statement.add("open_case", OPEN, closed=union(_add_closed(writing, row, scope)))
        statement.add("changed_load", CHANGED)
        statement.add("placed_case", AT_ONCE, apart=together, most=most)
        statement.add("workload", WORKLOAD, served_at=snippet("CAST(NULL AS BIGINT)"))
        statement.add("uncounted", UNCOUNTED_AT_ONCE, alike=exp.and_(exp.true(), *alike))
        return
    room = snippet(ROOM[workload.excess], apart=together, most=most)
    statement.add("placed_case", PLACED, room=room, apart=together, most=most)
    served = _start_of(column("served", "p"), zone, workload.unit)
    waits = served if workload.excess is Excess.WAITS else exp.null()
    statement.add("workload", WORKLOAD, served_at=snippet("CAST($w AS BIGINT)", w=waits))
    concerns = exp.and_(snippet(CONCERNS[workload.excess]), *alike)
    statement.add("uncounted", UNCOUNTED, concerns=concerns)


def _add_closed(writing: DutyWriting, row: FactRow, scope: Scope) -> list[str]:
    """What may have fulfilled each case, at its instant or later, branch by branch."""
    shape, reading = writing.shape, writing.reading
    assert shape.trigger is not None and not isinstance(shape.fulfilments, Recovered), (
        "only triggers are bounded"
    )
    for branch, selection in enumerate(shape.fulfilments):
        answer = FactRow(kind=writing.kind(selection), alias="f")
        rows = {shape.trigger.variable: row, selection.variable: answer}
        own = replace(scope, rows=rows)
        writing.statement.add(
            f"closed_{branch}",
            CLOSED,
            key=row.key,
            at=row.instant,
            ends=answer.instant,
            proven=holds(selection.where, own),
            facts=writing.facts(row.kind.name),
            answers=writing.facts(selection.kind),
            about=writing.about(row, "q"),
            is_about=writing.about(answer, "q"),
            possible=possible(selection.where, own, reading.kinds),
            as_of=writing.as_of,
        )
    return [f"closed_{branch}" for branch in range(len(shape.fulfilments))]


def _window_of(row: FactRow, zone: exp.Expr, unit: WindowUnit | ClockUnit | None) -> exp.Expr:
    """The number of the window that holds a fact."""
    if unit is None:
        return number(0)
    if isinstance(unit, ClockUnit):
        # Counted from a day long ago, so that no instant is negative.
        long_ago = number(LONG_AGO * DAY)
        return snippet("(($at + $ago) // $n)", at=row.instant, ago=long_ago, n=number(LENGTHS[unit]))
    return _unit_of(day_of(row.instant, zone), unit)


def _start_of(window: exp.Expr, zone: exp.Expr, unit: WindowUnit | ClockUnit) -> exp.Expr:
    """The instant at which a window begins."""
    if isinstance(unit, ClockUnit):
        return snippet("($w * $n - $ago)", w=window, n=number(LENGTHS[unit]), ago=number(LONG_AGO * DAY))
    return midnight_after(snippet("($first - 1)", first=_first_day(window, unit)), zone)


def _unit_of(day: exp.Expr, unit: WindowUnit) -> exp.Expr:
    """The number of the civil unit that holds a day; weeks are ISO weeks, and day 0 was a Thursday."""
    if unit is WindowUnit.DAY:
        return day
    if unit is WindowUnit.WEEK:
        # Integers are divided towards 0: counted from long ago, no day is negative.
        return snippet("(($d + $ago + 3) // 7)", d=day, ago=number(LONG_AGO))
    months = snippet(
        "(DATE_PART('year', DATE '1970-01-01' + CAST($d AS INTEGER)) * 12"
        " + DATE_PART('month', DATE '1970-01-01' + CAST($d AS INTEGER)) - 1)",
        d=day,
    )
    return snippet("($m // $n)", m=months, n=number(MONTHS[unit]))


def _first_day(unit_number: exp.Expr, unit: WindowUnit) -> exp.Expr:
    if unit is WindowUnit.DAY:
        return unit_number
    if unit is WindowUnit.WEEK:
        return snippet("($n * 7 - 3 - $ago)", n=unit_number, ago=number(LONG_AGO))
    months = snippet("CAST($n * $m - 1970 * 12 AS INTEGER)", n=unit_number, m=number(MONTHS[unit]))
    return months_later(number(0), months)
