-- From merged, lasting and granted to remaining(target, a, b, belongs_at) and dropped(target).
-- What exclusions leave of each outage, less the pieces that are too short (S5.3).
gap AS (
  SELECT target, number, a AS begins, b AS ends, is_open, a AS gap_from, a AS gap_to FROM lasting
  UNION ALL
  SELECT o.target, o.number, o.a, o.b, o.is_open, greatest(x.a, o.a), least(x.b, o.b)
  FROM lasting AS o JOIN granted AS x ON x.target = o.target AND x.a < o.b AND o.a < x.b AND x.a < x.b
),
piece AS (
  SELECT target, ends, is_open, max(gap_to) OVER gaps AS a, lead(gap_from, 1, ends) OVER gaps AS b
  FROM gap
  WINDOW gaps AS (
    PARTITION BY target, number ORDER BY gap_from, gap_to ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
),
remaining AS (
  SELECT p.target, p.a, p.b,
    least(CASE WHEN p.is_open THEN q.as_of ELSE p.ends - 1 END, q.ends_at - 1) AS belongs_at
  FROM piece AS p JOIN asked AS q ON q.target = p.target
  WHERE p.a < p.b AND p.b - p.a >= q.least_piece
),
-- Targets with an outage or a piece too short so far, that may be part of a longer one that nobody saw (S5.7).
dropped AS (
  SELECT DISTINCT q.target
  FROM (
    SELECT target, b, b - a AS whole_us, NULL AS piece_us FROM merged
    UNION ALL
    SELECT target, b, NULL, b - a FROM piece WHERE a < b
  ) AS p
  JOIN asked AS q ON q.target = p.target
  WHERE (p.b >= q.as_of OR NOT q.source IS NULL)
    AND (p.whole_us < q.least_whole OR p.piece_us < q.least_piece)
)
