"""What a window's figures rest on: how many facts were read, and their digest (S7.4).

The digest is that of their number and of the sum, without carry, of the MD5 numbers of their canonical texts:
it hangs on every fact but not on their order, so that no window's facts need be sorted.
"""

from hashlib import sha256

from sqlglot import exp

from engine.model.quantity import Instant
from engine.rules.plans.plan_to_sql import number, snippet, text

HASHED = """
  SELECT target, a, coalesce(b, $as_of) AS b,
    md5_number(concat_ws('|', $name, fact, a, coalesce(CAST(b AS VARCHAR), 'open'), holds)) AS hash
  FROM $read WHERE NOT holds IS FALSE
"""


def hashed(read: str, as_of: Instant) -> exp.Expr:
    """(target, a, b, hash) of the facts that a CTE reads, proven or possible."""
    return snippet(HASHED, name=text(read), read=exp.to_table(read), as_of=number(as_of))


def digest(facts: int, hashes: str) -> str:
    """The digest of so many facts, of whose MD5 numbers this is the sum without carry."""
    return sha256(f"{facts}:{hashes}".encode()).hexdigest()
