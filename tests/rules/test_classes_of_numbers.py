"""Deadlines by a class that is a number: a row is chosen by the exact number, by both evaluators alike."""

from fractions import Fraction

import pytest

from engine import definition, pipeline
from engine.facts.facts_to_store import hold
from engine.model.fact import Fact, FactValue
from engine.model.instants import parse_instant
from engine.model.quantity import HOUR
from engine.source import Source
from tests.dsl.resolving import agreement, duty, errors

KINDS = """
fact ask { key id  about service  at at  grade number with 2 decimals }
fact answer { key id  about service  at at  ask reference to ask }
fact change { key id  about service  at at  ask reference to ask  grade number with 2 decimals }
"""
ROWS = "{ 1.5 4 hours  2.0 8 hours  0.25 12 hours  0 5 hours  1000000 1 hour }"
HELP = f"""
when ask a
must answer r where r.ask is a.id within by BY {ROWS} of a.at
keeps its start when change k where k.ask is a.id changes a.grade to k.grade
"""
AT = parse_instant("2025-03-03T09:00:00Z") or 0


def due_after(grade: Fraction, by: str = "a.grade", changed: Fraction | None = None) -> int | None:
    """So many hours after the start it is due; None where no row is chosen."""
    said = HELP if by == "a.grade" else HELP.replace("keeps its start when", "#")
    text = KINDS + agreement(duty(said.replace("BY", by)))
    checked = pipeline.check([Source(name="a.sla", text=text)])
    assert checked.snapshot is not None, checked.diagnostics
    facts = dict.fromkeys(checked.snapshot.kinds, ()) | {"ask": (_fact("ask", grade=grade),)}
    if changed is not None:
        facts["change"] = (_fact("change", ask="1", grade=changed, at=AT + HOUR),)
    with pipeline.open_store() as store:
        hold(checked.snapshot.kinds, facts, store)
        (planned,) = pipeline.evaluate(checked.snapshot, store, as_of=AT + HOUR).verdicts
    (defined,) = definition.evaluate(checked.snapshot, facts, AT + HOUR)
    assert (planned.state, planned.due, planned.parts) == (defined.state, defined.due, defined.parts)
    return None if planned.due is None else (planned.due.at - AT) // HOUR


def _fact(kind: str, **values: FactValue) -> Fact:
    return Fact(kind=kind, key="1", values={"id": "1", "service": "shop", "at": AT, **values})


@pytest.mark.parametrize(
    ("grade", "by", "hours"),
    (
        ("1.5", "a.grade", 4),
        ("2", "a.grade", 8),
        ("0.25", "a.grade", 12),
        ("0", "a.grade", 5),
        ("1000000", "a.grade", 1),
        ("0.5", "a.grade", None),
        ("15", "a.grade", None),
        ("0.75", "a.grade * 2", 4),
        ("1.75", "a.grade - 0.25", 4),
        ("2.25", "a.grade - 0.25", 8),
    ),
)
def test_a_row_is_that_of_the_exact_number(grade: str, by: str, hours: int | None) -> None:
    assert due_after(Fraction(grade), by) == hours


def test_a_change_chooses_the_row_of_its_number() -> None:
    assert due_after(Fraction(2), changed=Fraction("1.50")) == 4
    assert due_after(Fraction(2), changed=Fraction(3)) is None


def test_two_rows_of_one_number_are_refused() -> None:
    twice = HELP.replace("BY", "a.grade").replace("0 5 hours", "1.50 5 hours")
    assert "duplicate-name" in errors(KINDS + agreement(duty(twice)))
