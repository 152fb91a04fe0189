"""Standing duties, from policy text and fact files to both evaluators (S4.11)."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from engine import definition
from engine.model.explanation import Line
from engine.model.instants import parse_instant
from engine.model.quantity import DAY
from engine.model.verdict import Exact, State
from engine.pipeline import admit_facts, check, open_store
from engine.source import Source
from tests.policies.test_meaning import AROUND, Judge

KINDS = """
fact paper { key id  lasts start until end  kind text }
fact leave { key id  lasts start until end }
"""

# The agreement is in force from 2025 on. The plan lapses for ten days in April; the handbook is no plan.
PAPERS = """id,start,end,kind
p1,2024-06-01T00:00:00Z,2025-04-01T00:00:00Z,plan
p2,2025-04-11T00:00:00Z,,plan
p3,2025-01-01T00:00:00Z,,handbook"""


def standing(rest: str) -> str:
    return f"""
    exclusion moving {{ when leave l from l.start until l.end }}
    duty procedures {{
      cites d "1" "at all times"
      obliges a
      must paper p where p.kind is "plan" at all times {rest}
    }}"""


@pytest.fixture
def verdict(tmp_path: Path) -> Judge:
    return Judge(tmp_path, KINDS)


@pytest.mark.parametrize(
    ("quarter", "state", "gap"),
    [
        ("2025-Q1", State.MET, 0),
        ("2025-Q2", State.BREACHED, 10 * DAY),
        ("2025-Q3", State.PENDING, 0),
    ],
)
def test_a_gap_of_any_length_is_a_breach(verdict: Judge, quarter: str, state: State, gap: int) -> None:
    found = verdict(
        standing("in each calendar quarter"),
        "2025-08-01T00:00:00Z",
        quarter,
        paper=PAPERS,
        leave="id,start,end",
    )
    assert (found.state, found.counts["bad"]) == (state, gap)
    if quarter == "2025-Q2":
        assert (
            found.measured == Exact(value=Fraction(81, 91), unit=found.bound.unit) if found.bound else False
        )


def test_over_a_term_without_end_no_share_can_be_asked(verdict: Judge) -> None:
    with pytest.raises(AssertionError, match="endless-window"):
        verdict(standing(""), "2025-08-01T00:00:00Z", "term", paper=PAPERS, leave="id,start,end")


def test_the_explanation_names_what_covers_and_the_gaps(verdict: Judge) -> None:
    found = verdict(
        standing("in each calendar quarter"),
        "2025-08-01T00:00:00Z",
        "2025-Q2",
        paper=PAPERS,
        leave="id,start,end",
    )
    text = AROUND.format(promise=standing("in each calendar quarter")) + KINDS
    snapshot = check([Source(name="policy.sla", text=text)]).snapshot
    now = parse_instant("2025-08-01T00:00:00Z")
    assert snapshot is not None and now is not None
    with open_store() as store:
        admit_facts(snapshot, verdict.folder, store)
        facts = {name: store.facts(kind, None) for name, kind in snapshot.kinds.items()}
    explanation = definition.explain(snapshot, facts, found, now)
    said = "\n".join(texts(explanation.lines))
    assert "covered by 1 of paper" in said
    assert "gap from Tue 2025-04-01" in said


def texts(lines: Iterable[Line]) -> Iterator[str]:
    for line in lines:
        yield line.text
        yield from texts(line.lines)


@pytest.mark.parametrize(("end", "gap"), [("2025-04-11T00:00:00Z", 0), ("2025-04-05T00:00:00Z", 6 * DAY)])
def test_excluded_time_is_no_gap(verdict: Judge, end: str, gap: int) -> None:
    leave = f"id,start,end\nl1,2025-03-20T00:00:00Z,{end}"
    found = verdict(
        standing("in each calendar quarter unless moving"),
        "2025-08-01T00:00:00Z",
        "2025-Q2",
        paper=PAPERS,
        leave=leave,
    )
    assert (found.state, found.counts["bad"]) == (State.BREACHED if gap else State.MET, gap)


def test_nothing_ever_in_force_is_one_gap(verdict: Judge) -> None:
    found = verdict(
        standing("in each calendar year"),
        "2026-02-01T00:00:00Z",
        "2025",
        paper="id,start,end,kind",
        leave="id,start,end",
    )
    assert (found.state, found.counts["bad"]) == (State.BREACHED, 365 * DAY)
