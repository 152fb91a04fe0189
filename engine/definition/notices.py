"""Notices: whom a verdict is told to, by when, and whether that was done (S8.1)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from engine.definition.book import Reading, id_of
from engine.definition.conditions import instant_of, matching, truth
from engine.definition.deadlines import within
from engine.model.agreement import Agreement
from engine.model.deadline import PausedDay
from engine.model.expression import FieldOf
from engine.model.fact import Fact
from engine.model.followup import NoticeAtRisk, NoticeOfBreach, Notification
from engine.model.reaction import NoticeCase, NoticeCause, NoticeState
from engine.model.verdict import Flag, Verdict


def notices_of(
    notification: Notification,
    agreement: Agreement,
    verdicts: Sequence[Verdict],
    breaches: Mapping[tuple[str, str, str], Fact],
    reading: Reading,
) -> Iterator[NoticeCase]:
    """The notices that one statement asks for, in order of the verdicts' identities."""
    for verdict in sorted(verdicts, key=lambda each: each.identity):
        match notification:
            case NoticeAtRisk(to=to, obligations=obligations):
                if verdict.obligation in obligations and _is_at_risk(verdict):
                    yield NoticeCase(
                        to=to,
                        cause=NoticeCause.AT_RISK,
                        obligation=verdict.obligation,
                        subject=verdict.subject,
                        occasion=verdict.occasion,
                        state=NoticeState.DUE,
                    )
            case NoticeOfBreach():
                breach = breaches.get(verdict.identity)
                if breach is not None:
                    yield from _of_breach(notification, agreement, verdict, breach, reading)
            case _:
                assert_never(notification)


def _is_at_risk(verdict: Verdict) -> bool:
    """What is only reported has no consequence (S6.4)."""
    return Flag.AT_RISK in verdict.flags and Flag.REPORTED_ONLY not in verdict.flags


def _of_breach(
    notice: NoticeOfBreach, agreement: Agreement, verdict: Verdict, breach: Fact, reading: Reading
) -> Iterator[NoticeCase]:
    bound = {notice.trigger.variable: breach}
    if truth(notice.trigger.where, bound, agreement.zone, reading) is not True:
        return
    assert isinstance(notice.limit.start, FieldOf)
    at = instant_of(notice.limit.start, bound)
    if at is None or at > reading.as_of:
        return
    deadline = within(notice.limit, at, (), PausedDay.ALL)
    sent = next(
        (
            each
            for each in matching(notice.by, reading, bound, agreement.zone)
            if each.proven and at <= each.at <= reading.as_of
        ),
        None,
    )
    in_time = deadline.allows(reading.as_of if sent is None else sent.at)
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
        due=deadline.due,
        sent_at=None if sent is None else sent.at,
        sent_by=None if sent is None else id_of(sent.fact),
    )
