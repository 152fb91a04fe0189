"""Who is affected right now: which outages are open, and what is due next of what they hit."""

from dataclasses import replace

from engine.graph.impact import at_once
from engine.graph.model_to_graph import build
from engine.graph.situation import due_next, open_outages
from engine.model.fact import Fact
from engine.model.quantity import HOUR
from engine.model.reaction import (
    Credit,
    CreditDue,
    CreditState,
    CreditStep,
    EscalationState,
    EscalationStep,
    NoticeCase,
    NoticeCause,
    NoticeState,
    Reaction,
)
from engine.model.situation import Awaited
from engine.model.verdict import Due, Evidence, OnTriggerFact, State, Verdict
from tests.hosting import hosting, instant

AS_OF = instant("2025-03-03T10:00:00Z")
INCIDENT = OnTriggerFact(kind="incident", key="i1", at=AS_OF - HOUR)


def outage(key: str, start: int, end: int | None, service: str = "host_a") -> Fact:
    """An outage of a service, counted in hours from the instant that is asked about."""
    ended = None if end is None else AS_OF + end * HOUR
    values = {"id": key, "service": service, "start": AS_OF + start * HOUR, "end": ended}
    return Fact(kind="outage", key=key, values=values)


def pending(obligation: str, due: int) -> Verdict:
    """A promise that is not decided yet."""
    return Verdict(
        obligation=obligation,
        subject="shop",
        occasion=INCIDENT,
        state=State.PENDING,
        due=Due(at=AS_OF + due * HOUR, inclusive=True),
        evidence=Evidence(facts=1),
    )


def test_an_outage_is_open_from_its_start_until_before_its_end() -> None:
    """What begins later is unseen, and a later end reads as still open (S2.5)."""
    facts = (
        outage("over", -3, 0),
        outage("open", -3, None),
        outage("ends later", -3, 1),
        outage("begins now", 0, None, "elsewhere"),
        outage("later", 1, None),
    )
    found = open_outages(hosting(), build(hosting()), {"outage": facts}, AS_OF, lambda _target, _fact: True)
    assert [(each.fact, each.subject, each.is_known) for each in found] == [
        ("outage:open", "host_a", True),
        ("outage:ends later", "host_a", True),
        ("outage:begins now", "elsewhere", False),
    ]


def test_what_is_due_next_of_what_is_hit() -> None:
    """Deadlines and notices of promises that are hit, escalations of their agreements; the first first.

    A clock that stands still gives time until it goes on (S4.1); what is late and not done is still owed.
    """
    policy = hosting()
    hit = at_once(build(policy), ["service:shop"], AS_OF)
    assert sorted(hit) == ["acme_sla.restore", "acme_sla.uptime"]
    step = EscalationStep(
        escalation="acme_sla.major",
        occasion=INCIDENT,
        level=1,
        role="duty_manager",
        at=AS_OF + HOUR,
        state=EscalationState.DUE_NEXT,
    )
    notice = NoticeCase(
        to="bolt",
        cause=NoticeCause.BREACH,
        obligation="acme_sla.uptime",
        subject="shop",
        occasion=INCIDENT,
        state=NoticeState.OVERDUE,
        due=Due(at=AS_OF - HOUR, inclusive=True),
    )
    reactions: list[Reaction] = [
        step,
        replace(step, state=EscalationState.REACHED),
        replace(step, escalation="other.major"),
        notice,
        replace(notice, state=NoticeState.SENT),
    ]
    late = replace(pending("acme_sla.restore", -2), state=State.BREACHED)
    asleep = Due(at=AS_OF - 3 * HOUR, inclusive=True, last_moment=AS_OF + 4 * HOUR)
    verdicts = [
        pending("acme_sla.restore", 3),
        replace(pending("acme_sla.restore", 0), due=asleep),
        late,
        replace(late, fulfilled_at=AS_OF - HOUR),
        replace(pending("acme_sla.restore", 2), state=State.MET),
        pending("northwind_uc.uptime", 1),
    ]
    found = due_next(policy, hit, verdicts, reactions, AS_OF)
    assert [(each.what, each.who, each.of, (each.at - AS_OF) // HOUR, each.is_overdue) for each in found] == [
        (Awaited.DEADLINE, "acme", "acme_sla.restore", -2, True),
        (Awaited.NOTICE, "bolt", "acme_sla.uptime", -1, True),
        (Awaited.ESCALATION, "duty_manager", "acme_sla.major", 1, False),
        (Awaited.DEADLINE, "acme", "acme_sla.restore", 3, False),
        (Awaited.DEADLINE, "acme", "acme_sla.restore", 4, False),
    ]
    assert {each.occasion for each in found} == {"i1"}


def test_a_credit_is_claimed_by_whom_it_is_owed() -> None:
    """Of a promise that binds the customer that is the provider."""
    policy = hosting()
    whole = policy.agreements["acme_sla"]
    bound = tuple(
        replace(each, terms=replace(each.terms, obliges="bolt"))
        if each.terms.id == "acme_sla.restore"
        else each
        for each in whole.obligations
    )
    policy = replace(policy, agreements=policy.agreements.set("acme_sla", replace(whole, obligations=bound)))
    credit = Credit(
        obligation="acme_sla.restore",
        subject="shop",
        occasion=INCIDENT,
        amount=None,
        arithmetic=(),
        state=CreditState.CLAIMABLE,
        due=(CreditDue(step=CreditStep.CLAIM, at=AS_OF + HOUR),),
    )
    other = replace(credit, obligation="acme_sla.uptime")
    found = due_next(policy, ["acme_sla.restore", "acme_sla.uptime"], (), (credit, other), AS_OF)
    assert [(each.of, each.who) for each in found] == [
        ("acme_sla.restore", "acme"),
        ("acme_sla.uptime", "bolt"),
    ]
