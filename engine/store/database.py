"""The home of DuckDB: one table a fact kind, with every version of every fact, and statements run there."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import gettempdir
from types import TracebackType
from typing import Any, Self, cast
from uuid import uuid4

import duckdb

from engine.model.erasure import ErasedTime
from engine.model.fact import Fact, FactKind
from engine.model.quantity import Instant
from engine.store.encoding import column_type, decoder
from engine.store.identifiers import named, quoted

UNRECORDED: Instant = -(2**63)
"""`known_from` of a row whose file did not say when it was recorded: before every instant."""

ERASED = "erased"
"""The table of what erasures touched."""

_ERASED = "entry BIGINT, kind VARCHAR, about VARCHAR, starts BIGINT, ends BIGINT, known_from BIGINT"

OUT_OF_MEMORY = (MemoryError, duckdb.OutOfMemoryException)
"""What is raised where a process has no memory left."""

POSITION = "row position"
"""The column of `append`'s table that orders rows recorded at one instant; no field can be called so."""


class StoreError(Exception):
    """The store cannot be used as asked; the message is for people."""


def connect(
    path: Path | None, *, read_only: bool = False, memory: int | None = None
) -> duckdb.DuckDBPyConnection:
    """The database in a file, or one in memory. A statement reads tables, never Python variables, and nothing
    is fetched over a network. It holds at most so many bytes of `memory`, if that is said; what does not find
    room goes into a folder beside the file, or among what is temporary on this machine, while it is needed.
    """
    # DuckDB 2.0.0 turns a left join into a right one where that builds on fewer rows, and may then fail in
    # a join above it ("dict-surviving join", its issue 24807), which breaks the whole database.
    settings: dict[str, Any] = {
        "python_enable_replacements": False,
        "autoinstall_known_extensions": False,
        "disabled_optimizers": "build_side_probe_side",
    }
    if memory is not None:
        settings["memory_limit"] = f"{memory}B"
        if path is None:
            settings["temp_directory"] = str(Path(gettempdir()) / f"troth-{uuid4()}")
    return duckdb.connect(":memory:" if path is None else str(path), read_only=read_only, config=settings)


def table_of(kind: str) -> str:
    """The name of the table that holds the facts of a kind."""
    return f"fact_{kind}"


