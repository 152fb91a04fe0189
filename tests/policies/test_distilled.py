"""What real public agreements say, item by item (a to o of section 2.18 of public-slas.md), counted by hand.

Each case is a small policy with worked examples; both evaluators run them, and must agree.
"""

from dataclasses import replace

import pytest

from engine import definition, pipeline
from engine.diagnostic import Level, draw
from engine.examples.judge import facts_of
from engine.facts.facts_to_store import hold
from engine.model.reaction import Reaction, RightArisen
from engine.model.snapshot import Snapshot
from engine.model.verdict import Evidence, InWindow, State, Verdict
from engine.source import Source

AROUND = """
use standard
document d "Contract"
party a "Provider"
party b "Customer"
role boss of a
calendar office { zone UTC  open monday to friday from 09:00 to 17:00 }
service shop { provider a  hours always }
"""

AGREEMENT = """
agreement g is sla "Agreement" {
  between a as provider and b as customer
  covers shop
  cites d "1" "promise"
  in force from 2025-01-01 through 2027-12-31
  terms accepted on 2024-12-20
  zone UTC
"""


def sound(policy: str) -> Snapshot:
    """The policy set; nothing in it may be an error."""
    checked = pipeline.check([Source(name="policy.sla", text=policy)])
    errors = [draw(each, checked.sources) for each in checked.diagnostics if each.level is Level.ERROR]
    assert checked.snapshot is not None, "\n".join(errors)
    return checked.snapshot


def policy(inside: str, examples: str, *, around: str = "", conventions: str = "") -> str:
    """A policy set of one agreement."""
    said = f"conventions standard {{ sources are assumed watched\n{conventions} }}"
    cited = inside.replace("obliges a", 'obliges a cites d "1" "promise"')
    return f"{AROUND}{around}{AGREEMENT}{said}\n{cited}\n}}\n{examples}"


def holds(text: str) -> None:
    """Every example of the policy comes out as expected, by the plans and by definition."""
    outcomes = pipeline.run_examples(sound(text))
    assert outcomes
    for each in outcomes:
        assert each.mismatches == (), each.example.name


def judged(text: str) -> tuple[tuple[Verdict, ...], tuple[Reaction, ...]]:
    """What the plans say of the facts of the first example, as the definition says it."""
    snapshot = sound(text)
    example = snapshot.examples[0]
    facts = facts_of(snapshot, example)
    with pipeline.open_store() as store:
        hold(snapshot.kinds, facts, store)
        found = pipeline.evaluate(snapshot, store, as_of=example.as_of)
    defined = definition.evaluate(snapshot, facts, example.as_of)
    assert [_said(each) for each in found.verdicts] == [_said(each) for each in defined]
    return found.verdicts, found.reactions


def _said(verdict: Verdict) -> Verdict:
    return replace(verdict, evidence=Evidence(facts=0))


def uptime(name: str, requires: str, more: str = "", source: str = "outage o") -> str:
    """A target of uptime, around the clock unless `more` says otherwise."""
    during = "" if "during" in more else "during always"
    return f"""
    target {name} of shop {{
      obliges a
      measures uptime from {source}
      {during}
      {more}
      requires {requires}
    }}"""


def outage(key: str, start: str, end: str, more: str = "") -> str:
    """An outage of an example."""
    return f'  given outage {{ id "{key}"  start {start}  end {end} {more} }}\n'


NIGHT = outage("o1", "2025-02-14 20:00", "2025-02-15 04:00")
"""Eight hours, four on each side of midnight."""


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ("calendar month", 'met in "2025-02", bad 480 minutes'),
        ("calendar quarter", 'met in "2025-Q1", bad 480 minutes'),
        ("quarter from 1 february", 'met in "2025-02-01..2025-04-30", bad 480 minutes'),
        # Each billing month has half of it.
        ("month from day 15", 'met in "2025-01-15..2025-02-14", bad 240 minutes'),
        # 480 of 43,200 minutes: 98.9%
        ("rolling 30 days", 'breached in "2025-03-15/30d", bad 480 minutes'),
        ("rolling 30 days", 'met in "2025-03-16/30d", bad 240 minutes'),
        # The 365 days before a claim of 1 January 2026; 525,600 minutes.
        ("rolling 365 days", 'met in "2025-12-31/365d", bad 480 minutes'),
        ("calendar year", 'met in "2025", bad 480 minutes'),
    ],
)
def test_item_a_windows(window: str, expected: str) -> None:
    level = "98.95%" if "30 days" in window else "98.8%"
    example = f'example "a night" of g.p {{\n{NIGHT}  as of 2026-01-02\n  expect {expected}\n}}'
    holds(policy(uptime("p", f"at least {level} in each {window}"), example))


