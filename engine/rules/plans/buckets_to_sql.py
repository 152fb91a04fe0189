"""Bucketed measures as SQL: each bucket's quotient as an integer below it, or above it (S1.1, S6.3)."""

from fractions import Fraction

from sqlglot import exp

from engine.model.measure import TOLD, Aggregated, Buckets
from engine.model.quantity import Bound, Comparison
from engine.rules.plans.expression_to_sql import Scaled, holds, scaled
from engine.rules.plans.intervals_to_sql import Reading
from engine.rules.plans.plan_to_sql import Statement, number, snippet, text

PLACE = """
  SELECT s.target, s.win,
    UNNEST(GENERATE_SERIES(0, (LEAST(s.ends_at - 1, s.seen_to) - s.starts_at) // $length)) AS bucket
  FROM span AS s
"""

CELL = """
  SELECT s.target, s.win, (r.at - s.starts_at) // $length AS bucket,
    SUM(r.over) AS over, SUM(r.under) AS under, COUNT(*) AS facts,
    MAX(CASE WHEN r.holds AND NOT (r.over IS NULL OR r.under IS NULL) THEN 0 ELSE 1 END) = 1 AS is_doubtful,
    bit_xor(md5_number(concat_ws('|', r.fact, r.at, r.over, r.under))) AS hash
  FROM read AS r
  JOIN span AS s ON s.target = r.target AND r.at >= s.starts_at AND r.at < s.ends_at
  GROUP BY s.target, s.win, (r.at - s.starts_at) // $length
"""

MEMBER = """
  SELECT p.target, p.win, CAST(p.bucket AS VARCHAR) AS fact, c.hash,
    NOT COALESCE(c.under > 0, FALSE) AS is_miss,
    CASE WHEN COALESCE(c.under > 0, FALSE) THEN $quotient ELSE $empty END AS value
  FROM place AS p
  LEFT JOIN cell AS c ON c.target = p.target AND c.win = p.win AND c.bucket = p.bucket
  WHERE $is_counted OR COALESCE(c.under > 0, FALSE)
"""

CUT_OFF = "CASE WHEN $a >= 0 THEN $a // $b ELSE -((-$a + $b - 1) // $b) END"
ROUNDED_UP = "CASE WHEN $a > 0 THEN ($a + $b - 1) // $b ELSE -(-$a // $b) END"


def add_buckets(
    whole: Statement, measure: Aggregated, buckets: Buckets, reading: Reading, *, is_upper: bool
) -> None:
    """From the facts to `member`, a row for each bucket that counts; `unanswered` holds the facts read."""
    of = measure.records.of
    scope = reading.scope(of)
    row = scope.fact(of.variable)
    over = scaled(buckets.numerator, scope)
    under = Scaled(node=number(1)) if buckets.denominator is None else scaled(buckets.denominator, scope)
    columns = {
        "fact": snippet("$kind || $key", kind=text(f"{of.kind}:"), key=row.key),
        "at": row.instant,
        "holds": holds(of.where, scope),
        "over": over.node,
        "under": under.node,
    }
    named = (exp.alias_(node.copy(), name) for name, node in columns.items())
    rows = reading.facts(of).select("s.target", *named)
    rows = rows.where(snippet("NOT $holds IS FALSE", holds=exp.Paren(this=holds(of.where, scope))))
    reading.add_seen(whole, [of.kind])
    whole.add("read", "$rows", rows=rows)
    whole.add("place", PLACE, length=number(buckets.length))
    whole.add("cell", CELL, length=number(buckets.length))
    if buckets.kept is not None:
        is_quotient = buckets.denominator is not None
        per = over.scale / under.scale if is_quotient else over.scale
        _add_members(
            whole,
            buckets,
            value=_one_or_none(_keeps(buckets.kept, per, is_quotient=is_quotient)),
            empty=0 if buckets.empty is None else TOLD * buckets.kept.holds(buckets.empty),
        )
        return
    # A sum alone is its own quotient; else both sums are brought to parts of one.
    per = TOLD * over.scale / (1 if buckets.denominator is None else under.scale)
    divisor: exp.Expr = number(per.denominator)
    if buckets.denominator is not None:
        divisor = snippet("(CAST(c.under AS HUGEINT) * $n)", n=divisor)
    quotient = snippet(
        ROUNDED_UP if is_upper else CUT_OFF,
        a=snippet("(CAST(c.over AS HUGEINT) * $n)", n=number(per.numerator)),
        b=divisor,
    )
    empty = 0 if buckets.empty is None else _end(buckets.empty, is_upper=is_upper)
    _add_members(whole, buckets, value=quotient, empty=empty)


def _add_members(whole: Statement, buckets: Buckets, *, value: exp.Expr, empty: int) -> None:
    """`member`, what cannot be told, and how many facts were read."""
    is_counted = exp.convert(buckets.empty is not None)
    whole.add("member", MEMBER, quotient=value, empty=number(empty), is_counted=is_counted)
    whole.add("doubt", "SELECT DISTINCT target, win FROM cell WHERE is_doubtful")
    whole.add(
        "unanswered",
        "SELECT target, win, SUM(facts) AS records, 0 AS oldest_us,"
        " bit_xor(CASE WHEN facts = 0 THEN hash END) AS hashes FROM cell GROUP BY target, win",
    )


def _keeps(kept: Bound, per: Fraction, *, is_quotient: bool) -> exp.Expr:
    """Whether a bucket's value keeps the bound; `per` is the quotient of one in each of its numbers."""

    def held(relation: str, bound: Fraction) -> exp.Expr:
        left = snippet("(CAST(c.over AS HUGEINT) * $n)", n=number(per.numerator * bound.denominator))
        right: exp.Expr = number(per.denominator * bound.numerator)
        if is_quotient:
            right = snippet("(CAST(c.under AS HUGEINT) * $n)", n=right)
        return snippet(f"$left {relation} $right", left=left, right=right)

    upper = kept.value if kept.upper is None else kept.upper
    match kept.comparison:
        case Comparison.AT_LEAST:
            return held(">=", kept.value)
        case Comparison.ABOVE:
            return held(">", kept.value)
        case Comparison.AT_MOST:
            return held("<=", kept.value)
        case Comparison.BELOW:
            return held("<", kept.value)
        case Comparison.EXACTLY | Comparison.BETWEEN:
            return exp.and_(held(">=", kept.value), held("<=", upper))


def _one_or_none(condition: exp.Expr) -> exp.Expr:
    return snippet(
        "(CASE WHEN $keeps THEN $one ELSE 0 END)", keeps=exp.Paren(this=condition), one=number(TOLD)
    )


def _end(value: Fraction, *, is_upper: bool) -> int:
    return int(-(-value * TOLD // 1)) if is_upper else int(value * TOLD // 1)
