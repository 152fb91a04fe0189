"""What means nothing is refused, or warned of, at its own place: no number or word is accepted in silence."""

import pytest

from engine import pipeline
from engine.source import Source

POLICY = """use standard
document msa "Master agreement" { dated 2024-12-01 }
party acme "Acme"
party bolt "Bolt"
role duty_manager of acme
role head_of_service of acme
service shop "Web shop" { provider acme  hours always }
calendar office_hours { zone Europe/Berlin  open monday to friday from 09:00 to 17:00 }
fact reading { key id  about service  at at  requests number  errors number }
fact lockout { key id  about service  lasts start until end  share number with 2 decimals }

agreement shop_sla is sla "Web shop" {
  between acme as provider and bolt as customer
  covers shop
  in force from 2025-01-01 through 2025-12-31
  notice 90 calendar days before the end
  terms accepted on 2024-12-20
  zone Europe/Berlin
  conventions standard { sources are assumed watched  days end at midnight  modes govern the window }
  cites msa "1"

  exclusion announced {
    when maintenance m from m.start until m.end
    capped at 4 hours in each calendar month
  }
  mode disaster {
    obliges acme
    during disaster d from d.invoked_at until d.recovered_at
    target available { requires at least 95% in each calendar month }
  }
  target available {
    cites msa "2" "99.9 %"
    obliges acme
    measures uptime from outage lasting at least 5 minutes
    during always
    excludes announced
    source "Probe" by acme, sampled every 1 minute
    requires at least 99.9% in each calendar month
    warns below 99.95%
    credits {
      base USD 1200
      pays 10% below 99.9%
      at most 90% of base
      at least USD 1.50
      never with errors
    }
  }
  target errors {
    cites msa "3" "3 a month"
    obliges acme
    measures count of incident i
    requires at most 3 in each rolling 30 days
    credits { base USD 1200  pays 5% on breach }
    convention part windows are measured
  }
  target partly {
    cites msa "4" "99 %"
    obliges acme
    measures uptime from lockout o weight 0.5
    during always
    requires at least 99% in each calendar quarter
  }
  target rate {
    cites msa "5" "1 %"
    obliges acme
    measures average of (sum of r.errors / sum of r.requests) from reading r
        in buckets of 5 minutes, empty is 0%
    requires at most 1% in each calendar month
  }
  measure answer_time { of incident i  counts hours on office_hours from i.reported_at to i.resolved_at }
  target in_time {
    cites msa "6" "4 hours"
    obliges acme
    requires share of answer_time within 4 hours at least 90% in each calendar month with 2 misses allowed
  }
  duty restore {
    cites msa "7" "8 hours"
    obliges acme
    when incident i
    must restoration r where r.incident is i.id within 8 hours of i.reported_at
    steps review, repair, report
    warns 2 hours before
  }
  duty announce {
    cites msa "8" "3 days"
    obliges acme
    when maintenance m
    must notice n where n.kind is m.id at least 3 calendar days before m.start
  }
  escalation major {
    when incident i
    from i.reported_at
    level 1 duty_manager within 15 minutes
    level 2 head_of_service within 1 hour
  }
  right end_it "Termination" of bolt to terminate {
    when available breached in 3 of 6 consecutive months
    exercisable for 30 calendar days
  }
}
example "a bad day" of available {
  given outage { id "o1"  start 2025-03-01 10:00  end 2025-03-01 18:00 }
  given outage { id "o2"  start 2025-03-02 10:00  end 2025-03-02 18:00 }
  as of 2025-04-01
  expect breached in "2025-03", measured 99%, bad 480 minutes, credit USD 120.00
}
example "late" of restore {
  given incident { id "i1"  reported_at 2025-03-01 10:00  priority p1 }
  as of 2025-04-01
  expect breached for "i1", due 2025-03-01 18:00
}
"""

