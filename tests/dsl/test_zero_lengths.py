"""A length of no time, or a number of nothing, is refused at its place wherever it would mean nothing."""

import pytest

from engine.diagnostic import Level
from tests.dsl.resolving import agreement, duty, resolved, target

UPTIME = "measures uptime from outage\nduring always\n"
MONTHLY = "\nrequires at least 99% in each calendar month\n"
SOUND = target(UPTIME + MONTHLY)
WORK = """
exclusion work {
  cites msa "3"
  when maintenance m from m.start until m.end where m.notified_at is at least 0 hours before m.start
}
"""
LADDER = """
ladder climb on breach b of it for each target {
  cites msa "4"
  level 1 duty_manager {
    notified by notice n
    remedied in month 0 after n.at
  }
  closes when the remedy month is clean
}
"""
IMPROVEMENT = """
improvement sip {
  cites msa "7"
  when it breached in 2 of 3 consecutive months
  owner duty_manager
  due within 0 calendar days
  recorded by improvement i where i.obligation is it
  done at i.done_at
}
"""
ESCALATION = """
escalation major {
  cites msa "2"
  when incident i
  from i.reported_at
  level 1 duty_manager within 0 minutes
  updates every 0 minutes by status s where s.incident is i.id
  stops when restoration r where r.incident is i.id
}
"""
SAMPLES = """
measures uptime from sample s where s.errors / s.requests is above 5%
    with at least N requests in each minute
during always
"""
REPORT = "every calendar month m\nmust report r where r.period is m within 0 calendar days of the end of m"
CREDITS = "credits {\nbase USD 9\npays 5% below 99%\nclaimed within 0 calendar days of window end\n}"
CALL = "when incident i\nmust restoration r where r.incident is i.id within 0 calendar days of i.reported_at"
CAPS = "fee USD 10 in each calendar month\ncaps credits at "

REFUSED = [
    ("kept raw 0 years, summaries 10 years", "0 years"),
    ("kept raw 2 years, summaries 0 years", "0 years"),
    ("disputes within 0 hours of report", "0 hours"),
    (target(SAMPLES.replace("N", "0") + MONTHLY), "0"),
    (target(SAMPLES.replace("N", "-1") + MONTHLY), "-1"),
    (WORK + target(UPTIME + "excludes work" + MONTHLY), "0 hours"),
    (SOUND + LADDER, "remedied in month 0 after n.at"),
    (SOUND + IMPROVEMENT, "0 calendar days"),
    (ESCALATION, "0 minutes"),
    (duty(REPORT), "0 calendar days"),
    (target(UPTIME + MONTHLY + CREDITS), "0 calendar days"),
    (CAPS + "0% of fee in each calendar month", "0% of fee in each calendar month"),
    (CAPS + "USD 0 in each calendar month", "USD 0 in each calendar month"),
]

SAID = (
    duty(CALL),
    "disputes within 0 calendar days of report",
    ESCALATION.replace("every 0", "every 30"),
    SOUND + LADDER.replace("month 0 after", "the month of"),
)


@pytest.mark.parametrize(("body", "place"), REFUSED)
def test_what_counts_nothing_is_refused_at_its_place(body: str, place: str) -> None:
    text = agreement(body)
    found = [each for each in resolved(text)[1] if each.level is Level.ERROR]
    assert [each.code for each in found] == ["counts-nothing"]
    span = found[0].labels[0][0]
    assert text[span.start : span.end] == place


@pytest.mark.parametrize("body", SAID)
def test_what_has_a_meaning_without_any_length_is_not(body: str) -> None:
    assert [each.code for each in resolved(agreement(body))[1] if each.level is Level.ERROR] == []
