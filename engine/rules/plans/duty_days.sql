-- Deadlines in days (S4.2–S4.4, S4.6): day 0, then the day on which the last counted day ends. Before this text
-- stands `owing`. A window's end belongs to its last day, hence `$back` (S2.3).
day_0 AS (
  SELECT w.*, z.day AS arrival_day, z.ordinal AS arrival_ordinal, z.ends_at AS arrival_ends_at,
    w.rolls AND (NOT z.is_open OR w.start > z.closing_at) AS is_rolled
  FROM owing AS w
  LEFT JOIN day_slot AS s
    ON s.cal = w.cal AND s.utc_day = utc_day(w.start - $back)
    AND w.start - $back >= s.slot_from AND w.start - $back < s.slot_to
  LEFT JOIN day AS z ON z.cal = w.cal AND z.day = s.day
  WHERE w.shape = 'days'
),
rolled AS (
  SELECT d.*, CASE WHEN d.is_rolled THEN r.opening_at ELSE d.start END AS counts_from,
    CASE WHEN d.is_rolled THEN r.day ELSE d.arrival_day END AS first_day,
    CASE WHEN d.is_rolled THEN r.ordinal ELSE d.arrival_ordinal END AS first_ordinal,
    CASE WHEN d.is_rolled THEN r.ends_at ELSE d.arrival_ends_at END AS first_ends_at
  FROM day_0 AS d
  LEFT JOIN day AS r
    ON d.is_rolled AND r.cal = d.cal AND r.is_open AND r.ordinal = d.arrival_ordinal + 1
),
numbered AS (
  SELECT r.*, s.offset_us, CASE WHEN r.is_months THEN $months_later - r.first_day ELSE r.length END AS days
  FROM rolled AS r
  LEFT JOIN day_slot AS s
    ON s.cal = r.cal AND s.utc_day = utc_day(r.counts_from - $back)
    AND r.counts_from - $back >= s.slot_from AND r.counts_from - $back < s.slot_to
)
