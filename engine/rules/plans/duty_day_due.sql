-- How the last day ends: at midnight, at the same time of day, or at the last closing (S4.2).
last_day AS (
  SELECT w.*, CASE WHEN w.days = 0 THEN w.first_day ELSE e.day END AS due_day,
    CASE WHEN w.days = 0 THEN w.first_ends_at ELSE e.ends_at END AS due_ends_at,
    CASE WHEN $back = 1 AND NOT w.is_rolled AND (w.counts_from + w.offset_us) % 86400000000 = 0
      THEN 86400000000 ELSE w.counts_from + w.offset_us - 86400000000 * w.first_day END AS time_of_day
  FROM numbered AS w
  LEFT JOIN $skipped AS k ON k.id = w.id AND k.n = w.n
  LEFT JOIN day AS e
    ON e.cal = w.cal AND e.is_open AND e.ordinal = w.first_ordinal + w.days + COALESCE(k.days_skipped, 0)
),
day_due AS (
  SELECT w.id, w.n, w.due_day, w.ends, w.is_strict, CASE w.ends
    WHEN 'midnight' THEN w.due_ends_at
    WHEN 'closing' THEN c.closing_at
    ELSE t.begins_at + CASE WHEN t.moves THEN w.time_of_day - t.time_from ELSE 0 END
  END AS due_at
  FROM last_day AS w
  LEFT JOIN day AS c ON w.ends = 'closing' AND c.cal = w.closing_cal AND c.day = w.due_day
  LEFT JOIN civil AS t
    ON w.ends = 'time' AND t.cal = w.cal AND t.day = w.due_day
    AND w.time_of_day >= t.time_from AND w.time_of_day < t.time_to
)
