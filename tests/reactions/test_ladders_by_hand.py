"""The escalation of vLEI Appendix 5, 4.2 to 4.5, and Fastly's termination right, counted by hand."""

import pytest

from engine import definition, pipeline
from engine.facts.facts_to_store import hold
from engine.model.fact import Fact
from engine.model.instants import parse_instant
from engine.model.reaction import Credit, LadderCase, LadderState, Reaction, RightArisen, RightState
from engine.model.verdict import OnTriggerFact
from engine.source import Source
from tests.reactions.facts_given import facts_by_kind

POLICY = """
use standard
document egf5 "vLEI EGF v3.0, Appendix 5"
party gleif
party qvi
role relationship_manager of gleif
role head_of_service_management of gleif
role chief_executive of gleif
service challenge_data { provider qvi  hours always }

agreement qvi_sla is sla {
  between qvi as provider and gleif as customer
  covers challenge_data
  in force from 2025-01-01 through 2026-12-31
  terms accepted on 2024-12-20
  zone Europe/Berlin
  conventions standard { sources are assumed watched  approvals APPROVALS }

  target availability of challenge_data {
    cites egf5 "2.5" "97,7 %"
    obliges qvi
    measures uptime from outage
    during always
    requires at least 97.7% in each calendar month
  }
  ladder breach_ladder on breach b of availability for each target {
    cites egf5 "4.2"
    level 1 relationship_manager {
      notified by notice n where n.obligation is b.obligation
      remedied in month 2 after n.at
      extended by approval a where a.obligation is b.obligation to a.until
    }
    level 2 head_of_service_management {
      opens when level 1 fails
      opens when breached again within 2 months of closing at level 2 or above
      notified by notice n where n.obligation is b.obligation
      remedied in month 1 after n.at
    }
    level 3 chief_executive {
      opens when level 2 fails
      needs root_cause c where c.obligation is b.obligation
      needs remediation_plan p where p.obligation is b.obligation
      remedied in the month of p.remedied_by
      fails gives gleif the right to terminate
    }
    closes when the remedy month and the next are clean
  }
  right leave of gleif to terminate {
    when downtime of availability above 7.2 hours in 1 month
    when downtime of availability above 43.8 minutes in 3 consecutive months
    exercisable for 30 calendar days
  }
}
"""
TARGET = "qvi_sla.availability"


def outages(*months: str, hours: int = 24) -> list[Fact]:
    """One outage on the tenth of each month: a day is 3.2% of 31 days, so that 97.7% is missed."""
    found: list[Fact] = []
    for month in months:
        start = parse_instant(f"{month}-10T00:00:00Z")
        assert start is not None
        values = {
            "id": month,
            "service": "challenge_data",
            "start": start,
            "end": start + hours * 3_600_000_000,
        }
        found.append(Fact(kind="outage", key=month, values=values))
    return found


def fact(kind: str, at_field: str, at: str, **instants: str) -> Fact:
    """A fact about the promise, at an instant."""
    values = {"id": f"{kind} {at}", "obligation": TARGET, at_field: parse_instant(at)}
    values |= {name: parse_instant(text) for name, text in instants.items()}
    return Fact(kind=kind, key=f"{kind} {at}", values=values)


def notice(at: str) -> Fact:
    return fact("notice", "given_at", at)


def followed(given: list[Fact], as_of: str, approvals: str = "must come before") -> tuple[Reaction, ...]:
    """What follows by the plans, which the definition must say too."""
    checked = pipeline.check([Source(name="a.sla", text=POLICY.replace("APPROVALS", approvals))])
    snapshot, at = checked.snapshot, parse_instant(as_of)
    assert snapshot is not None and at is not None, checked.diagnostics
    facts = facts_by_kind(snapshot, given)
    with pipeline.open_store() as store:
        hold(snapshot.kinds, facts, store)
        found = pipeline.evaluate(snapshot, store, as_of=at)
    defined = definition.react(snapshot, facts, found.verdicts, at)
    bare = [
        tuple(each for each in those if not isinstance(each, Credit)) for those in (found.reactions, defined)
    ]
    assert bare[0] == bare[1]
    return found.reactions


def cases(given: list[Fact], as_of: str, approvals: str = "must come before") -> list[LadderCase]:
    return [each for each in followed(given, as_of, approvals) if isinstance(each, LadderCase)]


def told(case: LadderCase) -> list[tuple[int, str]]:
    return [(step.level, step.event.value) for step in case.steps]


def test_without_a_notice_the_notice_is_due() -> None:
    # The breach of January dates from its end; before it nothing is open (S8.1).
    assert cases(outages("2025-01"), "2025-01-31T22:59:59Z") == []
    (case,) = cases(outages("2025-01"), "2025-06-01T00:00:00Z")
    assert (case.state, case.level, case.due) == (LadderState.OPEN, 1, ("notice",))
    assert case.steps[0].at == parse_instant("2025-01-31T23:00:00Z")


