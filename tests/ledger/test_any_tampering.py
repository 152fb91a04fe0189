"""Whatever one cell of the ledger's tables is altered to, whichever rows go, come or move, is found."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ledger.log import append, head_of
from engine.ledger.verify import verify
from engine.model.ledger import Deed, EntryKind, Verified
from engine.store.archive import Archive, Writing
from engine.store.duckdb_archive import DuckDbArchive
from tests.ledger.acme import COLUMNS, FIRST_AT, KEY, Rows, restored

TEXTS = st.text(max_size=6)


@pytest.fixture(scope="module")
def memory() -> Iterator[Archive]:
    """An archive in memory, which is quick."""
    ticks = count(FIRST_AT, 1_000_000)
    opened = DuckDbArchive(None, lambda: next(ticks))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def loose(memory: Archive, acme_rows: Rows) -> tuple[Archive, Rows]:
    """The archive without keys and constraints, so that anything can lie in it, and what does."""
    restored(memory, acme_rows)
    with memory.writing() as writing:
        for table in COLUMNS:
            writing.run(f"CREATE TABLE loose_{table} AS SELECT * FROM {table}")  # noqa: S608
            writing.run(f"DROP TABLE {table}")
            writing.run(f"ALTER TABLE loose_{table} RENAME TO {table}")
    return memory, acme_rows


class _UndoneError(Exception):
    """Nothing of the transaction is to be kept."""


def flaws_of(archive: Archive, bend: Callable[[Writing], object]) -> Verified:
    """What is found in the ledger as it is bent, which it is not afterwards."""
    with suppress(_UndoneError), archive.writing() as writing:
        bend(writing)
        found = verify(writing, keys=(KEY.public,))
        raise _UndoneError
    return found


CELLS = {
    "entry": {
        "seq": st.integers(-2, 60),
        "recorded_at": st.integers(-(2**63), 2**63 - 1),
        "kind": TEXTS,
        "actor": TEXTS,
        "subject": TEXTS,
        "body": TEXTS,
        "leaf": TEXTS | st.binary(min_size=32, max_size=32).map(bytes.hex),
        "subtrees": TEXTS | st.binary(min_size=32, max_size=32).map(bytes.hex),
    },
    "fact_version": {
        "seq": st.integers(-2, 99),
        "entry": st.integers(-2, 60),
        "kind": TEXTS,
        "key": TEXTS,
        "content": TEXTS,
        "digest": TEXTS,
        "known_from": st.integers(-(2**63), 2**63 - 1),
        "retracted": st.booleans(),
        "salt": TEXTS | st.binary(min_size=16, max_size=16).map(bytes.hex),
        "erased_by": st.integers(-2, 60),
    },
    "tree_head": {"note": TEXTS},
}


@settings(max_examples=40)
@given(data=st.data())
def test_any_cell(loose: tuple[Archive, Rows], data: st.DataObject) -> None:
    archive, rows = loose
    table = data.draw(st.sampled_from(sorted(CELLS)))
    column = data.draw(st.sampled_from(sorted(CELLS[table])))
    place = data.draw(st.integers(0, len(rows[table]) - 1))
    index = COLUMNS[table].index(column)
    row = list(rows[table][place])
    before = row[index]
    # An empty text of hashes says what no text says.
    harmless = ("",) if column == "subtrees" and before is None else ()
    values = CELLS[table][column] | st.none()
    row[index] = data.draw(values.filter(lambda value: value != before and value not in harmless))
    key = COLUMNS[table][0]

    def bend(writing: Writing) -> None:
        update = f"UPDATE {table} SET {column} = ? WHERE {key} = ?"  # noqa: S608
        writing.run(update, (row[index], rows[table][place][0]))

    assert flaws_of(archive, bend).found, (table, column, place)


@settings(max_examples=20)
@given(data=st.data())
def test_any_rows_that_go_come_or_move(loose: tuple[Archive, Rows], data: st.DataObject) -> None:
    """Numbered anew, so that no gap shows it."""
    archive, rows = loose
    entries = rows["entry"]
    places = st.integers(0, len(entries) - 1)
    one, other = data.draw(places), data.draw(places)
    moved = [row for number, row in enumerate(entries) if number != one]
    what = data.draw(st.sampled_from(["goes", "moves", "comes"]))
    if what == "moves":
        moved.insert(other, entries[one])
    elif what == "comes":
        moved = [*entries[:other], entries[one], *entries[other:]]
    numbered = [(number, *row[1:]) for number, row in enumerate(moved)]
    if numbered == entries:
        return

    def bend(writing: Writing) -> None:
        writing.run("DELETE FROM entry")
        writing.insert("entry", COLUMNS["entry"], numbered)

    assert flaws_of(archive, bend).found, (what, one, other)


@settings(max_examples=10)
@given(batches=st.lists(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=5), max_size=4))
def test_whatever_is_appended_is_sound(
    loose: tuple[Archive, Rows], batches: list[list[tuple[str, str, str]]]
) -> None:
    archive, rows = loose

    def bend(writing: Writing) -> None:
        for batch in batches:
            deeds = [
                Deed(kind=EntryKind.REVIEW, actor=actor, subject=subject, body={"note": note})
                for actor, subject, note in batch
            ]
            append(writing, deeds)
        assert verify(writing).head == head_of(writing)

    found = flaws_of(archive, bend)
    assert (found.flaws, found.entries) == ((), len(rows["entry"]) + sum(map(len, batches)))
