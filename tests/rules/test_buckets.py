"""Bucketed measures by hand, in both evaluators: the mean of error rates that AWS S3 promises (S6.3)."""

from fractions import Fraction

from engine.model.quantity import PERCENT
from engine.model.verdict import Exact, Range, State, Verdict
from tests.rules.told import told

KINDS = """
fact request_count {
  key id
  about service
  at sampled_at
  requests number
  errors number
}
"""

# Two of the 8,928 buckets of five minutes of January have requests; the others are 0% by definition.
COUNTS = """id,service,sampled_at,requests,errors
c1,shop,2025-01-10T10:01:00Z,2,1
c2,shop,2025-01-10T10:04:00Z,2,1
c3,shop,2025-01-11T10:00:00Z,3,1
"""

S3 = """
target it of shop {
  cites msa "2" "average of the error rates"
  obliges acme
  measures 100% less average of (sum of c.errors / sum of c.requests) from request_count c
      in buckets of 5 minutes, EMPTY
  requires at least LEVEL in each calendar month
  convention empty windows are unmeasured
}
"""


def january(level: str, empty: str = "empty is 0%") -> Verdict:
    found = told(
        S3.replace("LEVEL", level).replace("EMPTY", empty),
        KINDS,
        {"request_count": COUNTS},
        as_of="2025-01-31T23:00:00Z",
    )
    (verdict,) = (each for each in found if each.identity[2] == "2025-01")
    return verdict


def test_a_month_is_the_mean_of_its_buckets() -> None:
    verdict = january("99.9%")
    assert verdict.state is State.MET
    assert verdict.counts == {"buckets": 8928, "empty": 8926}
    exact = 1 - (Fraction(1, 2) + Fraction(1, 3)) / 8928
    assert isinstance(verdict.measured, Range)
    assert verdict.measured.low <= exact <= verdict.measured.high
    assert verdict.measured.high - verdict.measured.low <= Fraction(1, 10**15)


def test_buckets_without_requests_may_be_left_out() -> None:
    verdict = january("58%", "empty is not counted")
    assert verdict.state is State.MET
    assert verdict.counts == {"buckets": 2, "empty": 0}
    assert verdict.measured is not None and not isinstance(verdict.measured, Exact)


def test_a_bound_between_the_two_ends_is_judged_by_the_value_itself() -> None:
    # 1 - 5/12 is 58.3…%: the decimal is just below it, the next one just above.
    assert january("58.3333333333333333%", "empty is not counted").state is State.MET
    assert january("58.3333333333333334%", "empty is not counted").state is State.BREACHED


def test_the_share_of_buckets_that_keep_a_rule() -> None:
    # In January there are 8,928 intervals of five minutes: in one of the two with requests half of them fail.
    share = "share of buckets of 5 minutes that keep (sum of c.errors / sum of c.requests) RULE"
    measured = (
        S3[: S3.index("100% less")] + share + " from request_count c, EMPTY" + S3[S3.index("\n  requires") :]
    )

    def january_of(rule: str, level: str, empty: str) -> Verdict:
        text = measured.replace("RULE", rule).replace("LEVEL", level).replace("EMPTY", empty)
        found = told(text, KINDS, {"request_count": COUNTS}, as_of="2025-01-31T23:00:00Z")
        return next(each for each in found if each.identity[2] == "2025-01")

    verdict = january_of("at most 40%", "99.9%", "empty is 0%")
    assert verdict.measured == Exact(value=Fraction(8927, 8928), unit=PERCENT)
    assert (verdict.state, verdict.counts) == (State.MET, {"buckets": 8928, "empty": 8926})
    assert january_of("at most 40%", "99.99%", "empty is 0%").state is State.BREACHED
    # Only what has requests, or what is empty and then said to be lost, counts against it.
    verdict = january_of("at most 40%", "50%", "empty is not counted")
    assert (verdict.state, verdict.counts) == (State.MET, {"buckets": 2, "empty": 0})
    assert january_of("between 30% and 50%", "100%", "empty is not counted").state is State.MET
    assert january_of("below 50%", "50%", "empty is 100%").state is State.BREACHED
