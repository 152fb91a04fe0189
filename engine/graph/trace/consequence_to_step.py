"""What followed from a verdict: whether it did, its step, and its node (S8, S10.3)."""

from typing import assert_never

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
from engine.model.verdict import OnTriggerFact, Verdict

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
            text = f"{reaction.holder} may {reaction.power}, {reaction.state.value}, since {since}"
            because = tuple(TraceStep(role="reason", text=each) for each in reaction.because)
            return TraceStep(role="right", text=text, steps=because)
        case ImprovementCase():
            text = f"{reaction.owner}, {reaction.state.value}, due before {iso_text(reaction.due)}"
            because = tuple(TraceStep(role="reason", text=each) for each in reaction.because)
            return TraceStep(role="improvement", text=text, steps=because)
        case NoticeCase():
            due = "" if reaction.due is None else f", due {iso_text(reaction.due.at)}"
            sent = "" if reaction.sent_by is None else f", by {reaction.sent_by}"
            text = f"{reaction.to} told of {reaction.cause.value}: {reaction.state.value}{due}{sent}"
            return TraceStep(role="notice", text=text)
        case RenewalCase():
            raise AssertionError("a term follows from no verdict")


def consequence_node(reaction: Reaction) -> TraceNode:
    """What followed, as a node; its text is that of its step."""
    step = consequence_step(reaction)
    kind = TraceKind(step.role)
    on = "" if isinstance(reaction, RenewalCase) else _on(reaction)
    match reaction:
        case EscalationStep():
            also, name = (reaction.escalation,), f"{reaction.escalation}/{on}/{reaction.level}"
        case UpdateCase():
            also, name = (reaction.escalation,), f"{reaction.escalation}/{on}/{reaction.number}"
        case BreachSeverity():
            also, name = (), f"{_whose(reaction)}/{on}"
        case Credit():
            also, name = (), f"{_whose(reaction)}/{on}"
        case LadderCase():
            also, name = (reaction.ladder,), f"{reaction.ladder}/{_whose(reaction)}/{on}"
        case RightArisen():
            also, name = (reaction.right,), f"{reaction.right}/{_whose(reaction)}/{on}"
        case ImprovementCase():
            also, name = (reaction.improvement,), f"{reaction.improvement}/{_whose(reaction)}/{on}"
        case NoticeCase():
            also, name = (), f"{_whose(reaction)}/{on}/{reaction.to}/{reaction.cause.value}"
        case RenewalCase():
            raise AssertionError("a term follows from no verdict")
        case _:
            assert_never(reaction)
    said = name.rpartition("/")[0] if isinstance(reaction, EscalationStep | UpdateCase) else name
    return TraceNode(
        id=f"{kind.value}:{name}",
        kind=kind,
        text=f"{said.replace('/', ', ')}: {step.text}",
        also=also,
        lines=step.steps,
    )


def _whose(
    reaction: BreachSeverity | Credit | LadderCase | RightArisen | ImprovementCase | NoticeCase,
) -> str:
    return f"{reaction.obligation}/{reaction.subject}"


def _on(
    reaction: BreachSeverity
    | EscalationStep
    | UpdateCase
    | Credit
    | LadderCase
    | RightArisen
    | ImprovementCase
    | NoticeCase,
) -> str:
    at = reaction.occasion
    return at.key if isinstance(at, OnTriggerFact) else at.label
