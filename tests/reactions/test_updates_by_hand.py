"""Updates of an escalation, and what stops it, counted by hand, by both evaluators (S8.2)."""

from functools import cache

import pytest

from engine import definition, pipeline
from engine.facts.facts_to_store import hold
from engine.model.fact import Fact, FactValue
from engine.model.instants import parse_instant
from engine.model.reaction import EscalationStep, UpdateCase, UpdateState
from engine.model.snapshot import Snapshot
from engine.source import Source
from tests.dsl.resolving import agreement, errors

ESCALATION = """
escalation rising {
  when incident i where i.major is yes
  from i.reported_at
  level 1 duty_manager within 90 minutes
  updates every 1 hour by status s where s.incident is i.id and s.value is "update"
  stops when status e where e.incident is i.id and e.value is "over"
}
"""


@cache
def sound() -> Snapshot:
    """The policy set of the escalation."""
    checked = pipeline.check([Source(name="a.sla", text=agreement(ESCALATION))])
    assert checked.snapshot is not None, checked.diagnostics
    return checked.snapshot


def instant(time: str) -> int:
    """An instant of 3 March 2025."""
    found = parse_instant(f"2025-03-03T{time}Z")
    assert found is not None
    return found


def fact(kind: str, key: str, at: str, **values: FactValue) -> Fact:
    """A fact of the day."""
    declared = sound().kinds[kind]
    absent = dict.fromkeys((field.name for field in declared.fields), None)
    return Fact(kind=kind, key=key, values={**absent, "id": key, declared.start_field: instant(at), **values})


def followed(as_of: str, *statuses: tuple[str, str]) -> tuple[list[tuple[str, str | None]], list[str]]:
    """The updates of an incident reported at 9:00, with what gave them, and where its level stands."""
    facts = {
        "incident": (
            fact("incident", "i", "09:00:00", service="shop", major=True, reported_at=instant("09:00:00")),
        ),
        "status": tuple(fact("status", at, at, incident="i", value=value) for at, value in statuses),
    }
    with pipeline.open_store() as store:
        hold(sound().kinds, facts, store)
        found = pipeline.evaluate(sound(), store, as_of=instant(as_of))
    assert found.reactions == definition.react(sound(), facts, found.verdicts, instant(as_of))
    updates = [each for each in found.reactions if isinstance(each, UpdateCase)]
    hour = instant("01:00:00") - instant("00:00:00")
    # Together they tell of every interval, and only what was missed is told together.
    numbers = [each.number + more for each in updates for more in range(each.in_a_row)]
    assert numbers == list(range(1, len(numbers) + 1))
    for each in updates:
        assert each.due == instant("09:00:00") + each.number * hour
        assert each.last_due == each.due + (each.in_a_row - 1) * hour
        assert each.in_a_row == 1 or each.state is UpdateState.MISSED
    return (
        [(f"{each.state.value} {each.in_a_row}", each.given_by) for each in updates],
        [each.state.value for each in found.reactions if isinstance(each, EscalationStep)],
    )


@pytest.mark.parametrize(
    ("as_of", "statuses", "updates", "level"),
    (
        ("09:00:00", (), [("due 1", None)], "due next"),
        ("10:00:00", (), [("due 1", None), ("due 1", None)], "due next"),
        ("10:30:00", (), [("missed 1", None), ("due 1", None)], "reached"),
        # an update at the very end of its interval is in time, and is none of the next
        ("10:30:00", (("10:00:00", "update"),), [("given 1", "status:10:00:00"), ("due 1", None)], "reached"),
        (
            "10:30:00",
            (("10:00:01", "update"),),
            [("missed 1", None), ("given 1", "status:10:00:01")],
            "reached",
        ),
        # over at 10:20: the second update is owed no more, and level 1 was not reached
        ("12:00:00", (("10:20:00", "over"),), [("missed 1", None)], "stopped before"),
        ("12:00:00", (("10:30:00", "over"),), [("missed 1", None)], "reached"),
        ("12:00:00", (("11:00:00", "over"),), [("missed 2", None)], "reached"),
        # what came before the incident stops nothing
        ("09:30:00", (("08:00:00", "over"),), [("due 1", None)], "due next"),
    ),
)
def test_an_update_is_due_in_each_hour(
    as_of: str, statuses: tuple[tuple[str, str], ...], updates: list[tuple[str, str | None]], level: str
) -> None:
    assert followed(as_of, *statuses) == (updates, [level])


def test_an_incident_that_nobody_closes_misses_updates_in_one_row() -> None:
    given = (("12:30:00", "update"),)
    found, _ = followed("23:30:00", *given)
    assert found == [("missed 3", None), ("given 1", "status:12:30:00"), ("missed 10", None), ("due 1", None)]
    # Over at 21:00: the twelfth hour is the last whole one.
    found, _ = followed("23:30:00", *given, ("21:00:00", "over"))
    assert found == [("missed 3", None), ("given 1", "status:12:30:00"), ("missed 8", None)]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    (
        ('stops when status e where e.incident is i.id and e.value is "over"', "", "not-said"),
        (' by status s where s.incident is i.id and s.value is "update"', "", "not-said"),
        ("every 1 hour", "every 1 business day on office", "not-yet-supported"),
        ("every 1 hour", "every 1 hour on office", "not-yet-supported"),
        ("every 1 hour", "every 1 second", "not-yet-supported"),
        ("  stops when", "  stops at i.reported_at\n  stops when", "said-twice"),
    ),
)
def test_updates_for_ever_are_refused(old: str, new: str, code: str) -> None:
    assert old in ESCALATION
    assert errors(agreement(ESCALATION.replace(old, new))) == [code]
