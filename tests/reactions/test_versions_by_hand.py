"""What follows from the verdicts of an agreement whose second version takes over in the middle of March."""

from dataclasses import replace
from functools import cache

import pytest

from engine import definition, pipeline
from engine.facts.facts_to_store import hold
from engine.model.fact import Fact
from engine.model.instants import parse_instant
from engine.model.quantity import HOUR
from engine.model.reaction import Credit, CreditState, LadderCase, LadderState, Reaction, RightArisen
from engine.model.snapshot import Snapshot
from engine.source import Source
from tests.reactions.facts_given import facts_by_kind

POLICY = """
use standard
document msa "Master agreement"
party acme
party bolt
role account_manager of acme
service shop { provider acme  hours always }

agreement deal is sla "Web shop" {
  version "1"
  between acme as provider and bolt as customer
  covers shop
  in force from 2025-01-01
  terms accepted on 2024-12-20
  zone UTC
  conventions standard {
    sources are assumed watched
    money rounds half even
    part windows are measured
    approvals must come before
  }
  caps credits at USD 250 in each calendar year

  target availability of shop {
    cites msa "2" "99 %"
    obliges acme
    measures uptime from outage
    during always
    requires at least 99% in each calendar month
    credits {
      base USD 1000
      pays 10% below 99%
      points 2 on breach
      points double when repeated
    }
  }
  ladder climb on breach b of availability for each target {
    cites msa "4"
    level 1 account_manager {
      notified by notice n where n.obligation is b.obligation
      remedied in month 1 after n.at
    }
    closes when the remedy month and the next are clean
  }
  right leave of bolt to terminate {
    cites msa "9"
    when availability breached in 2 of 3 consecutive months
  }
  right go of bolt to go {
    cites msa "9"
    when downtime of availability above 40 hours in 1 month
  }
}

agreement deal is sla amends deal {
  version "2"
  in force from 2025-03-15
  CHANGED
}
"""
DAY = 24 * HOUR


@cache
def snapshot(changed: str) -> Snapshot:
    checked = pipeline.check([Source(name="a.sla", text=POLICY.replace("CHANGED", changed))])
    assert checked.snapshot is not None, checked.diagnostics
    return checked.snapshot


def without_ladder(policies: Snapshot) -> Snapshot:
    """The same policies, but for the ladder of the second version."""
    second = replace(policies.agreements["deal"], ladders=())
    return replace(policies, agreements=policies.agreements.set("deal", second))


def outages(*days: str) -> list[Fact]:
    """Each of 24 hours: more than 1% of any month, and of each half of March."""
    found: list[Fact] = []
    for day in days:
        start = parse_instant(f"{day}T00:00:00Z")
        assert start is not None
        values = {"id": day, "service": "shop", "start": start, "end": start + DAY}
        found.append(Fact(kind="outage", key=day, values=values))
    return found


def notice(at: str) -> Fact:
    values = {"id": at, "obligation": "deal.availability", "given_at": parse_instant(at)}
    return Fact(kind="notice", key=at, values=values)


def followed(given: list[Fact], as_of: str, policies: Snapshot) -> tuple[Reaction, ...]:
    """What follows by the plans, which the definition must say too."""
    at = parse_instant(as_of)
    assert at is not None
    facts = facts_by_kind(policies, given)
    with pipeline.open_store() as store:
        hold(policies.kinds, facts, store)
        found = pipeline.evaluate(policies, store, as_of=at)
    defined = definition.react(policies, facts, found.verdicts, at)
    bare = [
        [replace(each, arithmetic=()) if isinstance(each, Credit) else each for each in those]
        for those in (found.reactions, defined)
    ]
    assert bare[0] == bare[1]
    return found.reactions


def credits(given: list[Fact], as_of: str, changed: str = "") -> dict[str, tuple[str, int | None]]:
    """Amount and points by the label of the window."""
    found = (each for each in followed(given, as_of, snapshot(changed)) if isinstance(each, Credit))
    return {each.occasion.label: (str(each.amount and each.amount.amount), each.points) for each in found}  # type: ignore[union-attr]


def rights(given: list[Fact], as_of: str, changed: str = "") -> list[tuple[str, str]]:
    """The power of each right that arose, and why."""
    found = (each for each in followed(given, as_of, snapshot(changed)) if isinstance(each, RightArisen))
    return [(each.power, " ".join(each.because)) for each in found]


