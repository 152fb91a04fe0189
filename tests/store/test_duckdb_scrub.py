"""A file that one process writes anew is not opened by another in between, which would write to nowhere."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from shutil import copyfile

import duckdb
import pytest

from engine.ledger.log import append
from engine.ledger.verify import verify
from engine.model.ledger import Deed, EntryKind
from engine.store import duckdb_archive
from engine.store.archive import ArchiveError, UnavailableError
from engine.store.database import connect
from engine.store.duckdb_archive import DuckDbArchive


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An archive, and beside it the copy that is to take its place."""
    path = tmp_path / "a.duckdb"
    DuckDbArchive(path, lambda: 0).close()
    copyfile(path, fresh(path))
    return path


def fresh(path: Path) -> Path:
    return path.with_name("a.duckdb.fresh")


def opening(
    monkeypatch: pytest.MonkeyPatch, before: Callable[[], object], after: Callable[[], object]
) -> None:
    """What happens elsewhere while an archive is opened."""
    connect = duckdb_archive.connect

    def connected(*args: object, **more: object) -> duckdb.DuckDBPyConnection:
        before()
        connection = connect(*args, **more)  # type: ignore[arg-type]
        after()
        return connection

    monkeypatch.setattr(duckdb_archive, "connect", connected)


def test_what_another_writes_anew_is_left_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def held() -> None:
        raise duckdb.IOException("Conflicting lock is held in python (PID 7)")

    opening(monkeypatch, held, lambda: None)
    with pytest.raises(UnavailableError, match=r"in use by another process \(7\)"):
        DuckDbArchive(path, lambda: 0)
    assert fresh(path).exists()


def test_a_file_that_another_took_the_place_of_is_not_used(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening(monkeypatch, lambda: None, lambda: fresh(path).replace(path))
    with pytest.raises(UnavailableError, match="is being written anew"):
        DuckDbArchive(path, lambda: 0)


def test_what_a_scrub_left_that_was_broken_off_goes(path: Path) -> None:
    with closing(DuckDbArchive(path, lambda: 0)) as archive, archive.reading() as reading:
        assert reading.run("SELECT count(*) FROM entry") == [(0,)]
    assert not fresh(path).exists()


def test_a_file_whose_log_stays_beside_it_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(DuckDbArchive(tmp_path / "a.duckdb", lambda: 5)) as archive:
        enter(archive)
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(duckdb_archive, "length_of_log", lambda path: 7)
            with pytest.raises(ArchiveError, match="its log stays beside it"):
                archive.scrub()
        enter(archive)
        with archive.reading() as reading:
            assert reading.run("SELECT recorded_at FROM entry ORDER BY seq") == [(5,), (6,)]


def test_what_others_kept_who_took_the_file_meanwhile_is_gone_on_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.duckdb"
    with closing(DuckDbArchive(path, lambda: 5)) as archive:
        enter(archive)
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(duckdb_archive, "connect", _taken)
            with pytest.raises(UnavailableError, match=r"in use by another process \(7\)"):
                archive.scrub()
        with closing(DuckDbArchive(path, lambda: 50)) as other:
            enter(other)
        enter(archive)
        with archive.reading() as reading:
            kept = reading.run("SELECT seq, recorded_at FROM entry ORDER BY seq")
            assert kept == [(0, 5), (1, 50), (2, 51)]
            assert verify(reading).flaws == ()


def enter(archive: DuckDbArchive) -> None:
    with archive.writing() as writing:
        append(writing, [Deed(kind=EntryKind.REVIEW, actor="ann", subject="a", body={})])


def _taken(path: Path, **settings: object) -> duckdb.DuckDBPyConnection:
    """What the copy is looked at by is let through; the file itself is another's."""
    if settings == {"read_only": True}:
        return connect(path, read_only=True)
    raise duckdb.IOException("Conflicting lock is held in python (PID 7)")
