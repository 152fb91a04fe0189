"""Prohibitions with exceptions, from policy text and fact files to both evaluators (S4.8, S7.3)."""

from pathlib import Path

import pytest

from engine.model.verdict import Flag, State
from tests.policies.test_meaning import Judge

KINDS = """
fact move { key id  at at  urgent yes/no optional  size number }
fact freeze { key id  lasts start until end  reason text optional }
"""

NEVER = """
permission emergencies { when move e where e.urgent is yes }
exclusion thaw "Thaw" { when freeze f from f.start until f.end where f.reason is "thaw" }
prohibition no_moves {
  cites d "4" "no change"
  obliges a
  never move m where m.size is above 10 in each calendar month
  unless emergencies, thaw
}"""

THAW = "id,start,end,reason\nf1,2025-01-10T00:00:00Z,2025-01-11T00:00:00Z,thaw"
COLD = "id,start,end,reason\nf1,2025-01-10T00:00:00Z,2025-01-11T00:00:00Z,cold"
DOUBT = "id,start,end,reason\nf1,2025-01-10T00:00:00Z,2025-01-11T00:00:00Z,"

EXPECTED = """
example "in an emergency" of no_moves {
  given move { id "m1"  at 2025-01-05 10:00  urgent yes  size 11 }
  as of 2025-02-10
  expect excused in "2025-01", excepted 1
}
"""


@pytest.fixture
def verdict(tmp_path: Path) -> Judge:
    return Judge(tmp_path, KINDS)


@pytest.mark.parametrize(
    ("moves", "freezes", "state", "by", "counts"),
    [
        # nothing at all, and nothing that is forbidden
        ("", THAW, State.MET, None, (0, 0)),
        ("m1,2025-01-10T10:00:00Z,no,10", THAW, State.MET, None, (0, 0)),
        # permitted; in excluded time, its first instant too and its end no more
        ("m1,2025-01-05T10:00:00Z,yes,11", THAW, State.EXCUSED, "emergencies", (0, 1)),
        ("m1,2025-01-10T00:00:00Z,no,11", THAW, State.EXCUSED, "thaw", (0, 1)),
        ("m1,2025-01-11T00:00:00Z,no,11", THAW, State.BREACHED, None, (1, 0)),
        ("m1,2025-01-10T10:00:00Z,no,11", COLD, State.BREACHED, None, (1, 0)),
        # both hold: permissions come first, whatever comes first in time
        (
            "m1,2025-01-10T10:00:00Z,no,11\nm2,2025-01-20T10:00:00Z,yes,11",
            THAW,
            State.EXCUSED,
            "emergencies",
            (0, 2),
        ),
        # one that is left breaches the month
        ("m1,2025-01-10T10:00:00Z,no,11\nm2,2025-01-20T10:00:00Z,no,11", THAW, State.BREACHED, None, (1, 1)),
    ],
)
def test_what_is_excepted_excuses_the_window(
    verdict: Judge, moves: str, freezes: str, state: State, by: str | None, counts: tuple[int, int]
) -> None:
    found = verdict(
        NEVER, "2025-02-10T00:00:00Z", "2025-01", move=f"id,at,urgent,size\n{moves}", freeze=freezes
    )
    assert (found.state, found.excused_by, found.flags) == (state, by, ())
    assert (found.counts["records"], found.counts["excepted"]) == counts


def test_nothing_is_excused_before_the_window_is_over(verdict: Judge) -> None:
    found = verdict(
        NEVER, "2025-01-15T00:00:00Z", "2025-01", move="id,at,urgent,size\nm1,2025-01-10T10:00:00Z,yes,11"
    )
    assert found.state is State.PENDING


@pytest.mark.parametrize(
    ("urgent", "freezes", "missing"),
    [
        ("", COLD, ("move:m1.urgent",)),
        ("no", DOUBT, ("freeze:f1.reason",)),
        ("", DOUBT, ("freeze:f1.reason", "move:m1.urgent")),
    ],
)
def test_an_exception_must_be_proven(
    verdict: Judge, urgent: str, freezes: str, missing: tuple[str, ...]
) -> None:
    found = verdict(
        NEVER,
        "2025-02-10T00:00:00Z",
        "2025-01",
        move=f"id,at,urgent,size\nm1,2025-01-10T10:00:00Z,{urgent},11",
        freeze=freezes,
    )
    assert (found.state, found.flags, found.missing) == (State.BREACHED, (Flag.EXCUSE_UNPROVEN,), missing)


def test_what_is_excepted_is_explained_and_may_be_expected(tmp_path: Path) -> None:
    moves = "id,at,urgent,size\nm1,2025-01-05T10:00:00Z,yes,11"
    verdict = Judge(tmp_path, KINDS + EXPECTED)
    lines, why_not = verdict.why(NEVER, "2025-02-10T00:00:00Z", "2025-01", move=moves, freeze=THAW)
    assert "1 record excepted" in lines
    assert why_not == []
