"""Workload bounds: where each occasion stands among those of its window (S4.8)."""

from sqlglot import exp

from engine.model.obligation import Excess, Workload
from engine.model.period import WindowUnit
from engine.rules.plans.duty_writing import DutyWriting
from engine.rules.plans.expression_to_sql import FactRow, Scope, holds
from engine.rules.plans.notice_to_sql import day_of, midnight_after, months_later
from engine.rules.plans.plan_to_sql import column, number, snippet

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
        unit=_unit_of(day_of(row.instant, zone), workload.unit),
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
    room = snippet(ROOM[workload.excess], apart=together, most=most)
    statement.add("placed_case", PLACED, room=room, apart=together, most=most)
    served = midnight_after(
        snippet("($first - 1)", first=_first_day(column("served", "p"), workload.unit)), zone
    )
    waits = served if workload.excess is Excess.WAITS else exp.null()
    statement.add("workload", WORKLOAD, served_at=snippet("CAST($w AS BIGINT)", w=waits))
    alike = [
        snippet(
            "($a IS NULL OR $b IS NULL OR $a = $b)",
            a=column(f"each {each}", "c"),
            b=column(f"each {each}", "own"),
        )
        for each in workload.each
    ]
    concerns = exp.and_(snippet(CONCERNS[workload.excess]), *alike)
    statement.add("uncounted", UNCOUNTED, concerns=concerns)


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
