"""Notices: a breach is told in time as a duty would be done, what is at risk while it lasts (S8.1)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from engine.model.agreement import Agreement
from engine.model.followup import NoticeAtRisk, NoticeOfBreach
from engine.model.obligation import Duty, ObligationKind, OnTrigger, Terms
from engine.model.period import Term
from engine.model.quantity import Instant
from engine.model.reaction import NoticeCase, NoticeCause, NoticeState
from engine.model.snapshot import Snapshot
from engine.model.verdict import Due, Flag, OnTriggerFact, Verdict
from engine.rules.plans.matches import Matched

_ALWAYS = Term(start=date(1970, 1, 1), through=None)
"""The time in which facts lie."""


def notices_as_duties(snapshot: Snapshot) -> Snapshot:
    """The policy set in which telling of each breach is a duty, which nothing fulfils, and nothing else is
    promised: its verdicts say by when.

    The latest version tells of the breaches of all, also of those before its own term or at its end.
    """
    agreements = snapshot.agreements
    for name, agreement in agreements.items():
        duties = tuple(
            _duty(id_of(agreement, place), notice, agreement)
            for place, notice in enumerate(agreement.notifications)
            if isinstance(notice, NoticeOfBreach) and agreement.superseded_by is None
        )
        agreements = agreements.set(name, replace(agreement, obligations=duties, term=_ALWAYS))
    return replace(snapshot, agreements=agreements)


def id_of(agreement: Agreement, place: int) -> str:
    """The id of the duty that the notification at a place stands for."""
    return f"{agreement.name}.notify {place}"


def at_risk(notice: NoticeAtRisk, verdicts: Sequence[Verdict]) -> Iterator[NoticeCase]:
    """One for each verdict that is at risk; `verdicts` in order of identity."""
    for verdict in verdicts:
        if verdict.obligation not in notice.obligations or Flag.AT_RISK not in verdict.flags:
            continue
        if Flag.REPORTED_ONLY not in verdict.flags:
            yield NoticeCase(
                to=notice.to,
                cause=NoticeCause.AT_RISK,
                obligation=verdict.obligation,
                subject=verdict.subject,
                occasion=verdict.occasion,
                state=NoticeState.DUE,
            )


def of_breaches(
    notice: NoticeOfBreach,
    duties: Mapping[str, Verdict],
    verdicts: Sequence[Verdict],
    told: Sequence[Matched],
    as_of: Instant,
) -> Iterator[NoticeCase]:
    """One for each breach that is past. `duties` are the verdicts on telling of it, by the breach's id;
    `verdicts` are in order of identity, `told` in order of time."""
    by_breach: dict[str, list[Matched]] = {}
    for each in told:
        by_breach.setdefault(each.breach, []).append(each)
    for verdict in verdicts:
        breach = "/".join(verdict.identity)
        duty = duties.get(breach)
        if duty is None:
            continue
        assert isinstance(duty.occasion, OnTriggerFact)
        at = duty.occasion.at
        sent = next((each for each in by_breach.get(breach, ()) if each.at >= at), None)
        in_time = _is_in_time(duty.due, as_of if sent is None else sent.at)
        if sent is None:
            state = NoticeState.DUE if in_time else NoticeState.OVERDUE
        else:
            state = NoticeState.SENT if in_time else NoticeState.SENT_LATE
        yield NoticeCase(
            to=notice.to,
            cause=NoticeCause.BREACH,
            obligation=verdict.obligation,
            subject=verdict.subject,
            occasion=verdict.occasion,
            state=state,
            at=at,
            due=duty.due,
            sent_at=sent.at if sent else None,
            sent_by=sent.id if sent else None,
        )


def _is_in_time(due: Due | None, at: Instant) -> bool:
    if due is None:
        return True
    last = due.last_moment
    return at < due.at or (due.inclusive and at == due.at) or (last is not None and at <= last)


def _duty(id: str, notice: NoticeOfBreach, agreement: Agreement) -> Duty:
    return Duty(
        terms=Terms(
            id=id,
            title=agreement.title,
            kind=ObligationKind.DUTY,
            agreement=agreement.name,
            cites=(),
            obliges=None,
            subject=agreement.name,
            subjects=(),
            reported_only=False,
            severity=None,
            carries=(),
            span=agreement.span,
        ),
        occasion=OnTrigger(trigger=notice.trigger),
        fulfilments=(),
        limit=notice.limit,
    )
