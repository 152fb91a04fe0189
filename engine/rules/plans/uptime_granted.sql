-- From capped and cap_reached to granted(target, a, b): a capped exclusion ends in the instant at which the spending
-- reaches its cap (S5.4).
spent AS (
  SELECT r.target, r.place, r.win, min(
    CASE WHEN q.spends_elapsed THEN r.c ELSE x.slot_from + r.c - x.before_us END
  ) AS spent_at
  FROM cap_reached AS r
  JOIN asked AS q ON q.target = r.target
  LEFT JOIN axis AS x ON x.axis = q.axis AND NOT q.spends_elapsed
    AND r.c > x.before_us AND r.c <= x.before_us + x.close_at - x.slot_from
  GROUP BY r.target, r.place, r.win
),
granted AS (
  SELECT target, a, b FROM exclusion WHERE place = 0
  UNION ALL
  SELECT c.target, c.a, least(c.b, coalesce(s.spent_at, c.b))
  FROM capped AS c LEFT JOIN spent AS s ON s.target = c.target AND s.place = c.place AND s.win = c.win
)
