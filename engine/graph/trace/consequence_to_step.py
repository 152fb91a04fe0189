"""What followed from a verdict, and the renewal of a term: its step, and its node (S8, S10.3)."""

from typing import assert_never

from engine.graph.trace.parts_to_name import name_of, shown
from engine.model.dependency import TraceStep
from engine.model.instants import end_shown, iso_text
from engine.model.reaction import (
    BreachSeverity,
    Credit,
    CreditState,
    EscalationStep,
    ImprovementCase,
    LadderCase,
    NoticeCase,
    Reaction,
    RenewalCase,
    RightArisen,
    UpdateCase,
)
from engine.model.tracing import TraceKind, TraceNode
from engine.model.verdict import Occasion, OnTriggerFact, Verdict

CONSEQUENCES = (
    TraceKind.SEVERITY,
    TraceKind.ESCALATION,
    TraceKind.UPDATE,
    TraceKind.CREDIT,
    TraceKind.NOTICE,
    TraceKind.LADDER,
    TraceKind.RIGHT,
    TraceKind.IMPROVEMENT,
)
"""What follows from verdicts."""


def follows(verdict: Verdict, reaction: Reaction) -> bool:
    """Whether a reaction follows from this verdict: its severity or credit, or an escalation in the same
    agreement that the same trigger began (S8)."""
    if isinstance(reaction, RenewalCase) or reaction.occasion != verdict.occasion:
        return False
    if isinstance(reaction, EscalationStep | UpdateCase):
        return reaction.escalation.partition(".")[0] == verdict.obligation.partition(".")[0]
    return (reaction.obligation, reaction.subject) == (verdict.obligation, verdict.subject)


def consequence_step(reaction: Reaction) -> TraceStep:
    """What followed, as a step."""
    match reaction:
        case BreachSeverity():
            since = "in a term without end"
            if end_shown(reaction.at) is not None:
                since = f"since {iso_text(reaction.at)}"
            return TraceStep(role="severity", text=f"{reaction.severity} {since}")
        case Credit(amount=amount, points=points, state=state):
            worth = [f"{amount.currency} {amount.amount}"] if amount else []
            worth += [f"{points} points"] if points is not None else []
            worth += [state.value] if state is not CreditState.FINAL else []
            return TraceStep(
                role="credit",
                text=", ".join(worth) or "not computed",
                steps=tuple(TraceStep(role="line", text=line) for line in reaction.arithmetic),
            )
        case EscalationStep():
            text = (
                f"level {reaction.level} to {reaction.role}, {reaction.state.value}, {iso_text(reaction.at)}"
            )
            return TraceStep(role="escalation", text=text)
        case UpdateCase():
            by = f", by {reaction.given_by}" if reaction.given_by else ""
            text = f"update {reaction.number}, {reaction.state.value}, due {iso_text(reaction.due)}{by}"
            if reaction.in_a_row > 1:
                last = reaction.number + reaction.in_a_row - 1
                until = iso_text(reaction.last_due)
                text = f"updates {reaction.number} to {last}, missed, due {iso_text(reaction.due)} to {until}"
            return TraceStep(role="update", text=text)
        case LadderCase():
            steps = tuple(
                TraceStep(
                    role="transition",
                    text=f"level {step.level} {step.event.value}, {iso_text(step.at)}: {step.reason}",
                )
                for step in reaction.steps
            )
            stands = f"{reaction.state.value} at level {reaction.level}, {reaction.role}"
            due = f", due: {', '.join(reaction.due)}" if reaction.due else ""
            gives = f", {reaction.gives}" if reaction.gives else ""
            return TraceStep(role="ladder", text=stands + due + gives, steps=steps)
        case RightArisen():
            since = iso_text(reaction.at)
            by = f" by {reaction.exercised_by}" if reaction.exercised_by else ""
            text = f"{reaction.holder} may {reaction.power}, {reaction.state.value}{by}, since {since}"
            because = tuple(TraceStep(role="reason", text=each) for each in reaction.because)
            return TraceStep(role="right", text=text, steps=because)
        case ImprovementCase():
            by = f", recorded by {reaction.recorded_by}" if reaction.recorded_by else ""
            text = f"{reaction.owner}, {reaction.state.value}, due before {iso_text(reaction.due)}{by}"
            because = tuple(TraceStep(role="reason", text=each) for each in reaction.because)
            return TraceStep(role="improvement", text=text, steps=because)
        case NoticeCase():
            due = "" if reaction.due is None else f", due {iso_text(reaction.due.at)}"
            sent = "" if reaction.sent_by is None else f", by {reaction.sent_by}"
            text = f"{reaction.to} told of {reaction.cause.value}: {reaction.state.value}{due}{sent}"
            return TraceStep(role="notice", text=text)
        case RenewalCase():
            by = "" if reaction.notice is None else f", by {reaction.notice}"
            due = "" if reaction.due is None else f", due {reaction.due.date or iso_text(reaction.due.at)}"
            often = f"renewed {reaction.renewed} {'time' if reaction.renewed == 1 else 'times'}"
            return TraceStep(
                role="renewal",
                text=f"{often}, through {reaction.through}, {reaction.state.value}{due}{by}",
            )


def consequence_node(reaction: Reaction) -> TraceNode:
    """What followed, as a node; its text is that of its step."""
    step = consequence_step(reaction)
    kind = TraceKind(step.role)
    match reaction:
        case EscalationStep(escalation=of, level=number) | UpdateCase(escalation=of, number=number):
            also, name = (of,), name_of(of, occasion_name(reaction.occasion), str(number))
        case BreachSeverity() | Credit():
            also, name = (), _whose(reaction)
        case LadderCase(ladder=of) | RightArisen(right=of) | ImprovementCase(improvement=of):
            also, name = (of,), f"{of}/{_whose(reaction)}"
        case NoticeCase():
            also, name = (), f"{_whose(reaction)}/{name_of(reaction.to, reaction.cause.value)}"
        case RenewalCase(agreement=agreement):
            also, name = (), agreement
        case _:
            assert_never(reaction)
    said = name.rpartition("/")[0] if isinstance(reaction, EscalationStep | UpdateCase) else name
    return TraceNode(
        id=f"{kind.value}:{name}",
        kind=kind,
        text=f"{shown(said)}: {step.text}",
        also=also,
        lines=step.steps,
    )


def occasion_name(occasion: Occasion) -> str:
    """The trigger's key, or the window's label."""
    return occasion.key if isinstance(occasion, OnTriggerFact) else occasion.label


def _whose(
    reaction: BreachSeverity | Credit | LadderCase | RightArisen | ImprovementCase | NoticeCase,
) -> str:
    return name_of(reaction.obligation, reaction.subject, occasion_name(reaction.occasion))