def test_item_a_an_annual_budget() -> None:
    # 99.9% of 525,600 minutes allows 525.6: two nights are 960 minutes.
    example = f"""example "a year" of g.p {{
{NIGHT}{outage("o2", "2025-11-14 20:00", "2025-11-15 04:00")}  as of 2026-01-02
  expect breached in "2025", bad 960 minutes
}}"""
    holds(policy(uptime("p", "at least 99.9% in each calendar year"), example))


@pytest.mark.parametrize(("zone", "january"), [("America/Los_Angeles", 180), ("UTC", 0)])
def test_item_b_the_zone_of_a_window(zone: str, january: int) -> None:
    # 05:00 to 11:00 in UTC is 21:00 to 03:00 in Los Angeles: three hours of January, three of February.
    example = f"""example "over midnight" of g.p {{
{outage("o1", "2025-02-01 05:00Z", "2025-02-01 11:00Z")}  as of 2025-03-05
  expect met in "2025-01", bad {january} minutes
  expect met in "2025-02", bad {360 - january} minutes
}}"""
    text = policy(uptime("p", "at least 99% in each calendar month"), example)
    holds(text.replace("2024-12-20\n  zone UTC", f"2024-12-20\n  zone {zone}"))


MAINTENANCE = """
  exclusion work { cites d "2" "work" when maintenance m from m.start until m.end }
"""
FREE = '  given maintenance { id "m1"  start 2025-02-20 00:00  end 2025-02-23 00:00 }\n'


@pytest.mark.parametrize(
    ("more", "source", "given", "length", "conventions"),
    [
        # 28 days are 672 hours; 1% is 6 h 43 min 12 s.
        pytest.param("", "outage o", "", "06:43:12", "", id="all minutes"),
        pytest.param(
            "excludes work", "outage o", FREE, "06:43:12", "excluded time counts as available", id="available"
        ),
        # Without the 72 hours of work it is 1% of 600.
        pytest.param("excludes work", "outage o", FREE, "06:00", "", id="minus excluded"),
        pytest.param(
            "while at least 1 of maintenance v stand", "outage o", FREE, "00:43:12", "", id="deployed minutes"
        ),
        pytest.param("out of 43200 minutes", "outage o", "", "07:12", "", id="a fixed 43,200"),
        # Twenty working days of eight hours.
        pytest.param("during office", "outage o", "", "01:36", "", id="business minutes"),
        # Half of the users for twice the time.
        pytest.param("", "part o weight o.users / 100", "", "13:26:24", "", id="user-minutes"),
    ],
)
def test_item_c_denominators(more: str, source: str, given: str, length: str, conventions: str) -> None:
    start = "2025-02-20" if "stand" in more else "2025-02-12"
    hour = 9 if "office" in more else 0
    h, m, s = (*map(int, length.split(":")), 0)[:3]
    end = f"{start} {hour + h:02}:{m:02}:{s:02}"
    kind, users = ("part", "users 50") if "part" in source else ("outage", "")
    example = f"""example "one hundredth" of g.p {{
  given {kind} {{ id "o1"  start {start} {hour:02}:00  end {end} {users} }}
{given}  as of 2025-03-01
  expect met in "2025-02", measured 99%
}}"""
    around = 'fact part "Part of the users" { key id  about service  lasts start until end  users number }\n'
    inside = MAINTENANCE + uptime("p", "at least 99% in each calendar month", more, source)
    holds(policy(inside, example, around=around, conventions=conventions))


def test_item_c_requests_as_the_denominator() -> None:
    around = "fact call { key id  about service  at at  ok yes/no }\n"
    target = """target p of shop {
      obliges a
      measures share of call c that c.ok is yes
      requires at least 75% in each calendar month
    }"""
    calls = "".join(
        f'  given call {{ id "c{n}"  at 2025-02-0{n} 10:00  ok {"no" if n == 1 else "yes"} }}\n'
        for n in range(1, 5)
    )
    example = (
        f'example "one of four" of g.p {{\n{calls}  as of 2025-03-01\n'
        f'  expect met in "2025-02", measured 75%\n}}'
    )
    holds(policy(target, example, around=around))


