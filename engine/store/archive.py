"""The archive: what a tenant keeps, in transactions, over whichever database lies beneath."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol, TypeAlias

from engine.model.quantity import Instant
from engine.store.database import Store
from engine.store.identifiers import named

Clock: TypeAlias = Callable[[], Instant]
"""What time it is: the archive has no clock of its own."""

Cell: TypeAlias = str | int | bool | None
"""What a column holds: text, whole numbers of at most 64 bits, yes and no."""

ROWS = 10_000
"""How many rows are read or written at a time."""

MOST_WORDS = 300
"""So many characters are told of what a database says of rows."""


class ArchiveError(Exception):
    """The archive cannot be used as asked; the message is for people. Nothing of the transaction is kept."""


class UnavailableError(ArchiveError):
    """The database does not answer now, and may do so again: asking later is sensible. Where it broke off
    while a transaction was being kept, that may have been kept: an idempotency key tells."""


class UnwritableError(ArchiveError):
    """What is kept can be read; nothing can be kept now, and why."""


class UnfitError(Exception):
    """Rows are not as their table takes them, and why; nothing of the transaction is kept."""


class Reading(Protocol):
    """One state of the archive: whoever writes meanwhile is not seen."""

    def run(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of one statement, which both DuckDB and PostgreSQL read, with a `?` for each parameter."""
        ...

    def stream(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of one statement, so many at a time that memory does not grow with them; nothing else is
        asked of this state until they are read."""
        ...


class Writing(Reading, Protocol):
    """A transaction: the only one that writes, until it ends."""

    @property
    def at(self) -> Instant:
        """The instant of all that is written: after that of every earlier transaction."""
        ...

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
        """Add rows to a table; an UnfitError where it does not take them."""
        ...

    def noted(self, table: str) -> object | None:
        """What was noted of a table, by this transaction or by the last that was kept, if it is so still."""
        ...

    def note(self, table: str, what: object) -> None:
        """Note what a table ends with, so that the next transaction need not look: it holds until rows are
        added to it, or anything but an insertion is written. It never changes."""
        ...


class Archive(Protocol):
    """A tenant's archive, open. Threads may share it."""

    @property
    def is_shared(self) -> bool:
        """Whether other processes may have it open, too."""
        ...

    def reading(self) -> AbstractContextManager[Reading]:
        """Read one state."""
        ...

    def writing(self) -> AbstractContextManager[Writing]:
        """Write: all that is written inside is kept when it ends, lastingly, or none of it when it is left by
        an exception. One transaction writes at a time, also of several processes; the others wait."""
        ...

    def check_writable(self) -> None:
        """An UnwritableError, where what was to be written last was not kept, and nothing can be now."""
        ...

    def store(self) -> Store:
        """A store in which the facts of this archive can be held for the plans: in the same file, where there
        is one. It is for the caller to fill, and to close before the archive."""
        ...

    def scrub(self) -> None:
        """Write the database anew, so that nothing of what was overwritten is left in its files.

        It waits until nobody reads or writes. The stores in the same file are closed, and what they held is
        gone. What was kept stays, whatever goes wrong.
        """
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...


class Writes:
    """Whether an archive could be written to, when that was tried last. Threads may share it."""

    def __init__(self) -> None:
        self._fails = False

    @contextmanager
    def noted(self) -> Generator[None]:
        """What is written inside is kept, or an ArchiveError tells that it cannot be."""
        try:
            yield
        except ArchiveError:
            self._fails = True
            raise
        self._fails = False

    def check(self, write: Callable[[], None]) -> None:
        """Write something, if it failed last; an UnwritableError where that fails, too."""
        if self._fails:
            try:
                write()
            except ArchiveError as error:
                self._fails = True
                raise UnwritableError(str(error)) from error


def write_nothing(archive: Archive) -> None:
    """A transaction that changes nothing, and is written all the same."""
    with archive.writing() as writing:
        writing.run("UPDATE migration SET name = name WHERE number = 1")


def next_instant(now: Instant, last: Instant | None) -> Instant:
    """The instant of a transaction: what the clock says, but after the last one, though a clock may go back.

    >>> next_instant(1_000, 2_000)
    2001
    """
    return now if last is None or now > last else last + 1


def _stretches(rows: Iterable[Sequence[Cell]]) -> Iterator[list[Sequence[Cell]]]:
    """The rows, ROWS at a time."""
    remaining = iter(rows)
    while stretch := list(islice(remaining, ROWS)):
        yield stretch


class Insertions:
    """The statements that add rows to an archive's tables. Its tables do not change while it is open, so each
    is asked for the types of its columns once."""

    def __init__(self) -> None:
        self._types: dict[str, dict[str, str]] = {}

    def into(self, reading: Reading, table: str, columns: Sequence[str]) -> str:
        """The statement that takes one list for each of these columns."""
        if table not in self._types:
            self._types[table] = dict(reading.run(_COLUMN_TYPES, (table,)))
        return insertion(table, columns, self._types[table])


_COLUMN_TYPES = """
SELECT column_name, data_type FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """What is known of an archive's tables without looking, as of its last entry: its number, its instant."""

    last: tuple[int, Instant] | None = None
    tables: Mapping[str, object] = field(default_factory=dict[str, object])


LAST = "SELECT seq, recorded_at FROM entry ORDER BY seq DESC LIMIT 1"


class Transaction:
    """A transaction that writes, over the reading of its own connection: a `Writing`. It is after `last`, the
    last entry; `unfit` are the errors by which the database says that it does not take a row."""

    def __init__(
        self,
        reading: Reading,
        clock: Clock,
        last: tuple[int, Instant] | None,
        notes: Notes,
        insertions: Insertions,
        unfit: tuple[type[Exception], ...],
    ) -> None:
        self._reading = reading
        self._at = next_instant(clock(), None if last is None else last[1])
        self._last = last
        # Others may have written since; whatever is written has an entry.
        self._notes = dict(notes.tables) if last is not None and notes.last == last else {}
        self._insertions = insertions
        self._unfit = unfit

    @property
    def notes(self) -> Notes:
        """What is known once this transaction is kept."""
        return Notes(last=self._last, tables=self._notes)

    @property
    def at(self) -> Instant:
        return self._at

    def run(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        if not sql.lstrip().startswith("SELECT"):
            self._notes.clear()
            self._last = None
        return self._reading.run(sql, parameters)

    def noted(self, table: str) -> object | None:
        return self._notes.get(table)

    def note(self, table: str, what: object) -> None:
        self._notes[table] = what

    def stream(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[list[tuple[Any, ...]]]:
        return self._reading.stream(sql, parameters)

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
        statement = self._insertions.into(self, table, columns)
        self._notes.pop(table, None)
        for stretch in _stretches(rows):
            try:
                self._reading.run(statement, [list(column) for column in zip(*stretch, strict=True)])
            except self._unfit as error:
                raise UnfitError(f"its table `{table}` does not take its rows: {_words(error)}") from error
            if table == "entry":
                entry = dict(zip(columns, stretch[-1], strict=True))
                seq, recorded_at = entry["seq"], entry["recorded_at"]
                assert isinstance(seq, int)
                assert isinstance(recorded_at, int)
                self._last = seq, recorded_at


def _words(error: Exception) -> str:
    """The first line of what a database says; what it tells of a row may be anything."""
    line = str(error).strip().partition("\n")[0][:MOST_WORDS]
    return "".join(each if each.isprintable() else "?" for each in line)


def insertion(table: str, columns: Sequence[str], types: Mapping[str, str]) -> str:
    """The statement that adds rows, handed over as one list for each column.

    >>> insertion("entry", ["seq", "kind"], {"seq": "bigint", "kind": "text"})
    'INSERT INTO "entry" ("seq", "kind") SELECT unnest(?::bigint[]), unnest(?::text[])'
    """
    lists = ", ".join(f"unnest(?::{types[column]}[])" for column in columns)
    return f"{named('INSERT INTO $table ($columns)', table=table, columns=columns)} SELECT {lists}"
