-- From capped and spendable to cap_reached(target, place, win, c): where on the axis each of several caps is spent
-- (S5.4). Of the exclusions that cover a step, the one that began first pays as long as its cap lasts, then the
-- next: who pays hangs on all that was paid before, so the steps are walked in order of time. A cap begins anew
-- with each of its windows, and is smaller in one that the term cuts.
covering AS (
  SELECT s.target, s.n, s.s_to, c.place, max(c.win) AS win, max(c.cap_us) AS cap_us, min(c.began) AS began
  FROM spendable AS s
  JOIN capped AS c ON c.target = s.target AND c.a <= s.from_at AND s.to_at <= c.b
  GROUP BY s.target, s.n, s.s_to, c.place
),
turn AS (
  SELECT target, n, s_to, list(place ORDER BY began, place) AS places,
    list(win ORDER BY began, place) AS wins, list(cap_us ORDER BY began, place) AS caps
  FROM covering GROUP BY target, n, s_to
),
paid AS (
  SELECT target, CAST(1 AS BIGINT) AS n, CAST(0 AS HUGEINT) AS at_us,
    list_transform(range(max(place)), lambda x: CAST(0 AS BIGINT)) AS left_us,
    list_transform(range(max(place)), lambda x: CAST(-1 AS BIGINT)) AS wins,
    CAST(NULL AS BIGINT) AS spent_place, CAST(NULL AS BIGINT) AS spent_in
  FROM cap_span GROUP BY target
  UNION ALL
  SELECT target,
    CASE WHEN at_us + pays < s_to THEN n ELSE n + 1 END,
    coalesce(at_us + pays, s_to),
    list_transform(left_us, lambda x, i: CASE WHEN i = place THEN CAST(x - pays AS BIGINT) ELSE x END),
    wins,
    CASE WHEN left_us[place] = pays THEN place END,
    n
  FROM (
    SELECT *, least(left_us[place], s_to - at_us) AS pays
    FROM (
      SELECT *, list_filter(places, lambda i: left_us[i] > 0)[1] AS place
      FROM (
        SELECT p.target, p.n, p.at_us, t.s_to, t.places,
          list_transform(p.left_us, lambda x, i: CASE
            WHEN coalesce(t.wins[list_position(t.places, i)], p.wins[i]) = p.wins[i] THEN x
            ELSE t.caps[list_position(t.places, i)] END) AS left_us,
          list_transform(
            p.wins, lambda x, i: coalesce(t.wins[list_position(t.places, i)], x)
          ) AS wins
        FROM paid AS p
        JOIN turn AS t ON t.target = p.target AND t.n = p.n
      ) AS begun
    ) AS chosen
  ) AS paying
),
cap_reached AS (
  SELECT p.target, p.spent_place AS place, p.wins[p.spent_place] AS win, s.ca + p.at_us - s.s_from AS c
  FROM paid AS p
  JOIN spendable AS s ON s.target = p.target AND s.n = p.spent_in
  WHERE NOT p.spent_place IS NULL
)