def sample(minute: int, requests: int, errors: int) -> str:
    """A sample of an example."""
    return (
        f'  given sample {{ id "s{minute}"  taken_at 2025-02-03 10:{minute:02}  '
        f"requests {requests}  errors {errors} }}\n"
    )


@pytest.mark.parametrize(
    ("rule", "bad"),
    [
        ("", 5),
        ("lasting at least 2 minutes", 3),
        ("with at least 10 requests in each minute", 4),
        ("lasting at least 2 minutes with at least 10 requests in each minute", 2),
    ],
)
def test_item_d_error_rates_minimum_samples_and_consecutive_minutes(rule: str, bad: int) -> None:
    # Bad: 10:00, 10:01 and, of five requests, 10:02; alone, 10:05 and 10:09. Exactly 5% is not above 5%.
    samples = (
        sample(0, 100, 6)
        + sample(1, 100, 100)
        + sample(2, 5, 5)
        + sample(5, 20, 2)
        + sample(7, 100, 5)
        + sample(9, 50, 3)
    )
    source = f"sample s where s.errors / s.requests is above 5% {rule}"
    example = (
        f'example "p" of g.p {{\n{samples}  as of 2025-03-01\n'
        f'  expect met in "2025-02", bad {bad} minutes\n}}'
    )
    more = 'source "Gateway", sampled every 1 minute'
    holds(policy(uptime("p", "at least 99% in each calendar month", more, source), example))


@pytest.mark.parametrize(
    ("rule", "bad"),
    [
        ("", "35.5"),
        ("where o.partial is no", "30.5"),
        ("counted in whole minutes", "35"),
        ("at most 1 lasting under 15 minutes forgiven", "30.5"),
        ("lasting at least 10 minutes", "30.5"),
    ],
)
def test_item_d_states_partial_minutes_and_micro_outages(rule: str, bad: str) -> None:
    around = "fact fault { key id  about service  lasts start until end  partial yes/no }\n"
    given = """
  given fault { id "o1"  start 2025-02-03 10:00  end 2025-02-03 10:05  partial yes }
  given fault { id "o2"  start 2025-02-04 10:00  end 2025-02-04 10:10  partial no }
  given fault { id "o3"  start 2025-02-05 10:00  end 2025-02-05 10:20:30  partial no }
"""
    example = (
        f'example "p" of g.p {{{given}  as of 2025-03-01\n  expect met in "2025-02", bad {bad} minutes\n}}'
    )
    text = uptime("p", "at least 99% in each calendar month", source=f"fault o {rule}")
    holds(policy(text, example, around=around))


INCIDENTS = "".join(
    f'  given incident {{ id "i{n}"  reported_at 2025-02-0{n} 10:00 '
    f"resolved_at 2025-02-0{n} {10 + hours}:00 }}\n"
    for n, hours in enumerate((1, 2, 3, 6), start=1)
)
HOURS = "hours from i.reported_at to i.resolved_at"


@pytest.mark.parametrize(
    ("measures", "bound", "expected"),
    [
        (f"average of {HOURS} from incident i", "at most 3 hours", "met in {}, measured 3 hours"),
        (f"percentile 75 of {HOURS} from incident i", "at most 3 hours", "met in {}, measured 3 hours"),
        (f"percentile 76 of {HOURS} from incident i", "at most 3 hours", "breached in {}, measured 6 hours"),
        (f"highest of {HOURS} from incident i", "at most 4 hours", "breached in {}, measured 6 hours"),
        ("count of incident i", "at most 3", "breached in {}, measured 4"),
        ("share of incident i that i.resolved_at is present", "at least 100%", "met in {}, measured 100%"),
    ],
)
def test_item_e_aggregates(measures: str, bound: str, expected: str) -> None:
    target = f"""target p of shop {{
      obliges a
      measures {measures}
      requires {bound} in each calendar month
    }}"""
    said = expected.format('"2025-02"')
    holds(policy(target, f'example "p" of g.p {{\n{INCIDENTS}  as of 2025-03-01\n  expect {said}\n}}'))