class Store:
    """A fact store. A fact's versions are rows of its kind's table; the version of a row is known from
    `known_from` until `known_until`, which is null for the latest one (S2.5). One thread at a time."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        guard: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """`guard` is around all that is done with the connection, where others use its database, too."""
        self._connection = connection
        self._empty: dict[str, bool] = {}
        """Whether there is no fact of a kind: not, once one may have come."""
        self._erased: tuple[ErasedTime, ...] | None = None
        """What erasures touched, once that was asked."""
        self._guard = guard
        self.is_closed = False

    @classmethod
    def open(cls, path: Path | None, *, memory: int | None = None) -> Self:
        """Open the store in a file, which is made where there is none; without a path, in memory."""
        try:
            return cls(connect(path, memory=memory))
        except duckdb.Error as error:
            reason = str(error).partition("\n")[0]
            raise StoreError(f"`{path}` cannot be opened as a store: {reason}") from error

    def close(self) -> None:
        """Close the store; one in memory is gone."""
        self.is_closed = True
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All that is written inside is kept, or, when it is left by an exception, none of it."""
        with self._guard():
            self._connection.begin()
        try:
            yield
        except BaseException:
            self._roll_back()
            raise
        try:
            with self._guard():
                self._connection.commit()
        except BaseException:
            self._forget()
            raise

    @contextmanager
    def trial(self) -> Generator[Self]:
        """All that is written inside is taken back."""
        with self._guard():
            self._connection.begin()
        try:
            yield self
        finally:
            self._roll_back()

    def _roll_back(self) -> None:
        self._forget()
        with self._guard():
            self._connection.rollback()

    def _forget(self) -> None:
        """What was found out may rest on what is taken back."""
        self._empty.clear()
        self._erased = None

    # Facts

    def create(self, kind: FactKind) -> None:
        """Make the table of a kind if it is not there; one with other columns is a StoreError."""
        declared = [(field.name, column_type(field.type)) for field in kind.fields]
        declared += [("known_from", "BIGINT"), ("known_until", "BIGINT")]
        columns = ", ".join(f"{quoted(name)} {type}" for name, type in declared)
        try:
            self.run(f"CREATE TABLE {quoted(table_of(kind.name))} ({columns})")
        except duckdb.CatalogException as error:
            found = self.run(named("DESCRIBE $facts", facts=table_of(kind.name)))
            if [row[:2] for row in found] != declared:
                what = f"the store holds facts of another `{kind.name}` than the policies declare"
                raise StoreError(what) from error

    def append(self, kind: FactKind, table: object, *, corrections: bool) -> None:
        """Add the rows of an Arrow table of encoded columns: one for each field, `known_from`, and POSITION.

        With `corrections`, a row whose key is there already is a version that supersedes it, in the order of
        `known_from`, then of arrival. Without, the caller has seen to it that every key is new.
        """
        self._empty[kind.name] = False
        facts, fields = table_of(kind.name), [field.name for field in kind.fields]
        with self._guard():
            self._connection.register("arrived", table)
        try:
            # Most facts are never corrected: to look once is cheaper than to take out nothing.
            corrects = corrections and self.run(named(_CORRECTS, facts=facts, key=kind.key))[0][0]
            for statement in _CORRECT if corrects else _INSERT:
                self.run(named(statement, facts=facts, key=kind.key, fields=fields, position=POSITION))
        finally:
            with self._guard():
                self._connection.unregister("arrived")

    def retract(self, kind: FactKind, keys: Sequence[str], known_from: Sequence[Instant]) -> None:
        """Say of each of these facts that from an instant on there is none: its latest version ends."""
        statement = """
            UPDATE $facts SET known_until = retracted.known_from
            FROM (SELECT unnest(?::VARCHAR[]) AS key, unnest(?::BIGINT[]) AS known_from) AS retracted
            WHERE $facts.$key = retracted.key AND known_until IS NULL
        """
        self.run(named(statement, facts=table_of(kind.name), key=kind.key), (list(keys), list(known_from)))

    def kinds(self) -> list[str]:
        """The kinds that have a table, in order."""
        listed = "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND NOT temporary"
        names = sorted(name for (name,) in self.run(listed))
        return [name.removeprefix(table_of("")) for name in names if name.startswith(table_of(""))]

    def drop(self, kind: str) -> None:
        """Remove the table of a kind, if it is there, with all that is in it."""
        self._empty.pop(kind, None)
        self.run(named("DROP TABLE IF EXISTS $facts", facts=table_of(kind)))

    def forget(self, kind: FactKind, key: str) -> None:
        """Take every version of a fact out: for a trial, since nothing recorded is overwritten (S2.5)."""
        self.run(named("DELETE FROM $facts WHERE $key = ?", facts=table_of(kind.name), key=kind.key), (key,))

    def keys(self, kind: FactKind) -> Any:
        """The keys of a kind as an Arrow column, one for each version."""
        return self.arrow(named("SELECT $key FROM $facts", key=kind.key, facts=table_of(kind.name)))[kind.key]

    def count(self, kind: str) -> int:
        """How many facts of a kind there are, each counted once however often it was corrected."""
        statement = named("SELECT count(*) FROM $facts WHERE known_until IS NULL", facts=table_of(kind))
        return self.run(statement)[0][0]

    def may_hold(self, kind: str) -> bool:
        """Whether there may be facts of a kind, in any version: not where none came so far. Most kinds that
        are declared are never fed, and need not be looked into time and again."""
        if kind not in self._empty:
            self._empty[kind] = not self.run(named("SELECT 1 FROM $facts LIMIT 1", facts=table_of(kind)))
        return not self._empty[kind]

    def has_recorded_at(self, kind: FactKind) -> bool:
        """Whether every fact of the kind says when it was recorded, so that `known at` can be asked."""
        unrecorded = named("SELECT 1 FROM $facts WHERE known_from = ? LIMIT 1", facts=table_of(kind.name))
        return not self.run(unrecorded, (UNRECORDED,))

    def facts(self, kind: FactKind, known_at: Instant | None) -> tuple[Fact, ...]:
        """The facts of a kind as they were known at an instant, or as they are known now; by key (S2.5)."""
        names = [field.name for field in kind.fields]
        # Where an instant is null and the rest does not decide, `known_until` does.
        rows = self.run(
            named(
                "SELECT $fields, known_from FROM $facts"
                " WHERE coalesce(known_from <= ? AND ? < known_until, known_until IS NULL) ORDER BY $key",
                fields=names,
                facts=table_of(kind.name),
                key=kind.key,
            ),
            (known_at, known_at),
        )
        decoders = [(field.name, decoder(field.type)) for field in kind.fields]
        key = names.index(kind.key)
        return tuple(
            Fact(
                kind=kind.name,
                key=row[key],
                values={name: decode(row[place]) for place, (name, decode) in enumerate(decoders)},
                recorded_at=None if row[-1] == UNRECORDED else row[-1],
            )
            for row in rows
        )

    # What was erased

    def hold_erased(self, times: Iterable[ErasedTime]) -> None:
        """Know what erasures touched, in place of what was known of it."""
        self._erased = None
        self.run(named(f"CREATE OR REPLACE TABLE $erased ({_ERASED})", erased=ERASED))
        for each in times:
            row = (each.entry, each.kind, each.about, each.starts, each.ends, each.known_from)
            self.run(named("INSERT INTO $erased VALUES (?, ?, ?, ?, ?, ?)", erased=ERASED), row)

    def erased(self) -> tuple[ErasedTime, ...]:
        """What erasures touched, as far as the store knows of any."""
        if self._erased is None:
            self._erased = tuple(self._erased_times())
        return self._erased

    def _erased_times(self) -> Iterator[ErasedTime]:
        there = "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'main' AND table_name = ?"
        rows = self.run(there, (ERASED,)) and self.run(named("SELECT * FROM $erased", erased=ERASED))
        for entry, kind, about, starts, ends, known_from in rows:
            yield ErasedTime(
                entry=entry, kind=kind, about=about, starts=starts, ends=ends, known_from=known_from
            )

    # Statements

    def run(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run one statement and give its rows."""
        with self._guard():
            return self._connection.execute(sql, parameters or None).fetchall()

    def arrow(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        """Run one statement and give its rows as an Arrow table."""
        # DuckDB's own types name Arrow's, which has none.
        with self._guard():
            relation = cast(Any, self._connection.sql(sql, params=parameters or None))
            return relation.to_arrow_table()

    def load(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[object]]) -> None:
        """Make the temporary table `name`, in place of an earlier one, with `columns` (name to SQL type)."""
        make = f"CREATE OR REPLACE TEMP TABLE {quoted(name)}"
        if values := [list(column) for column in zip(*rows, strict=True)]:
            lists = ", ".join(f"unnest(?::{type}[]) AS {quoted(column)}" for column, type in columns.items())
            self.run(f"{make} AS SELECT {lists}", values)
        else:  # said so, it is made in a third of the time
            self.run(f"{make} ({', '.join(f'{quoted(column)} {type}' for column, type in columns.items())})")


_CORRECTS = """
SELECT EXISTS (SELECT 1 FROM $facts WHERE $key IN (SELECT $key FROM arrived))
    OR (SELECT count(*) > count(DISTINCT $key) FROM arrived)
"""

_INSERT = ("INSERT INTO $facts SELECT $fields, known_from, NULL FROM arrived",)

# What is known of the keys is taken out and put back with the new versions among the old.
_CORRECT = (
    """
    CREATE TEMP TABLE versions AS
    SELECT $fields, known_from, known_until, 0 AS $position FROM $facts
    WHERE $key IN (SELECT $key FROM arrived)
    UNION ALL
    SELECT $fields, known_from, NULL, 1 + $position FROM arrived
    """,
    "DELETE FROM $facts WHERE $key IN (SELECT $key FROM arrived)",
    """
    INSERT INTO $facts
    -- a version that a retraction ended does not last until the next one
    SELECT $fields, known_from, least(known_until, lead(known_from) OVER (
        PARTITION BY $key
        -- of old versions known from one instant, the superseded ones came first
        ORDER BY known_from, $position, known_until NULLS LAST
    ))
    FROM versions
    """,
    "DROP TABLE versions",
)
