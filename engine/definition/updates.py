"""Updates of an escalation: one is due in each interval while it is open (S8.2)."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from engine.definition.book import Bindings, Reading, id_of
from engine.definition.conditions import Match, instant_of, matching
from engine.model.agreement import Agreement
from engine.model.quantity import Instant
from engine.model.reaction import UpdateCase, UpdateState
from engine.model.severity import Escalation, Updates
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
    """The updates of one case: interval n ends so often `every` after the start, and its end is in time.
    Those missed one after the other are told as one."""
    if escalation.updates is None:
        return
    missed: UpdateCase | None = None
    for each in _one_by_one(
        escalation, escalation.updates, start, stopped, bound, occasion, agreement, reading
    ):
        if each.state is UpdateState.MISSED:
            first = each if missed is None else missed
            row = each.number - first.number + 1
            missed = replace(first, in_a_row=row, last_due=each.due)
            continue
        if missed is not None:
            yield missed
            missed = None
        yield each
    if missed is not None:
        yield missed


def _one_by_one(
    escalation: Escalation,
    updates: Updates,
    start: Instant,
    stopped: Instant | None,
    bound: Bindings,
    occasion: OnTriggerFact,
    agreement: Agreement,
    reading: Reading,
) -> Iterator[UpdateCase]:
    """The update of each interval that has begun before the case stopped."""
    every, as_of = updates.every, reading.as_of
    given = [
        each
        for each in matching(updates.by, reading, bound, agreement.zone)
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
            last_due=due,
            state=missed if first is None else UpdateState.GIVEN,
            given_at=None if first is None else first.at,
            given_by=None if first is None else id_of(first.fact),
        )
