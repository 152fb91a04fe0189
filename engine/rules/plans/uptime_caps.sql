-- From exclusion(target, is_capped, a, b) and spender(target, a, b) to granted(target, a, b).
-- A cap is spent in order of time, by the announced time or by the bad time in it, on the counted axis (S5.4).
capped AS (
  SELECT x.target, s.win, q.axis,
    greatest(x.a, s.starts_at) AS a, least(x.b, s.ends_at) AS b
  FROM exclusion AS x
  JOIN asked AS q ON q.target = x.target
  JOIN span AS s ON s.target = x.target AND x.a < s.ends_at AND s.starts_at < x.b
  WHERE x.is_capped AND x.a < x.b AND q.cap > 0
),
met_by AS (
  SELECT c.target, c.win, c.axis, c.a, c.b, 1 AS capped, 0 AS free, 0 AS bad FROM capped AS c
  UNION ALL
  SELECT c.target, c.win, c.axis, greatest(x.a, c.a), least(x.b, c.b), 0, 1, 0
  FROM capped AS c JOIN exclusion AS x ON x.target = c.target AND x.a < c.b AND c.a < x.b
  WHERE NOT x.is_capped AND x.a < x.b
  UNION ALL
  SELECT c.target, c.win, c.axis, greatest(o.a, c.a), least(o.b, c.b), 0, 0, 1
  FROM capped AS c JOIN spender AS o ON o.target = c.target AND o.a < c.b AND c.a < o.b
  WHERE o.a < o.b
),
edge AS (
  SELECT target, win, axis, a AS edge_at, capped, free, bad FROM met_by
  UNION ALL
  SELECT target, win, axis, b, -capped, -free, -bad FROM met_by
),
step AS (
  SELECT e.target, e.win, s.before_us + least(e.edge_at, s.close_at) - s.slot_from AS ca,
    lead(s.before_us + least(e.edge_at, s.close_at) - s.slot_from) OVER edges AS cb,
    sum(e.capped) OVER edges AS capped, sum(e.free) OVER edges AS free, sum(e.bad) OVER edges AS bad
  FROM edge AS e
  JOIN axis AS s ON s.axis = e.axis AND s.utc_day = utc_day(e.edge_at)
    AND e.edge_at >= s.slot_from AND e.edge_at < s.slot_to
  WINDOW edges AS (
    PARTITION BY e.target, e.win ORDER BY e.edge_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
),
spending AS (
  SELECT s.target, s.win, q.axis, q.cap, s.ca, s.cb, sum(s.cb - s.ca) OVER (
    PARTITION BY s.target, s.win ORDER BY s.ca ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS spent_us
  FROM step AS s JOIN asked AS q ON q.target = s.target
  WHERE s.ca < s.cb AND s.capped > 0 AND s.free = 0 AND (s.bad > 0 OR q.spends_announced)
),
spent AS (
  SELECT s.target, s.win, min(x.slot_from + s.cb - (s.spent_us - s.cap) - x.before_us) AS spent_at
  FROM spending AS s
  JOIN axis AS x ON x.axis = s.axis AND s.cb - (s.spent_us - s.cap) > x.before_us
    AND s.cb - (s.spent_us - s.cap) <= x.before_us + x.close_at - x.slot_from
  WHERE s.spent_us >= s.cap AND s.spent_us - (s.cb - s.ca) < s.cap
  GROUP BY s.target, s.win
),
granted AS (
  SELECT target, a, b FROM exclusion WHERE NOT is_capped
  UNION ALL
  SELECT c.target, c.a, least(c.b, coalesce(s.spent_at, c.b))
  FROM capped AS c LEFT JOIN spent AS s ON s.target = c.target AND s.win = c.win
)
