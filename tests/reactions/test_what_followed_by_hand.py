"""Duties that read levels of ladders, rights and improvements, counted by hand (S8.6, S9)."""

from dataclasses import replace

from engine import definition, pipeline
from engine.facts.facts_to_store import hold
from engine.model.fact import Fact
from engine.model.instants import parse_instant
from engine.model.verdict import Evidence, Verdict
from engine.source import Source
from tests.reactions.facts_given import facts_by_kind
from tests.reactions.test_ladders_by_hand import POLICY, fact, notice, outages

IMPROVEMENT = """
  improvement plan {
    when availability breached in 2 of 3 consecutive months
    owner relationship_manager
    due within 30 calendar days
    recorded by improvement i where i.obligation is availability
    done at i.done_at
  }
"""
DUTIES = """
  duty tell_the_board {
    cites egf5 "4.4"
    obliges qvi
    when ladder_level l where l.ladder is "breach_ladder" and l.level is at least 2
    must report r where r.period is l.window within 5 calendar days of l.at
  }
  duty answer_the_right {
    cites egf5 "4.5"
    obliges qvi
    when right_arisen x where x.right is "leave" and x.holder is "gleif"
    must report r where r.period is x.window before x.until
  }
  duty present_the_plan {
    cites egf5 "4.5"
    obliges qvi
    when improvement_due i where i.obligation is availability
    must report r where r.period is i.window before i.due_at
  }
"""


def policy(more: str) -> str:
    whole = POLICY.replace("APPROVALS", "must come before").rstrip()
    assert whole.endswith("}")
    return whole[:-1] + more + "}\n"


def judged(given: list[Fact], as_of: str) -> dict[tuple[str, str], str]:
    """What became of each duty, by its name and the fact that it answers, alike in both evaluators."""
    checked = pipeline.check([Source(name="a.sla", text=policy(IMPROVEMENT + DUTIES))])
    snapshot, at = checked.snapshot, parse_instant(as_of)
    assert snapshot is not None and at is not None, checked.diagnostics
    facts = facts_by_kind(snapshot, given)
    with pipeline.open_store() as store:
        hold(snapshot.kinds, facts, store)
        found = pipeline.evaluate(snapshot, store, as_of=at)
        few = pipeline.evaluate(snapshot, store, as_of=at, obligations={"qvi_sla.tell_the_board"})
    defined = definition.evaluate(snapshot, facts, at)
    assert [_bare(each) for each in found.verdicts] == [_bare(each) for each in defined]
    # Asked for alone, a duty has what it reads judged all the same.
    assert few.verdicts == tuple(each for each in found.verdicts if each.obligation.endswith("_board"))
    return {
        (each.obligation.partition(".")[2], each.identity[2].removeprefix("qvi_sla.")): each.state.value
        for each in defined
        if "availability" not in each.obligation
    }


def _bare(verdict: Verdict) -> Verdict:
    return replace(verdict, evidence=Evidence(facts=0, ids=verdict.evidence.ids))


def report(at: str, period: str) -> Fact:
    found = fact("report", "at", at)
    return replace(found, values={**found.values, "period": period})


def test_levels_rights_and_improvements_are_facts() -> None:
    # January and April are broken by a day each. The notice of February puts the remedy month in April, so
    # that level 1 fails at the end of April, and level 2 opens: five days later it is 6 May, 00:00 in Berlin.
    # A day is more than 7.2 hours: the right arises with each of the months, for thirty days.
    about = "qvi_sla.availability/challenge_data"
    broken = [*outages("2025-01", "2025-04"), notice("2025-02-10T09:00:00Z")]
    answered = [*broken, report("2025-02-20T09:00:00Z", "2025-01"), report("2025-06-05T09:00:00Z", "2025-04")]
    assert judged(broken, "2025-04-30T21:59:59Z") == {
        ("answer_the_right", f"leave/{about}/2025-01"): "BREACHED",
    }
    assert judged(answered, "2025-07-01T00:00:00Z") == {
        ("answer_the_right", f"leave/{about}/2025-01"): "MET",
        ("answer_the_right", f"leave/{about}/2025-04"): "BREACHED",
        # The level is one of the case that January opened; its report came before the level did.
        ("tell_the_board", f"breach_ladder.2/{about}/2025-01"): "BREACHED",
    }


def test_an_improvement_asks_for_its_plan_until_it_is_due() -> None:
    # The second broken month of three is February: thirty days from 1 March are over on 31 March, 00:00.
    about = "qvi_sla.availability/challenge_data"
    key = ("present_the_plan", f"plan/{about}/2025-02")
    broken = outages("2025-01", "2025-02")
    late, early = report("2025-03-30T22:00:00Z", "2025-02"), report("2025-03-30T21:59:59Z", "2025-02")
    assert key not in judged(broken, "2025-02-28T22:59:59Z")
    assert judged(broken, "2025-03-01T00:00:00Z")[key] == "PENDING"
    assert judged([*broken, late], "2025-05-01T00:00:00Z")[key] == "BREACHED"
    assert judged([*broken, early], "2025-05-01T00:00:00Z")[key] == "MET"


def test_a_circle_through_a_ladder_is_drawn() -> None:
    circle = """
  prohibition calm {
    cites egf5 "4.5"
    obliges qvi
    never ladder_level l where l.obligation is calm in each calendar month
  }
  ladder calm_ladder on breach b of calm for each target {
    level 1 relationship_manager { notified by notice n  remedied in month 2 after n.at }
    closes when the remedy month is clean
  }
"""
    found = pipeline.check([Source(name="a.sla", text=policy(circle))]).diagnostics
    (cycle,) = [each for each in found if each.code == "verdict-cycle"]
    assert "qvi_sla.calm → qvi_sla.calm_ladder → qvi_sla.calm" in cycle.labels[0][1]


def test_what_opens_or_exercises_them_is_fed() -> None:
    for said, mended in (
        ("exercisable for 30 calendar days", "exercised by breach e where e.obligation is availability"),
        ("notified by notice n where n.obligation is b.obligation", "notified by credit n"),
    ):
        text = policy("").replace(said, mended)
        codes = {each.code for each in pipeline.check([Source(name="a.sla", text=text)]).diagnostics}
        assert "not-yet-supported" in codes