def cases(given: list[Fact], as_of: str, has_ladder: bool = True) -> list[LadderCase]:
    """The cases, also where the second version has no ladder any more."""
    policies = snapshot("") if has_ladder else without_ladder(snapshot(""))
    return [each for each in followed(given, as_of, policies) if isinstance(each, LadderCase)]


def with_gap(through: str, since: str) -> Snapshot:
    """The second version takes over some days after the end of the first."""
    text = POLICY.replace("from 2025-01-01", f"from 2025-01-01 through {through}").replace("CHANGED", "")
    checked = pipeline.check([Source(name="a.sla", text=text.replace("2025-03-15", since))])
    assert checked.snapshot is not None, checked.diagnostics
    return checked.snapshot


MARCH = ("2025-03-05", "2025-03-20")


def test_a_month_that_is_breached_in_both_versions_counts_once() -> None:
    assert rights(outages(*MARCH), "2025-04-01T00:00:00Z")[:1] == [
        ("go", "downtime above 40 hours in 1 of 1: 2025-03")
    ]
    # Before its second part is over the month does not count, also of February and March.
    given = outages("2025-02-05", *MARCH)
    assert rights(given, "2025-03-31T00:00:00Z") == []
    found = rights(given, "2025-04-01T00:00:00Z")
    assert ("terminate", "breached in 2 of 3: 2025-02, 2025-03") in found
    assert len(found) == 2


def test_a_right_is_that_of_the_version_in_which_it_arises() -> None:
    changed = """right leave of bolt to leave {
      cites msa "9"
      when availability breached in 2 of 3 consecutive months
    }"""
    given = outages("2025-01-05", "2025-02-05", "2025-04-05")
    assert rights(given, "2025-05-01T00:00:00Z", changed) == [
        ("terminate", "breached in 2 of 3: 2025-01, 2025-02"),
        ("leave", "breached in 2 of 3: 2025-02, 2025-04"),
    ]


def test_points_double_after_a_month_and_not_after_the_part_of_one() -> None:
    # February was clean: neither part of March repeats a breach. April repeats that of March's first part.
    assert credits(outages(*MARCH), "2025-04-01T00:00:00Z") == {
        "2025-03 version 1": ("100.00", 2),
        "2025-03 version 2": ("100.00", 2),
    }
    found = credits(outages("2025-03-05", "2025-04-05"), "2025-05-01T00:00:00Z")
    assert {label: points for label, (_, points) in found.items()} == {"2025-03 version 1": 2, "2025-04": 4}


def test_the_cap_of_a_year_is_spent_in_all_versions() -> None:
    # USD 250 in the year: 100 for January, 100 for the first part of March, 50 for the second, none for May.
    given = outages("2025-01-05", *MARCH, "2025-05-05")
    assert [amount for amount, _ in credits(given, "2025-06-01T00:00:00Z").values()] == [
        *("100.00", "100.00", "50.00", "0.00")
    ]
    # The second version has a higher cap, and what the first one paid spends it.
    changed = "caps credits at USD 320 in each calendar year"
    assert [amount for amount, _ in credits(given, "2025-06-01T00:00:00Z", changed).values()] == [
        *("100.00", "100.00", "100.00", "20.00")
    ]


def test_what_is_earned_back_is_earned_in_the_months_of_the_next_version() -> None:
    text = POLICY.replace("points 2 on breach", "earned back when at or above 99.9% in the next 2 windows\n")
    text = text.replace("points double when repeated", "").replace("CHANGED", "")
    policies = pipeline.check([Source(name="a.sla", text=text)]).snapshot
    assert policies is not None

    def state(given: list[Fact], as_of: str) -> CreditState:
        return next(each.state for each in followed(given, as_of, policies) if isinstance(each, Credit))

    # March is one of the two months, in both its parts.
    given = outages("2025-02-05")
    assert state(given, "2025-04-30T00:00:00Z") is CreditState.PROVISIONAL
    assert state(given, "2025-05-01T00:00:00Z") is CreditState.EARNED_BACK
    assert state([*given, *outages("2025-03-20")], "2025-05-01T00:00:00Z") is CreditState.FINAL


