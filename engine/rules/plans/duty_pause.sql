-- Pauses from the start on, each moved to the counted axis of the deadline's clock, so that closed hours vanish,
-- and cut to what no earlier one covers (S3.3). Before this text stands `pause(id, a, b)`: the proven ones.
stop AS (
  SELECT r.id, r.n, r.cal, GREATEST(p.a, r.start) AS a, p.b
  FROM run AS r
  JOIN pause AS p ON p.id = r.id
  WHERE p.b > r.start AND p.b > p.a
),
stop_counted AS (
  SELECT id, n, a, b
  FROM stop
  WHERE cal < 0
  UNION ALL
  SELECT s.id, s.n,
    f.before_us + LEAST(s.a, f.close_at) - f.slot_from,
    t.before_us + LEAST(s.b, t.close_at) - t.slot_from
  FROM stop AS s
  LEFT JOIN clock AS f
    ON f.cal = s.cal AND f.utc_day = utc_day(s.a) AND s.a >= f.slot_from AND s.a < f.slot_to
  LEFT JOIN clock AS t
    ON t.cal = s.cal AND t.utc_day = utc_day(s.b) AND s.b >= t.slot_from AND s.b < t.slot_to
),
fresh AS (
  SELECT id, n, b, GREATEST(a, COALESCE(MAX(b) OVER (
    PARTITION BY id, n ORDER BY a, b ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ), a)) AS a
  FROM stop_counted
),
laid AS (
  SELECT id, n, a, b, COALESCE(SUM(b - a) OVER (
    PARTITION BY id, n ORDER BY a ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ), 0) AS stopped
  FROM fresh
  WHERE b > a
),
-- A pause that begins before the clock has run out puts the deadline off; one that begins just then, only the
-- last moment; a later one nothing.
spent AS (
  SELECT l.id, l.n,
    CAST(SUM(CASE WHEN l.a - r.c_start - l.stopped < r.length THEN l.b - l.a ELSE 0 END) AS BIGINT) AS put_off,
    CAST(SUM(CASE WHEN l.a - r.c_start - l.stopped <= r.length THEN l.b - l.a ELSE 0 END) AS BIGINT) AS at_most,
    CAST(SUM(GREATEST(0, LEAST(l.b, r.c_until) - LEAST(l.a, r.c_until))) AS BIGINT) AS paused
  FROM laid AS l
  JOIN run AS r ON r.id = l.id AND r.n = l.n
  GROUP BY l.id, l.n
),
placed AS (
  SELECT r.*, r.c_start + r.length + COALESCE(s.put_off, 0) AS x,
    r.c_start + r.length + COALESCE(s.at_most, 0) AS x_last, COALESCE(s.paused, 0) AS paused
  FROM run AS r
  LEFT JOIN spent AS s ON s.id = r.id AND s.n = r.n
)
