"""What makes time bad, counted by hand, in both evaluators, with the words that explain it (S5)."""

import re
from collections.abc import Iterator

import pytest

from engine import definition, pipeline
from engine.examples.judge import facts_of
from engine.model.explanation import Line
from engine.model.snapshot import Snapshot
from engine.source import Source

POLICY = """
use standard
document msa "Master agreement"
party acme "Acme"
party bolt "Bolt"
service shop "Web shop" { provider acme  hours always }
calendar morning { zone UTC  open every day from 10:00 to 11:40 }

fact outage { key id  about service  lasts start until end  zone text }
fact brownout { key id  about service  lasts start until end  lost number }
fact lockout { key id  about service  lasts start until end  users number }
fact deployment { key id  about service  lasts start until end  users number  size one of (small, large) }
fact vm { key id  about service  lasts started_at until stopped_at  size one of (small, large) }

agreement shop_sla is sla "Web shop" {
  between acme as provider and bolt as customer
  covers shop
  in force from 2025-01-01 through 2025-12-31
  terms accepted on 2024-12-20
  zone UTC
  conventions standard { sources are assumed watched }
  exclusion announced { when maintenance m from m.start until m.end }
  target it {
    cites msa "3" "99.9%"
    obliges acme
    TARGET
  }
}

example "by hand" of shop_sla.it {
  EXAMPLE
}
"""

OUTAGE = 'given outage { id "%s"  service shop  start 2025-04-07 %s  end 2025-04-07 %s  zone "%s" }'
SAMPLE = 'given sample { id "%s"  service shop  taken_at 2025-04-07 %s  requests %d  errors %d }'
DEPLOYED = (
    'given deployment { id "%s"  service shop  start 2025-04-07 %s  end 2025-04-07 %s  users %d  size %s }'
)
LOCKOUT = 'given lockout { id "%s"  service shop  start 2025-04-07 %s  end 2025-04-07 %s  users %d }'
MONTH = "during always  requires at least 99% in each calendar month"
DAY = "during morning  requires at least 99% in each calendar day"
IN_APRIL = 'as of 2025-05-02\n  expect %s in "2025-04", measured %s'
ON_THE_7TH = 'as of 2025-04-09\n  expect %s in "2025-04-07", measured %s'


def outages(*rows: tuple[str, str, str, str]) -> str:
    return "\n  ".join(OUTAGE % row for row in rows)


def samples(*rows: tuple[str, str, int, int]) -> str:
    return "\n  ".join(SAMPLE % row for row in rows)


RUN = samples(
    ("s1", "10:00:30", 100, 6),
    ("s2", "10:05", 100, 5),
    ("s3", "10:10", 60, 0),
    ("s4", "10:14:59", 40, 10),
    ("s5", "10:15", 10, 10),
    ("s6", "10:20", 100, 100),
    ("s7", "10:25", 100, 100),
)
ERRORS = "measures uptime from sample s where s.errors / s.requests is above 5%"

