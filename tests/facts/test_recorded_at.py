"""A policy may name the column that says when a row was recorded, and be asked what was known then (S2.5)."""

from pathlib import Path

from engine import pipeline
from engine.model.instants import parse_instant
from engine.source import Source

POLICY = """
fact fault { key id  lasts start until end }
feed theirs of fault {
  file "faults.csv"
  column recorded_at from "Entered"
  corrections by key
}
"""


def test_what_was_known(tmp_path: Path) -> None:
    (tmp_path / "faults.csv").write_text(
        "id,start,end,Entered\n"
        "f1,2025-03-01T10:00:00Z,2025-03-01T12:00:00Z,2025-03-05T00:00:00Z\n"
        "f1,2025-03-01T10:00:00Z,,2025-03-02T00:00:00Z\n"
    )
    checked = pipeline.check([Source(name="policy.sla", text=POLICY)])
    assert checked.snapshot is not None, checked.diagnostics
    with pipeline.open_store() as store:
        assert pipeline.admit_facts(checked.snapshot, tmp_path, store).is_whole
        assert pipeline.unrecorded(checked.snapshot, store) == ()
        kind = checked.snapshot.kinds["fault"]
        known = [
            [fact.values["end"] for fact in store.facts(kind, parse_instant(at))]
            for at in ("2025-03-01T00:00:00Z", "2025-03-03T00:00:00Z", "2025-03-06T00:00:00Z")
        ]
    assert known == [[], [None], [parse_instant("2025-03-01T12:00:00Z")]]
