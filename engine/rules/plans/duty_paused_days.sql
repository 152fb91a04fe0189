-- Days that are paused do not count: day D moves on by one for each of them that comes before it (S4.6).
span AS (
  SELECT w.id, w.n, w.cal, w.first_day, w.first_ordinal, w.days, GREATEST(p.a, w.start) AS a, p.b
  FROM numbered AS w
  JOIN pause AS p ON p.id = w.id
  WHERE p.b > w.start AND p.b > p.a
),
fresh_span AS (
  SELECT id, n, cal, first_day, first_ordinal, days, b, GREATEST(a, COALESCE(MAX(b) OVER (
    PARTITION BY id, n ORDER BY a, b ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ), a)) AS a
  FROM span
),
touched AS (
  SELECT s.*, UNNEST(RANGE(f.day, t.day + 1)) AS day
  FROM fresh_span AS s
  LEFT JOIN day_slot AS f
    ON f.cal = s.cal AND f.utc_day = utc_day(s.a) AND s.a >= f.slot_from AND s.a < f.slot_to
  LEFT JOIN day_slot AS t
    ON t.cal = s.cal AND t.utc_day = utc_day(s.b - 1) AND s.b - 1 >= t.slot_from AND s.b - 1 < t.slot_to
  WHERE s.b > s.a
),
paused_time AS (
  SELECT t.id, t.n, t.cal, t.first_ordinal, t.days, t.day,
    SUM(LEAST(t.b, o.closes_at) - GREATEST(t.a, o.opens_at)) AS paused
  FROM touched AS t
  JOIN opening AS o ON o.cal = t.cal AND o.day = t.day AND o.opens_at < t.b AND o.closes_at > t.a
  WHERE t.day > t.first_day
  GROUP BY t.id, t.n, t.cal, t.first_ordinal, t.days, t.day
),
paused_day AS (
  SELECT p.id, p.n, p.days, d.ordinal - p.first_ordinal - ROW_NUMBER() OVER (
    PARTITION BY p.id, p.n ORDER BY p.day
  ) AS counted_before
  FROM paused_time AS p
  LEFT JOIN day AS d ON d.cal = p.cal AND d.day = p.day
  WHERE $is_paused
),
skipped AS (
  SELECT id, n, COUNT(*) AS days_skipped
  FROM paused_day
  WHERE counted_before < days
  GROUP BY id, n
)