CASES = {
    # Partial minutes are not counted (Google Compute): 200 + 16 + 0 of 43,200 minutes.
    "whole minutes": (
        f"measures uptime from outage counted in whole minutes  {MONTH}",
        outages(
            ("o1", "01:00", "04:20:30", "a"),
            ("o2", "05:00", "05:16:59", "a"),
            ("o3", "06:00:10", "06:00:55", "a"),
        ),
        IN_APRIL % ("met", "99.5%"),
        "down from 2025-04-07 05:00 to 05:16:59, 16.983333333… min: 16 min bad (0.983333333… min left over)",
    ),
    # A region is down where two of its zones are (Amazon EC2): from 12:00 to 12:43:12, 0.1% of April.
    "two zones at once": (
        f"measures uptime from outage when at least 2 of zone are down at once  {MONTH}",
        outages(
            ("o1", "10:00", "12:30", "a"),
            ("o2", "10:30", "11:00", "a"),
            ("o3", "12:00", "12:43:12", "b"),
            ("o4", "12:20", "14:00", "c"),
        ),
        IN_APRIL % ("met", "99.9%"),
        "down from 2025-04-07 12:00 to 12:43:12, 43.2 min: 43.2 min bad",
    ),
    # Of 10, 14, 20 and 5 minutes the first two under a quarter of an hour are forgiven: 25 of 2,500 are left.
    "forgiven": (
        f"measures uptime from outage at most 2 lasting under 15 minutes forgiven  {MONTH}"
        "  out of 2500 minutes",
        outages(
            ("o1", "01:00", "01:10", "a"),
            ("o2", "02:00", "02:14", "a"),
            ("o3", "03:00", "03:20", "a"),
            ("o4", "04:00", "04:05", "a"),
        ),
        IN_APRIL % ("met", "99%"),
        "down from 2025-04-07 02:00 to 02:14, 14 min: 0 min bad (14 min forgiven)",
    ),
    # A half is lost from 10:00, everything from 10:30 to 11:30: 15 and 60 minutes.
    "weights": (
        f"measures uptime from brownout b weight b.lost / 100  {MONTH}  out of 7500 minutes",
        'given brownout { id "b1"  service shop  start 2025-04-07 10:00  end 2025-04-07 11:00  lost 50 }\n'
        '  given brownout { id "b2"  service shop  start 2025-04-07 10:30  end 2025-04-07 11:30  lost 120 }',
        IN_APRIL % ("met", "99%"),
        "bad 90 min, weighing 75 min",
    ),
    # Two large machines stand from 06:00 to 08:00; the outage takes 15 minutes of these.
    "while two stand": (
        "measures uptime from outage  while at least 2 of vm v where v.size is large stand  during always"
        "  requires at least 87.5% in each calendar day",
        "\n  ".join(
            (
                'given vm { id "v1"  service shop  started_at 2025-04-07 01:00  stopped_at 2025-04-07 08:00'
                "  size large }",
                'given vm { id "v2"  service shop  started_at 2025-04-07 06:00  size large }',
                'given vm { id "v3"  service shop  started_at 2025-04-07 00:00  size small }',
                outages(("o1", "05:30", "06:15", "a")),
            )
        ),
        ON_THE_7TH % ("met", "87.5%"),
        "only while at least 2 of vm stand: 1,320 min of it lie outside",
    ),
    # Deployed minutes: a large deployment stands from 00:00 to 10:00 and from 12:00 to 22:00, 1,200
    # minutes; 60 of the outage from 09:00 to 11:00 lie inside.
    "deployed minutes": (
        "measures uptime from outage  out of deployment d where d.size is large  during always"
        "  requires at least 95% in each calendar day",
        "\n  ".join(
            (
                DEPLOYED % ("d1", "00:00", "10:00", 5, "large"),
                DEPLOYED % ("d2", "12:00", "22:00", 9, "large"),
                DEPLOYED % ("d3", "00:00", "23:00", 1, "small"),
                outages(("o1", "09:00", "11:00", "a")),
            )
        ),
        ON_THE_7TH % ("met", "95%"),
        "only while at least 1 of deployment stand: 240 min of it lie outside",
    ),
    # User minutes: 100 users for 1,200 minutes and 50 for 600 of them are 150,000 user minutes. 30
    # users are locked out for 50 minutes, 150 for 40 of them, and both for 20 minutes outside: 7,500, or 5%.
    "user minutes": (
        "measures uptime from lockout o weight o.users  out of deployment d weight d.users  during always"
        "  requires at least 95% in each calendar day",
        "\n  ".join(
            (
                DEPLOYED % ("d1", "02:00", "22:00", 100, "large"),
                DEPLOYED % ("d2", "06:00", "16:00", 50, "small"),
                LOCKOUT % ("o1", "21:10", "22:20", 30),
                LOCKOUT % ("o2", "21:20", "22:20", 150),
            )
        ),
        ON_THE_7TH % ("met", "95%"),
        "(150,000 − 7,500) / 150,000 = 95%",
    ),
    # Requests: 4 errors of 4,000 requests in the one bucket of the month, whatever the share of each sample.
    "requests": (
        "measures 100% less average of (sum of s.errors / sum of s.requests) from sample s"
        " in buckets of 744 hours, empty is not counted  requires at least 99% in each calendar month",
        samples(("s1", "10:00", 1000, 3), ("s2", "11:00", 3000, 1)),
        IN_APRIL % ("met", "99.9%"),
        "100% less average: 99.9%",
    ),
    # Above 5% in 10:00, 10:10 (10 of 100), 10:20 and 10:25; 5% is not above it; 10 requests are too few.
    "samples": (
        f"{ERRORS} with at least 60 requests in each 5 minutes  {DAY}",
        RUN,
        ON_THE_7TH % ("breached", "80%"),
        "down from 2025-04-07 10:20 to 10:30, 10 min: 10 min bad",
    ),
    # Without a minimum 10:15 is bad, too: from 10:10 to 10:30 it lasts long enough, from 10:00 to 10:05 not.
    "consecutive samples": (
        f'{ERRORS} lasting at least 10 minutes  source "G", sampled every 5 minutes  {DAY}'
        "  convention sources are assumed watched",
        RUN,
        ON_THE_7TH % ("breached", "80%"),
        "down from 2025-04-07 10:10 to 10:30, 20 min: 20 min bad",
    ),
    # From 10:30 on there is no sample: 14 buckets of 5 minutes beside the 20 minutes.
    "missing samples": (
        f"{ERRORS} with at least 60 requests in each 5 minutes  {DAY}"
        "  convention sources are watched where observed  convention missing data counts as down",
        RUN,
        ON_THE_7TH % ("breached", "10%"),
        "no sample from 2025-04-07 10:30 to 11:40",
    ),
}


INSTANT = re.compile(r"Mon (\d{4}-\d{2}-\d{2} [0-9:]+) \(\S+Z\)")


def texts(lines: tuple[Line, ...]) -> Iterator[str]:
    """Every line, its instants as the policy writes them."""
    for line in lines:
        yield INSTANT.sub(r"\1", line.text).replace(" to 2025-04-07 ", " to ")
        yield from texts(line.lines)


@pytest.mark.parametrize("case", CASES)
def test_as_counted_by_hand(case: str) -> None:
    target, given, expected, line = CASES[case]
    text = POLICY.replace("TARGET", target).replace("EXAMPLE", f"{given}\n  {expected}")
    checked = pipeline.check([Source(name="policy.sla", text=text)])
    assert isinstance(checked.snapshot, Snapshot), [each.message for each in checked.diagnostics]
    snapshot = checked.snapshot
    (outcome,) = pipeline.run_examples(snapshot)
    assert outcome.mismatches == ()
    example = snapshot.examples[0]
    label = "2025-04-07" if "each calendar day" in target else "2025-04"
    (verdict,) = (each for each in outcome.verdicts if each.identity[2] == label)
    explained = definition.explain(snapshot, facts_of(snapshot, example), verdict, example.as_of)
    assert line in [*texts(explained.lines)]
