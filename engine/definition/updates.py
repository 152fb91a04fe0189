"""Updates of an escalation: one is due in each interval while it is open (S8.2)."""

from collections.abc import Iterator
from itertools import count

from engine.definition.book import Bindings, Reading, id_of
from engine.definition.conditions import Match, instant_of, matching
from engine.model.agreement import Agreement
from engine.model.quantity import Instant
from engine.model.reaction import UpdateCase, UpdateState
from engine.model.severity import Escalation
from engine.model.verdict import OnTriggerFact


def stopped_at(
    escalation: Escalation, trigger: Match, bound: Bindings, agreement: Agreement, reading: Reading
) -> Instant | None:
    """When the escalation stopped, if it has: the instant said, or the first fact that stops it and is no
    earlier than its trigger."""
    if escalation.stops_at is not None:
        return instant_of(escalation.stops_at, bound)
    if escalation.stops_by is None:
        return None
    found = matching(escalation.stops_by, reading, bound, agreement.zone)
    return next((each.at for each in found if each.proven and trigger.at <= each.at <= reading.as_of), None)


def updates_of(
    escalation: Escalation,
    start: Instant,
    stopped: Instant | None,
    bound: Bindings,
    occasion: OnTriggerFact,
    agreement: Agreement,
    reading: Reading,
) -> Iterator[UpdateCase]:
    """The updates of one case: interval n ends so often `every` after the start, and its end is in time."""
    if escalation.updates is None:
        return
    every, as_of = escalation.updates.every, reading.as_of
    given = [
        each
        for each in matching(escalation.updates.by, reading, bound, agreement.zone)
        if each.proven and each.at <= as_of
    ]
    for number in count(1):
        after, due = start + (number - 1) * every, start + number * every
        if after > as_of or (stopped is not None and stopped < due):
            return
        first = next((each for each in given if after < each.at <= due), None)
        missed = UpdateState.MISSED if due < as_of else UpdateState.DUE
        yield UpdateCase(
            escalation=escalation.id,
            occasion=occasion,
            number=number,
            due=due,
            state=missed if first is None else UpdateState.GIVEN,
            given_at=None if first is None else first.at,
            given_by=None if first is None else id_of(first.fact),
        )
