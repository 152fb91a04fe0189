"""An archive keeps all of a transaction or nothing, over DuckDB and over PostgreSQL alike."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import duckdb
import pytest

from engine.store.archive import ROWS, Archive, ArchiveError, UnavailableError, Writing
from engine.store.open_archive import open_archive
from tests.postgres import PostgresServer

COLUMNS = ["seq", "recorded_at", "kind", "actor", "subject", "body", "leaf"]

Opened = Callable[..., Archive]

_tenants = count()


@pytest.fixture(params=["duckdb", "postgres"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """Where an archive that nobody else uses can lie, and the tenant's name."""
    if request.param == "duckdb":
        return str(
            tmp_path / "archive.duckdb"
        ), "main"  # the name of the schema, too: they must not be confused
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.url, f"t{next(_tenants)}"


@pytest.fixture
def opened(location: tuple[str, str]) -> Iterator[Opened]:
    """Opens the archive, with a clock that says what it is told to; all of them are closed at the end."""
    made: list[Archive] = []

    def open(now: Callable[[], int] = lambda: 1_000) -> Archive:
        made.append(open_archive(location[0], now, tenant=location[1]))
        return made[-1]

    yield open
    for each in made:
        each.close()


def add(writing: Writing, *seqs: int) -> None:
    writing.insert("entry", COLUMNS, [(seq, writing.at, "feed", "ann", "s", "{}", "00") for seq in seqs])


def seqs(archive: Archive) -> list[int]:
    with archive.reading() as reading:
        return [row[0] for row in reading.run("SELECT seq FROM entry ORDER BY seq")]


def test_what_was_written_is_there_when_it_is_opened_again(opened: Opened) -> None:
    archive = opened()
    with archive.writing() as writing:
        add(writing, 0, 1)
    archive.close()
    assert seqs(opened()) == [0, 1]


def test_nothing_is_kept_of_a_transaction_that_fails(opened: Opened) -> None:
    archive = opened()
    with pytest.raises(ZeroDivisionError), archive.writing() as writing:
        add(writing, 0)
        raise ZeroDivisionError
    assert seqs(archive) == []
    with archive.writing() as writing:
        add(writing, 0)
    assert seqs(archive) == [0]


def test_a_statement_that_fails_leaves_nothing_and_the_archive_goes_on(opened: Opened) -> None:
    archive = opened()
    with pytest.raises(Exception, match=r"(?i)duplicate|constraint"), archive.writing() as writing:
        add(writing, 0)
        add(writing, 0)
    assert seqs(archive) == []


def test_a_reader_sees_one_state_while_another_writes(opened: Opened) -> None:
    archive = opened()
    with archive.reading() as reading:
        assert reading.run("SELECT count(*) FROM entry") == [(0,)]
        with archive.writing() as writing:
            add(writing, 0)
        assert reading.run("SELECT count(*) FROM entry") == [(0,)]
    assert seqs(archive) == [0]


def noted(archive: Archive) -> object | None:
    with archive.writing() as writing:
        return writing.noted("entry")


def test_a_note_holds_until_something_else_is_written(opened: Opened) -> None:
    archive = opened()
    assert noted(archive) is None
    with archive.writing() as writing:
        add(writing, 0)
        writing.note("entry", "one")
    assert noted(archive) == noted(archive) == "one"
    with archive.writing() as writing:
        writing.insert("policy_file", ["address", "place", "name", "content"], [("a", 0, "b", "c")])
        assert writing.noted("entry") == "one"
        add(writing, 1)
        assert writing.noted("entry") is None
        writing.note("entry", "two")
    with pytest.raises(ZeroDivisionError), archive.writing() as writing:
        add(writing, 2)
        writing.note("entry", "three")
        raise ZeroDivisionError
    assert noted(archive) is None  # what was known before is looked up again
    with archive.writing() as writing:
        writing.note("entry", "two")
    assert noted(archive) == "two"
    with archive.writing() as writing:
        writing.run("DELETE FROM entry WHERE seq = 1")
        assert writing.noted("entry") is None
    assert noted(archive) is None
    assert seqs(archive) == [0]


