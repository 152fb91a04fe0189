"""A back-up holds all of an archive, restores into either database, and is refused where it is not whole."""

import gzip
import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from engine.ledger.verify import KeptHead
from engine.store.archive import Archive, ArchiveError
from engine.store.duckdb_archive import DuckDbArchive
from engine.store.migrations import migrations
from engine.store.open_archive import open_archive
from engine.tenant.archive_to_backup import back_up, tables
from engine.tenant.backup import BackupError, FlawedError, Restored
from engine.tenant.backup_to_archive import read_through, restore
from tests.ledger.acme import FIRST_AT, KEY, dumped, heads_of, sign, step, tamper
from tests.postgres import PostgresServer

SIZE = 6
"""Entries of the archives here; one introduces the key."""

_tenants = count()

New = Callable[[], Archive]


def fill(archive: Archive) -> None:
    """Approvals and feeds, and two signed heads."""
    for number in range(3):
        step(archive, number)
    sign(archive)
    for number in range(3, 5):
        step(archive, number)
    sign(archive)


@pytest.fixture
def made() -> Iterator[list[Archive]]:
    """Archives that are closed at the end."""
    found: list[Archive] = []
    yield found
    for each in found:
        each.close()


def opening(kind: str, made: list[Archive], tmp_path: Path, request: pytest.FixtureRequest) -> New:
    ticks = count(FIRST_AT, 1_000_000)

    def new() -> Archive:
        if kind == "duckdb":
            place, tenant = str(tmp_path / f"{len(made)}.duckdb"), "main"
        else:
            server: PostgresServer = request.getfixturevalue("postgres")
            place, tenant = server.url, f"backup{next(_tenants)}"
        made.append(open_archive(place, lambda: next(ticks), tenant=tenant))
        return made[-1]

    return new


@pytest.fixture(params=["duckdb", "postgres"])
def source(request: pytest.FixtureRequest, made: list[Archive], tmp_path: Path) -> Archive:
    """A filled archive."""
    archive = opening(request.param, made, tmp_path, request)()
    fill(archive)
    return archive


@pytest.fixture(params=["duckdb", "postgres"])
def empty(request: pytest.FixtureRequest, made: list[Archive], tmp_path: Path) -> Archive:
    """An archive in which nothing was kept."""
    return opening(request.param, made, tmp_path, request)()


@pytest.fixture
def blank(made: list[Archive]) -> Archive:
    """An archive in memory, in which nothing was kept."""
    made.append(DuckDbArchive(None, lambda: FIRST_AT))
    return made[-1]


@pytest.fixture
def acme(made: list[Archive]) -> Archive:
    """A filled archive in memory."""
    ticks = count(FIRST_AT, 1_000_000)
    archive = DuckDbArchive(None, lambda: next(ticks))
    made.append(archive)
    fill(archive)
    return archive


def written(archive: Archive, path: Path) -> Path:
    with archive.reading() as reading:
        path.write_bytes(b"".join(back_up(reading, tenant="main", made_at=FIRST_AT)))
    return path


def restored(path: Path, archive: Archive, **more: object) -> Restored:
    return restore(path, archive, beside=path.parent, keys=(KEY.public,), **more)  # type: ignore[arg-type]


def rewritten(path: Path, change: Callable[[list[str]], list[str]]) -> None:
    """Alter the lines of a back-up, as somebody who knows its form but not its digest."""
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    path.write_bytes(gzip.compress(("\n".join(change(lines)) + "\n").encode()))


def test_all_of_an_archive_is_restored_in_either_database(
    source: Archive, empty: Archive, tmp_path: Path
) -> None:
    path = written(source, tmp_path / "acme.troth")
    found = restored(path, empty)
    assert dumped(empty) == dumped(source)
    assert found.verified.found == 0
    assert found.verified.entries == found.content.rows["entry"] == SIZE
    assert found.content.head.tenant == "main"
    # The same archive gives the same back-up again, but for the place of rows that nothing tells apart.
    assert read_through(written(empty, tmp_path / "again.troth")) == read_through(path)
    step(empty, 1)


def test_every_table_is_in_it(acme: Archive, tmp_path: Path) -> None:
    with acme.reading() as reading:
        kept = reading.run(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
        )
        assert {name for (name,) in kept} == {*tables(reading), "migration"}
        assert set(tables(reading)) == set(read_through(written(acme, tmp_path / "acme.troth")).rows)