def test_item_e_a_percentage_within_a_time() -> None:
    inside = f"""measure took {{ of incident i  counts {HOURS} }}
    target p of shop {{
      obliges a
      requires share of took within 3 hours at least 75% in each calendar month
    }}"""
    example = (
        f'example "p" of g.p {{\n{INCIDENTS}  as of 2025-03-01\n  expect met in "2025-02", measured 75%\n}}'
    )
    holds(policy(inside, example))


@pytest.mark.parametrize(
    ("buckets", "measured"),
    # Ratios of 10% and 2%: their mean is 6%; that of the sums is 16 of 400.
    [("5 minutes, empty is not counted", "94%"), ("24 hours, empty is not counted", "96%")],
    ids=["mean of ratios", "ratio of sums"],
)
def test_item_e_ratios(buckets: str, measured: str) -> None:
    target = f"""target p of shop {{
      obliges a
      measures 100% less average of (sum of s.errors / sum of s.requests) from sample s
          in buckets of {buckets}
      requires at least 90% in each calendar day
    }}"""
    samples = sample(0, 100, 10) + sample(30, 300, 6)
    expect = f'expect met in "2025-02-03", measured {measured}'
    holds(policy(target, f'example "p" of g.p {{\n{samples}  as of 2025-02-04\n  {expect}\n}}'))


def test_item_e_the_worst_of_the_components_and_item_h_partitions() -> None:
    around = "fact failure { key id  about service  lasts start until end  region one of (eu, us) }\n"
    target = """target p of shop for each region {
      obliges a
      measures uptime from failure o
      during always
      requires by region { eu at least 99.9%  us at least 99% } in each calendar month
    }"""
    example = """example "p" of g.p {
  given failure { id "o1"  start 2025-02-03 10:00  end 2025-02-03 12:00  region us }
  given failure { id "o2"  start 2025-02-04 10:00  end 2025-02-04 10:41  region eu }
  as of 2025-03-01
  expect breached in "2025-02"
}"""
    verdicts, _ = judged(policy(target, example, around=around))
    # 0.1% of 40,320 minutes are 40.32, one per cent 403.2.
    assert {each.subject: each.state for each in verdicts if each.identity[2] == "2025-02"} == {
        "shop (region eu)": State.BREACHED,
        "shop (region us)": State.MET,
    }


@pytest.mark.parametrize(
    ("empty", "expected"),
    [
        ("empty windows are met", "met"),
        ("empty windows are unmeasured", "unmeasured"),
        ("empty windows are not applicable", "not applicable"),
    ],
)
def test_item_f_a_denominator_of_zero(empty: str, expected: str) -> None:
    target = """target p of shop {
      obliges a
      measures share of request r that r.kind is "right"
      requires at least 99% in each calendar month
    }"""
    example = f'example "p" of g.p {{\n  as of 2025-03-01\n  expect {expected} in "2025-02"\n}}'
    holds(policy(target, example, conventions=empty))


@pytest.mark.parametrize(("empty", "measured"), [("empty is 0%", "99.9%"), ("empty is not counted", "71.2%")])
def test_item_f_empty_buckets(empty: str, measured: str) -> None:
    # One bucket of 288 has 28.8%: their mean is 0.1%.
    target = f"""target p of shop {{
      obliges a
      measures 100% less average of (sum of s.errors / sum of s.requests) from sample s
          in buckets of 5 minutes, {empty}
      requires at least 50% in each calendar day
    }}"""
    expect = f'expect met in "2025-02-03", measured {measured}'
    example = f'example "p" of g.p {{\n{sample(0, 1000, 288)}  as of 2025-02-04\n  {expect}\n}}'
    holds(policy(target, example))


@pytest.mark.parametrize(
    ("convention", "january", "february"),
    [
        ("outages are split at window edges", 120, 240),
        ("outages belong to the window they end in", 0, 360),
    ],
)
def test_item_g_spanning_outages(convention: str, january: int, february: int) -> None:
    example = f"""example "p" of g.p {{
{outage("o1", "2025-01-31 22:00", "2025-02-01 04:00")}  as of 2025-03-01
  expect met in "2025-01", bad {january} minutes
  expect met in "2025-02", bad {february} minutes
}}"""
    target = uptime("p", "at least 99% in each calendar month")
    holds(policy(target, example, conventions=convention))


