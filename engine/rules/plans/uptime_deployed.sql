-- From deployment(target, a, b, weight), granted, bad and watched to deployed(target, cell, whole, unknown): the time in
-- which facts hold, times their weights, where it is measured, and where nobody knows what happened (S5.6, S6.7).
deployed_gone AS (
  SELECT g.target, 0 AS layer, g.a, g.b
  FROM granted AS g JOIN asked AS q ON q.target = g.target
  WHERE NOT q.counts_excluded
  UNION ALL
  SELECT target, 0, a, b FROM outside
  UNION ALL
  SELECT target, 1, a, b FROM granted
  UNION ALL
  SELECT target, 1, a, b FROM bad
  UNION ALL
  SELECT target, 1, a, b FROM watched
),
deployed_edge AS (
  SELECT d.target, l.layer, d.a AS edge_at, d.weight, 0 AS gone
  FROM deployment AS d CROSS JOIN (VALUES (0), (1)) AS l(layer) WHERE d.a < d.b
  UNION ALL
  SELECT d.target, l.layer, d.b, -d.weight, 0
  FROM deployment AS d CROSS JOIN (VALUES (0), (1)) AS l(layer) WHERE d.a < d.b
  UNION ALL
  SELECT target, layer, a, 0, 1 FROM deployed_gone WHERE a < b
  UNION ALL
  SELECT target, layer, b, 0, -1 FROM deployed_gone WHERE a < b
),
deployed_level AS (
  SELECT target, layer, edge_at AS a, lead(edge_at) OVER edges AS b,
    sum(weight) OVER edges AS weight, sum(gone) OVER edges AS gone
  FROM deployed_edge
  WINDOW edges AS (
    PARTITION BY target, layer ORDER BY edge_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
),
deployed_ends AS (
  SELECT p.target, p.layer, p.weight, q.axis, greatest(p.a, q.starts_at) AS a, least(p.b, q.ends_at) AS b
  FROM deployed_level AS p JOIN asked AS q ON q.target = p.target
  WHERE p.weight > 0 AND p.gone = 0 AND greatest(p.a, q.starts_at) < least(p.b, q.ends_at)
),
deployed_counted AS (
  SELECT e.target, e.layer, e.weight, e.axis, s.cell AS first_cell, t.cell AS last_cell,
    s.before_us + least(e.a, s.close_at) - s.slot_from AS ca,
    t.before_us + least(e.b, t.close_at) - t.slot_from AS cb
  FROM deployed_ends AS e
  JOIN axis AS s ON s.axis = e.axis AND s.utc_day = utc_day(e.a) AND e.a >= s.slot_from AND e.a < s.slot_to
  JOIN axis AS t ON t.axis = e.axis AND t.utc_day = utc_day(e.b) AND e.b >= t.slot_from AND e.b < t.slot_to
),
deployed AS (
  SELECT d.target, c.cell,
    sum(CASE WHEN d.layer = 0 THEN (least(d.cb, c.cb) - greatest(d.ca, c.ca)) * d.weight ELSE 0 END) AS whole,
    sum(CASE WHEN d.layer = 1 THEN (least(d.cb, c.cb) - greatest(d.ca, c.ca)) * d.weight ELSE 0 END) AS unknown
  FROM deployed_counted AS d
  JOIN cell AS c ON c.axis = d.axis AND c.cell BETWEEN d.first_cell AND d.last_cell
  WHERE d.ca < c.cb AND c.ca < d.cb
  GROUP BY d.target, c.cell
)
