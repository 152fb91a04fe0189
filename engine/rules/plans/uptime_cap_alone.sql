-- From spendable to cap_reached(target, place, win, c): where on the axis the only cap of a target is spent (S5.4).
-- Each of its windows is a pool, and whatever can be spent there is.
cap_reached AS (
  SELECT s.target, w.place, w.win, s.ca + w.cap_us - s.s_from AS c
  FROM spendable AS s
  JOIN cap_span AS w ON w.target = s.target AND w.win = s.pool
  WHERE s.s_from < w.cap_us AND w.cap_us <= s.s_to
)
