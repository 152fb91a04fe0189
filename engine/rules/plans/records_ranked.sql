-- From member to aggregate, where the values' order matters (S6).
ranked AS (
  SELECT m.target, m.win, m.value, m.is_miss, m.hash,
    row_number() OVER (PARTITION BY m.target, m.win ORDER BY m.value NULLS LAST) - 1 AS place,
    count(m.value) OVER (PARTITION BY m.target, m.win) AS records
  FROM member AS m
),
-- The nearest rank is the value in place ⌈share × n⌉ - 1; else the position is share × (n - 1), and `part` of
-- `whole` of the way to the next place.
positioned AS (
  SELECT r.target, r.win, r.value, r.is_miss, r.hash, r.place,
    CASE WHEN q.is_nearest THEN greatest((q.part_of * r.records + q.whole - 1) // q.whole, 1) - 1
      ELSE q.part_of * (r.records - 1) // q.whole END AS below,
    CASE WHEN q.is_nearest THEN 0 ELSE q.part_of * (r.records - 1) % q.whole END AS part
  FROM ranked AS r JOIN asked AS q ON q.target = r.target
),
aggregate AS (
  SELECT target, win, count(*) AS records, sum(value) AS total, min(value) AS lowest, max(value) AS highest,
    sum(CASE WHEN is_miss THEN 1 ELSE 0 END) AS misses, bit_xor(hash) AS hashes,
    max(CASE WHEN place = below THEN value END) AS below,
    max(CASE WHEN place = below + 1 THEN value END) AS above,
    max(part) AS part, NULL AS missed, NULL AS excepted_by, NULL AS exception_doubt
  FROM positioned GROUP BY target, win
)
