"""Connections that are held for the next transactions: as many as are of use, and none beyond its time."""

from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from engine.store.archive import ArchiveError
from engine.store.database import connect
from engine.store.duckdb_archive import MOST_CURSORS, DuckDbArchive

COUNT = "SELECT count(*) FROM entry"


def test_as_many_are_held_as_were_needed_at_once(tmp_path: Path) -> None:
    with closing(DuckDbArchive(tmp_path / "a.duckdb", lambda: 0)) as archive:
        for many in (2, 1, 3, MOST_CURSORS + 4):
            before = len(archive._cursors)
            with ExitStack() as stack:
                readings = [stack.enter_context(archive.reading()) for _ in range(many)]
                assert [each.run(COUNT) for each in readings] == [[(0,)]] * many
            assert len(archive._cursors) == min(max(before, many), MOST_CURSORS)


def test_one_that_failed_is_not_used_again(tmp_path: Path) -> None:
    with closing(DuckDbArchive(tmp_path / "a.duckdb", lambda: 0)) as archive:
        archive._close_cursors()
        with pytest.raises(ZeroDivisionError), archive.writing():
            raise ZeroDivisionError
        assert archive._cursors == []
        with archive.reading() as reading:
            assert reading.run(COUNT) == [(0,)]


def test_they_are_let_go_of_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    archive = DuckDbArchive(path, lambda: 0)
    with archive.reading():
        pass
    with pytest.raises(ArchiveError, match="already closed"), archive.reading(), archive.reading():
        archive.close()
    connect(path, read_only=True).close()  # refused, as long as it is open in another way
