-- From of_part(target, part, a, b, is_open) to outage(target, a, b, is_open): where enough parts overlap (S5.2).
part_reached AS (
  SELECT target, part, a, b, max(b) OVER (
    PARTITION BY target, part ORDER BY a, b ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ) AS reach
  FROM of_part WHERE a < b
),
part_edge AS (
  SELECT target, greatest(a, coalesce(reach, a)) AS edge_at, 1 AS step FROM part_reached
  WHERE b > coalesce(reach, a)
  UNION ALL
  SELECT target, b, -1 FROM part_reached WHERE b > coalesce(reach, a)
),
part_level AS (
  SELECT target, edge_at AS a, lead(edge_at) OVER edges AS b, sum(step) OVER edges AS depth
  FROM part_edge
  WINDOW edges AS (
    PARTITION BY target ORDER BY edge_at, step ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
),
part_open AS (
  SELECT target, count(DISTINCT part) AS parts FROM of_part WHERE is_open AND a < b GROUP BY target
),
outage AS (
  SELECT l.target, l.a, l.b, l.b = q.as_of AND coalesce(o.parts, 0) >= q.at_once AS is_open
  FROM part_level AS l
  JOIN asked AS q ON q.target = l.target
  LEFT JOIN part_open AS o ON o.target = l.target
  WHERE l.depth >= q.at_once AND l.a < l.b
)
