"""Promises over a term without end: what is said of them, and how far the tables of clocks reach (S2.6)."""

from pathlib import Path

import pytest

from engine.model.instants import parse_instant
from engine.model.quantity import DAY
from engine.model.verdict import State
from engine.rules.plans.clock_tables import ClockTables
from tests.policies import test_meaning
from tests.policies.test_meaning import Judge

AS_OF = "2025-03-01T00:00:00Z"
KINDS = """
fact move { key id  at at }
calendar office { zone UTC  open monday to friday from 09:00 to 17:00 }
"""
MOVES = "id,at\nm1,2025-01-10T10:00:00Z"
DOWN = "id,service,start,end\no1,shop,2025-01-10T00:00:00Z,2025-01-12T00:00:00Z"

GOVERNED = """
mode disaster {
  cites d "7" "five"
  obliges a
  during outage o from o.start until o.end
  target moves { requires at most 5 over the term }
}
target moves { cites d "4" "one"  obliges a  requires count of move m at most 1 over the term }
"""

MENDED = """
prohibition moves { cites d "4" "none"  obliges a  never move m over the term }
duty mend {
  cites d "5" "four hours"
  obliges a
  when breach b where b.obligation is moves
  must move m within 4 hours on office of b.at
}
"""


def test_a_window_without_end_has_no_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "sources are assumed watched  modes govern the window"
    around = test_meaning.AROUND.replace("sources are assumed watched", said)
    monkeypatch.setattr(test_meaning, "AROUND", around)
    verdict = Judge(tmp_path, KINDS)(GOVERNED, AS_OF, "term", move=MOVES, outage=DOWN)
    (part,) = verdict.window_parts
    assert (part.mode, part.length) == ("disaster", None)


def test_clocks_reach_no_further_than_what_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends: list[int] = []
    load = ClockTables.load

    def noted(self: ClockTables, store: object, start: int, end: int, **lengths: int) -> None:
        ends.append(end)
        load(self, store, start, end, **lengths)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(ClockTables, "load", noted)
    (verdict,) = Judge(tmp_path, KINDS).every(MENDED, AS_OF, move=MOVES)
    # The breach is certain now, and dates from the end of the term, where dates end.
    assert (verdict.identity[2], verdict.state) == ("term", State.BREACHED)
    now = parse_instant(AS_OF)
    assert now is not None
    assert ends
    assert max(ends) <= now + DAY
