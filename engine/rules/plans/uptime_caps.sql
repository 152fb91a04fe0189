-- From exclusion(target, place, a, b), cap_span and spender(target, a, b) to capped and spendable, in which
-- caps of a pool are spent one after the other: `from_at` to `to_at`, on the axis `ca` to `cb` (S5.4).
-- `s_from` and `s_to` count what of the pool could be spent until then; free time spends nothing.
capped AS (
  SELECT x.target, x.place, s.win, s.cap_us, x.a AS began,
    greatest(x.a, s.starts_at) AS a, least(x.b, s.ends_at) AS b
  FROM exclusion AS x
  JOIN cap_span AS s ON s.target = x.target AND s.place = x.place AND x.a < s.ends_at AND s.starts_at < x.b
  WHERE x.a < x.b AND s.cap_us > 0
),
met_by AS (
  SELECT c.target, $pool AS pool, c.a, c.b, 1 AS capped, 0 AS free, 0 AS bad FROM capped AS c
  UNION ALL
  SELECT c.target, $pool AS pool, greatest(x.a, c.a), least(x.b, c.b), 0, 1, 0
  FROM capped AS c JOIN exclusion AS x ON x.target = c.target AND x.a < c.b AND c.a < x.b
  WHERE x.place = 0 AND x.a < x.b
  UNION ALL
  SELECT c.target, $pool AS pool, greatest(o.a, c.a), least(o.b, c.b), 0, 0, 1
  FROM capped AS c JOIN spender AS o ON o.target = c.target AND o.a < c.b AND c.a < o.b
  WHERE o.a < o.b
),
edge AS (
  SELECT target, pool, a AS edge_at, capped, free, bad FROM met_by
  UNION ALL
  SELECT target, pool, b, -capped, -free, -bad FROM met_by
),
placed AS (
  SELECT e.target, e.pool, e.edge_at, e.capped, e.free, e.bad, q.spends_announced,
    CASE WHEN q.spends_elapsed THEN e.edge_at
      ELSE s.before_us + least(e.edge_at, s.close_at) - s.slot_from END AS c
  FROM edge AS e
  JOIN asked AS q ON q.target = e.target
  JOIN axis AS s ON s.axis = q.axis AND s.utc_day = utc_day(e.edge_at)
    AND e.edge_at >= s.slot_from AND e.edge_at < s.slot_to
),
step AS (
  SELECT target, pool, spends_announced, edge_at AS from_at, lead(edge_at) OVER edges AS to_at,
    c AS ca, lead(c) OVER edges AS cb,
    sum(capped) OVER edges AS capped, sum(free) OVER edges AS free, sum(bad) OVER edges AS bad
  FROM placed
  WINDOW edges AS (
    PARTITION BY target, pool ORDER BY edge_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
),
spendable AS (
  SELECT target, pool, row_number() OVER steps AS n, from_at, to_at, ca,
    sum(cb - ca) OVER steps - (cb - ca) AS s_from, sum(cb - ca) OVER steps AS s_to
  FROM step
  WHERE ca < cb AND capped > 0 AND free = 0 AND (bad > 0 OR spends_announced)
  WINDOW steps AS (
    PARTITION BY target, pool ORDER BY ca ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
)