def test_instants_rise_without_looking_at_the_last_one(opened: Opened) -> None:
    archive = opened()
    found: list[int] = []
    for seq in range(3):
        with archive.writing() as writing:
            add(writing, seq)
            found.append(writing.at)
        with pytest.raises(ZeroDivisionError), archive.writing() as writing:
            add(writing, 9)
            raise ZeroDivisionError
    with archive.writing() as writing:
        found.append(writing.at)
    assert found == [1_000, 1_001, 1_002, 1_003]


def test_a_note_ends_where_another_process_writes(postgres: PostgresServer) -> None:
    tenant = f"t{next(_tenants)}"
    with (
        closing(open_archive(postgres.url, lambda: 1_000, tenant=tenant)) as one,
        closing(open_archive(postgres.url, lambda: 1_000, tenant=tenant)) as other,
    ):
        with one.writing() as writing:
            add(writing, 0)
            writing.note("entry", "one")
        assert noted(other) is None
        assert noted(one) == "one"
        with other.writing() as writing:
            add(writing, 1)
            writing.note("entry", "other")
        assert noted(one) is None
        assert noted(other) == "other"


def test_writers_follow_one_another(opened: Opened) -> None:
    archive = opened()

    def write() -> None:
        for _ in range(10):
            with archive.writing() as writing:
                last = writing.run("SELECT count(*) FROM entry")[0][0]
                add(writing, last)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seqs(archive) == list(range(40))


def test_instants_follow_one_another_though_the_clock_goes_back(opened: Opened) -> None:
    says = iter([5_000, 5_000, 4_000, 9_000])
    archive = opened(lambda: next(says))
    for seq in range(4):
        with archive.writing() as writing:
            add(writing, seq)
    with archive.reading() as reading:
        assert reading.run("SELECT recorded_at FROM entry ORDER BY seq") == [
            (5_000,),
            (5_001,),
            (5_002,),
            (9_000,),
        ]


def test_many_rows_go_in_and_out(opened: Opened) -> None:
    archive = opened()
    many = 2 * ROWS + 1
    with archive.writing() as writing:
        add(writing, *range(many))
    with archive.reading() as reading:
        stretches = list(reading.stream("SELECT seq FROM entry WHERE kind = ? ORDER BY seq", ("feed",)))
    assert [row[0] for stretch in stretches for row in stretch] == list(range(many))
    assert max(map(len, stretches)) <= ROWS


HOSTILE = "a'b\"c?d%s%%\\\n\u00e4\U0001f600;--"


def test_any_text_comes_back_as_it_went_in(opened: Opened) -> None:
    archive = opened()
    with archive.writing() as writing:
        writing.insert("entry", COLUMNS, [(0, writing.at, HOSTILE, HOSTILE, "", "{}", "00")])
    with archive.reading() as reading:
        assert reading.run("SELECT kind, actor, subject FROM entry WHERE kind = ?", (HOSTILE,)) == [
            (HOSTILE, HOSTILE, "")
        ]


def test_an_archive_of_a_newer_version_is_refused(opened: Opened) -> None:
    archive = opened()
    with archive.writing() as writing:
        writing.insert("migration", ["number", "name", "digest"], [(9_999, "9999_later", "00")])
    archive.close()
    with pytest.raises(ArchiveError, match=r"newer version of Troth \(migration `9999_later`\)"):
        opened()


def test_a_migration_that_was_changed_after_it_ran_is_refused(opened: Opened) -> None:
    archive = opened()
    with archive.writing() as writing:
        writing.run("UPDATE migration SET digest = 'other' WHERE number = 1")
    archive.close()
    with pytest.raises(ArchiveError, match="made by another migration `0001_entries_and_facts`"):
        opened()


def test_tenants_do_not_see_one_another(postgres: PostgresServer) -> None:
    with_one, without = (open_archive(postgres.url, lambda: 1, tenant=f"t{next(_tenants)}") for _ in range(2))
    with with_one.writing() as writing:
        add(writing, 0)
    assert (seqs(with_one), seqs(without)) == ([0], [])
    with_one.close()
    without.close()


def test_a_name_that_is_no_tenants_is_refused(tmp_path: Path) -> None:
    for name in ("", "../x", "A", 'a"b', "a" * 41, "1a"):
        with pytest.raises(ArchiveError, match="no name of a tenant"):
            open_archive(str(tmp_path / "archive"), lambda: 1, tenant=name)


