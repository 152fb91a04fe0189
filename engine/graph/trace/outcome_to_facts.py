"""What verdicts and reactions are to later rules: the names of the facts that follow from them (S8.6, S9)."""

from collections.abc import Iterator

from engine.graph.trace.consequence_to_step import occasion_name
from engine.model.derived import BREACH, CREDIT, ESCALATION, IMPROVEMENT, LADDER_LEVEL, RIGHT
from engine.model.reaction import (
    Credit,
    EscalationState,
    EscalationStep,
    ImprovementCase,
    LadderCase,
    LadderEvent,
    Reaction,
    RightArisen,
)
from engine.model.verdict import Flag, State, Verdict


def facts_of_verdict(verdict: Verdict) -> Iterator[str]:
    """The breach that it is, as `kind:key`, where it is one with consequences."""
    if verdict.state is State.BREACHED and Flag.REPORTED_ONLY not in verdict.flags:
        yield f"{BREACH}:{'/'.join(verdict.identity)}"


def facts_of_reaction(reaction: Reaction) -> Iterator[str]:
    """The facts, as `kind:key`, that later rules may read of what followed."""
    match reaction:
        case Credit(is_owed=True):
            yield f"{CREDIT}:{_window(reaction)}"
        case EscalationStep(state=EscalationState.REACHED):
            trigger = occasion_name(reaction.occasion)
            yield f"{ESCALATION}:{reaction.escalation}.{reaction.level}/{trigger}"
        case LadderCase(ladder=ladder):
            for step in reaction.steps:
                if step.event is LadderEvent.OPENED:
                    yield f"{LADDER_LEVEL}:{ladder}.{step.level}/{_window(reaction)}"
        case RightArisen(right=right):
            yield f"{RIGHT}:{right}/{_window(reaction)}"
        case ImprovementCase(improvement=improvement):
            yield f"{IMPROVEMENT}:{improvement}/{_window(reaction)}"
        case _:
            pass


def _window(reaction: Credit | LadderCase | RightArisen | ImprovementCase) -> str:
    return f"{reaction.obligation}/{reaction.subject}/{occasion_name(reaction.occasion)}"