def test_level_one_closes_when_the_second_month_and_the_next_are_clean() -> None:
    # Notified in February: April and May have to be clean; a breach in March joins and fails nothing.
    given = [*outages("2025-01", "2025-03"), notice("2025-02-10T09:00:00Z")]
    (case,) = cases(given, "2025-05-15T00:00:00Z")
    assert (case.state, case.due, case.joined) == (
        LadderState.OPEN,
        ("2025-05 without a breach",),
        ("2025-03",),
    )
    (case,) = cases(given, "2025-06-01T00:00:00Z")
    assert told(case) == [(1, "opened"), (1, "notified"), (1, "closed")]
    assert case.steps[-1].at == parse_instant("2025-05-31T22:00:00Z")


@pytest.mark.parametrize("broken", ["2025-04", "2025-05"])
def test_a_breach_in_the_remedy_month_or_the_next_opens_level_two(broken: str) -> None:
    given = [*outages("2025-01", broken), notice("2025-02-10T09:00:00Z")]
    (case,) = cases(given, "2025-07-01T00:00:00Z")
    assert told(case) == [(1, "opened"), (1, "notified"), (1, "failed"), (2, "opened")]
    assert (case.role, case.due) == ("head_of_service_management", ("notice",))


@pytest.mark.parametrize(("again", "level"), [("2025-09", 2), ("2025-10", 2), ("2025-11", 1)])
def test_a_breach_within_two_months_of_closing_at_level_two_opens_there(again: str, level: int) -> None:
    # Level 2 is notified in June; July and August are clean, so that it closes with August.
    given = [
        *outages("2025-01", "2025-04", again),
        notice("2025-02-10T09:00:00Z"),
        notice("2025-06-10T09:00:00Z"),
    ]
    first, second = cases(given, "2026-02-01T00:00:00Z")
    assert (first.state, first.level) == (LadderState.CLOSED, 2)
    assert second.steps[0].level == level


def test_level_three_waits_for_its_plan_and_then_gives_the_right_to_terminate() -> None:
    given = [
        *outages("2025-01", "2025-04", "2025-07", "2025-12"),
        notice("2025-02-10T09:00:00Z"),
        notice("2025-06-10T09:00:00Z"),
    ]
    (case,) = cases(given, "2025-10-01T00:00:00Z")
    assert (case.level, case.due) == (3, ("root_cause", "remediation_plan"))
    plan = fact("remediation_plan", "agreed_at", "2025-09-01T09:00:00Z", remedied_by="2025-11-15T00:00:00Z")
    (case,) = cases([*given, plan], "2025-12-15T00:00:00Z")
    assert (case.state, case.due) == (LadderState.OPEN, ("root_cause", "2025-12 without a breach"))
    (case,) = cases([*given, plan], "2026-01-01T00:00:00Z")
    assert (case.state, case.level, case.gives) == (LadderState.FAILED, 3, "gleif may terminate")


@pytest.mark.parametrize(
    ("granted", "approvals", "state"),
    [
        ("2025-04-20T00:00:00Z", "must come before", LadderState.CLOSED),
        ("2025-05-20T00:00:00Z", "must come before", LadderState.OPEN),
        ("2025-05-20T00:00:00Z", "may come late", LadderState.CLOSED),
    ],
)
def test_an_approval_extends_the_remedy_month(granted: str, approvals: str, state: LadderState) -> None:
    # April would have failed; extended to June, June and July are clean.
    approval = fact("approval", "at", granted, until="2025-06-30T00:00:00Z")
    given = [*outages("2025-01", "2025-04"), notice("2025-02-10T09:00:00Z"), approval]
    (case,) = cases(given, "2025-08-15T00:00:00Z", approvals)
    assert (case.state, case.level) == (state, 1 if state is LadderState.CLOSED else 2)


def test_more_than_7_2_hours_in_a_month_give_a_right_for_thirty_days() -> None:
    # Fastly: more than 7.2 hours in any one month, or three contiguous months of more than 43.8 minutes each.
    def rights(given: list[Fact], as_of: str) -> list[tuple[str, RightState]]:
        found = [each for each in followed(given, as_of) if isinstance(each, RightArisen)]
        return [
            ("" if isinstance(each.occasion, OnTriggerFact) else each.occasion.label, each.state)
            for each in found
        ]

    eight = outages("2025-01", hours=8)
    assert rights(eight, "2025-01-31T12:00:00Z") == []
    # The thirtieth day after 31 January is 2 March; the right ends with it (S2.3).
    assert rights(eight, "2025-03-02T22:59:59Z") == [("2025-01", RightState.EXERCISABLE)]
    assert rights(eight, "2025-03-02T23:00:00Z") == [("2025-01", RightState.LAPSED)]
    three = outages("2025-01", "2025-02", "2025-03", hours=1)
    assert rights(three, "2025-04-01T00:00:00Z") == [("2025-03", RightState.EXERCISABLE)]
    assert rights(outages("2025-01", "2025-02", "2025-04", hours=1), "2025-05-01T00:00:00Z") == []
