"""`troth ledger`: from a key to a head, to proofs that hold without the archive, to what is wrong."""

import json
import shlex
import stat
from collections.abc import Callable
from importlib import import_module
from itertools import count
from pathlib import Path

import pytest

from api.command.main import main
from engine.ledger.entry_to_leaf import entry_bytes, parse_entry
from engine.ledger.proof_to_text import EntryProof, parse_proof
from engine.store.archive import Archive
from engine.store.open_archive import open_archive
from tests.ledger.acme import FIRST_AT, feed, step, tamper

NAME = "troth.example.com/acme"
ENTRIES = 7
SIGN = ["ledger", "head", "acme.duckdb", "--actor", "ann", "--sign"]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> pytest.CaptureFixture[str]:
    """What was printed since it was last asked for."""
    capsys.readouterr()
    return capsys


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder to work in: an archive of ENTRIES entries, a key, its public part, and two signed heads."""
    monkeypatch.chdir(tmp_path)
    with_archive(fill)
    assert main(["ledger", "key", "acme.key", "--new", NAME]) == 0
    (tmp_path / "acme.pub").write_text(capsys.readouterr().out, "utf-8")
    assert main([*SIGN, "acme.key", "--output", "old.txt"]) == 0
    with_archive(more)
    assert (
        main(
            ["ledger", "head", "acme.duckdb", "--sign", "acme.key", "--actor", "ann", "--output", "head.txt"]
        )
        == 0
    )
    capsys.readouterr()
    return tmp_path


def with_archive(work: Callable[[Archive], None]) -> None:
    """Do something to the archive while no command has it open."""
    ticks = count(FIRST_AT, 1_000_000)
    archive = open_archive("acme.duckdb", lambda: next(ticks))
    try:
        work(archive)
    finally:
        archive.close()


def fill(archive: Archive) -> None:
    for number in range(4):
        step(archive, number)


def more(archive: Archive) -> None:
    for _ in range(2):
        with archive.writing() as writing:
            feed(writing)


def bend(*statements: str) -> None:
    """Alter the archive as somebody with the database can."""
    with_archive(lambda archive: tamper(archive, *statements))


def test_the_examples_run(folder: Path, said: pytest.CaptureFixture[str]) -> None:
    (folder / "acme.key").rename("kept.key")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        for verb in ("key", "head", "prove", "check_proof", "verify"):
            program, *words = shlex.split(import_module(f"api.command.ledger_{verb}").EXAMPLE)
            assert program == "troth"
            assert main(words) == 0, said.readouterr().err
            if verb == "key":
                Path("kept.key").replace("acme.key")


def test_a_key_is_made_once_and_for_its_owner_only(folder: Path, said: pytest.CaptureFixture[str]) -> None:
    assert stat.S_IMODE((folder / "acme.key").stat().st_mode) == 0o600
    before = (folder / "acme.key").read_text()
    assert main(["ledger", "key", "acme.key", "--new", NAME]) == 2
    assert "`acme.key` cannot be made: file exists" in said.readouterr().err
    assert (folder / "acme.key").read_text() == before
    assert main(["ledger", "key", "acme.key"]) == 0
    assert said.readouterr().out == (folder / "acme.pub").read_text()


def test_a_sound_ledger(folder: Path, said: pytest.CaptureFixture[str]) -> None:
    words = ["ledger", "verify", "acme.duckdb"]
    assert main([*words, "--head", "old.txt", "--head", "head.txt", "--key", "acme.pub"]) == 0
    lines = said.readouterr().out.splitlines()
    public = "+".join((folder / "acme.pub").read_text().split("+")[:2])
    assert lines[0] == "nothing is wrong in the ledger of acme.duckdb"
    assert lines[2] == f"  {ENTRIES} entries, 12 fact versions"
    assert f"  head of 5 entries in old.txt, signed by {public}: holds" in lines
    assert not [line for line in lines if "not checked" in line]
    assert main(words) == 0
    assert said.readouterr().out.count("not checked") == 2


def test_an_altered_entry_is_named(folder: Path, said: pytest.CaptureFixture[str]) -> None:
    bend("UPDATE entry SET actor = 'eve' WHERE seq = 3")
    assert main(["ledger", "verify", "acme.duckdb"]) == 1
    lines = said.readouterr().out.splitlines()
    assert lines[0] == "1 flaw in the ledger of acme.duckdb"
    assert lines[1].startswith("  altered       entry 3 (approve, 2025-04-01T00:00:0")
    assert lines[1].endswith("): it is not what was recorded: its hash is another")


def test_the_answer_as_json(folder: Path, said: pytest.CaptureFixture[str]) -> None:
    bend(
        "UPDATE entry SET recorded_at = 9000000000000000000 WHERE seq = 3", "DELETE FROM entry WHERE seq = 0"
    )
    assert main(["ledger", "verify", "acme.duckdb", "--format", "json", "--key", "acme.pub"]) == 1
    answer = json.loads(said.readouterr().out)
    assert [(flaw["kind"], flaw["first"]) for flaw in answer["flaws"]] == [("missing", 0), ("altered", 3)]
    assert answer["flaws"][1]["recorded_at"] == "9000000000000000000 µs after 1970"
    assert (answer["entries"], answer["found"], answer["fact_versions"]) == (ENTRIES, 2, 12)
    assert [head["size"] for head in answer["heads"]] == [5, ENTRIES]


def test_an_entry_is_proven_without_the_archive(folder: Path, said: pytest.CaptureFixture[str]) -> None:
    assert main(["ledger", "prove", "acme.duckdb", "3", "--output", "3.proof"]) == 0
    (folder / "acme.duckdb").unlink()
    assert main(["ledger", "check-proof", "3.proof", "--key", "acme.pub"]) == 0
    out = said.readouterr().out
    assert f"holds: entry 3 is in the ledger {NAME} of {ENTRIES} entries, signed by {NAME}+" in out
    assert "  actor        böb\n" in out
    assert main(["ledger", "check-proof", "3.proof", "--key", "acme.pub", "--format", "json"]) == 0
    answer = json.loads(said.readouterr().out)
    assert answer["holds"] is True
    assert answer["entry"]["body"] == '{"waiver":3}'


def test_a_proof_in_the_ledger_of_a_kept_head(folder: Path, said: pytest.CaptureFixture[str]) -> None:
    assert main(["ledger", "prove", "acme.duckdb", "3", "--head", "old.txt", "--output", "3.proof"]) == 0
    assert main(["ledger", "check-proof", "3.proof", "--key", "acme.pub"]) == 0
    assert "of 5 entries" in said.readouterr().out
    assert main(["ledger", "prove", "acme.duckdb", "5", "--head", "old.txt"]) == 1
    assert "entry 5 is not among them" in said.readouterr().err


def test_an_altered_proof_does_not_hold(folder: Path, said: pytest.CaptureFixture[str]) -> None:
    assert main(["ledger", "prove", "acme.duckdb", "3", "--output", "3.proof"]) == 0
    proof = parse_proof((folder / "3.proof").read_text("utf-8"))
    assert isinstance(proof, EntryProof)
    assert entry_bytes(parse_entry(proof.content)) == proof.content
    text = (folder / "3.proof").read_text("utf-8")
    for old, new, why in (
        ("index 3", "index 4", "the hashes do not lead"),
        (f"\n{ENTRIES}\n", "\n8\n", "was altered"),
        (f"{NAME}\n", "troth.example.com/other\n", "was altered"),
    ):
        (folder / "bent.proof").write_text(text.replace(old, new, 1), "utf-8")
        assert main(["ledger", "check-proof", "bent.proof", "--key", "acme.pub"]) == 1
        assert why in said.readouterr().out


def test_growth_is_proven(folder: Path, said: pytest.CaptureFixture[str]) -> None:
    assert main(["ledger", "prove", "acme.duckdb", "--since", "old.txt", "--output", "growth"]) == 0
    words = ["ledger", "check-proof", "growth", "--key", "acme.pub"]
    assert main(words) == 2
    assert "proves growth: --since HEAD is needed" in said.readouterr().err
    assert main([*words, "--since", "old.txt"]) == 0
    assert f"of {ENTRIES} entries begins with the 5 entries of `old.txt`" in said.readouterr().out
    assert main([*words, "--since", "head.txt"]) == 1
    assert "the proof is since 5 entries, and the older head is of 7" in said.readouterr().out


def test_a_key_that_replaces_another(folder: Path, said: pytest.CaptureFixture[str]) -> None:
    assert main(["ledger", "key", "new.key", "--new", NAME]) == 0
    (folder / "acme.pub").open("a", encoding="utf-8").write(said.readouterr().out)
    assert main([*SIGN, "new.key", "--output", "new.txt"]) == 0
    assert main(["ledger", "prove", "acme.duckdb", "--since", "old.txt", "--output", "growth"]) == 0
    assert main(["ledger", "check-proof", "growth", "--key", "acme.pub", "--since", "old.txt"]) == 0
    assert main(["ledger", "verify", "acme.duckdb", "--key", "acme.pub", "--head", "new.txt"]) == 0


def test_a_ledger_that_was_cut_is_not_signed(folder: Path, said: pytest.CaptureFixture[str]) -> None:
    bend("DELETE FROM entry WHERE seq = 6")
    assert main([*SIGN, "acme.key"]) == 1
    assert "no longer begins with the 7 entries that were signed last: nothing was signed" in (
        said.readouterr().err
    )
    assert main(["ledger", "head", "acme.duckdb"]) == 0
    assert said.readouterr().out == (folder / "head.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["verify", "nothing.duckdb"], "there is no archive `nothing.duckdb`"),
        (["verify", "acme.key"], "cannot be opened"),
        (["verify", "postgresql:///x?host=/nowhere"], "PostgreSQL cannot be reached"),
        (["verify", "acme.duckdb", "--tenant", "A B"], "no name of a tenant"),
        (["verify", "acme.duckdb", "--head", "nothing"], "`nothing` cannot be read: no such file"),
        (["verify", "acme.duckdb", "--head", "acme.pub"], "`acme.pub` is not a signed head: no signatures"),
        (["verify", "acme.duckdb", "--key", "head.txt"], "`head.txt` is not a public key: a key is written"),
        (["verify", "acme.duckdb", "--key", "empty"], "`empty` holds no key"),
        (["verify", "acme.duckdb", "--key", "latin"], "`latin` is not UTF-8"),
        (["head", "acme.duckdb", "--sign", "acme.key"], "--actor NAME says who signs"),
        (["head", "acme.duckdb", "--actor", "ann"], "--actor signs nothing without --sign"),
        (
            ["head", "acme.duckdb", "--sign", "acme.pub", "--actor", "ann"],
            "`acme.pub` is not a key that signs",
        ),
        (["prove", "acme.duckdb"], "say what to prove"),
        (["prove", "acme.duckdb", "1", "--since", "head.txt"], "say what to prove"),
        (["check-proof", "head.txt", "--key", "acme.pub"], "`head.txt` is not a proof"),
        (["check-proof", "head.txt"], "name the public key"),
        (["key", "nothing.key"], "`nothing.key` cannot be read"),
        (["key", "new.key", "--new", "two words"], "`two words` cannot name a key"),
    ],
)
def test_what_cannot_be_used_is_named(
    folder: Path, said: pytest.CaptureFixture[str], words: list[str], why: str
) -> None:
    (folder / "empty").write_text("\n")
    (folder / "latin").write_bytes(b"\xff")
    there = sorted(path.name for path in folder.iterdir())
    assert main(["ledger", *words]) == 2
    assert why in said.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == there


def test_an_unsigned_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with_archive(fill)
    assert main(["ledger", "head", "acme.duckdb"]) == 2
    assert "nothing was signed yet" in said.readouterr().err
    assert main(["ledger", "prove", "acme.duckdb", "1"]) == 2
    assert "nothing was signed yet" in said.readouterr().err
    assert main(["ledger", "verify", "acme.duckdb"]) == 0


def test_reading_leaves_the_archive_as_it_is(folder: Path, said: pytest.CaptureFixture[str]) -> None:
    before = (folder / "acme.duckdb").read_bytes()
    (folder / "acme.duckdb").chmod(0o400)
    assert main(["ledger", "verify", "acme.duckdb"]) == 0
    assert main(["ledger", "head", "acme.duckdb"]) == 0
    assert main(["ledger", "prove", "acme.duckdb", "1"]) == 0
    assert (folder / "acme.duckdb").read_bytes() == before
    assert not list(folder.glob("*.wal"))
