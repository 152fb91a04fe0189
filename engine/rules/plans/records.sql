-- Records of a window (S6): from chosen and doubtful to member, doubt and unanswered, by target and window.
-- Records that can be read in one way only, in the windows that hold them; a late one is a miss of a share.
-- What is counted of one may hang on the one before it in its window.
member AS (
  SELECT s.target, s.win, r.fact, $counted AS value, r.is_miss, r.excepted_by, r.exception_doubt,
    md5_number(concat_ws('|', r.fact, r.starts_at, coalesce(CAST(r.answered_at AS VARCHAR), 'open'), r.value)) AS hash
  FROM chosen AS r
  JOIN span AS s ON s.target = r.target AND r.belongs_at >= s.starts_at AND r.belongs_at < s.ends_at
  WHERE r.counts AND r.is_sure
),
-- Windows in which some record can be read in more than one way (S7.2).
doubt AS (
  SELECT DISTINCT s.target, s.win
  FROM (
    SELECT target, belongs_at FROM chosen WHERE counts AND NOT is_sure
    UNION ALL
    SELECT target, belongs_at FROM doubtful
  ) AS r
  JOIN span AS s ON s.target = r.target
    AND (r.belongs_at IS NULL OR (r.belongs_at >= s.starts_at AND r.belongs_at < s.ends_at))
),
-- Started before the window's end or `as of`, and not answered by then (S6.1).
unanswered AS (
  SELECT s.target, s.win, count(*) AS records, max(s.seen_to - r.starts_at) AS oldest_us,
    bit_xor(md5_number(concat_ws('|', 'open', r.fact, r.starts_at))) AS hashes
  FROM chosen AS r
  JOIN span AS s ON s.target = r.target AND r.starts_at < s.seen_to
    AND (r.answered_at IS NULL OR r.answered_at > s.seen_to)
    AND (s.looks_back OR r.starts_at >= s.starts_at)
  WHERE r.is_proven AND r.can_be_open
  GROUP BY s.target, s.win
)
