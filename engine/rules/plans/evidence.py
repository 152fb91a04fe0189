"""What a window's figures rest on: how many facts were read, and their digest (S7.4)."""

from collections.abc import Sequence
from hashlib import sha256

from sqlglot import exp

from engine.model.verdict import Evidence
from engine.rules.plans.asked import Tables
from engine.rules.plans.intervals_to_sql import Reading, together
from engine.rules.plans.plan_to_sql import Statement, number, snippet

TOUCHING = """
  SELECT s.target, s.win, count(*) AS facts, bit_xor(r.hash) AS hashes
  FROM (
    SELECT f.target, f.a, coalesce(f.b, $as_of) AS b,
      md5_number(concat_ws('|', $place, f.fact, f.a, coalesce(CAST(f.b AS VARCHAR), 'open'), f.holds)) AS hash
    FROM ($rows) AS f WHERE NOT f.holds IS FALSE
  ) AS r
  JOIN span AS s ON s.target = r.target AND r.a < s.ends_at AND r.b >= s.starts_at
  GROUP BY s.target, s.win
"""


def evidence_of(
    read: Sequence[tuple[str, exp.Expr]], reading: Reading, store: Tables, query: str
) -> dict[tuple[int, int], Evidence]:
    """By target and window, the facts that touch the window.

    The digest is that of their number and of the sum, without carry, of the MD5 numbers of their canonical
    texts: it hangs on every fact but not on their order, so that no window's facts need be sorted.
    """
    statement = Statement()
    reading.add_seen(statement, {kind for kind, _ in read})
    for place, (_, rows) in enumerate(read):
        statement.add(f"read_{place}", TOUCHING, rows=rows, place=number(place), as_of=number(reading.as_of))
    touching = [snippet("SELECT * FROM $t", t=exp.to_table(f"read_{place}")) for place in range(len(read))]
    statement.add("touching", "$rows", rows=together(touching))
    rows = store.run(
        statement.sql(
            "SELECT target, win, sum(facts), CAST(bit_xor(hashes) AS VARCHAR) FROM touching"
            " GROUP BY target, win"
        )
    )
    return {
        (target, win): Evidence(facts=facts, digest=digest(facts, hashes), query=query)
        for target, win, facts, hashes in rows
    }


def digest(facts: int, hashes: str) -> str:
    """The digest of so many facts, of whose MD5 numbers this is the sum without carry."""
    return sha256(f"{facts}:{hashes}".encode()).hexdigest()


NO_FACTS = digest(0, "0")