def test_a_back_up_is_one_state_whatever_is_written_meanwhile(source: Archive, tmp_path: Path) -> None:
    with source.reading() as reading:
        pieces = back_up(reading, tenant="main", made_at=FIRST_AT)
        first = next(pieces)
        step(source, 1)
        path = tmp_path / "acme.troth"
        path.write_bytes(first + b"".join(pieces))
    assert read_through(path).rows["entry"] == SIZE


def test_a_torn_file_is_refused_wherever_it_ends(acme: Archive, blank: Archive, tmp_path: Path) -> None:
    path = written(acme, tmp_path / "acme.troth")
    whole = path.read_bytes()
    for length in (0, 1, 40, len(whole) // 2, len(whole) - 9, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(BackupError, match=r"acme\.troth` (is torn|is no back-up)"):
            restored(path, blank)
    assert dumped(blank)["entry"] == []


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [lines[0].replace("main", "mine"), *lines[1:]],
        lambda lines: [each for each in lines if not each.startswith("[3,")],
        lambda lines: [each.replace("o-1", "o-2") for each in lines],
        lambda lines: [*lines, "[1]"],
        lambda lines: [lines[0], "[1]", *lines[1:]],
        lambda lines: [*lines[:4], "nonsense", *lines[4:]],
        lambda lines: [*lines[:2], "[1.5]", *lines[2:]],
        lambda lines: [*lines[:-1], '{"table":"entry","columns":["seq"]}', lines[-1]],
        lambda lines: [*lines[:-1], '{"end":{}}'],
    ],
)
def test_an_altered_file_is_refused(
    change: Callable[[list[str]], list[str]], acme: Archive, blank: Archive, tmp_path: Path
) -> None:
    path = written(acme, tmp_path / "acme.troth")
    rewritten(path, change)
    with pytest.raises(BackupError, match=r"acme\.troth` was altered"):
        restored(path, blank)
    assert dumped(blank)["entry"] == []


FORGED: dict[str, Callable[[list[Any]], list[list[Any]]]] = {
    "text for a number": lambda row: [["x", *row[1:]]],
    "a number for text": lambda row: [[*row[:2], {"no": "cell"}, *row[3:]]],
    "a number that no column holds": lambda row: [[2**63, *row[1:]]],
    "a NUL": lambda row: [[*row[:2], "a\0b", *row[3:]]],
    "half a pair": lambda row: [[*row[:2], "\ud800", *row[3:]]],
    "nothing where something must be": lambda row: [[None, *row[1:]]],
    "the same key twice": lambda row: [row, row],
    "yes for text, beside text": lambda row: [[*row[:1], "now", True, *row[3:]]],
}


@pytest.mark.parametrize("change", FORGED.values(), ids=FORGED)
def test_what_no_table_takes_is_refused_though_the_digest_was_made_anew(
    change: Callable[[list[Any]], list[list[Any]]], acme: Archive, empty: Archive, tmp_path: Path
) -> None:
    path = written(acme, tmp_path / "acme.troth")

    def forged(lines: list[str]) -> list[str]:
        place = next(at for at, line in enumerate(lines) if line.startswith('{"table":"entry"')) + 1
        rows = change(json.loads(lines[place]))
        lines[place : place + 1] = [json.dumps(row) for row in rows]
        return lines

    rewritten(path, lambda lines: signed_anew(forged(lines)))
    with pytest.raises(BackupError, match=r"acme\.troth` was altered: its table `entry`"):
        restored(path, empty)
    assert dumped(empty)["entry"] == []


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('"columns":["seq",', '"columns":["seq","seq",', "its table"),
        ('"made_at":', f'"made_at":1{30 * "0"}', "its first line"),
        ('"tenant":"main"', '"tenant":"\\u001b[2J"', "its first line"),
    ],
)
def test_a_head_or_columns_that_no_back_up_has_are_refused(
    old: str, new: str, what: str, acme: Archive, blank: Archive, tmp_path: Path
) -> None:
    path = written(acme, tmp_path / "acme.troth")
    rewritten(path, lambda lines: signed_anew([each.replace(old, new) for each in lines]))
    with pytest.raises(BackupError, match=rf"acme\.troth` was altered: {what}"):
        restored(path, blank)


def signed_anew(lines: list[str]) -> list[str]:
    """The lines with a last one that fits them, as by somebody who knows the digest, too."""
    rows: dict[str, int] = {}
    table = ""
    for line in lines[1:-1]:
        said = json.loads(line)
        if isinstance(said, dict):
            table = said["table"]
            rows[table] = 0
        else:
            rows[table] += 1
    digest = sha256("".join(f"{each}\n" for each in lines[:-1]).encode()).hexdigest()
    return [*lines[:-1], json.dumps({"end": {"rows": rows, "sha256": digest}})]


