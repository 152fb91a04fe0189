"""Deadlines as long as the fact says, from policy text and fact files to both evaluators (S4.1 to S4.4)."""

from pathlib import Path

import pytest

from engine.model.instants import iso_text
from engine.model.quantity import HOUR, MINUTE
from engine.model.verdict import State
from tests.policies.test_meaning import Judge

KINDS = """
calendar office { zone UTC  open monday to friday from 09:00 to 17:00 }
fact order {
  key id  at at  hours number with 2 decimals optional  days number optional  lead duration optional
}
fact delivery { key id  at at  order text }
"""


@pytest.fixture
def verdict(tmp_path: Path) -> Judge:
    return Judge(tmp_path, KINDS)


def deliver(within: str) -> str:
    return f"""duty deliver {{
      cites d "1" "promise"  obliges a
      when order o  must delivery v where v.order is o.id {within} of o.at
    }}"""


def order(hours: str = "", days: str = "", lead: str = "") -> str:
    return f"id,at,hours,days,lead\no1,2025-01-06T10:00:00Z,{hours},{days},{lead}"


@pytest.mark.parametrize(
    ("within", "ordered", "due"),
    [
        # Monday 10:00, and what is agreed from there
        ("within o.hours hours", order(hours="1.50"), "2025-01-06T11:30:00Z"),
        ("within o.hours minutes", order(hours="90"), "2025-01-06T11:30:00Z"),
        ("within o.hours hours on office", order(hours="8"), "2025-01-07T10:00:00Z"),
        ("within o.lead", order(lead="PT1H30M"), "2025-01-06T11:30:00Z"),
        ("within o.lead on office", order(lead="PT8H"), "2025-01-07T10:00:00Z"),
        ("within o.days calendar days", order(days="0"), "2025-01-07T00:00:00Z"),
        ("within o.days business days on office", order(days="5"), "2025-01-14T00:00:00Z"),
        ("within o.days weeks", order(days="1"), "2025-01-14T00:00:00Z"),
        ("within o.days months", order(days="1"), "2025-02-07T00:00:00Z"),
    ],
)
def test_the_order_says_how_long(verdict: Judge, within: str, ordered: str, due: str) -> None:
    found = verdict(deliver(within), "2025-01-06T10:30:00Z", "o1", order=ordered)
    assert found.state is State.PENDING
    assert found.due is not None and iso_text(found.due.at) == due


def test_lateness_is_told_beyond_what_the_order_says(verdict: Judge) -> None:
    found = verdict(
        deliver("in less than o.hours hours on office"),
        "2025-01-10T00:00:00Z",
        "o1",
        order=order(hours="2.25"),
        delivery="id,at,order\nv1,2025-01-07T09:30:00Z,o1",
    )
    assert (found.state, found.late_by) == (State.BREACHED, 5 * HOUR + 15 * MINUTE)
    assert found.counts == {"counted": 7 * HOUR + 30 * MINUTE, "paused": 0, "allowed": 2 * HOUR + 15 * MINUTE}


@pytest.mark.parametrize(
    ("within", "ordered", "missing"),
    [
        ("within o.hours hours", order(), "order:o1.hours"),
        ("within o.hours hours", order(hours="-0.01"), "order:o1.hours"),
        ("within o.days calendar days", order(days="3661"), "order:o1.days"),
        ("within o.days months", order(days="121"), "order:o1.days"),
    ],
)
def test_an_order_that_says_no_length_is_unmeasured(
    verdict: Judge, within: str, ordered: str, missing: str
) -> None:
    found = verdict(deliver(within), "2025-02-10T00:00:00Z", "o1", order=ordered)
    assert (found.state, found.missing) == (State.UNMEASURED, (missing,))


@pytest.mark.parametrize(("hours", "said"), [("", "not known"), ("-1", "says no length")])
def test_what_is_not_known_is_told_from_what_says_no_length(verdict: Judge, hours: str, said: str) -> None:
    lines, _ = verdict.why(
        deliver("within o.hours hours"), "2025-02-10T00:00:00Z", "o1", order=order(hours=hours)
    )
    assert f"not measured: order:o1.hours {said}" in lines
