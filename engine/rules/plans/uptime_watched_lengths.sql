-- From cut to length(target, cell, o, x, xo, xw, xow): outside o, exclusions x (what is
-- outside too), outages, watched time w (S6.7).
-- Fresh segments: how much each piece adds to the union of the pieces before it, in each union of layers.
fresh AS (
  SELECT target, cell, layer, ca, cb,
    greatest(ca, max(cb) FILTER (WHERE layer = 1) OVER before) AS fresh_x,
    greatest(ca, max(cb) FILTER (WHERE layer <= 2) OVER before) AS fresh_xo,
    greatest(ca, max(cb) FILTER (WHERE layer <> 2) OVER before) AS fresh_xw,
    greatest(ca, max(cb) OVER before) AS fresh_xow
  FROM cut
  WINDOW before AS (PARTITION BY target, cell ORDER BY ca ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
length AS (
  SELECT target, cell,
    sum(CASE WHEN layer = 0 THEN cb - ca ELSE 0 END) AS o,
    sum(CASE WHEN layer = 1 AND cb > fresh_x THEN cb - fresh_x ELSE 0 END) AS x,
    sum(CASE WHEN layer <= 2 AND cb > fresh_xo THEN cb - fresh_xo ELSE 0 END) AS xo,
    sum(CASE WHEN layer <> 2 AND cb > fresh_xw THEN cb - fresh_xw ELSE 0 END) AS xw,
    sum(CASE WHEN cb > fresh_xow THEN cb - fresh_xow ELSE 0 END) AS xow
  FROM fresh GROUP BY target, cell
)
