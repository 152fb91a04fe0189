"""Money at risk by hand: bands, steps, shares of fees, caps, and what has no end or is not known."""

from dataclasses import replace
from fractions import Fraction

import pytest

from engine import pipeline
from engine.model.dependency import Exposure, Impact
from engine.model.obligation import Duty
from engine.model.partition import Partition
from engine.model.snapshot import Snapshot
from engine.source import Source
from tests.hosting import instant

POLICY = """
use standard
document msa "Contract" {{ version "1"  dated 2024-12-01 }}
party acme  party bolt
service shop {{ provider acme  hours always }}
agreement deal is sla {{
  between acme as provider and bolt as customer
  covers shop
  cites msa "1" "all"
  in force from 2025-01-10 through 2025-12-31
  accepted by "paper" on 2024-12-20
  zone Europe/Berlin
  conventions standard {{ sources are assumed watched }}
  fee EUR 1000.00 in each calendar month
  {caps}
  {promises}
}}
"""
TARGET = """
  target {name} of shop {{
    cites msa "2" "99 %"
    obliges acme
    measures uptime from outage
    during always
    source "Probe" by acme
    requires at least 99% in each {window}
    credits {{ {credits} }}
  }}
"""
DUTY = """
  duty restore {
    cites msa "3" "4 hours"
    obliges acme
    when incident i
    must restoration r where r.incident is i.id within 4 hours of i.reported_at
    credits { base EUR 100.00  pays 10% on breach }
  }
"""


def target(credits: str, name: str = "up", window: str = "calendar month") -> str:
    """A target with credits."""
    return TARGET.format(name=name, window=window, credits=credits)


def exposed(promises: str, caps: str = "", at: str = "2025-06-15T00:00:00Z") -> Exposure:
    """What is at risk when the provider fails."""
    found = at_risk(policy(promises, caps), at)
    assert len(found) == 1
    return found[0]


def policy(promises: str, caps: str = "", term: str = "", agreement: str = "agreement deal") -> Snapshot:
    """The policy with these promises; with another term, or something declared before the agreement."""
    text = POLICY.format(caps=caps, promises=promises).replace("agreement deal", agreement)
    text = text.replace("from 2025-01-10 through 2025-12-31", term) if term else text
    checked = pipeline.check([Source(name="money.sla", text=text)])
    assert checked.snapshot is not None, checked.diagnostics
    return checked.snapshot


def at_risk(policy: Snapshot, at: str) -> tuple[Exposure, ...]:
    graph = pipeline.graph(policy)
    found = pipeline.impact(graph, ["acme"], at=instant(at), snapshot=policy, most_degree=0)
    assert isinstance(found, Impact)
    return found.money


BANDS = "pays 10% below 99% and at or above 95%  pays 25% below 95%"


@pytest.mark.parametrize(
    ("credits", "amount"),
    [
        (f"base EUR 200.00  {BANDS}", "50.00"),
        (f"base EUR 200.00  {BANDS}  at most 20% of base", "40.00"),
        (f"base fee of the window  {BANDS}", "250.00"),
        (f"base fee of the year  {BANDS}", "3000.00"),
        (f"base EUR 200.00  {BANDS}  pays EUR 5.00 on breach", "55.00"),
        ("base EUR 200.00  pays 10 times base times downtime over agreed time", "2000.00"),
        (
            "base EUR 200.00  pays 10 times base times downtime over agreed time  at most 100% of base",
            "200.00",
        ),
        ("base EUR 200.00  pays pool 50% weight 40% at risk 10% of base", "4.00"),
        ("base EUR 200.00  pays 5% for each 12 hours or part of downtime  at most 50% of base", "100.00"),
        ("base EUR 100.00  pays 1% for each 24 hours or part of downtime", "31.00"),
        ("base EUR 0.30  pays 5% on breach", "0.02"),
        ("points 2 on breach  points are worth EUR 7.50 each", "15.00"),
        ("points 2 on breach  points double when repeated  points are worth EUR 7.50 each", "30.00"),
        ("base EUR 1.00  pays 10% on breach  at least EUR 0.50", "0.00"),
    ],
)
def test_the_most_that_a_promise_pays(credits: str, amount: str) -> None:
    """30 days of June, an hour more for a day that might be longer; money rounds once, half even."""
    found = exposed(target(credits))
    assert found.amount is not None
    assert (str(found.amount.amount), found.amount.currency) == (amount, "EUR")
    assert not found.unbounded


def test_a_window_is_clipped_to_the_term() -> None:
    """January begins on the 10th: 22 days and an hour are 23 begun steps; the fee is due all the same."""
    found = exposed(
        target("base fee of the window  pays 1% for each 24 hours or part of downtime"),
        at="2025-01-20T00:00:00Z",
    )
    assert str(found.amount and found.amount.amount) == "230.00"


