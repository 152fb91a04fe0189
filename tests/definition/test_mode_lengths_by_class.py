"""Duties to which a mode gives a length by class, by hand: 4 and 8 hours, in a storm 8 and 16 (S6.5)."""

from pathlib import Path

import pytest

from engine.model.instants import iso_text
from engine.model.verdict import State
from tests.policies.test_meaning import Judge

KINDS = """
fact fault { key id  at at  priority one of (p1, p2) optional }
fact repair { key id  at at  fault text }
fact storm { key id  lasts start until end }
"""

DUTY = """
duty mend {
  cites d "1" "promise"  obliges a
  when fault f
  must repair r where r.fault is f.id within by f.priority { p1 4 hours  p2 8 hours } of f.at
  convention running deadlines RUNNING
}
mode in_storm {
  cites d "2" "promise"  obliges a
  during storm s from s.start until s.end
  duty mend { LENGTH }
}
"""

BY_CLASS = "within by f.priority { p1 8 hours  p2 16 hours }"
EARLY, LATE = "2025-01-06T09:00:00Z", "2025-01-06T13:00:00Z"


@pytest.fixture
def verdict(tmp_path: Path) -> Judge:
    return Judge(tmp_path, KINDS)


@pytest.mark.parametrize(
    ("priority", "storm", "running", "length", "due"),
    [
        ("p1", "2025-01-07T00:00:00Z", "keep their length", BY_CLASS, "2025-01-06T14:00:00Z"),
        ("p1", EARLY, "keep their length", BY_CLASS, "2025-01-06T18:00:00Z"),
        ("p2", EARLY, "keep their length", BY_CLASS, "2025-01-07T02:00:00Z"),
        ("p2", EARLY, "keep their length", "within 12 hours", "2025-01-06T22:00:00Z"),
        ("p2", LATE, "keep their length", BY_CLASS, "2025-01-06T18:00:00Z"),
        ("p1", LATE, "take the new length", BY_CLASS, "2025-01-06T18:00:00Z"),
        ("p2", LATE, "take the new length", BY_CLASS, "2025-01-07T02:00:00Z"),
    ],
)
def test_the_class_chooses_the_length_in_a_mode(
    verdict: Judge, priority: str, storm: str, running: str, length: str, due: str
) -> None:
    """A fault of 10:00; a storm that begins before it, while its deadline runs, or the day after."""
    found = verdict(
        DUTY.replace("RUNNING", running).replace("LENGTH", length),
        "2025-01-08T00:00:00Z",
        "f1",
        fault=f"id,at,priority\nf1,2025-01-06T10:00:00Z,{priority}",
        storm=f"id,start,end\ns1,{storm},2025-01-07T12:00:00Z",
    )
    assert found.state is State.BREACHED
    assert found.due is not None and iso_text(found.due.at) == due
    told = [(part.name, part.text) for part in found.parts]
    assert told == ([("superseded deadline", priority)] if running.startswith("take") else [])
