"""Worked examples of promises that are judged `for each` combination of values."""

import pytest

from engine import pipeline
from engine.diagnostic import Diagnostic, Level
from engine.model.outcome import Outcome
from engine.source import Source

POLICY = """
use standard
document msa "Master agreement"
party acme
party bolt
service shop { provider acme  hours always }
fact fault {
  key id
  about service
  lasts start until end
  region one of (eu, us)
  class one of (standard, cheap)
}
fact ask { key id  about service  at at  host text }
fact answer { key id  about service  at at  ask reference to ask  host text }
fact machine { key id  about service  at at  host text }

agreement deal is sla "Web shop" {
  between acme as provider and bolt as customer
  covers shop
  in force from 2025-01-01 through 2025-12-31
  terms accepted on 2024-12-20
  zone UTC
  conventions standard { sources are assumed watched }
  target availability of shop for each region, class {
    cites msa "2" "99 %"
    obliges acme
    measures uptime from fault
    during always
    requires by class { standard at least 99%  cheap at least 90% } in each calendar month
    credits {
      base USD 100
      pays 10% below 99%
    }
    convention money rounds half even
  }
  target asks of shop for each host in machine m {
    cites msa "3" "two"
    obliges acme
    requires count of ask at most 2 in each calendar month
  }
  duty help for each host {
    cites msa "4" "an hour"
    obliges acme
    when ask a
    must answer r where r.ask is a.id within 1 hour of a.at
  }
  target plain of shop {
    cites msa "2" "99 %"
    obliges acme
    measures uptime from fault
    during always
    requires at least 99% in each calendar month
  }
}
"""

# 24 of June's 720 hours are 3 1/3 %: the European standard class has 96.666…%, the cheap one too.
UPTIME = """
example "one bad day in Europe" of availability {
  given fault { id "f1"  start 2025-06-10 00:00  end 2025-06-11 00:00  region eu  class standard }
  given fault { id "f2"  start 2025-06-10 00:00  end 2025-06-11 00:00  region eu  class cheap }
  as of 2025-07-01
  EXPECT
}
"""
HOSTS = """
example "a busy machine" of asks {
  given machine { id "m1"  at 2025-06-01 00:00  host "web-1" }
  given machine { id "m2"  at 2025-06-01 00:00  host "web-2" }
  given ask { id "a1"  at 2025-06-02 00:00  host "web-1" }
  given ask { id "a2"  at 2025-06-03 00:00  host "web-1" }
  given ask { id "a3"  at 2025-06-04 00:00  host "web-1" }
  as of 2025-07-01
  EXPECT
}
"""


def outcome_of(example: str, expect: str) -> Outcome:
    """The outcome of an example that expects this, by both evaluators."""
    text = POLICY + example.replace("EXPECT", expect)
    checked = pipeline.check([Source(name="a.sla", text=text)])
    assert checked.snapshot is not None, [each.message for each in checked.diagnostics]
    (outcome,) = pipeline.run_examples(checked.snapshot)
    return outcome


@pytest.mark.parametrize(
    ("example", "expect"),
    (
        (
            UPTIME,
            'expect breached in "2025-06" where region is eu and class is standard,'
            " bad 24 hours, credit USD 10",
        ),
        (UPTIME, 'expect met in "2025-06" where class is cheap and region is eu, bad 24 hours'),
        (UPTIME, 'expect met in "2025-06" where region is "us" and class is standard, measured 100%'),
        (HOSTS, 'expect breached in "2025-06" where host is "web-1", measured 3'),
        (HOSTS, 'expect met in "2025-06" where host is "web-2", measured 0'),
    ),
)
def test_an_expectation_names_one_combination(example: str, expect: str) -> None:
    outcome = outcome_of(example, expect)
    assert outcome.passed, outcome.mismatches


@pytest.mark.parametrize(
    ("example", "expect", "wanted", "found"),
    (
        (
            UPTIME,
            'expect met in "2025-06" where region is eu',
            'a verdict of `2025-06` where region is "eu"',
            '2: `where region is "eu" and class is "cheap"`,'
            ' `where region is "eu" and class is "standard"`; say which',
        ),
        (
            HOSTS,
            'expect met in "2025-06" where host is "web-3"',
            'a verdict of `2025-06` where host is "web-3"',
            '2: `where host is "web-1"`, `where host is "web-2"`; say which',
        ),
        (HOSTS, 'expect met in "2025-06" where host is "web-1"', "MET", "BREACHED"),
    ),
)
def test_an_expectation_that_picks_not_one_lists_the_combinations(
    example: str, expect: str, wanted: str, found: str
) -> None:
    (mismatch,) = outcome_of(example, expect).mismatches
    assert (mismatch.expected, mismatch.found) == (wanted, found)


def mistakes(expect: str, of: str = "availability") -> list[Diagnostic]:
    example = UPTIME.replace("EXPECT", expect).replace("of availability", f"of {of}")
    found = pipeline.check([Source(name="a.sla", text=POLICY + example)]).diagnostics
    return [each for each in found if each.level is Level.ERROR]


@pytest.mark.parametrize(
    ("expect", "of", "code", "help"),
    (
        (
            'expect met in "2025-06" where class is cheep',
            "availability",
            "unknown-value",
            "did you mean `cheap`?",
        ),
        (
            'expect met in "2025-06" where regoin is eu',
            "availability",
            "unknown-field",
            "did you mean `region`?",
        ),
        (
            'expect met in "2025-06" where region is eu and region is us',
            "availability",
            "said-twice",
            "say it once",
        ),
        ('expect met in "2025-06" where region is eu', "plain", "occasion-differs", "leave it out"),
        ('expect met in "2025-06" where hots is "web-1"', "asks", "unknown-field", "did you mean `host`?"),
    ),
)
def test_a_combination_that_nothing_has_is_refused(expect: str, of: str, code: str, help: str) -> None:
    (found,) = mistakes(expect, of)
    assert found.code == code
    assert help in (found.help or "")