def test_promises_of_one_agreement_share_its_caps() -> None:
    """Two of 250 in a month under 30% of its fee; what a quarter pays dates from its last month."""
    promises = target(f"base fee of the window  {BANDS}", "up") + target(
        f"base fee of the window  {BANDS}", "reach"
    )
    caps = "caps credits at 30% of fee in each calendar month, 100% of fee in each calendar year"
    assert total(exposed(promises)) == Fraction(500)
    assert total(exposed(promises, caps)) == Fraction(300)
    quarter = target("base EUR 1000.00  pays 25% on breach", "quarterly", "calendar quarter")
    assert total(exposed(promises + quarter, caps, at="2025-05-15T00:00:00Z")) == Fraction(550)
    assert total(exposed(promises + quarter, caps)) == Fraction(300)


def test_a_week_in_two_months_is_not_held_by_the_cap_of_one() -> None:
    """What is paid for June dates from the 30th, what is paid for that week from 6 July: 50 in each month."""
    promises = target("base EUR 50.00  pays 100% on breach", "monthly") + target(
        "base EUR 50.00  pays 100% on breach", "weekly", "calendar week"
    )
    caps = "caps credits at EUR 100.00 in each calendar week, EUR 50.00 in each calendar month"
    assert total(exposed(promises, caps, at="2025-06-30T12:00:00Z")) == Fraction(100)
    assert total(exposed(promises, caps, at="2025-06-16T12:00:00Z")) == Fraction(50)


def test_amounts_in_two_currencies_are_not_added_up() -> None:
    promises = target("base EUR 10.00  pays 10% on breach", "up") + target(
        "base USD 20.00  pays 10% on breach", "reach"
    )
    found = at_risk(policy(promises), "2025-06-15T00:00:00Z")
    assert [(each.currency, str(each.amount and each.amount.amount)) for each in found] == [
        ("EUR", "1.00"),
        ("USD", "2.00"),
    ]


def test_what_is_only_reported_is_no_money() -> None:
    promises = target("base EUR 10.00  pays 10% on breach").replace("credits", "reported only  credits")
    assert at_risk(policy(promises), "2025-06-15T00:00:00Z") == ()


@pytest.mark.parametrize("window", ["calendar week", "calendar month", "month from day 15", "calendar year"])
def test_an_agreement_without_an_end_is_asked_as_late_as_dates_go(window: str) -> None:
    promises = target(f"base EUR 200.00  {BANDS}", window=window)
    caps = "caps credits at 100% of fee in each calendar year"
    endless = policy(promises, caps, "from 2025-01-10")
    for at in ("9999-12-20T00:00:00Z", "9999-12-31T23:59:59Z"):
        assert [total(each) for each in at_risk(endless, at)] == [Fraction(50)]


def test_a_quotient_of_sums_may_lie_as_far_above_its_bound_as_it_likes() -> None:
    promises = target("base EUR 10.00  pays EUR 1.00 for each 1% or part of excess").replace(
        "requires at least 99%", "requires at most 90%"
    )
    shares = promises.replace(
        "measures uptime from outage\n    during always",
        "measures average of (sum of s.errors / sum of s.requests) from sample s"
        " in buckets of 5 minutes, empty is 0%",
    )
    assert total(exposed(promises)) == Fraction(10)
    found = exposed(shares)
    assert found.unbounded
    assert found.promises[0].said == "the further above the bound, the more, without end"


def total(found: Exposure) -> Fraction:
    assert found.amount is not None, found
    return Fraction(found.amount.amount)


def test_what_is_never_paid_together_counts_once() -> None:
    promises = target("base EUR 100.00  pays 25% on breach  never with reach", "up") + target(
        "base EUR 100.00  pays 40% on breach", "reach"
    )
    found = exposed(promises)
    assert total(found) == Fraction(40)
    assert found.said == ("deal.up is never paid beside what pays more",)


def test_what_never_meets_is_paid_together() -> None:
    """What is never paid together is so for one and the same window, and for one combination."""
    by_zone = TARGET.replace("of shop {{", "of shop for each region {{").replace(
        "measures uptime from outage", "measures uptime from region_outage"
    )
    kind = """fact region_outage {
  key id
  about service
  lasts start until end
  region one of (east, west)
}
agreement deal"""
    promises = target("base EUR 100.00  pays 25% on breach  never with reach", "up") + by_zone.format(
        name="reach", window="calendar month", credits="base EUR 100.00  pays 40% on breach"
    )
    found = at_risk(policy(promises, agreement=kind), "2025-06-15T00:00:00Z")
    assert [total(each) for each in found] == [Fraction(105)]