def test_any_byte_that_differs_is_found(acme: Archive, tmp_path: Path) -> None:
    path = written(acme, tmp_path / "acme.troth")
    whole = path.read_bytes()
    for place in range(10, len(whole), 97):  # what comes before is the time and the system of gzip
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        with pytest.raises(BackupError, match=r"acme\.troth`"):
            read_through(path)


def test_what_is_no_back_up_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "acme.troth"
    path.write_text("what is this", "utf-8")
    with pytest.raises(BackupError, match="is no back-up of Troth"):
        read_through(path)
    path.write_bytes(gzip.compress(b'{"form":"troth back-up 9"}\n'))
    with pytest.raises(BackupError, match="another form"):
        read_through(path)
    with pytest.raises(BackupError, match="cannot be read: no such file"):
        read_through(tmp_path / "nothing")


def test_an_archive_that_is_not_empty_stays_as_it_is(source: Archive, acme: Archive, tmp_path: Path) -> None:
    before = dumped(source)
    with pytest.raises(ArchiveError, match="the archive is not empty: its table"):
        restored(written(acme, tmp_path / "acme.troth"), source)
    assert dumped(source) == before


def test_a_ledger_that_was_altered_is_not_restored_unless_that_is_wanted(
    acme: Archive, empty: Archive, tmp_path: Path
) -> None:
    """The back-up is whole: what is wrong with it was wrong before."""
    tamper(acme, "UPDATE entry SET actor = 'eve' WHERE seq = 3")
    path = written(acme, tmp_path / "acme.troth")
    with pytest.raises(FlawedError) as refused:
        restored(path, empty)
    assert refused.value.verified.flaws[0].first == 3
    assert dumped(empty)["entry"] == []
    assert restored(path, empty, is_flawed_taken=True).verified.found == 1
    assert dumped(empty) == dumped(acme)


def test_a_ledger_that_was_made_anew_is_found_by_a_head_that_was_kept(
    acme: Archive, blank: Archive, made: list[Archive], tmp_path: Path
) -> None:
    made.append(DuckDbArchive(None, count(FIRST_AT + 5, 1_000_000).__next__))
    fill(made[-1])
    path = written(made[-1], tmp_path / "forged.troth")
    kept: list[KeptHead] = heads_of(acme)[:1]
    with pytest.raises(FlawedError):
        restored(path, blank, kept=kept)


def test_an_older_back_up_is_migrated(empty: Archive, made: list[Archive], tmp_path: Path) -> None:
    """Tables as they were before the last migrations."""
    path = tmp_path / "old.duckdb"
    made.append(DuckDbArchive(path, count(FIRST_AT, 1_000_000).__next__, through=5))
    for number in (0, 3, 6):  # approvals: facts are kept otherwise now
        step(made[-1], number)
    sign(made[-1])
    backup = written(made[-1], tmp_path / "old.troth")
    assert len(read_through(backup).head.migrations) == 5
    made.pop().close()
    assert restored(backup, empty).verified.found == 0
    now = DuckDbArchive(path, lambda: FIRST_AT)
    made.append(now)
    assert dumped(empty) == dumped(now)


def test_a_newer_back_up_is_refused(acme: Archive, blank: Archive, tmp_path: Path) -> None:
    with acme.writing() as writing:
        more = (migrations("duckdb")[-1].number + 1, "9999_later", "0" * 64)
        writing.insert("migration", ("number", "name", "digest"), [more])
    with pytest.raises(BackupError, match=r"newer version of Troth \(migration `9999_later`\)"):
        restored(written(acme, tmp_path / "acme.troth"), blank)


def test_a_back_up_is_text_that_anybody_can_read(acme: Archive, tmp_path: Path) -> None:
    lines = gzip.decompress(written(acme, tmp_path / "acme.troth").read_bytes()).splitlines()
    rows = [json.loads(line) for line in lines]
    place = rows.index({"table": "entry", "columns": list(tables_of(acme)["entry"])})
    assert rows[place + 1][:3] == [0, dumped(acme)["entry"][0][1], "approve"]


def tables_of(archive: Archive) -> dict[str, tuple[str, ...]]:
    with archive.reading() as reading:
        return tables(reading)