CASES = [
    ("notice 90 calendar", "notice 0 calendar", "counts-nothing"),
    ("notice 90 calendar days", "notice 100000 calendar days", "length-too-long"),
    ("capped at 4 hours", "capped at 0 hours", "counts-nothing"),
    ("capped at 4 hours in each calendar month", "capped at 4 hours in any 0 hours", "counts-nothing"),
    ("capped at 4 hours", "capped at 1000000000 hours", "length-too-long"),
    ("from m.start until m.end", "from m.end until m.start", "no-time-between"),
    ("from m.start until m.end", "from m.start until m.start", "no-time-between"),
    ("from i.reported_at to i.resolved_at", "from i.reported_at to i.reported_at", "no-time-between"),
    ("at least 95%", "at least 101%", "bound-out-of-reach"),
    ("at least 95%", "at least 0%", "bound-always-kept"),
    ("at least 99.9%", "at least -5%", "syntax"),
    ("at most 3 in each rolling", "at most -1 in each rolling", "bound-out-of-reach"),
    ("lasting at least 5 minutes", "lasting at least 0 minutes", "counts-nothing"),
    ("every 1 minute", "every 0 minutes", "counts-nothing"),
    ("warns below 99.95%", "warns below 101%", "warning-at-once"),
    ("at most 90% of base", "at most 0% of base", "counts-nothing"),
    ("at least USD 1.50", "at least USD 0", "counts-nothing"),
    ("pays 5% on breach", "pays 0% on breach", "counts-nothing"),
    ("never with errors", "never with available", "never-with-itself"),
    ("rolling 30 days", "rolling 100000 days", "length-too-long"),
    ("rolling 30 days", "rolling 121 months", "length-too-long"),
    ("weight 0.5", "weight 2", "bound-out-of-reach"),
    ("weight 0.5", "weight 0", "bound-out-of-reach"),
    ("buckets of 5 minutes", "buckets of 0 minutes", "counts-nothing"),
    ("within 4 hours at least", "within 0 hours at least", "counts-nothing"),
    ("with 2 misses", "with 0 misses", "counts-nothing"),
    ("within 8 hours", "within 0 hours", "counts-nothing"),
    ("within 8 hours", "within 100000 years", "length-too-long"),
    ("steps review, repair, report", "steps review, repair, review", "said-twice"),
    ("warns 2 hours", "warns 0 hours", "counts-nothing"),
    ("at least 3 calendar days before", "at least 0 calendar days before", "counts-nothing"),
    ("level 1 duty_manager", "level 0 duty_manager", "level-missing"),
    ("level 2 head", "level 3 head", "level-missing"),
    ("in 3 of 6 consecutive", "in 3 of 100000 consecutive", "run-of-windows"),
    ("exercisable for 30", "exercisable for 0", "counts-nothing"),
    ("dated 2024-12-01", "dated 9999-12-31", "date-out-of-reach"),
    ("accepted on 2024-12-20", "accepted on 0001-01-01", "date-out-of-reach"),
    ("end 2025-03-01 18:00", "end 2025-02-01 18:00", "ends-before-start"),
    ('id "o2"', 'id "o1"', "said-twice"),
    ("start 2025-03-02 10:00", 'start "soon"', "type-mismatch"),
    ("bad 480 minutes", "wibble 5", "no-such-figure"),
    ("bad 480 minutes", "bad 480", "no-such-figure"),
    ("measured 99%", "measured 5 hours", "no-such-figure"),
    ("credit USD 120.00", "credit EUR 120.00", "no-such-figure"),
    ("measured 99%", "due 2025-03-01", "no-such-figure"),
    ("due 2025-03-01 18:00", "credit USD 5.00", "no-such-figure"),
    ('breached in "2025-03"', 'breached for "2025-03"', "occasion-differs"),
    ('breached for "i1"', 'breached in "i1"', "occasion-differs"),
    ("empty is 0%", "empty is 1000%", "bound-out-of-reach"),
    ("notice 90 calendar days", "notice 400 calendar days", "notice-over-term"),
    ("notice 90 calendar days", "notice 13 months", "notice-over-term"),
    ("accepted on 2024-12-20", "accepted on 2026-01-01", "accepted-too-late"),
    ("covers shop", "covers shop, shop", "said-again"),
    ('cites msa "1"', 'cites msa "1"\n  cites msa "1"', "said-again"),
]


def test_the_policy_itself_is_sound() -> None:
    found = pipeline.check([Source(name="a.sla", text=POLICY)])
    assert found.snapshot is not None, [each.message for each in found.diagnostics]
    assert {each.code for each in found.diagnostics}.isdisjoint(code for _, _, code in CASES)


@pytest.mark.parametrize(("sound", "slip", "code"), CASES)
def test_a_slip_is_found_at_its_place(sound: str, slip: str, code: str) -> None:
    assert POLICY.count(sound) == 1
    source = Source(name="a.sla", text=POLICY.replace(sound, slip))
    found = [each for each in pipeline.check([source]).diagnostics if each.code == code]
    assert found, f"{slip!r} passes in silence"
    assert found[0].help
    primary, said = found[0].primary, POLICY[: POLICY.index(sound)].count("\n") + 1
    assert primary is not None
    # The place is that of the slip, of its statement, or of the name of the block that it stands in.
    assert primary.line <= said + 1
    assert "\n\n" not in POLICY[primary.start : POLICY.index(sound)]
    assert said - primary.line <= 8, f"shown at {primary}"
