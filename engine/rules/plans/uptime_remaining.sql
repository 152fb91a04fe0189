-- From merged, lasting and granted to remaining(target, a, b, belongs_at, unit_number, unit_a, unit_us) and
-- dropped(target, win). What exclusions leave of each outage, less the pieces that are too short, in whole units
-- (S5.3). A unit is what is forgiven: a whole outage, or a piece of one.
gap AS (
  SELECT target, number, b, ends, is_open, a AS gap_from, a AS gap_to FROM lasting
  UNION ALL
  SELECT o.target, o.number, o.b, o.ends, o.is_open, greatest(x.a, o.a), least(x.b, o.b)
  FROM lasting AS o JOIN granted AS x ON x.target = o.target AND x.a < o.b AND o.a < x.b AND x.a < x.b
),
piece AS (
  SELECT target, number, ends, is_open, max(gap_to) OVER gaps AS a, lead(gap_from, 1, b) OVER gaps AS b
  FROM gap
  WINDOW gaps AS (
    PARTITION BY target, number ORDER BY gap_from, gap_to ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
),
remaining AS (
  SELECT p.target, p.a, p.a + (p.b - p.a) // q.unit_piece * q.unit_piece AS b,
    least(CASE WHEN p.is_open THEN q.as_of ELSE p.ends - 1 END, q.ends_at - 1) AS belongs_at,
    p.number AS unit_number,
    CASE WHEN q.forgives_whole THEN 0 ELSE p.a END AS unit_a,
    CASE WHEN q.forgives_whole THEN m.b - m.a ELSE p.b - p.a END AS unit_us
  FROM piece AS p
  JOIN asked AS q ON q.target = p.target
  JOIN merged AS m ON m.target = p.target AND m.number = p.number
  WHERE p.a < p.b AND p.b - p.a >= greatest(q.least_piece, q.unit_piece)
),
-- Windows with an outage or a piece too short, cut or forgiven so far, that may be part of a longer one that
-- nobody saw (S5.7): one in the window, or anywhere where it spends caps or belongs whole to a window.
dropped AS (
  SELECT DISTINCT s.target, s.win
  FROM (
    SELECT target, a, b, b - a AS whole_us, NULL AS piece_us FROM merged
    UNION ALL
    SELECT target, a, b, NULL, b - a FROM piece WHERE a < b
  ) AS p
  JOIN asked AS q ON q.target = p.target
  JOIN span AS s ON s.target = p.target
    AND ($is_anywhere OR NOT q.is_split OR (p.a < s.ends_at AND s.starts_at < p.b))
  WHERE (p.b >= q.as_of OR NOT q.source IS NULL)
    AND (
      p.whole_us < q.least_whole OR p.piece_us < q.least_piece
      OR p.whole_us % q.unit_whole > 0 OR p.piece_us % q.unit_piece > 0
      OR CASE WHEN q.forgives_whole THEN p.whole_us ELSE p.piece_us END < q.forgiven_under
    )
)
