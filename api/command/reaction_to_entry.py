"""One reaction as a line for people: a credit, a level of an escalation, what is due to whom."""

from typing import assert_never

from api.command.followup_to_entry import (
    improvement_entry,
    ladder_entry,
    notice_entry,
    renewal_entry,
    right_entry,
)
from api.command.report import Entry
from api.command.words import instant_words, money_words
from engine.model.instants import end_shown
from engine.model.reaction import (
    BreachSeverity,
    Credit,
    CreditState,
    CreditStep,
    EscalationStep,
    ImprovementCase,
    LadderCase,
    NoticeCase,
    Reaction,
    RenewalCase,
    RightArisen,
    UpdateCase,
)
from engine.model.snapshot import Snapshot
from engine.model.verdict import OnTriggerFact, Verdict


def reaction_entry(reaction: Reaction, snapshot: Snapshot) -> Entry:
    """What followed, to or from whom, and when; times are in the zone of its agreement."""
    match reaction:
        case Credit():
            worth = _worth(reaction, zone_of(snapshot, reaction.obligation))
            headline = f"{reaction.obligation}{_subject(reaction)} · {place(reaction)}: {worth}"
            return Entry(mark="CREDIT", headline=headline, details=reaction.arithmetic)
        case BreachSeverity():
            since = f"since {instant_words(reaction.at, zone_of(snapshot, reaction.obligation))}"
            if end_shown(reaction.at) is None:
                since = "in a term without end"
            headline = f"{reaction.obligation}{_subject(reaction)} · {place(reaction)}: {since}"
            return Entry(mark=reaction.severity, headline=headline)
        case EscalationStep():
            at = instant_words(reaction.at, zone_of(snapshot, reaction.escalation))
            who = f"{reaction.role} {reaction.state.value}"
            headline = f"{reaction.escalation} · {place(reaction)}: {who} {at}"
            return Entry(mark=f"level {reaction.level}", headline=headline)
        case UpdateCase():
            at = instant_words(reaction.due, zone_of(snapshot, reaction.escalation))
            by = f", {reaction.given_by}" if reaction.given_by else ""
            what = f"update {reaction.number} due by {at}{by}"
            if reaction.in_a_row > 1:
                last = instant_words(reaction.last_due, zone_of(snapshot, reaction.escalation))
                numbers = f"{reaction.number:,} to {reaction.number + reaction.in_a_row - 1:,}"
                what = f"{reaction.in_a_row:,} updates, {numbers}, the first due by {at}, the last by {last}"
            headline = f"{reaction.escalation} · {place(reaction)}: {what}"
            return Entry(mark=f"update {reaction.state.value}", headline=headline)
        case LadderCase():
            return ladder_entry(reaction, zone_of(snapshot, reaction.ladder))
        case RightArisen():
            return right_entry(reaction, zone_of(snapshot, reaction.right))
        case ImprovementCase():
            return improvement_entry(reaction, zone_of(snapshot, reaction.improvement))
        case NoticeCase():
            return notice_entry(reaction, zone_of(snapshot, reaction.obligation))
        case RenewalCase():
            agreement = snapshot.agreements[reaction.agreement]
            assert agreement.renewal is not None
            return renewal_entry(reaction, agreement.renewal, agreement.zone)
        case _:
            assert_never(reaction)


def place(what: Verdict | Credit | BreachSeverity | EscalationStep | UpdateCase) -> str:
    """The label of its window, or the key of its trigger."""
    return what.occasion.key if isinstance(what.occasion, OnTriggerFact) else what.occasion.label


def zone_of(snapshot: Snapshot, id: str) -> str:
    """The zone of the agreement that a name belongs to."""
    return snapshot.agreements[id.partition(".")[0]].zone


def _worth(credit: Credit, zone: str) -> str:
    """The amount and the points, where the credit stands, and what is due next."""
    worth = [] if credit.amount is None else [money_words(credit.amount)]
    worth += [] if credit.points is None else [f"{credit.points} service points"]
    standing = [] if credit.state is CreditState.FINAL else [credit.state.value]
    for each in credit.due:
        until = each.date or instant_words(each.at, zone)
        standing.append(f"to claim by {until}" if each.step is CreditStep.CLAIM else f"decided {until}")
    standing += [] if credit.remedy is None else [f"instead: {credit.remedy}"]
    return ", ".join([" and ".join(worth) or "no amount", *standing])


def _subject(reaction: Credit | BreachSeverity) -> str:
    agreement = reaction.obligation.partition(".")[0]
    return "" if reaction.subject == agreement else f" · {reaction.subject}"
