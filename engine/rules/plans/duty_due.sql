-- From the counted axis back to instants: `due_at` is the earliest at which so much is counted, `last_at` the last
-- at which no more is. Where the clock never gets there, both are NULL and nothing is late (S4.1).
clock_due AS (
  SELECT id, n, x AS due_at, x_last AS last_at, c_until - c_start - paused AS counted, paused, is_strict
  FROM placed
  WHERE cal < 0
  UNION ALL
  SELECT p.id, p.n, CASE WHEN p.length = 0 THEN p.start ELSE v.slot_from + p.x - v.before_us END,
    COALESCE(u.slot_from + p.x_last - u.before_us, CASE WHEN p.length = 0 THEN p.start END,
      v.slot_from + p.x - v.before_us),
    p.c_until - p.c_start - p.paused, p.paused, p.is_strict
  FROM placed AS p
  LEFT JOIN clock_inverse AS v
    ON v.cal = p.cal AND v.bucket = (p.x - 1) // 3600000000
    AND p.x > v.before_us AND p.x <= v.before_us + v.len_us
  LEFT JOIN clock_inverse AS u
    ON u.cal = p.cal AND u.bucket = p.x_last // 3600000000
    AND p.x_last >= u.before_us AND p.x_last < u.before_us + u.len_us
  WHERE p.cal >= 0
)