@pytest.mark.parametrize(("side", "january", "february"), [("start", 1, 0), ("end", 0, 1)])
def test_item_g_spanning_records(side: str, january: int, february: int) -> None:
    target = """target p of shop {
      obliges a
      measures count of outage o
      requires at most 1 in each calendar month
    }"""
    example = f"""example "p" of g.p {{
{outage("o1", "2025-01-31 22:00", "2025-02-01 04:00")}  as of 2025-03-01
  expect met in "2025-01", measured {january}
  expect met in "2025-02", measured {february}
}}"""
    holds(policy(target, example, conventions=f"records belong to the window they {side} in"))


@pytest.mark.parametrize(
    ("lead", "in_time", "too_late"),
    [
        # Work on Monday 24 February at 10:00; clear days count neither end.
        ("48 hours", "2025-02-22 10:00", "2025-02-22 10:01"),
        ("5 business days on office", "2025-02-14 23:00", "2025-02-17 00:00"),
        ("2 weeks", "2025-02-09 23:00", "2025-02-10 00:00"),
        ("1 month", "2025-01-23 23:00", "2025-01-24 00:00"),
    ],
)
def test_item_i_notice(lead: str, in_time: str, too_late: str) -> None:
    inside = f"""exclusion work {{
      cites d "2" "notice"
      when maintenance m from m.start until m.end where m.notified_at is at least {lead} before m.start
    }}""" + uptime("p", "at least 99.9% in each calendar month", "excludes work")
    examples = "".join(
        f"""example "{name}" of g.p {{
  given maintenance {{ id "m1"  start 2025-02-24 10:00  end 2025-02-24 12:00  notified_at {told} }}
{outage("o1", "2025-02-24 10:00", "2025-02-24 12:00")}  as of 2025-03-01
  expect {state} in "2025-02", bad {bad} minutes
}}
"""
        for name, told, state, bad in (
            ("in time", in_time, "met", 0),
            ("too late", too_late, "breached", 120),
        )
    )
    holds(policy(inside, examples))


@pytest.mark.parametrize(
    ("cap", "february", "march"),
    [
        ("", 0, 0),
        ("capped at 2 hours in each calendar month", 60, 60),
        ("capped at 4 hours in each calendar year", 0, 120),
    ],
)
def test_item_i_caps(cap: str, february: int, march: int) -> None:
    inside = f"""exclusion work {{
      cites d "2" "work"
      when maintenance m from m.start until m.end
      {cap}
    }}""" + uptime("p", "at least 99% in each calendar month", "excludes work")
    given = "".join(
        f'  given maintenance {{ id "m{n}"  start 2025-0{n}-10 10:00  end 2025-0{n}-10 13:00 }}\n'
        + outage(f"o{n}", f"2025-0{n}-10 10:00", f"2025-0{n}-10 13:00")
        for n in (2, 3)
    )
    example = f"""example "p" of g.p {{
{given}  as of 2025-04-01
  expect met in "2025-02", bad {february} minutes
  expect met in "2025-03", bad {march} minutes
}}"""
    holds(policy(inside, example))


@pytest.mark.parametrize(("by", "bad"), [("ann", 0), ("bob", 120)])
def test_item_i_approval(by: str, bad: int) -> None:
    inside = """exclusion work {
      cites d "2" "approved"
      when maintenance m from m.start until m.end
      approved by boss
    }""" + uptime("p", "at least 99% in each calendar month", "excludes work")
    example = f"""example "p" of g.p {{
  given holder {{ id "h1"  role "boss"  person "ann"  start 2025-01-01 00:00 }}
  given approval {{ id "a1"  at 2025-02-01 10:00  approves "m1"  by "{by}" }}
  given maintenance {{ id "m1"  start 2025-02-24 10:00  end 2025-02-24 12:00 }}
{outage("o1", "2025-02-24 10:00", "2025-02-24 12:00")}  as of 2025-03-01
  expect met in "2025-02", bad {bad} minutes
}}"""
    holds(policy(inside, example))


