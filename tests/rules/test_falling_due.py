"""Shares by due date, and a bound that each record bears, by hand in both evaluators (S6.1)."""

import pytest

from engine.model.verdict import State, Verdict
from tests.rules.told import told

KINDS = """
fact job {
  key id
  about service
  at asked_at
  took duration optional
  agreed duration
}
"""

DAYS = """
measure answer_days {
  of challenge c answered by challenge_response r where r.challenge is c.id
  counts calendar days from c.received_at to r.at
}
target in_time {
  cites msa "3" "15 calendar days"
  obliges acme
  requires share of answer_days within 15 calendar days at least 90% in each calendar month
  convention records belong to the window they fall due in
  convention empty windows are unmeasured
  convention part windows are measured
}
"""

# vLEI Appendix 5, section 3: an answer within 15 calendar days. 15 days after 16 March is 31 March.
CHALLENGES = """id,service,topic,received_at
c1,shop,legal entity data,2025-03-16T10:00:00Z
c2,shop,legal entity data,2025-03-17T10:00:00Z
c3,shop,legal entity data,2025-03-31T21:30:00Z
"""
ANSWERS = """id,challenge,answered_at
r1,c1,2025-03-31T21:59:59Z
r2,c2,2025-04-02T00:30:00Z
"""

AGREED = """
target as_agreed of shop {
  cites msa "4" "as agreed for each job"
  obliges acme
  measures share of job j that j.took is at most j.agreed
  requires at least 60% in each calendar month
  convention empty windows are unmeasured
  convention part windows are measured
}
"""
JOBS = """id,service,asked_at,took,agreed
j1,shop,2025-03-03T10:00:00Z,PT4H,PT4H
j2,shop,2025-03-04T10:00:00Z,PT1H,PT30M
j3,shop,2025-03-05T10:00:00Z,PT10H,PT24H
"""


def by_month(body: str, tables: dict[str, str]) -> dict[str, Verdict]:
    found = told(body, KINDS, tables, as_of="2025-05-01T00:00:00Z")
    return {each.identity[2]: each for each in found}


def test_a_challenge_counts_in_the_month_in_which_its_answer_is_due() -> None:
    found = by_month(DAYS, {"challenge": CHALLENGES, "challenge_response": ANSWERS})
    march, april = found["2025-03"], found["2025-04"]
    assert (march.state, march.counts["records"], march.counts["misses"]) == (State.MET, 1, 0)
    # The second was answered on the 16th day, in Berlin; the third never, and it was due on 15 April.
    assert (april.state, april.counts["records"], april.counts["misses"]) == (State.BREACHED, 2, 2)
    assert march.counts["open"] == 2


@pytest.mark.parametrize(
    ("days", "late"),
    [
        # Asked on Thursday, answered on Friday; asked on Friday, answered on Saturday and on Monday.
        ("calendar days", 3),
        ("business days on office", 2),
    ],
)
@pytest.mark.parametrize("window", ["start in", "fall due in"])
def test_none_at_all_is_a_number_of_days(days: str, late: int, window: str) -> None:
    body = (
        DAYS.replace("counts calendar days", f"counts {days}")
        .replace("within 15 calendar days", f"within 0 {days}")
        .replace("fall due in", window)
    )
    asked = """id,service,topic,received_at
c0,shop,legal entity data,2025-03-13T08:00:00Z
c1,shop,legal entity data,2025-03-13T08:00:00Z
c2,shop,legal entity data,2025-03-14T08:00:00Z
c3,shop,legal entity data,2025-03-14T08:00:00Z
"""
    answers = """id,challenge,answered_at
r0,c0,2025-03-13T20:00:00Z
r1,c1,2025-03-14T08:00:00Z
r2,c2,2025-03-15T08:00:00Z
r3,c3,2025-03-17T08:00:00Z
"""
    march = by_month(body, {"challenge": asked, "challenge_response": answers})["2025-03"]
    assert (march.counts["records"], march.counts["misses"]) == (4, late)


def test_each_record_may_bear_its_own_bound() -> None:
    march = by_month(AGREED, {"job": JOBS})["2025-03"]
    assert (march.state, march.counts["records"], march.counts["misses"]) == (State.MET, 3, 1)