def test_a_breach_of_the_first_version_opens_its_ladder() -> None:
    # It dates from the end of its part: a notice in March is one of it, and April and May have to be clean.
    given = [*outages("2025-03-05"), notice("2025-03-20T09:00:00Z")]
    (case,) = cases(given, "2025-05-01T00:00:00Z")
    assert case.steps[0].at == parse_instant("2025-03-15T00:00:00Z")
    assert (case.state, case.due) == (LadderState.OPEN, ("2025-05 without a breach",))
    (case,) = cases(given, "2025-06-01T00:00:00Z")
    assert case.state is LadderState.CLOSED


def test_a_case_goes_on_when_the_next_version_has_no_ladder() -> None:
    # April had to be clean: its breach fails the case of the first version, and opens none of its own.
    given = [*outages("2025-02-05", "2025-04-05"), notice("2025-03-03T09:00:00Z")]
    (case,) = cases(given, "2025-06-01T00:00:00Z", has_ladder=False)
    assert (case.state, case.steps[-1].reason) == (LadderState.FAILED, "breached in 2025-04")
    assert cases(outages("2025-05-05"), "2025-06-01T00:00:00Z", has_ladder=False) == []


@pytest.mark.parametrize(
    ("since", "counted_from"),
    (
        # March is left to nobody from the 11th to the 14th: it is over when the second version's part is.
        ("2025-03-15", "2025-04-01"),
        # No part of March is left to a version that takes over in April, or in June.
        ("2025-04-03", "2025-04-01"),
        ("2025-06-01", "2025-04-01"),
    ),
)
def test_a_part_before_a_gap_waits_no_longer_than_its_month(since: str, counted_from: str) -> None:
    policies = with_gap("2025-03-10", since)
    given = outages("2025-02-05", "2025-03-05")

    def powers(as_of: str) -> list[str]:
        return [each.power for each in followed(given, as_of, policies) if isinstance(each, RightArisen)]

    assert powers("2025-03-31T23:59:59Z") == []
    assert powers(f"{counted_from}T00:00:00Z") == ["terminate"]


def test_a_ladder_closes_with_the_month_that_its_version_ends_in() -> None:
    policies = with_gap("2025-03-10", "2025-06-01")
    # Told on 1 February, the remedy month is March, of which ten days are in force; it alone has to be clean.
    first = policies.agreements["deal@1"]
    ladders = tuple(replace(each, clean=1) for each in first.ladders)
    policies = replace(
        policies, agreements=policies.agreements.set("deal@1", replace(first, ladders=ladders))
    )
    given = [*outages("2025-01-05"), notice("2025-02-01T09:00:00Z")]

    def states(as_of: str) -> list[LadderState]:
        return [each.state for each in followed(given, as_of, policies) if isinstance(each, LadderCase)]

    assert states("2025-03-31T23:59:59Z") == [LadderState.OPEN]
    assert states("2025-04-01T00:00:00Z") == [LadderState.CLOSED]


def test_months_on_both_sides_of_some_days_without_a_version_are_consecutive() -> None:
    policies = with_gap("2025-03-31", "2025-04-03")
    given = outages("2025-03-05", "2025-04-05")
    found = [
        each.because
        for each in followed(given, "2025-05-01T00:00:00Z", policies)
        if isinstance(each, RightArisen)
    ]
    assert found == [("breached in 2 of 3: 2025-03, 2025-04",)]
    # A month without any version is between: nothing is consecutive across it.
    policies = with_gap("2025-03-31", "2025-05-01")
    given = outages("2025-03-05", "2025-05-05")
    assert not [
        each for each in followed(given, "2025-06-01T00:00:00Z", policies) if isinstance(each, RightArisen)
    ]


@pytest.mark.parametrize(
    ("since", "later", "points"),
    (
        # Some days without a version are no month between.
        ("2025-04-03", "2025-04-05", [2, 4]),
        # May does not repeat March: April lies between, and nothing was promised in it.
        ("2025-05-01", "2025-05-05", [2, 2]),
    ),
)
def test_points_double_only_where_no_month_lies_between(since: str, later: str, points: list[int]) -> None:
    policies = with_gap("2025-03-31", since)
    found = followed(outages("2025-03-05", later), "2025-06-01T00:00:00Z", policies)
    assert [each.points for each in found if isinstance(each, Credit)] == points
