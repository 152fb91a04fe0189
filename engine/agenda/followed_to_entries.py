"""Verdicts and reactions to what is due: deadlines, reviews, notices, renewals, claims, rights."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from engine.graph.situation import due_next
from engine.model.agenda import Entry, Matter
from engine.model.instants import moment_of
from engine.model.quantity import Instant
from engine.model.reaction import Reaction, RenewalCase, RightArisen, RightState
from engine.model.renewal import RenewalState
from engine.model.snapshot import Snapshot
from engine.model.verdict import InWindow, State, Verdict

REVIEWED = "reviewed"
"""The target that `reviewed every … by ROLE` becomes."""


def entries(
    snapshot: Snapshot, verdicts: Sequence[Verdict], reactions: Sequence[Reaction], as_of: Instant
) -> tuple[Entry, ...]:
    """Everything that is due at or after `as_of`, or was and is not done, the first first."""
    promises = {each.terms.id for each in snapshot.obligations()}
    found = [
        Entry(
            at=each.at,
            date=each.date,
            matter=Matter(each.what.value),
            who=each.who,
            of=each.of,
            title=_title(snapshot, each.of),
            subject=each.subject,
            occasion=each.occasion,
            is_overdue=each.is_overdue,
        )
        for each in due_next(snapshot, promises, verdicts, reactions, as_of)
    ]
    for verdict in verdicts:
        found += _review(snapshot, verdict)
    for reaction in reactions:
        found += _by_time(snapshot, reaction, as_of)
    # Promises of several versions, and credits in several steps, may say the same twice.
    unique = {(*each.identity, each.at): each for each in found}
    return tuple(sorted(unique.values(), key=lambda each: (each.at, *each.identity)))


def _review(snapshot: Snapshot, verdict: Verdict) -> Iterator[Entry]:
    """The review that an open cycle still asks for, by the last day of the cycle."""
    promise = snapshot.obligation_of(verdict)
    assert promise is not None, "a verdict is of a promise"
    agreement = snapshot.agreements[promise.terms.agreement]
    is_review = promise.terms.id.partition(".")[2] == REVIEWED and agreement.reviewed_by is not None
    window = verdict.occasion
    if not is_review or verdict.state is not State.PENDING or not isinstance(window, InWindow):
        return
    assert agreement.reviewed_by is not None
    # A period's end belongs to its last civil day (S2.3).
    last = moment_of(window.end - 1).astimezone(ZoneInfo(agreement.zone)).date()
    yield Entry(
        at=window.end,
        date=last,
        matter=Matter.REVIEW,
        who=agreement.reviewed_by,
        of=promise.terms.id,
        title=agreement.title,
        subject=verdict.subject,
        occasion=window.label,
        is_overdue=False,
    )


def _by_time(snapshot: Snapshot, reaction: Reaction, as_of: Instant) -> Iterator[Entry]:
    """What lapses or goes on by the mere passing of time."""
    match reaction:
        case RenewalCase(state=RenewalState.OPEN, agreement=name, due=due) if due is not None:
            agreement = snapshot.agreements[name]
            # Either side may act, so it stands in the calendars of both.
            for side in dict.fromkeys((agreement.provider, agreement.customer)):
                yield Entry(
                    at=due.at,
                    date=due.date,
                    matter=Matter.RENEWAL,
                    who=side,
                    of=name,
                    title=agreement.title,
                    subject=None,
                    occasion=reaction.through.isoformat(),
                    is_overdue=due.at < as_of,
                )
        case RightArisen(state=RightState.EXERCISABLE, until=until) if until is not None:
            occasion = reaction.occasion
            yield Entry(
                at=until,
                date=None,
                matter=Matter.RIGHT,
                who=reaction.holder,
                of=reaction.right,
                title=f"to {reaction.power}",
                subject=reaction.subject,
                occasion=occasion.label if isinstance(occasion, InWindow) else occasion.key,
                is_overdue=until < as_of,
            )
        case _:
            pass


def _title(snapshot: Snapshot, id: str) -> str:
    """The words of a promise or an escalation."""
    promise = snapshot.obligation(id)
    if promise is not None:
        return promise.terms.title
    escalations = (each for agreement in snapshot.agreements.values() for each in agreement.escalations)
    return next((each.title for each in escalations if each.id == id), "")


def of_whom(snapshot: Snapshot, found: Sequence[Entry], names: Sequence[str]) -> tuple[Entry, ...]:
    """The entries of these parties and roles; those of a party include those of its roles."""
    wanted = {*names, *(role.name for role in snapshot.roles.values() if role.party in names)}
    return tuple(each for each in found if each.who in wanted)
