"""Agreed time narrowed by `while`, as SQL: what lies outside of it (S5.1)."""

from collections.abc import Sequence

from sqlglot import exp

from engine.model.measure import Standing, While
from engine.rules.plans.intervals_to_sql import Reading, intervals, periods, together
from engine.rules.plans.plan_to_sql import Statement, number, snippet

COMPLEMENT = """
  SELECT target, a, b FROM (
    SELECT e.target,
      max(e.b) OVER (
        PARTITION BY e.target ORDER BY e.a, e.b ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS a,
      least(lead(e.a, 1, q.as_of) OVER (PARTITION BY e.target ORDER BY e.a, e.b), q.as_of, q.ends_at) AS b
    FROM (
      SELECT target, a, b FROM $read WHERE a < b
      UNION ALL
      SELECT target, starts_at, starts_at FROM asked
    ) AS e
    JOIN asked AS q ON q.target = e.target
    WHERE e.b >= q.starts_at
  ) AS c
  WHERE a < b
"""

HELD = "SELECT target, a, coalesce(b, $as_of) AS b FROM $read WHERE holds"

STANDING = """
  SELECT target, a, b FROM (
    SELECT target, edge_at AS a, lead(edge_at) OVER edges AS b, sum(step) OVER edges AS depth
    FROM (
      SELECT target, a AS edge_at, 1 AS step FROM ($held) AS f WHERE a < b
      UNION ALL
      SELECT target, b, -1 FROM ($held) AS f WHERE a < b
    ) AS e
    WINDOW edges AS (
      PARTITION BY target ORDER BY edge_at, step ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
  ) AS l
  WHERE depth >= $count AND a < b
"""

FRESH = """
  SELECT target, a, b FROM (
    SELECT target, b, greatest(a, coalesce(max(b) OVER (
      PARTITION BY target ORDER BY a, b ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), a)) AS a
    FROM ($rows) AS o
  ) AS f
  WHERE a < b
"""


def complement(read: str) -> exp.Expr:
    """What a CTE of (target, a, b) leaves of the windows asked, up to `as of`."""
    return snippet(COMPLEMENT, read=exp.to_table(read))


def narrowing_rows(narrowing: Sequence[While], reading: Reading) -> dict[str, exp.Expr]:
    """By name, what each `while` reads, as `periods` gives it."""
    return {
        f"read_while_{place}": periods(each.facts, reading)
        if isinstance(each, Standing)
        else intervals(each, reading)
        for place, each in enumerate(narrowing)
    }


def add_outside(statement: Statement, narrowing: Sequence[While], reading: Reading) -> None:
    """outside(target, a, b): apart, what any of them leaves out."""
    outside: list[exp.Expr] = []
    for place, each in enumerate(narrowing):
        held = snippet(HELD, read=exp.to_table(f"read_while_{place}"), as_of=number(reading.as_of))
        inside = held
        if isinstance(each, Standing):
            inside = snippet(STANDING, held=held, count=number(each.count))
        statement.add(f"inside_{place}", "$rows", rows=inside)
        outside.append(complement(f"inside_{place}"))
    statement.add("outside", FRESH, rows=together(outside))