def credited(credits: str, credit: str, *, more: str = "", length: str = "07:12", around: str = "") -> None:
    """A promise of 99.9% that the outage of 10 April breaks: 7 h 12 min are 1% of 43,200 minutes."""
    target = uptime("p", "at least 99.9% in each calendar month", f"credits {{ {credits} }}")
    example = f"""example "p" of g.p {{
{outage("o1", "2025-04-10 00:00", f"2025-04-10 {length}")}  as of 2025-05-01
  expect breached in "2025-04", {credit}
}}"""
    holds(policy(more + target, example, around=around))


TIERS = "base USD 1000 pays 10% below 99.9% and at or above 99% pays 25% below 99% and at or above 95%"


@pytest.mark.parametrize(
    ("credits", "length", "credit"),
    [
        # Exactly 99% lies in the upper tier, a second more in the lower one.
        pytest.param(TIERS, "07:12", "credit USD 100", id="a closed bound"),
        pytest.param(TIERS, "07:12:01", "credit USD 250", id="an open bound"),
        # 7 h 12 min are fourteen half hours and part of one.
        pytest.param(
            "base USD 1000 pays 5% for each 30 minutes or part of downtime",
            "07:12",
            "credit USD 750",
            id="per unit, or part",
        ),
        pytest.param(
            "base USD 1000 pays 5% for each full 30 minutes of downtime",
            "07:12",
            "credit USD 700",
            id="per full unit",
        ),
        # 1% of 1,000, ten times.
        pytest.param(
            "base USD 1000 pays 10 times base times downtime over agreed time",
            "07:12",
            "credit USD 100",
            id="proportional times a multiplier",
        ),
        pytest.param(
            "base USD 100000 pays pool 50% weight 40% at risk 10% of base",
            "07:12",
            "credit USD 2000",
            id="weights",
        ),
        pytest.param(
            "points 1 below 99.9% and at or above 99% points 2 below 99% points are worth USD 30 each",
            "08:00",
            "points 2, credit USD 60",
            id="points",
        ),
        pytest.param(
            "base USD 1000 pays 5% for each 30 minutes or part of downtime at most 50% of base",
            "07:12",
            "credit USD 500",
            id="a cap of the item",
        ),
        pytest.param(
            TIERS + ' choice of customer: credit or "a month more"',
            "07:12",
            "credit USD 100",
            id="choose one",
        ),
    ],
)
def test_item_j_credits(credits: str, length: str, credit: str) -> None:
    credited(credits, credit, length=length)


def test_item_j_choose_the_other_remedy() -> None:
    target = uptime(
        "p",
        "at least 99.9% in each calendar month",
        f'credits {{ {TIERS} choice of customer: credit or "a month more" }}',
    )
    example = f"""example "p" of g.p {{
{outage("o1", "2025-04-10 00:00", "2025-04-10 07:12")}
  given choice {{
    id "c1"  made_at 2025-05-02 10:00  obligation "g.p"  occasion "2025-04"  remedy "a month more"
  }}
  as of 2025-06-01
  expect breached in "2025-04", credit USD 0
}}"""
    holds(policy(target, example))


@pytest.mark.parametrize(
    ("caps", "april", "may"),
    [
        ("", 100, 100),
        ("caps credits at USD 60 in each calendar month", 60, 60),
        ("caps credits at USD 150 in each calendar year", 100, 50),
        ("caps credits at USD 80 in each calendar month, USD 150 in each calendar year", 80, 70),
    ],
)
def test_item_j_caps_of_months_and_years(caps: str, april: int, may: int) -> None:
    target = uptime("p", "at least 99.9% in each calendar month", f"credits {{ {TIERS} }}")
    # 1% of May's 744 hours: 7 h 26 min 24 s.
    example = f"""example "p" of g.p {{
{outage("o1", "2025-04-10 00:00", "2025-04-10 07:12")}
{outage("o2", "2025-05-10 00:00", "2025-05-10 07:26:24")}
  as of 2025-06-01
  expect breached in "2025-04", credit USD {april}
  expect breached in "2025-05", credit USD {may}
}}"""
    holds(policy(caps + target, example))


def test_item_j_groups_that_do_not_stack() -> None:
    inside = uptime(
        "p", "at least 99.9% in each calendar month", f"credits {{ {TIERS} never with q }}"
    ) + uptime(
        "q",
        "at least 99.5% in each calendar month",
        "credits { base USD 1000 pays 30% below 99.5% }",
    )
    given = outage("o1", "2025-04-10 00:00", "2025-04-10 07:12")
    examples = "".join(
        f"""example "{name}" of g.{name} {{
{given}  as of 2025-05-01
  expect breached in "2025-04", credit USD {amount}
}}
"""
        for name, amount in (("p", 0), ("q", 300))
    )
    holds(policy(inside, examples))


