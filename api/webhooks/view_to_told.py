"""From a tenant as somebody sees it to what a webhook is told: no facts, but ids, states and instants."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.verdict_to_json import occasion_json
from api.view import ComplianceView
from engine import pipeline
from engine.model.agenda import Entry, Matter
from engine.model.canonical_json import Json
from engine.model.history import VerdictChange
from engine.model.instants import iso_text
from engine.model.obligation import Citation
from engine.model.quantity import Instant
from engine.model.reaction import EscalationState, EscalationStep
from engine.model.verdict import Flag, InWindow, State, Verdict
from engine.model.webhook import Told, Topic, WebhookOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of a verdict, and the one before it of the same verdict."""

    now: VerdictChange
    before: VerdictChange | None


def changes_told(
    view: ComplianceView, tenant: str, order: WebhookOrder, changes: Sequence[Change]
) -> list[Told]:
    """What is told of changes, in their order: that a promise is breached, or at risk, and was not before."""
    found: list[Told] = []
    for each in changes:
        change, topic = each.now, _topic(each)
        verdict = None if change.verdict is None else view.shown(change.verdict)
        if topic is None or topic not in order.topics or verdict is None or not view.sees(change.identity):
            continue
        subject = verdict.about
        if not _is_wanted(order, verdict.obligation, [subject]):
            continue
        data: dict[str, Json] = {
            "tenant": tenant,
            "agreement": verdict.obligation.partition(".")[0],
            "obligation": verdict.obligation,
            "subject": verdict.subject,
            **occasion_json(verdict.occasion),
            "state": verdict.state.value,
            "before": None if change.before is None else change.before.value,
            "flags": sorted(flag.value for flag in verdict.flags),
            "due": None if verdict.due is None else iso_text(verdict.due.at),
            "cause": change.cause.value,
            "as_of": iso_text(change.as_of),
            "known_at": iso_text(change.known_at),
            "clause": _clause(verdict.clause),
        }
        found.append(
            Told(
                topic=topic,
                about=("change", str(change.seq)),
                occasion=change.identity[2],
                data=data,
            )
        )
    return found


def present_told(view: ComplianceView, tenant: str, order: WebhookOrder) -> tuple[list[Told], Instant | None]:
    """What is told of how things stand: what comes due soon, and levels of escalations that are reached; and
    when there is more to tell though nothing is kept until then, if ever."""
    now = view.revision.as_of
    entries = pipeline.agenda(view.snapshot, view.revision.verdicts, view.revision.reactions, now)
    turns: list[Instant] = []
    found: list[tuple[Instant, Told]] = []
    if Topic.DUE_SOON in order.topics:
        for entry in entries:
            if entry.is_overdue or entry.at <= now or not _is_wanted(order, entry.of, [entry.subject or ""]):
                continue
            if entry.at - order.ahead > now:
                turns.append(entry.at - order.ahead)
            else:
                found.append((entry.at, _due(view, tenant, entry)))
    if Topic.ESCALATED in order.topics:
        turns += [each.at for each in entries if each.matter is Matter.ESCALATION and each.at > now]
        for step in view.revision.reactions:
            if isinstance(step, EscalationStep) and step.state is EscalationState.REACHED:
                told = _escalated(view, tenant, order, step)
                if told is not None:
                    found.append((step.at, told))
    found.sort(key=lambda each: (each[0], each[1].about))
    return [told for _, told in found], min(turns, default=None)


def _topic(change: Change) -> Topic | None:
    state, verdict = change.now.state, change.now.verdict
    if state is State.BREACHED:
        return None if change.now.before is State.BREACHED else Topic.BREACHED
    was = None if change.before is None else change.before.verdict
    return Topic.AT_RISK if _is_at_risk(verdict) and not _is_at_risk(was) else None


def _is_at_risk(verdict: Verdict | None) -> bool:
    return verdict is not None and Flag.AT_RISK in verdict.flags


def _is_wanted(order: WebhookOrder, name: str, subjects: Sequence[str]) -> bool:
    """Whether it is asked for what is of a promise, an escalation or an agreement of this name; a service is
    told of with the values that there is a promise for each of."""
    services = [each.partition(" (")[0] for each in subjects]
    return (not order.agreements or name.partition(".")[0] in order.agreements) and (
        not order.services or any(each in order.services for each in services)
    )


def _due(view: ComplianceView, tenant: str, entry: Entry) -> Told:
    promise = view.snapshot.obligation(entry.of)
    data: dict[str, Json] = {
        "tenant": tenant,
        "agreement": entry.of.partition(".")[0],
        "of": entry.of,
        "matter": entry.matter.value,
        "who": entry.who,
        "subject": entry.subject,
        "occasion": entry.occasion,
        "due": iso_text(entry.at),
        "date": None if entry.date is None else entry.date.isoformat(),
        "clause": _clause(() if promise is None else promise.terms.cites),
    }
    return Told(
        topic=Topic.DUE_SOON,
        about=("due", *entry.identity, str(entry.at)),
        occasion=entry.occasion,
        data=data,
    )


def _escalated(view: ComplianceView, tenant: str, order: WebhookOrder, step: EscalationStep) -> Told | None:
    agreement = view.snapshot.agreements.get(step.escalation.partition(".")[0])
    escalations = () if agreement is None else agreement.escalations
    escalation = next((each for each in escalations if each.id == step.escalation), None)
    if escalation is None or not _is_wanted(order, escalation.id, escalation.subjects):
        return None
    occasion = step.occasion.label if isinstance(step.occasion, InWindow) else step.occasion.key
    data: dict[str, Json] = {
        "tenant": tenant,
        "agreement": escalation.agreement,
        "escalation": escalation.id,
        **occasion_json(step.occasion),
        "level": step.level,
        "role": step.role,
        "at": iso_text(step.at),
        "clause": _clause(escalation.cites),
    }
    return Told(
        topic=Topic.ESCALATED,
        about=("escalated", escalation.id, occasion, str(step.level), str(step.at)),
        occasion=occasion,
        data=data,
    )


def _clause(cites: Sequence[Citation]) -> Json:
    return [{"document": each.document, "section": each.section} for each in cites]
