"""An archive in PostgreSQL, which many processes may share: the home of psycopg."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from time import monotonic, sleep
from typing import Any, LiteralString, cast

import psycopg
import psycopg_pool

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
from engine.store.database import Store
from engine.store.identifiers import named
from engine.store.migrations import KEPT, lacking, refuse_older, statements
from engine.store.shown_place import without_secrets

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('troth ' || current_schema(), 0))"
"""Taken by whoever writes to a tenant's archive, until the transaction ends."""

SCRUBBED = ("fact_version", "verdict_change", "answer", "hold", "webhook_event")
"""The tables from which something can be erased."""

OLDER = """
SELECT EXISTS (
    SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND age(backend_xmin) > age(%s::xid)
)
"""
"""Whether somebody sees a state from before a transaction: for them PostgreSQL keeps what was overwritten."""

UNFIT = (psycopg.IntegrityError, psycopg.DataError, psycopg.ProgrammingError)
"""What goes wrong with rows that a table does not take."""

CONNECTIONS = 8
PATIENCE = 10
"""So many connections at most, and so many seconds until one must be had."""

SOON = 0.5
"""Seconds in which one is had unless all are taken or PostgreSQL is away: then it is asked which of both."""


class _Reading:
    """One state of the archive, as long as the transaction of its connection lasts."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def run(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        answer = self._connection.execute(_translated(sql), parameters)
        return answer.fetchall() if answer.description is not None else []

    def stream(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[list[tuple[Any, ...]]]:
        with self._connection.cursor("stream") as answer:
            answer.execute(_translated(sql), parameters)
            while rows := answer.fetchmany(ROWS):
                yield rows


class PostgresArchive:
    """The archive of a tenant in a schema of its own, which is made where there is none.

    One that is `read_only` is there already, and nothing is written to it; it lacks no migration unless it
    may be of an `older` version.
    """

    is_shared = True

    def __init__(
        self,
        url: str,
        clock: Clock,
        tenant: str,
        *,
        read_only: bool = False,
        older: bool = False,
        memory: int | None = None,
    ) -> None:
        self._memory = memory
        self._clock = clock
        self._insertions = Insertions()
        self._writes = Writes()
        self._notes = Notes()
        self._schema = f"troth_{tenant}"
        self._url = url
        self._is_away = False
        try:
            self._reach()
        except psycopg.ProgrammingError as error:
            what = f"the URL of the PostgreSQL cannot be read: {self._reason(error)}; what is none of"
            what += " `A-Z a-z 0-9 - _ . ~` in a name or a password is written as `%` and its code"
            raise ArchiveError(what) from error
        self._pool = psycopg_pool.ConnectionPool(
            url,
            min_size=1,
            max_size=CONNECTIONS,
            reconnect_timeout=0,  # whoever needs one asks again; by itself it would rest ever longer
            configure=self._configure,
            check=psycopg_pool.ConnectionPool.check_connection,
            open=False,
        )
        try:
            self._pool.open()
            if read_only:
                self._check(tenant, older)
            else:
                self._migrate()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Generator[_Reading]:
        """Read one state."""
        with self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") as connection:
            yield _Reading(connection)

    @contextmanager
    def writing(self) -> Generator[Transaction]:
        """Write; one transaction at a time, whichever process it is of."""
        # Each statement sees what was kept before it, so that the lock shows the last entry.
        with (
            self._writes.noted(),
            self._transaction("BEGIN ISOLATION LEVEL READ COMMITTED") as connection,
        ):
            connection.execute(LOCK)
            notes, self._notes = self._notes, Notes()
            reading = _Reading(connection)
            last = next(iter(reading.run(LAST)), None)
            writing = Transaction(reading, self._clock, last, notes, self._insertions, UNFIT)
            yield writing
        self._notes = writing.notes

    def check_writable(self) -> None:
        """Write again, if that failed last."""
        self._writes.check(lambda: write_nothing(self))

    def store(self) -> Store:
        """A store in memory, for this archive's facts."""
        return Store.open(None, memory=self._memory)

    def scrub(self) -> None:
        """Write the tables anew from which something may have been erased. What PostgreSQL wrote to its log
        goes as its segments are used again; what was copied elsewhere is for whoever copied it."""
        with self._connected() as connection:
            begun = connection.execute("SELECT pg_current_xact_id()::xid::text").fetchall()[0][0]
            until = monotonic() + PATIENCE
            while connection.execute(OLDER, (begun,)).fetchall()[0][0]:
                if monotonic() > until:
                    raise UnavailableError("PostgreSQL is being read as it was before: ask again later")
                sleep(0.05)
            for table in SCRUBBED:
                connection.execute(_translated(named("VACUUM (FULL, ANALYZE) $table", table=table)))
            connection.execute("CHECKPOINT")

    def close(self) -> None:
        """Let go of all connections."""
        self._pool.close()

    @contextmanager
    def _transaction(self, begin: LiteralString) -> Generator[psycopg.Connection]:
        with self._connected() as connection:
            connection.execute(begin)
            try:
                yield connection
            except BaseException:
                if not connection.broken:
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _connected(self) -> Generator[psycopg.Connection]:
        try:
            with ExitStack() as taken:
                yield self._take(taken)
        except psycopg.errors.InsufficientPrivilege as error:
            raise ArchiveError(f"PostgreSQL does not allow it: {self._reason(error)}") from error
        except (psycopg.errors.DiskFull, psycopg.errors.ReadOnlySqlTransaction) as error:
            raise ArchiveError(f"PostgreSQL cannot write: {self._reason(error)}") from error
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise UnavailableError(f"PostgreSQL broke off: {self._reason(error)}") from error

    def _take(self, taken: ExitStack) -> psycopg.Connection:
        """A connection, as soon as there is one. Nobody waits for a PostgreSQL that cannot be reached."""
        until = monotonic() + PATIENCE
        while True:
            if self._is_away:
                self._reach()
            try:
                return taken.enter_context(self._pool.connection(timeout=SOON))
            except psycopg_pool.PoolTimeout as error:
                if monotonic() > until:
                    what = f"PostgreSQL gave no connection within {PATIENCE} seconds"
                    raise UnavailableError(what) from error
                self._is_away = True

    def _reach(self) -> None:
        """Ask for a connection without the pool, which does not say why it has none."""
        try:
            psycopg.connect(self._url, connect_timeout=PATIENCE).close()
        except psycopg.OperationalError as error:
            self._is_away = True
            raise UnavailableError(f"PostgreSQL cannot be reached: {self._reason(error)}") from error
        self._is_away = False

    def _reason(self, error: psycopg.Error) -> str:
        """The first line of what PostgreSQL says."""
        return without_secrets(str(error).strip().partition("\n")[0], self._url) or type(error).__name__

    def _configure(self, connection: psycopg.Connection) -> None:
        connection.autocommit = True  # transactions are begun and ended here, by their own statements
        connection.execute(_translated(named("SET search_path TO $schema", schema=self._schema)))

    def _check(self, tenant: str, older: bool) -> None:
        there = (
            "SELECT 1 FROM information_schema.tables"
            " WHERE table_schema = current_schema() AND table_name = 'migration'"
        )
        with self.reading() as reading:
            if not reading.run(there):
                raise ArchiveError(f"there is no archive of a tenant `{tenant}` in this PostgreSQL")
            needed = lacking(reading, "postgres")
        if not older:
            refuse_older(needed)

    def _migrate(self) -> None:
        with self._transaction("BEGIN ISOLATION LEVEL READ COMMITTED") as connection:
            # Before there is a schema there is none to lock by.
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('troth migrations', 0))")
            connection.execute(_translated(named("CREATE SCHEMA IF NOT EXISTS $schema", schema=self._schema)))
            connection.execute(KEPT)
            for migration in lacking(_Reading(connection), "postgres"):
                for statement in statements(migration.shared) + statements(migration.alone):
                    connection.execute(_translated(statement))
                kept = [migration.number, migration.name, migration.digest]
                connection.execute("INSERT INTO migration VALUES (%s, %s, %s)", kept)


def _translated(sql: str) -> LiteralString:
    """The statement with psycopg's holes. Statements are fixed texts of ours, which hold no `?` but holes."""
    return cast(LiteralString, sql.replace("%", "%%").replace("?", "%s"))
