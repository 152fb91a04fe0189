"""A server under a little load, as a process of its own: what is answered is kept, what changes is told."""

import asyncio
from pathlib import Path

from benchmarks.load import Load, Outcome, run, table
from benchmarks.load_clients import Heard, Sent
from benchmarks.load_policy import ROWS


def test_nothing_is_lost_or_doubled_under_load(tmp_path: Path) -> None:
    load = Load(archive=str(tmp_path / "archive.duckdb"), rate=40, seconds=1, feeders=4, subscribers=4)
    outcome = asyncio.run(run(load))
    assert outcome.wrong() == []
    assert sum(outcome.kept.values()) == 40 * ROWS
    # Each promise with its window, and the duty of the one major incident.
    assert {len(each.cursors) for each in outcome.heard} == {len(outcome.changes)}
    assert outcome.lags().keys() == {"i1-0"}
    assert list(table(outcome))[-1].startswith("nothing was lost")


def test_what_goes_wrong_under_load_is_found() -> None:
    load = Load(archive="", rate=1, seconds=1, feeders=1, subscribers=2)
    sent = Sent(began=0, entries={1: ROWS}, majors={"i1-0": 0.5}, refused=[b"no"])
    event = {"trigger": {"key": "i2-0"}}
    heard = [Heard(cursors=[b"a", b"a"], told=[(1, event)]), Heard(cursors=[b"b", b"a"])]
    outcome = Outcome(load=load, sent=sent, heard=heard, exit_code=1, changes=[b"a", b"b"])
    outcome.broken = [EOFError("gone")]
    said = outcome.wrong()
    assert [each.partition(":")[0] for each in said] == [
        "1 feeds were refused",
        "1 feeds were answered, 0 are kept",
        "2 subscribers were not told all, one of them the first 2 changes of 2, or in another order",
        "1 subscribers were cut off",
        "nobody was told of 1 major incidents",
        "the server stopped with 1",
    ]
