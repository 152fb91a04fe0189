-- From outage(target, a, b, is_open) to lasting(target, number, a, b, ends, is_open).
-- Outages merged, touching ones too (S5.2), and those of them that last long enough, in whole units (S5.3).
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
  SELECT m.target, m.number, m.a, m.a + (m.b - m.a) // q.unit_whole * q.unit_whole AS b, m.b AS ends, m.is_open
  FROM merged AS m JOIN asked AS q ON q.target = m.target
  WHERE m.b - m.a >= greatest(q.least_whole, q.unit_whole)
)
