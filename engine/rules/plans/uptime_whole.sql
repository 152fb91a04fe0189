-- From remaining to attributed(target, cell, bad).
-- An outage that belongs whole to the window it ends in is bad there, wherever it was (S5.5).
attributed AS (
  SELECT o.target, e.cell, sum(
    t.before_us + least(least(o.b, q.ends_at), t.close_at) - t.slot_from
    - (s.before_us + least(greatest(o.a, q.starts_at), s.close_at) - s.slot_from)
  ) AS bad
  FROM remaining AS o
  JOIN asked AS q ON q.target = o.target
  JOIN axis AS s ON s.axis = q.axis
    AND s.utc_day = utc_day(greatest(o.a, q.starts_at))
    AND greatest(o.a, q.starts_at) >= s.slot_from AND greatest(o.a, q.starts_at) < s.slot_to
  JOIN axis AS t ON t.axis = q.axis
    AND t.utc_day = utc_day(least(o.b, q.ends_at))
    AND least(o.b, q.ends_at) >= t.slot_from AND least(o.b, q.ends_at) < t.slot_to
  JOIN axis AS e ON e.axis = q.axis AND e.utc_day = utc_day(o.belongs_at)
    AND o.belongs_at >= e.slot_from AND o.belongs_at < e.slot_to
  WHERE o.a < q.ends_at AND q.starts_at < o.b
  GROUP BY o.target, e.cell
)