def test_item_j_a_wrong_credit_fails_its_example() -> None:
    target = uptime("p", "at least 99.9% in each calendar month", f"credits {{ {TIERS} }}")
    example = f"""example "p" of g.p {{
{outage("o1", "2025-04-10 00:00", "2025-04-10 07:12")}  as of 2025-05-01
  expect breached in "2025-04", credit USD 250
}}"""
    (outcome,) = pipeline.run_examples(sound(policy(target, example)))
    (mismatch,) = outcome.mismatches
    assert mismatch.expected == "credit USD 250"
    assert mismatch.found.startswith("USD 100 (")


CLAIM = """  given claim {{
    id "c1"  made_at {at}  obligation "g.p"  occasion "2025-04"  evidence "the log"
  }}
"""


@pytest.mark.parametrize(
    ("claimed", "claim", "paid", "credit"),
    [
        pytest.param("", "", "yes", 100, id="without a claim"),
        # Thirty days from the close of April: 30 May.
        pytest.param("claimed", CLAIM.format(at="2025-05-30 23:59"), "yes", 100, id="in time"),
        pytest.param("claimed", CLAIM.format(at="2025-05-31 00:00"), "yes", 0, id="too late"),
        pytest.param("claimed", "", "yes", 0, id="never"),
        pytest.param("claimed", CLAIM.format(at="2025-05-02 10:00"), "no", 0, id="not paid up"),
    ],
)
def test_item_k_claims(claimed: str, claim: str, paid: str, credit: int) -> None:
    # A claim without evidence is no claim: the kind asks for it. What was not paid for is no base.
    around = """
fact claim { key id  at made_at  obligation text  occasion text  subject text optional  evidence text }
fact bill { key id  at at  amount money USD  paid yes/no }
"""
    when = "claimed within 30 calendar days of window end" if claimed else ""
    base = "base sum of c.amount of bill c where c.paid is yes pays 10% below 99.9%"
    target = uptime("p", "at least 99.9% in each calendar month", f"credits {{ {base} {when} }}")
    given = f"""  given bill {{ id "b1"  at 2025-04-05 10:00  amount USD 1000  paid {paid} }}
  given bill {{ id "b2"  at 2025-04-06 10:00  amount USD 0  paid yes }}
"""
    example = f"""example "p" of g.p {{
{outage("o1", "2025-04-10 00:00", "2025-04-10 07:12")}{given}{claim}  as of 2025-07-01
  expect breached in "2025-04", credit USD {credit}
}}"""
    holds(policy(target, example, around=around))


@pytest.mark.parametrize(
    ("when", "arises"),
    [
        ("p breached in 2 consecutive months", ["2025-03"]),
        ("p breached in 3 consecutive months", []),
        ("p breached in 3 of 4 consecutive months", ["2025-05"]),
        ("downtime of p above 7.5 hours in 1 month", ["2025-05"]),
        ("average of p below 99.3% over 2 consecutive months", ["2025-03"]),
        ("credits of p at least USD 200 in 2 of 4 consecutive months", ["2025-05"]),
    ],
)
def test_item_l_rights(when: str, arises: list[str]) -> None:
    # 98.96%, 99.06% and 98.92%: USD 250, 100 and 250.
    target = uptime(
        "p",
        "at least 99.9% in each calendar month",
        "credits { base USD 1000 pays 10% below 99.9% and at or above 99% pays 25% below 99% }",
    )
    right = f"""
    right leave "Termination" of b to terminate {{
      cites d "9" "terminate"
      when {when}
      exercisable for 30 calendar days
    }}"""
    given = "".join(
        outage(f"o{month}", f"2025-0{month}-10 00:00", f"2025-0{month}-10 0{hours}:00")
        for month, hours in ((2, 7), (3, 7), (5, 8))
    )
    example = f'example "p" of g.p {{\n{given}  as of 2025-06-02\n  expect breached in "2025-02"\n}}'
    _, reactions = judged(policy(target + right, example))
    found = [each for each in reactions if isinstance(each, RightArisen)]
    assert [each.occasion.label for each in found if isinstance(each.occasion, InWindow)] == arises


