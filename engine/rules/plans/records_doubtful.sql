-- Where an answer may be unknown: from paired to answered, and to the other ways to read a record (S7.2).
reading AS (
  SELECT *, NOT answered_at IS NULL AND NOT coalesce(answer_holds, FALSE) AS is_possible,
    sum(CASE WHEN answer_holds THEN 1 ELSE 0 END) OVER (
      PARTITION BY target, fact ORDER BY answered_at, answer ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS proven_before
  FROM paired
),
-- The answers up to the first that is proven, that one first; is_doubtful: there are others before it.
read_as AS (
  SELECT *, max(CASE WHEN is_possible THEN 1 ELSE 0 END) OVER (PARTITION BY target, fact) = 1 AS is_doubtful,
    row_number() OVER (
      PARTITION BY target, fact ORDER BY CASE WHEN answer_holds THEN 0 ELSE 1 END, answered_at, answer
    ) AS choice
  FROM reading WHERE coalesce(proven_before, 0) = 0
),
answered AS (
  SELECT target, fact, holds, starts_at, CASE WHEN NOT is_possible THEN answered_at END AS answered_at,
    is_open OR is_possible AS is_open, belongs_at, CASE WHEN NOT is_possible THEN value END AS value,
    is_overdue, is_doubtful
  FROM read_as WHERE choice = 1
),
doubtful AS (
  SELECT target, belongs_at FROM read_as WHERE is_doubtful
)
