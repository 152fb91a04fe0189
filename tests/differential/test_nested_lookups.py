"""A lookup within a lookup, beside a bound on the work of a minute: the store binds the whole statement."""

from dataclasses import replace
from fractions import Fraction

from engine import definition
from engine.model.deadline import DayEnd, LateArrivals, Within
from engine.model.expression import ALWAYS_TRUE, AllOf, CalendarDays, InForce, Months, Not, Selection, ThereIs
from engine.model.fact import Fact, FactValue
from engine.model.instants import instant_of
from engine.model.obligation import ClockUnit, Duty, Excess, ObligationKind, OnTrigger, Permission, Workload
from engine.model.quantity import HOUR
from engine.model.verdict import State
from engine.pipeline import silent
from engine.rules.evaluate import evaluate
from tests.differential.conditions import field, is_value, same
from tests.differential.kinds import NOWHERE
from tests.differential.promises import OPENED, TICKET_ID, terms
from tests.differential.stores import stored
from tests.differential.worlds import FIRST, LONG_AFTER, snapshot_of
from tests.rules.duty_worlds import agreement

AT = instant_of(FIRST)
FACTS: dict[str, dict[str, FactValue]] = {
    "maintenance": {"id": "one", "service": "shop", "start": AT, "end": None, "notified_at": AT - 48 * HOUR},
    "outage": {
        "id": "one",
        "service": "shop",
        "start": AT,
        "end": None,
        "zone": "a",
        "share": Fraction(1),
        "cause": "theirs",
    },
    "reply": {"id": "one", "ticket": "one", "at": AT, "helpful": False},
    "ticket": {
        "id": "one",
        "service": "shop",
        "opened_at": AT + HOUR,
        "classified_at": AT + 2 * HOUR,
        "wanted_by": None,
        "topic": None,
        "priority": None,
        "size": None,
        "weight": Fraction(1),
        "effort": None,
        "days": None,
        "urgent": True,
    },
}


def test_a_statement_with_a_nested_lookup_is_bound() -> None:
    cause = field("o", "outage", "cause")
    maintained = ThereIs(
        facts=Selection(
            kind="maintenance",
            variable="x",
            where=same(field("x", "maintenance", "service"), field("o", "outage", "service")),
        ),
        in_force=InForce(at=field("o", "outage", "start"), until=field("x", "maintenance", "end")),
    )
    hit = ThereIs(
        facts=Selection(
            kind="outage",
            variable="o",
            where=AllOf(of=(is_value(cause, "ours", cause.type), maintained)),
        ),
        in_force=InForce(at=field("t", "ticket", "classified_at"), until=field("o", "outage", "end")),
    )
    tickets = Selection(kind="ticket", variable="t", where=ALWAYS_TRUE)
    answers = tuple(
        Selection(kind=kind, variable=kind[0], where=same(field(kind[0], kind, "ticket"), TICKET_ID))
        for kind in ("reply", "workaround")
    )
    promise = Duty(
        terms=terms(ObligationKind.DUTY),
        occasion=OnTrigger(trigger=tickets),
        fulfilments=answers,
        limit=Within(
            duration=Months(months=2),
            strict=False,
            start=OPENED,
            zone="UTC",
            day_end=DayEnd.MIDNIGHT,
            closing=None,
            late_arrivals=LateArrivals.ROLL,
        ),
        permissions=(
            Permission(name="allowed", agreement="a", when=replace(tickets, where=Not(of=hit)), span=NOWHERE),
        ),
        warns=CalendarDays(days=2),
        workload=Workload(
            at_most=1, counted=tickets, unit=ClockUnit.MINUTE, each=(), excess=Excess.DOES_NOT_BIND
        ),
    )
    snapshot = snapshot_of(promise, agreement("a", promise, zone="UTC"))
    facts = {
        kind: tuple(Fact(kind=kind, key=key, values={**values, "id": key}) for key in ("one", "two", "three"))
        for kind, values in FACTS.items()
    }
    with stored(facts) as store:
        judged = evaluate(
            snapshot, store, as_of=LONG_AFTER + HOUR, known_at=None, obligations=None, progress=silent
        )
    states = [each.state for each in judged.verdicts]
    assert states == [each.state for each in definition.evaluate(snapshot, facts, LONG_AFTER + HOUR)]
    assert set(states) == {State.NOT_APPLICABLE} and len(states) == 3