MATRIX = """
    period waiting of incident i {
      when status s from s.at until the next status of s.incident
          where (s.incident is i.id and s.value is "waiting")
    }
    duty respond {
      obliges a
      when incident i
      must response r where r.incident is i.id within by i.priority {
        p1 15 minutes
        p2 1 hour on office
        p3 1 business day on office
        p4 2 business days on office
      } of i.reported_at
    }
    duty tell_more {
      obliges a
      when all of incident i, update u where u.incident is i.id
      must update n where n.incident is i.id and n.at is after u.at
          alternatively restoration r where r.incident is i.id
          within 4 hours on office of u.at
    }
    duty resolve {
      obliges a
      when incident i
      must restoration r where r.incident is i.id within 8 hours on office of i.reported_at
      pauses while waiting
    }
    duty explain {
      obliges a
      when restoration r
      must analysis c where c.incident is r.incident within 5 business days on office of r.at
    }
"""
UPDATES = """
fact update { key id  at at  incident reference to incident }
fact analysis { key id  at at  incident reference to incident }
"""


def test_item_m_support_clocks() -> None:
    # Friday 16:00. One hour of the office is left; the next opens on Monday at 09:00.
    given = """
  given incident { id "i1"  reported_at 2025-02-07 16:00  priority p2 }
  given response { id "r1"  at 2025-02-07 17:00  incident "i1" }
  given update { id "u1"  at 2025-02-07 16:30  incident "i1" }
  given update { id "u2"  at 2025-02-10 12:31  incident "i1" }
  given status { id "s1"  at 2025-02-10 10:00  incident "i1"  value "waiting" }
  given status { id "s2"  at 2025-02-10 13:00  incident "i1"  value "working" }
  given restoration { id "x1"  at 2025-02-11 11:00  incident "i1" }
  given analysis { id "a1"  at 2025-02-19 09:00  incident "i1" }
  as of 2025-03-01
"""
    examples = f"""
example "the hour that is left" of g.respond {{{given}  expect met, counted 60 minutes
}}
example "each update within four hours of the last" of g.tell_more {{{given}
  expect breached for "i1 + u1", late by 1 minute
  expect breached for "i1 + u2", late by 149 minutes
}}
example "three hours of waiting do not count" of g.resolve {{{given}
  expect met, counted 8 hours, paused 3 hours
}}
example "five business days end on Tuesday" of g.explain {{{given}  expect breached, due 2025-02-18
}}
"""
    holds(policy(MATRIX, examples, around=UPDATES))


def test_item_n_versions() -> None:
    promise = uptime("p", "at least 99% in each calendar month")
    second = """
agreement g is sla amends g {
  version "2"
  in force from 2025-03-01
  target p { cites d "1a" "99.9%" requires at least 99.9% in each calendar month }
}
"""
    given = outage("o1", "2025-02-10 00:00", "2025-02-10 03:00") + outage(
        "o2", "2025-03-10 00:00", "2025-03-10 03:00"
    )
    example = f"""example "three hours of each month" of g.p {{
{given}  as of 2025-04-01
  expect met in "2025-02"
  expect breached in "2025-03"
}}"""
    text = policy(promise, second + example).replace("covers shop", 'version "1"\n  covers shop')
    holds(text)


def test_item_o_composition() -> None:
    # What the shop needs is promised at 99.9% twice: together they may be down 0.2%.
    services = """
service web { provider a  hours always }
service pay { provider a  hours always }
"""
    inside = "".join(
        uptime(name, f"at least {level} in each calendar month").replace("of shop", f"of {of}")
        for name, level, of in (("p", "99.85%", "shop"), ("q", "99.9%", "web"), ("r", "99.9%", "pay"))
    )
    text = policy(inside, "", around=services).replace("covers shop", "covers shop, web, pay")
    text = text.replace(
        "service shop { provider a  hours always }",
        "service shop { provider a  hours always  needs web and pay }",
    )
    checked = pipeline.check([Source(name="policy.sla", text=text)])
    assert checked.snapshot is not None
    said = [each.message for each in checked.diagnostics if each.code == "above-ceiling"]
    assert said == ["`g.p` promises 99.85%, what it needs reaches 99.8%"]
    assert pipeline.run_examples(checked.snapshot) == ()
