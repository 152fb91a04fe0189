"""Escalation of incidents: each level is judged as the duty to have stopped before it (S8.2)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from engine.model.deadline import DayEnd, LateArrivals, Within
from engine.model.obligation import Duty, ObligationKind, OnTrigger, Recovered, Terms
from engine.model.reaction import EscalationState, EscalationStep
from engine.model.severity import Escalation, EscalationLevel
from engine.model.snapshot import Snapshot
from engine.model.verdict import State, Verdict
from engine.rules.reactions.update import Stops

_STATES = {
    State.MET: EscalationState.STOPPED,
    State.BREACHED: EscalationState.REACHED,
    State.PENDING: EscalationState.DUE_NEXT,
}


def levels_as_duties(snapshot: Snapshot) -> Snapshot:
    """The policy set in which every level of every escalation is a duty, and nothing else is promised.

    Stopped before the level is reached means: stopped in less than its time.
    """
    agreements = snapshot.agreements
    for name, agreement in agreements.items():
        duties = tuple(
            _duty(escalation, level, agreement.zone)
            for escalation in agreement.escalations
            for level in escalation.levels
        )
        agreements = agreements.set(name, replace(agreement, obligations=duties))
    return replace(snapshot, agreements=agreements)


def steps(snapshot: Snapshot, verdicts: Iterable[Verdict], stopped: Stops) -> Iterator[EscalationStep]:
    """The levels reached, stopped before, or due next; an escalation that has not started has none."""
    levels = {
        (_id(escalation, level), agreement.version): (escalation, level)
        for agreement in snapshot.agreements.values()
        for escalation in agreement.escalations
        for level in escalation.levels
    }
    for verdict in verdicts:
        state = _STATES.get(verdict.state)
        if state is None or verdict.due is None:
            continue
        escalation, level = levels[verdict.obligation, verdict.version]
        stop = stopped.get((escalation.id, verdict.version, verdict.identity[2]))
        if stop is not None and stop < verdict.due.at:
            state = EscalationState.STOPPED
        yield EscalationStep(
            escalation=escalation.id,
            occasion=verdict.occasion,
            level=level.number,
            role=level.role,
            at=verdict.due.at,
            state=state,
        )


def _id(escalation: Escalation, level: EscalationLevel) -> str:
    return f"{escalation.id}.{level.number}"


def _duty(escalation: Escalation, level: EscalationLevel, zone: str) -> Duty:
    return Duty(
        terms=Terms(
            id=_id(escalation, level),
            title=escalation.title,
            kind=ObligationKind.DUTY,
            agreement=escalation.agreement,
            cites=(),
            obliges=None,
            subject=escalation.id.partition(".")[0],
            subjects=escalation.subjects,
            reported_only=False,
            severity=None,
            carries=(),
            span=escalation.span,
        ),
        occasion=OnTrigger(trigger=escalation.trigger),
        fulfilments=() if escalation.stops_at is None else Recovered(at=escalation.stops_at),
        limit=Within(
            duration=level.after,
            strict=True,
            start=escalation.start,
            zone=zone,
            day_end=DayEnd.MIDNIGHT,
            closing=None,
            late_arrivals=LateArrivals.DO_NOT_ROLL,
        ),
    )
