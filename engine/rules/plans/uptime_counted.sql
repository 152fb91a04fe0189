-- From outside, granted, bad and watched(target, a, b) to cut(target, layer, cell, ca, cb).
-- Everything moves to the counted axis, where closed hours vanish, and is cut into cells (S5.1).
held AS (
  SELECT target, 0 AS layer, a, b FROM outside
  UNION ALL
  SELECT target, 1, a, b FROM granted
  UNION ALL
  SELECT target, 2, a, b FROM bad
  UNION ALL
  SELECT target, 3, a, b FROM watched
),
clipped AS (
  SELECT h.target, h.layer, q.axis, greatest(h.a, q.starts_at) AS a, least(h.b, q.ends_at) AS b
  FROM held AS h JOIN asked AS q ON q.target = h.target
  WHERE h.a < h.b AND h.a < q.ends_at AND q.starts_at < h.b
),
begun AS (
  SELECT i.target, i.layer, i.axis, i.b, s.cell AS first_cell,
    s.before_us + least(i.a, s.close_at) - s.slot_from AS ca
  FROM clipped AS i
  JOIN axis AS s ON s.axis = i.axis AND s.utc_day = utc_day(i.a)
    AND i.a >= s.slot_from AND i.a < s.slot_to
),
ended AS (
  SELECT i.target, i.layer, i.axis, i.first_cell, i.ca, s.cell AS last_cell,
    s.before_us + least(i.b, s.close_at) - s.slot_from AS cb
  FROM begun AS i
  JOIN axis AS s ON s.axis = i.axis AND s.utc_day = utc_day(i.b)
    AND i.b >= s.slot_from AND i.b < s.slot_to
),
cut AS (
  SELECT target, layer, first_cell AS cell, ca, cb FROM ended WHERE first_cell = last_cell AND ca < cb
  UNION ALL
  SELECT e.target, e.layer, c.cell, greatest(e.ca, c.ca), least(e.cb, c.cb)
  FROM ended AS e
  JOIN cell AS c ON c.axis = e.axis AND c.cell BETWEEN e.first_cell AND e.last_cell
  WHERE e.first_cell < e.last_cell AND e.ca < c.cb AND c.ca < e.cb
)
