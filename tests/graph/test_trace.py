"""The steps of a trace, there and back."""

from fractions import Fraction

from engine.graph.model_to_graph import build
from engine.graph.obligation_to_words import quantity_text
from engine.graph.trace.consequence_to_step import consequence_step, follows
from engine.graph.trace.verdict_to_steps import trace
from engine.model.explanation import Explanation, Line
from engine.model.quantity import PERCENT, Bound, Comparison
from engine.model.reaction import EscalationState, EscalationStep
from engine.model.verdict import Due, Evidence, OnTriggerFact, State, Verdict
from tests.hosting import hosting, instant

AT = instant("2025-03-03T09:00:00Z")
LATE = Verdict(
    obligation="acme_sla.restore",
    subject="shop",
    occasion=OnTriggerFact(kind="incident", key="i1", at=AT),
    state=State.BREACHED,
    due=Due(at=AT, inclusive=True),
    fulfilled_at=instant("2025-03-04T09:00:00Z"),
    fulfilled_by="restoration:r1",
    evidence=Evidence(facts=2, ids=("incident:i1", "restoration:r1")),
)
WHY = Explanation(
    verdict=LATE,
    clause=(),
    lines=(Line(text="counted 600 min", lines=(Line(text="on Monday", facts=("pause:p1", "incident:i1")),)),),
    why_not=(Line(text="360 min too late"),),
    recomputed=False,
)
STEP = EscalationStep(
    escalation="acme_sla.major",
    occasion=LATE.occasion,
    level=1,
    role="duty_manager",
    at=AT,
    state=EscalationState.REACHED,
)


def test_a_duty_from_its_clause_to_its_escalation() -> None:
    policy = hosting()
    found = trace(policy, build(policy), LATE, WHY, [consequence_step(STEP)])
    assert [(step.role, step.text) for step in found.steps] == [
        ("clause", '"99.9 %"'),
        ("obligation", "duty acme_sla.restore, Restore: acme owes it to bolt"),
        ("measure", "restoration within a limit"),
        ("fact kind", "incident"),
        ("fact kind", "restoration"),
        ("facts", "2 read"),
        ("arithmetic", "the plan's numbers, not recomputed"),
        (
            "verdict",
            "BREACHED, due 2025-03-03T09:00:00Z, fulfilled 2025-03-04T09:00:00Z by restoration:r1",
        ),
        ("escalation", "level 1 to duty_manager, reached, 2025-03-03T09:00:00Z"),
    ]
    facts = next(step for step in found.steps if step.role == "facts")
    assert [step.text for step in facts.steps] == ["incident:i1", "restoration:r1", "pause:p1"]
    verdict = next(step for step in found.steps if step.role == "verdict")
    assert [(step.role, step.text) for step in verdict.steps] == [("why not", "360 min too late")]
    back = trace(policy, build(policy), LATE, WHY, [consequence_step(STEP)], back=True)
    assert back.steps == tuple(reversed(found.steps))
    assert (found.role, back.role) == ("trace", "trace back")


def test_what_followed_from_something_else_is_left_out() -> None:
    other = OnTriggerFact(kind="incident", key="i2", at=AT)
    elsewhere = EscalationStep(
        escalation="northwind_uc.major",
        occasion=LATE.occasion,
        level=1,
        role="duty_manager",
        at=AT,
        state=EscalationState.REACHED,
    )
    assert follows(LATE, STEP)
    assert not follows(LATE, elsewhere)
    assert not follows(LATE, EscalationStep(
        escalation="acme_sla.major", occasion=other, level=1, role="r", at=AT, state=EscalationState.REACHED
    ))  # fmt: skip


def test_a_number_that_no_decimal_holds() -> None:
    """Cut where it would seem to keep a bound that it does not (S1.2)."""
    bound = Bound(comparison=Comparison.AT_LEAST, value=Fraction(999, 1000), unit=PERCENT)
    assert quantity_text(Fraction(999, 1000), PERCENT) == "99.9%"
    assert quantity_text(Fraction(2, 3), PERCENT) == "66.666666667…%"
    just_below = Fraction(999, 1000) - Fraction(1, 3 * 10**15)
    assert quantity_text(just_below, PERCENT, bound) == "99.899999999…%"
