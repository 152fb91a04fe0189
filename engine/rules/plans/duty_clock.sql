-- Deadlines in seconds, minutes or hours (S4.1). Before this text stands `owing`, one row for each deadline: its
-- start, how much its clock may count, and `until`: the fulfilment, or `as of`. Tables of time are looked up by
-- LEFT JOINs, which keep their order: joined with each other first, they would make a row for each pair of days.
started AS (
  SELECT w.*, c.before_us + LEAST(w.start, c.close_at) - c.slot_from AS c_start
  FROM owing AS w
  LEFT JOIN clock AS c
    ON c.cal = w.cal AND c.utc_day = utc_day(w.start) AND w.start >= c.slot_from AND w.start < c.slot_to
  WHERE w.shape = 'clock'
),
run AS (
  SELECT id, n, cal, start, length, is_strict, start AS c_start, GREATEST(start, until) AS c_until
  FROM owing
  WHERE shape = 'elapsed'
  UNION ALL
  SELECT s.id, s.n, s.cal, s.start, s.length, s.is_strict, s.c_start,
    c.before_us + LEAST(GREATEST(s.start, s.until), c.close_at) - c.slot_from
  FROM started AS s
  LEFT JOIN clock AS c
    ON c.cal = s.cal AND c.utc_day = utc_day(GREATEST(s.start, s.until))
    AND GREATEST(s.start, s.until) >= c.slot_from AND GREATEST(s.start, s.until) < c.slot_to
)
