"""An archive in a file of DuckDB, which one process has open and whose threads share it."""

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Condition, Lock
from typing import Any
from weakref import WeakSet

import duckdb

from engine.store.archive import (
    LAST,
    ROWS,
    ArchiveError,
    Clock,
    Insertions,
    Notes,
    Transaction,
    UnavailableError,
    Writes,
    write_nothing,
)
from engine.store.database import Store, connect
from engine.store.duckdb_copy import copy_to
from engine.store.duckdb_files import find_room, fresh_beside, identity, length_of_log, make_lasting
from engine.store.identifiers import quoted
from engine.store.migrations import KEPT, lacking, refuse_older, statements

SCHEMA = "archive"
"""Where the archive's tables lie, apart from those of a store in the same file."""

LEAST_LOG = 16_000_000
"""Bytes to which the log beside a file grows before DuckDB brings it into the file."""

MOST_CURSORS = 8
"""So many connections to the database are held for the next transactions, if so many were needed at once."""

PATIENCE = 10
"""So many seconds are waited at most until nobody reads."""

BROKEN = (
    duckdb.IOException,
    duckdb.FatalException,
    duckdb.OutOfMemoryException,
    duckdb.ConnectionException,
    duckdb.TransactionException,
)
"""What goes wrong beneath a statement that is right; a full disk is the last of them, at the end."""


LOOKED_UP = "SET SESSION dynamic_or_filter_threshold = 2000"
"""Up to so many keys that are asked for at once are found by an index; for more, the column is read."""

UNFIT = (duckdb.IntegrityError, duckdb.DataError, duckdb.ProgrammingError)
"""What goes wrong with rows that a table does not take."""


