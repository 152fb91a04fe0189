-- From outage(target, a, b, weight) and remaining to weighted_piece(remaining and weight) and
-- weighted(target, cell, weighted): bad time times the level: the highest
-- weight of what overlaps there, or all of them out of what is deployed (S5.4–S5.6).
weight_edge AS (
  SELECT target, a AS edge_at FROM outage WHERE a < b
  UNION
  SELECT target, b FROM outage WHERE a < b
),
weight_between AS (
  SELECT target, edge_at AS a, lead(edge_at) OVER (PARTITION BY target ORDER BY edge_at) AS b FROM weight_edge
),
weight_level AS (
  SELECT p.target, p.a, p.b, $level AS weight
  FROM weight_between AS p
  JOIN outage AS o ON o.target = p.target AND o.a <= p.a AND o.b >= p.b
  WHERE p.a < p.b AND o.a < o.b
  GROUP BY p.target, p.a, p.b
),
weighted_piece AS (
  SELECT r.target, greatest(r.a, w.a) AS a, least(r.b, w.b) AS b, r.belongs_at,
    r.unit_number, r.unit_a, r.unit_us, w.weight
  FROM remaining AS r
  JOIN weight_level AS w ON w.target = r.target AND w.a < r.b AND r.a < w.b
),
weighted_ends AS (
  SELECT p.target, p.belongs_at, p.weight, q.axis, q.is_split,
    greatest(p.a, q.starts_at) AS a, least(p.b, q.ends_at) AS b
  FROM weighted_piece AS p JOIN asked AS q ON q.target = p.target
  WHERE greatest(p.a, q.starts_at) < least(p.b, q.ends_at)
),
weighted_counted AS (
  SELECT e.target, e.belongs_at, e.weight, e.axis, e.is_split, s.cell AS first_cell, t.cell AS last_cell,
    s.before_us + least(e.a, s.close_at) - s.slot_from AS ca,
    t.before_us + least(e.b, t.close_at) - t.slot_from AS cb
  FROM weighted_ends AS e
  JOIN axis AS s ON s.axis = e.axis AND s.utc_day = utc_day(e.a) AND e.a >= s.slot_from AND e.a < s.slot_to
  JOIN axis AS t ON t.axis = e.axis AND t.utc_day = utc_day(e.b) AND e.b >= t.slot_from AND e.b < t.slot_to
),
weighted_cell AS (
  SELECT w.target, c.cell, (least(w.cb, c.cb) - greatest(w.ca, c.ca)) * w.weight AS weighted
  FROM weighted_counted AS w
  JOIN cell AS c ON c.axis = w.axis AND c.cell BETWEEN w.first_cell AND w.last_cell
  WHERE w.is_split AND w.ca < c.cb AND c.ca < w.cb
  UNION ALL
  SELECT w.target, e.cell, (w.cb - w.ca) * w.weight
  FROM weighted_counted AS w
  JOIN axis AS e ON e.axis = w.axis AND e.utc_day = utc_day(w.belongs_at)
    AND w.belongs_at >= e.slot_from AND w.belongs_at < e.slot_to
  WHERE NOT w.is_split
),
weighted AS (
  SELECT target, cell, sum(weighted) AS weighted FROM weighted_cell GROUP BY target, cell
)
