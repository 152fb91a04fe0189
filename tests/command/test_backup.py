"""`troth backup` and `troth restore`: from one database to the other, verified; a drill; clear refusals."""

import shlex
import stat
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from api.command import backup, restore
from api.command.main import main
from engine.store.archive import Archive, UnavailableError
from engine.store.open_archive import open_archive
from tests.ledger.acme import FIRST_AT, dumped, step, tamper
from tests.postgres import PostgresServer

_tenants = count()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with an archive."""
    monkeypatch.chdir(tmp_path)
    with_archive(lambda archive: step(archive, 1))
    return tmp_path


def with_archive(work: Callable[[Archive], None], place: str = "acme.duckdb", tenant: str = "main") -> None:
    """Do something to an archive while no command has it open."""
    ticks = count(FIRST_AT, 1_000_000)
    with closing(open_archive(place, lambda: next(ticks), tenant=tenant)) as archive:
        work(archive)


def test_the_examples_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for verb in (backup, restore):
        program, *words = shlex.split(verb.EXAMPLE)
        assert program == "troth"
        assert main(words) == 0, capsys.readouterr().err
    said = capsys.readouterr()
    assert "acme.troth holds the tenant `main` as of " in said.err
    assert "restored to `restored.duckdb`: the tenant `main` as of " in said.out
    assert "1 entry, 3 fact versions, 0 policy sets\n  root hash " in said.out
    assert stat.S_IMODE((folder / "acme.troth").stat().st_mode) == 0o600
    assert main(["ledger", "verify", "restored.duckdb"]) == 0


def test_from_duckdb_to_postgres_and_back(
    folder: Path, postgres: PostgresServer, capsys: pytest.CaptureFixture[str]
) -> None:
    tenant = f"moved{next(_tenants)}"
    there = ["--archive", postgres.url, "--tenant", tenant]
    assert main(["backup", "--archive", "acme.duckdb", "--to", "a.troth"]) == 0
    assert main(["restore", "--from", "a.troth", *there]) == 0
    assert main(["backup", *there, "--to", "b.troth"]) == 0
    assert main(["restore", "--from", "b.troth", "--archive", "again.duckdb"]) == 0
    found: list[object] = []
    for place in ("acme.duckdb", "again.duckdb"):
        with_archive(lambda archive: found.append(dumped(archive)), place)
    assert found[0] == found[1]


def test_a_drill_leaves_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", "--archive", "acme.duckdb", "--to", "a.troth"]) == 0
    before = set(folder.iterdir())
    assert main(["restore", "--from", "a.troth", "--check"]) == 0
    assert "can be restored: " in capsys.readouterr().out
    assert set(folder.iterdir()) == before


def test_what_is_wrong_is_said_and_leaves_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", "--archive", "acme.duckdb", "--to", "a.troth"]) == 0
    (folder / "torn.troth").write_bytes((folder / "a.troth").read_bytes()[:-20])
    before = set(folder.iterdir())
    for words, said in (
        (["backup", "--archive", "no.duckdb", "--to", "b.troth"], "there is no archive `no.duckdb`"),
        (["backup", "--archive", "a.troth", "--to", "b.troth"], "`a.troth` cannot be opened"),
        (["backup", "--archive", "acme.duckdb", "--to", "no/b.troth"], "`no/b.troth` cannot be written"),
        (["backup", "--archive", "acme.duckdb", "--token-file", "t", "--to", "b"], "is for a --server"),
        (["backup", "--server", "127.0.0.1", "--to", "b.troth"], "--server takes the address"),
        (["backup", "--server", "http://127.0.0.1:1", "--to", "b.troth"], "cannot be reached"),
        (["restore", "--from", "torn.troth", "--archive", "b.duckdb"], "`torn.troth` is torn"),
        (["restore", "--from", "a.troth", "--archive", "acme.duckdb"], "the archive is not empty"),
        (["restore", "--from", "no.troth", "--check"], "`no.troth` cannot be read"),
    ):
        assert main(words) == 2
        assert said in capsys.readouterr().err
    assert set(folder.iterdir()) == before


def test_a_flawed_ledger_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_archive(lambda archive: tamper(archive, "UPDATE entry SET actor = 'eve'"))
    assert main(["backup", "--archive", "acme.duckdb", "--to", "a.troth"]) == 0
    assert main(["restore", "--from", "a.troth", "--archive", "b.duckdb"]) == 1
    said = capsys.readouterr().err
    assert "nothing was restored\n  altered       entry 0: " in said
    assert not (folder / "b.duckdb").exists()
    assert main(["restore", "--from", "a.troth", "--archive", "b.duckdb", "--take-flaws"]) == 1
    assert "restored to `b.duckdb`" in capsys.readouterr().out


def test_a_file_that_another_process_has_is_said_to_be_the_servers(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def held(*_: object, **__: object) -> Archive:
        raise UnavailableError("the archive `acme.duckdb` is in use by another process (7)")

    monkeypatch.setattr("api.command.backup_source.open_archive", held)
    assert main(["backup", "--archive", "acme.duckdb", "--to", "a.troth"]) == 2
    assert "(7); a server that has it gives a back-up: --server URL" in capsys.readouterr().err
    assert not (folder / "a.troth").exists()
