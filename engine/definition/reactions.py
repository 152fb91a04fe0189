"""Reactions: severities of breaches, escalations of incidents, and credits (S8)."""

from collections.abc import Iterator, Sequence

from engine.definition.book import Reading
from engine.definition.calendars import runs_out
from engine.definition.conditions import instant_of, matching
from engine.definition.credit_items import breached_at
from engine.definition.updates import stopped_at, updates_of
from engine.definition.windows import term_of
from engine.model.agreement import Agreement
from engine.model.quantity import Instant
from engine.model.reaction import BreachSeverity, EscalationState, EscalationStep, UpdateCase
from engine.model.severity import Escalation
from engine.model.snapshot import Snapshot
from engine.model.verdict import OnTriggerFact, State, Verdict


def key_of(step: EscalationStep | UpdateCase) -> str:
    """The trigger's key."""
    return step.occasion.key if isinstance(step.occasion, OnTriggerFact) else step.occasion.label


# Severities


def severities(snapshot: Snapshot, verdicts: Sequence[Verdict]) -> Iterator[BreachSeverity]:
    """A breach has the severity of its promise; what is only reported has no consequence (S8.1, S6.4)."""
    for verdict in verdicts:
        promise = snapshot.obligation_of(verdict)
        if verdict.state is not State.BREACHED or promise is None or promise.terms.reported_only:
            continue
        if (severity := promise.terms.severity) is not None:
            yield BreachSeverity(
                obligation=verdict.obligation,
                subject=verdict.subject,
                occasion=verdict.occasion,
                severity=severity.name,
                at=breached_at(verdict),
            )


# Escalations


def steps_of(
    escalation: Escalation, agreement: Agreement, reading: Reading
) -> Iterator[EscalationStep | UpdateCase]:
    """The levels, and the updates while it is open. Level k is reached at start + D_k on its clock unless
    stopped before (S8.2)."""
    begins, ends = term_of(agreement)
    trigger = escalation.trigger
    for match in matching(trigger, reading, {}, agreement.zone):
        bound = {trigger.variable: match.fact}
        start = instant_of(escalation.start, bound)
        if not match.proven or start is None or not begins <= match.at < ends or match.at > reading.as_of:
            continue
        stopped = stopped_at(escalation, match, bound, agreement, reading)
        occasion = OnTriggerFact(kind=match.fact.kind, key=match.fact.key, at=match.at)
        yield from updates_of(escalation, start, stopped, bound, occasion, agreement, reading)
        for level in sorted(escalation.levels, key=lambda level: level.number):
            reached = runs_out(level.after.clock, start, level.after.length)
            if reached is None:
                continue
            yield EscalationStep(
                escalation=escalation.id,
                occasion=occasion,
                level=level.number,
                role=level.role,
                at=reached[0],
                state=state_of_level(reached[0], stopped, reading.as_of),
            )


def state_of_level(at: Instant, stopped: Instant | None, as_of: Instant) -> EscalationState:
    """Where a level stands: a stop at the very instant comes too late (S8.2)."""
    if stopped is not None and stopped < at:
        return EscalationState.STOPPED
    return EscalationState.REACHED if at <= as_of else EscalationState.DUE_NEXT
