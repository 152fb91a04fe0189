-- Uptime (S5), step by step. `asked` holds one row per target; `axis` its clock, cut at the edges of its windows and
-- at `as of` into the cells of `cell`; `span` the cells of each window. The CTEs that read the facts stand before
-- these: outage(target, a, b, is_open), exclusion(target, is_capped, a, b), watched(target, a, b).
--
-- Four names are chosen by the shape of the targets, and steps that nothing reads are left out:
-- `spender` is outage | lasting, `granted` exclusion | within_caps, `bad` outage | lasting | remaining,
-- `attributed` split | whole.
WITH
-- Outages merged, touching ones too (S5.2), and those of them that last long enough (S5.3).
reached AS (
  SELECT target, a, b, is_open, max(b) OVER (
    PARTITION BY target ORDER BY a, b ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ) AS reach
  FROM outage WHERE a < b
),
numbered AS (
  SELECT target, a, b, is_open, sum(CASE WHEN reach IS NULL OR a > reach THEN 1 ELSE 0 END) OVER (
    PARTITION BY target ORDER BY a, b ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS number
  FROM reached
),
merged AS (
  SELECT target, number, min(a) AS a, max(b) AS b, bool_or(is_open) AS is_open
  FROM numbered GROUP BY target, number
),
lasting AS (
  SELECT m.target, m.number, m.a, m.b, m.is_open
  FROM merged AS m JOIN asked AS q ON q.target = m.target
  WHERE m.b - m.a >= q.least_whole
),
-- A cap is spent in order of time, by the announced time or by the bad time in it, on the counted axis (S5.4).
capped AS (
  SELECT x.target, s.win, q.axis, q.cap, q.spends_announced,
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
  JOIN axis AS s ON s.axis = e.axis AND s.utc_day = (e.edge_at + 62167219200000000) // 86400000000
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
within_caps AS (
  SELECT target, a, b FROM exclusion WHERE NOT is_capped
  UNION ALL
  SELECT c.target, c.a, least(c.b, coalesce(s.spent_at, c.b))
  FROM capped AS c LEFT JOIN spent AS s ON s.target = c.target AND s.win = c.win
),
-- What exclusions leave of each outage, less the pieces that are too short (S5.3).
gap AS (
  SELECT target, number, a AS begins, b AS ends, is_open, a AS gap_from, a AS gap_to FROM lasting
  UNION ALL
  SELECT o.target, o.number, o.a, o.b, o.is_open, greatest(x.a, o.a), least(x.b, o.b)
  FROM lasting AS o JOIN granted AS x ON x.target = o.target AND x.a < o.b AND o.a < x.b AND x.a < x.b
),
piece AS (
  SELECT target, ends, is_open, max(gap_to) OVER gaps AS a, lead(gap_from, 1, ends) OVER gaps AS b
  FROM gap
  WINDOW gaps AS (
    PARTITION BY target, number ORDER BY gap_from, gap_to ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
),
remaining AS (
  SELECT p.target, p.a, p.b,
    least(CASE WHEN p.is_open THEN q.as_of ELSE p.ends - 1 END, q.ends_at - 1) AS belongs_at
  FROM piece AS p JOIN asked AS q ON q.target = p.target
  WHERE p.a < p.b AND p.b - p.a >= q.least_piece
),
-- Everything moves to the counted axis, where closed hours vanish, and is cut into cells (S5.1).
held AS (
  SELECT target, 1 AS layer, a, b FROM granted
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
  JOIN axis AS s ON s.axis = i.axis AND s.utc_day = (i.a + 62167219200000000) // 86400000000
    AND i.a >= s.slot_from AND i.a < s.slot_to
),
ended AS (
  SELECT i.target, i.layer, i.axis, i.first_cell, i.ca, s.cell AS last_cell,
    s.before_us + least(i.b, s.close_at) - s.slot_from AS cb
  FROM begun AS i
  JOIN axis AS s ON s.axis = i.axis AND s.utc_day = (i.b + 62167219200000000) // 86400000000
    AND i.b >= s.slot_from AND i.b < s.slot_to
),
cut AS (
  SELECT target, layer, first_cell AS cell, ca, cb FROM ended WHERE first_cell = last_cell AND ca < cb
  UNION ALL
  SELECT e.target, e.layer, c.cell, greatest(e.ca, c.ca), least(e.cb, c.cb)
  FROM ended AS e
  JOIN cell AS c ON c.axis = e.axis AND c.cell BETWEEN e.first_cell AND e.last_cell
  WHERE e.first_cell < e.last_cell AND e.ca < c.cb AND c.ca < e.cb
),
-- Fresh segments: how much each piece adds to the union of the pieces before it, in each union of layers.
fresh AS (
  SELECT target, cell, layer, cb,
    greatest(ca, max(cb) FILTER (WHERE layer = 1) OVER before) AS fresh_x,
    greatest(ca, max(cb) FILTER (WHERE layer <= 2) OVER before) AS fresh_xo,
    greatest(ca, max(cb) FILTER (WHERE layer <> 2) OVER before) AS fresh_xw,
    greatest(ca, max(cb) OVER before) AS fresh_xow
  FROM cut
  WINDOW before AS (PARTITION BY target, cell ORDER BY ca ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
length AS (
  SELECT target, cell,
    sum(CASE WHEN layer = 1 AND cb > fresh_x THEN cb - fresh_x ELSE 0 END) AS x,
    sum(CASE WHEN layer <= 2 AND cb > fresh_xo THEN cb - fresh_xo ELSE 0 END) AS xo,
    sum(CASE WHEN layer <> 2 AND cb > fresh_xw THEN cb - fresh_xw ELSE 0 END) AS xw,
    sum(CASE WHEN cb > fresh_xow THEN cb - fresh_xow ELSE 0 END) AS xow
  FROM fresh GROUP BY target, cell
),
-- An outage that belongs whole to the window it ends in is bad there, wherever it was (S5.5).
whole AS (
  SELECT o.target, e.cell, sum(
    t.before_us + least(least(o.b, q.ends_at), t.close_at) - t.slot_from
    - (s.before_us + least(greatest(o.a, q.starts_at), s.close_at) - s.slot_from)
  ) AS bad
  FROM remaining AS o
  JOIN asked AS q ON q.target = o.target
  JOIN axis AS s ON s.axis = q.axis
    AND s.utc_day = (greatest(o.a, q.starts_at) + 62167219200000000) // 86400000000
    AND greatest(o.a, q.starts_at) >= s.slot_from AND greatest(o.a, q.starts_at) < s.slot_to
  JOIN axis AS t ON t.axis = q.axis
    AND t.utc_day = (least(o.b, q.ends_at) + 62167219200000000) // 86400000000
    AND least(o.b, q.ends_at) >= t.slot_from AND least(o.b, q.ends_at) < t.slot_to
  JOIN axis AS e ON e.axis = q.axis AND e.utc_day = (o.belongs_at + 62167219200000000) // 86400000000
    AND o.belongs_at >= e.slot_from AND o.belongs_at < e.slot_to
  WHERE o.a < q.ends_at AND q.starts_at < o.b
  GROUP BY o.target, e.cell
),
split AS (
  SELECT target, cell, xo - x AS bad FROM length
),
wanted AS (
  SELECT s.target, s.win, q.axis, unnest(range(s.first_cell, s.last_cell + 1)) AS cell
  FROM span AS s JOIN asked AS q ON q.target = s.target
)
SELECT w.target, w.win,
  sum(c.cb - c.ca) AS agreed,
  sum(coalesce(l.x, 0)) AS excluded,
  sum(coalesce(b.bad, 0)) AS bad,
  sum(CASE WHEN c.is_past THEN c.cb - c.ca - coalesce(l.xw, 0) ELSE 0 END) AS unwatched,
  sum(CASE WHEN c.is_past THEN c.cb - c.ca - coalesce(l.xow, 0) ELSE 0 END) AS unknown,
  sum(CASE WHEN c.is_past THEN 0 ELSE c.cb - c.ca - coalesce(l.x, 0) END) AS ahead
FROM wanted AS w
JOIN cell AS c ON c.axis = w.axis AND c.cell = w.cell
LEFT JOIN length AS l ON l.target = w.target AND l.cell = w.cell
LEFT JOIN attributed AS b ON b.target = w.target AND b.cell = w.cell
GROUP BY w.target, w.win