def test_a_base_that_only_facts_know_is_said_to_be_unknown() -> None:
    found = exposed(target(f"base sum of c.amount of charge c  {BANDS}"))
    assert found.amount is None
    assert not found.unbounded
    assert found.promises[0].said == "its base is the sum of the facts of kind charge"


def test_what_no_cap_bounds_has_no_end() -> None:
    found = exposed(DUTY)
    assert found.amount is None
    assert found.unbounded
    assert found.promises[0].said == "10.00 each time, as often as it is due"
    capped = exposed(DUTY, "caps credits at EUR 70.00 in each calendar month")
    assert total(capped) == Fraction(70)
    assert capped.said == ("capped at 70.00 in each calendar month",)


def test_points_alone_and_what_is_not_in_force_are_no_money() -> None:
    promises = target("points 1 on breach")
    checked = pipeline.check([Source(name="money.sla", text=POLICY.format(caps="", promises=promises))])
    assert checked.snapshot is not None, checked.diagnostics
    assert at_risk(checked.snapshot, "2025-06-15T00:00:00Z") == ()
    assert at_risk(checked.snapshot, "2026-06-15T00:00:00Z") == ()


WORKS = """calendar works { zone Europe/Berlin  open monday to friday from 08:00 to 18:00 }
agreement deal"""
REPORT = """
  duty monthly_report {
    cites msa "4" "monthly"
    obliges acme
    every calendar month m
    must report r where r.agreement is "deal" and r.period is m
        by business day 5 on works of the month after m
    credits { base EUR 100.00  pays 10% on breach }
  }
"""


def test_a_duty_of_each_month_pays_as_often_as_the_term_has_months() -> None:
    """From 10 January to 31 December: twelve months are met."""
    (found,) = at_risk(policy(REPORT, agreement=WORKS), "2025-06-15T00:00:00Z")
    assert found.promises[0].said == "12 windows in the term × 10.00 = 120.00"
    assert (found.unbounded, str(found.amount.amount) if found.amount else None) == (False, "120.00")


def test_a_duty_of_each_month_in_a_term_without_end_has_none() -> None:
    (found,) = at_risk(policy(REPORT, term="from 2025-01-10", agreement=WORKS), "2025-06-15T00:00:00Z")
    assert found.unbounded and found.amount is None
    assert found.promises[0].said == "10.00 each time, as often as it is due"


def test_a_duty_that_can_pay_nothing_puts_nothing_at_risk() -> None:
    found = exposed(DUTY.replace("EUR 100.00", "EUR 0.00"))
    assert found.amount is not None and found.amount.amount == 0


def test_every_rolling_window_that_holds_the_day_may_pay() -> None:
    """A bad day lies in seven windows of seven days, and each of them pays."""
    found = exposed(target("base EUR 200.00  pays 5% on breach", window="rolling 7 days"))
    assert found.amount is not None and str(found.amount.amount) == "70.00"
    assert found.promises[0].said.endswith("in 7 windows that hold the day: 70.00")


@pytest.mark.parametrize(
    ("at", "amount"), [("2025-12-29T00:00:00Z", "30.00"), ("2025-01-11T00:00:00Z", "70.00")]
)
def test_rolling_windows_end_with_the_term(at: str, amount: str) -> None:
    """On 29 December three of them are left; those that the beginning cuts all hold the day."""
    found = exposed(target("base EUR 200.00  pays 5% on breach", window="rolling 7 days"), at=at)
    assert found.amount is not None and str(found.amount.amount) == amount


def test_rolling_windows_fall_under_the_cap_of_the_month_in_which_they_end() -> None:
    """On 28 June three end in June and four in July: 25 of 30, and 25 of 40."""
    text = target("base EUR 200.00  pays 5% on breach", window="rolling 7 days")
    found = exposed(text, caps="caps credits at EUR 25.00 in each calendar month", at="2025-06-28T00:00:00Z")
    assert found.amount is not None and str(found.amount.amount) == "50.00"
    assert found.said == ("capped at 25.00 in each calendar month",)


def test_a_duty_for_each_of_two_values_pays_for_both_each_time_that_it_is_due() -> None:
    """That it is declared for two sets no end to how often it is due."""
    whole = policy(DUTY)
    (duty,) = whole.agreements["deal"].obligations
    assert isinstance(duty, Duty)
    values = ((("region", "north"),), (("region", "south"),))
    duty = replace(duty, partition=Partition(fields=("region",), declared=values, register=None))
    deal = replace(whole.agreements["deal"], obligations=(duty,))
    (found,) = at_risk(replace(whole, agreements=whole.agreements.set("deal", deal)), "2025-06-15T00:00:00Z")
    assert (found.unbounded, found.promises[0].said) == (True, "20.00 each time, as often as it is due")
