-- From weighted_piece to forgiven(target, win, us, weighted): the first short bad intervals that count in each window (S5.3).
counting AS (
  SELECT r.target, s.win, r.unit_number, r.unit_a, r.weight, q.axis, q.forgiven,
    greatest(r.a, CASE WHEN q.is_split THEN s.starts_at ELSE q.starts_at END) AS a,
    least(r.b, CASE WHEN q.is_split THEN s.ends_at ELSE q.ends_at END) AS b
  FROM weighted_piece AS r
  JOIN asked AS q ON q.target = r.target AND r.unit_us < q.forgiven_under
  JOIN span AS s ON s.target = r.target
    AND CASE WHEN q.is_split THEN r.a ELSE r.belongs_at END < s.ends_at
    AND CASE WHEN q.is_split THEN r.b > s.starts_at ELSE r.belongs_at >= s.starts_at END
),
counted_piece AS (
  SELECT c.target, c.win, c.unit_number, c.unit_a, c.weight, c.forgiven,
    t.before_us + least(c.b, t.close_at) - t.slot_from - (f.before_us + least(c.a, f.close_at) - f.slot_from) AS us
  FROM counting AS c
  JOIN axis AS f ON f.axis = c.axis AND f.utc_day = utc_day(c.a) AND c.a >= f.slot_from AND c.a < f.slot_to
  JOIN axis AS t ON t.axis = c.axis AND t.utc_day = utc_day(c.b) AND c.b >= t.slot_from AND c.b < t.slot_to
  WHERE c.a < c.b
),
counted_unit AS (
  SELECT target, win, unit_number, unit_a, forgiven, sum(us) AS us, sum(us * weight) AS weighted
  FROM counted_piece
  GROUP BY target, win, unit_number, unit_a, forgiven
),
forgiven AS (
  SELECT target, win, sum(us) AS us, sum(weighted) AS weighted
  FROM (
    SELECT target, win, us, weighted, forgiven, row_number() OVER (
      PARTITION BY target, win ORDER BY unit_number, unit_a
    ) AS place
    FROM counted_unit WHERE us > 0
  ) AS p
  WHERE place <= forgiven
  GROUP BY target, win
)