class _Reading:
    """One state of the archive, as long as the transaction of its connection lasts."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def run(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, parameters or None).fetchall()

    def stream(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[list[tuple[Any, ...]]]:
        answer = self._connection.execute(sql, parameters or None)
        while rows := answer.fetchmany(ROWS):
            yield rows


class DuckDbArchive:
    """The archive in a file, which is made where there is none; without a path, in memory.

    One that is `read_only` is there already, and not a byte of its file is written; it lacks no migration
    unless it may be of an `older` version. With `through`, one is made as an older version made it, up to the
    migration of this number.
    """

    is_shared = False

    def __init__(
        self,
        path: Path | None,
        clock: Clock,
        *,
        read_only: bool = False,
        older: bool = False,
        through: int | None = None,
        memory: int | None = None,
    ) -> None:
        self._memory = memory
        self._path = path
        self._clock = clock
        self._insertions = Insertions()
        self._writes = Writes()
        self._notes = Notes()
        self._read_only = read_only
        self._writer = Lock()
        self._busy = 0
        self._is_broken = self._is_lost = False
        self._longest_log: int | None = None
        self._idle = Condition()
        self._stores: WeakSet[Store] = WeakSet()
        self._cursors: list[duckdb.DuckDBPyConnection] = []
        before = identity(path)
        self._connection = self._connected()
        # A database is called as its file, which may be called as the schema: both together are one place.
        database = self._connection.execute("SELECT current_database()").fetchall()[0][0]
        self._place = f"{quoted(database)}.{SCHEMA}"
        try:
            if path is not None and not read_only:
                # Left by a scrub that was broken off. One that is under way, and has let go of the file to
                # put the new one in its place, either did so by now or no longer can.
                fresh_beside(path).unlink(missing_ok=True)
                if before is not None and identity(path) != before:
                    raise UnavailableError(f"{self._named()} is being written anew: ask again")
            if read_only:
                self._check(older)
            else:
                self._migrate(through)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Generator[_Reading]:
        """Read one state."""
        with self._transaction() as connection:
            yield _Reading(connection)

    @contextmanager
    def writing(self) -> Generator[Transaction]:
        """Write; one thread at a time, the others wait."""
        with self._writer, self._writes.noted():
            with self._transaction() as connection:
                notes, self._notes = self._notes, Notes()
                reading = _Reading(connection)
                # No other process writes, so that what is known of the last entry is so.
                last = notes.last or next(iter(reading.run(LAST)), None)
                writing = Transaction(reading, self._clock, last, notes, self._insertions, UNFIT)
                yield writing
            self._notes = writing.notes

    def check_writable(self) -> None:
        """Write again, if that failed last."""
        self._writes.check(self._write_nothing)

    def store(self) -> Store:
        """A store in the same file, for this archive's facts."""
        with self._telling(), self._idle:
            self._regain()
            store = Store(self._connection.cursor(), self._statement)
        self._stores.add(store)
        return store

    def scrub(self) -> None:
        """Copy what there is into a new file, which then takes the place of the old one: in its own file
        DuckDB leaves what it no longer needs, until it needs the room.

        An archive whose file another process takes meanwhile is an UnavailableError until it can be had
        again.
        """
        if self._path is None:
            return
        fresh = fresh_beside(self._path)
        with self._writer, self._idle:
            if not self._idle.wait_for(lambda: self._busy == 0, PATIENCE):
                raise UnavailableError(f"{self._named()} is being read: it cannot be written anew now")
            try:
                self._close_stores()
                with self._connection.cursor() as connection:
                    copy_to(Store(connection), fresh)
                    # A log that was there when the file was opened would outlast its closing, and a file with
                    # the log of another one is not opened any more.
                    connection.execute("FORCE CHECKPOINT")
                self._connection.close()
                if length_of_log(self._path):
                    raise ArchiveError(f"{self._named()} cannot be written anew: its log stays beside it")
                # Were it still open somewhere here, what is written later would go to a file without a name.
                connect(self._path, read_only=True).close()
                fresh.replace(self._path)
                make_lasting(self._path)
            except BROKEN as error:
                raise ArchiveError(f"{self._named()} cannot be written anew: {_reason(error)}") from error
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                raise ArchiveError(f"{self._named()} cannot be written anew: {reason}") from error
            finally:
                self._connection.close()
                fresh.unlink(missing_ok=True)
                self._is_lost = True
                self._regain()

    def close(self) -> None:
        """Let go of the file."""
        self._close_cursors()
        self._connection.close()  # and with it those that are in use

    def _close_cursors(self) -> None:
        with suppress(IndexError):
            while True:
                self._cursors.pop().close()

    def _write_nothing(self) -> None:
        write_nothing(self)
        try:
            if self._path is not None:
                find_room(self._path)
        except OSError as error:
            raise ArchiveError(f"{self._named()} cannot be written: {error.strerror}") from error

    def _close_stores(self) -> None:
        self._close_cursors()
        for store in [*self._stores]:
            store.close()
        self._stores.clear()

    @contextmanager
    def _transaction(self) -> Generator[duckdb.DuckDBPyConnection]:
        with self._idle:
            self._regain()
            self._busy += 1
        try:
            with self._used() as connection:
                yield connection
        finally:
            self._ended()

    @contextmanager
    def _statement(self) -> Generator[None]:
        """While a store runs one: nothing is closed under it."""
        with self._idle:
            self._busy += 1
        try:
            with self._telling():
                yield
        finally:
            self._ended()

    def _ended(self) -> None:
        with self._idle:
            self._busy -= 1
            self._idle.notify_all()

    @contextmanager
    def _used(self) -> Generator[duckdb.DuckDBPyConnection]:
        with self._telling():
            connection = self._cursor()
            try:
                connection.begin()
                try:
                    yield connection
                except BaseException:
                    connection.rollback()
                    raise
                connection.commit()
            except BaseException:
                connection.close()
                raise
            if len(self._cursors) < MOST_CURSORS:
                self._cursors.append(connection)
            else:
                connection.close()

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection that nobody uses, or another one."""
        with suppress(IndexError):
            return self._cursors.pop()
        connection = self._connection.cursor()
        connection.execute(f"USE {self._place}; {LOOKED_UP}")
        return connection

    @contextmanager
    def _telling(self) -> Generator[None]:
        """Tell in words what goes wrong beneath a statement, and remember what breaks the whole database."""
        try:
            yield
        except BROKEN as error:
            self._is_broken = self._is_broken or isinstance(error, duckdb.FatalException)
            raise ArchiveError(f"{self._named()} cannot be used: {_reason(error)}") from error

    def _regain(self) -> None:
        """Open the file again, if it was let go of, or if DuckDB gave it up, as it does where its log finds
        no room in it: all that was kept is in the one or the other. The log may then grow to twice its length
        before that is tried again; where there is no room for it either, that breaks nothing."""
        with self._idle:
            if not self._idle.wait_for(lambda: self._busy == 0 or not self._is_broken, PATIENCE):
                raise UnavailableError(f"{self._named()} is being read: it cannot be opened again now")
            if self._is_broken:
                self._close_stores()
                self._connection.close()
                self._longest_log = 2 * max(length_of_log(self._path), LEAST_LOG)
                self._is_broken, self._is_lost = False, True
            if self._is_lost:
                self._connection = self._connected()
                self._is_lost, self._notes = False, Notes()  # others may have had the file, and written

    def _connected(self) -> duckdb.DuckDBPyConnection:
        try:
            connection = connect(self._path, read_only=self._read_only, memory=self._memory)
            if self._longest_log is not None:
                connection.execute(f"SET checkpoint_threshold = '{self._longest_log}B'")
            return connection
        except duckdb.IOException as error:
            if holder := re.search(r"Conflicting lock is held in .*\(PID (\d+)\)", str(error)):
                what = f"{self._named()} is in use by another process ({holder[1]}): ask that one, or stop it"
                raise UnavailableError(what) from error
            raise ArchiveError(f"{self._named()} cannot be opened: {_reason(error)}") from error
        except duckdb.Error as error:
            raise ArchiveError(f"{self._named()} cannot be opened: {_reason(error)}") from error

    def _check(self, older: bool) -> None:
        there = "SELECT 1 FROM information_schema.tables WHERE table_schema = ? AND table_name = 'migration'"
        with self._telling():
            found = self._connection.execute(there, [SCHEMA]).fetchall()
        if not found:
            raise ArchiveError(f"{self._named()} is none: nothing of Troth is in it")
        with self._transaction() as connection:
            needed = lacking(_Reading(connection), "duckdb")
        if not older:
            refuse_older(needed)

    def _migrate(self, through: int | None) -> None:
        with self._telling():
            self._connection.execute(f"CREATE SCHEMA IF NOT EXISTS {self._place}")
        with self._transaction() as connection:
            connection.execute(KEPT)
            for migration in lacking(_Reading(connection), "duckdb"):
                if through is not None and migration.number > through:
                    break
                for statement in statements(migration.shared) + statements(migration.alone):
                    connection.execute(statement)
                kept = [migration.number, migration.name, migration.digest]
                connection.execute("INSERT INTO migration VALUES (?, ?, ?)", kept)

    def _named(self) -> str:
        return "the archive in memory" if self._path is None else f"the archive `{self._path}`"


def _reason(error: duckdb.Error) -> str:
    """The first line of what DuckDB says, without the name of its exception."""
    return str(error).partition("\n")[0].partition(": ")[2] or str(error)