def test_an_archive_that_is_only_read_stays_as_it_is(opened: Opened, location: tuple[str, str]) -> None:
    archive = opened()
    with archive.writing() as writing:
        add(writing, 0)
    archive.close()
    before = Path(location[0]).read_bytes() if "://" not in location[0] else b""
    read = open_archive(location[0], lambda: 1, tenant=location[1], read_only=True)
    assert seqs(read) == [0]
    with read.reading() as reading, pytest.raises(Exception, match="read-only"):
        reading.run("DELETE FROM entry")
    read.close()
    if before:
        assert Path(location[0]).read_bytes() == before


def test_what_is_no_archive_is_not_made_one_by_reading(location: tuple[str, str], tmp_path: Path) -> None:
    if "://" not in location[0]:
        with pytest.raises(ArchiveError, match="cannot be opened"):
            open_archive(location[0], lambda: 1, read_only=True)
        assert not Path(location[0]).exists()
        duckdb.connect(location[0]).close()
    with pytest.raises(ArchiveError, match=r"is none: nothing of Troth|there is no archive of a tenant"):
        open_archive(location[0], lambda: 1, tenant=location[1], read_only=True)


def test_an_archive_of_an_older_version_is_not_read_as_it_is(
    opened: Opened, location: tuple[str, str]
) -> None:
    archive = opened()
    with archive.writing() as writing:
        writing.run("DELETE FROM migration WHERE number > 1")
    archive.close()
    with pytest.raises(ArchiveError, match="older version of Troth: it lacks `0002_tree_and_heads`"):
        open_archive(location[0], lambda: 1, tenant=location[1], read_only=True)


def test_a_file_in_use_says_by_whom(tmp_path: Path) -> None:
    path = tmp_path / "archive.duckdb"
    code = "import sys,duckdb; c = duckdb.connect(sys.argv[1]); print('ready', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"ready\n"
        with pytest.raises(UnavailableError, match=rf"in use by another process \({other.pid}\)"):
            open_archive(str(path), lambda: 1)
        other.communicate()


def test_a_file_that_is_no_archive_says_so(tmp_path: Path) -> None:
    path = tmp_path / "archive.duckdb"
    path.write_bytes(b"not a database" * 1_000)
    with pytest.raises(ArchiveError, match=r"archive\.duckdb` cannot be opened"):
        open_archive(str(path), lambda: 1)
    with pytest.raises(ArchiveError, match="cannot be opened"):
        open_archive(str(tmp_path / "nowhere" / "archive"), lambda: 1)


def test_a_postgres_that_restarts_is_used_again(postgres: PostgresServer) -> None:
    archive = open_archive(postgres.url, lambda: 1, tenant=f"t{next(_tenants)}")
    with archive.writing() as writing:
        add(writing, 0)
    with pytest.raises(UnavailableError, match="broke off"), archive.writing() as writing:
        add(writing, 1)
        postgres.stop()
        add(writing, 2)
    postgres.start()
    with archive.writing() as writing:
        add(writing, 1)
    assert seqs(archive) == [0, 1]
    archive.close()


def test_a_postgres_that_is_not_there_says_so() -> None:
    with pytest.raises(UnavailableError, match="cannot be reached: "):
        open_archive("postgresql:///nothing?host=/nowhere", lambda: 1)


def test_the_latest_versions_of_keys_are_found_without_reading_all(
    opened: Opened, location: tuple[str, str]
) -> None:
    """Each batch that is fed asks for them: it must not take longer with all that was ever fed."""
    with opened().reading() as reading:
        if location[0].startswith("postgres"):
            found = reading.run("SELECT indexdef FROM pg_indexes WHERE tablename = 'fact_version'")
        else:
            found = reading.run("SELECT sql FROM duckdb_indexes() WHERE table_name = 'fact_version'")
    assert [text for (text,) in found if "key" in text.partition("(")[2]]


def test_what_postgresql_does_not_allow_is_said(postgres: PostgresServer) -> None:
    made = open_archive(postgres.url, lambda: 1_000, tenant="guarded")
    with made.writing() as writing:
        writing.run("CREATE ROLE guest LOGIN")
    made.close()
    guest = postgres.url.replace("user=troth", "user=guest")
    for tenant in ("guarded", "new"):
        with pytest.raises(ArchiveError, match="PostgreSQL does not allow it: permission denied"):
            open_archive(guest, lambda: 1_000, tenant=tenant)
