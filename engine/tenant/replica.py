"""The tables that plans read, kept up with the archive; they can be made anew at any time."""

from collections.abc import Iterator
from hashlib import sha256

from engine.facts.admission import RefusedRow
from engine.facts.versions_to_store import replay
from engine.model.fact_version import FactVersion
from engine.model.snapshot import Snapshot
from engine.store.archive import Archive
from engine.store.database import Store
from engine.store.identifiers import named
from engine.tenant.erased import erased_times, last_erasure

AFTER = """
SELECT seq, entry, kind, key, content, digest, known_from, retracted
FROM fact_version WHERE seq > ? ORDER BY seq
"""

MARK = "replica"
"""The table that says through which version the store holds the facts, as which policies admit them, and the
last erasure that it knows of: what was erased is in none of its tables."""

UNHELD = "unheld"
"""The table of the versions that these policies do not admit."""


class Replica:
    """A store and what it holds. One thread at a time."""

    def __init__(self, archive: Archive, store: Store) -> None:
        self._archive = archive
        self.store = store
        marks = "(through BIGINT, admits VARCHAR, erased BIGINT)"
        if not _is_as_now(store):
            store.run(named("DROP TABLE IF EXISTS $mark", mark=MARK))
        store.run(named(f"CREATE TABLE IF NOT EXISTS $mark {marks}", mark=MARK))
        columns = "(file VARCHAR, row BIGINT, field VARCHAR, reason VARCHAR, code VARCHAR)"
        store.run(named(f"CREATE TABLE IF NOT EXISTS $unheld {columns}", unheld=UNHELD))

    def catch_up(self, snapshot: Snapshot) -> tuple[RefusedRow, ...]:
        """Hold every version that the archive has by now, as these policies admit it.

        Gives those that they do not admit, each with its `seq` as its row. After policies that admit other
        facts, all are put in anew.
        """
        admits = _admission(snapshot)
        held = self.store.run(named("SELECT through, admits, erased FROM $mark", mark=MARK))
        with self._archive.reading() as reading:
            erased = last_erasure(reading)
            times = erased_times(reading)
        with self.store.transaction():
            if not held or held[0][1:] != (admits, erased):
                self._clear(snapshot)
                self.store.hold_erased(times)
                held = [(-1, admits, erased)]
            through: int = held[0][0]
            before = through
            for versions in self._versions(through):
                for each in replay(snapshot, versions, self.store):
                    row = (each.file, each.row, each.column, each.reason, each.code)
                    self.store.run(named("INSERT INTO $unheld VALUES (?, ?, ?, ?, ?)", unheld=UNHELD), row)
                through = versions[-1].seq
            if through > before or through < 0:  # where nothing came nothing is written: a disk may be full
                mark = (through, admits, erased)
                self.store.run(named("DELETE FROM $mark", mark=MARK))
                self.store.run(named("INSERT INTO $mark VALUES (?, ?, ?)", mark=MARK), mark)
        unheld = self.store.run(named("SELECT * FROM $unheld ORDER BY row", unheld=UNHELD))
        return tuple(
            RefusedRow(file=file, row=row, column=column, reason=reason, code=code)
            for file, row, column, reason, code in unheld
        )

    def forget(self) -> None:
        """Hold nothing: whatever is asked next is put in anew."""
        with self.store.transaction():
            self.store.run(named("DELETE FROM $mark", mark=MARK))
            self.store.run(named("DELETE FROM $unheld", unheld=UNHELD))
            for kind in self.store.kinds():
                self.store.drop(kind)

    def _versions(self, through: int) -> Iterator[list[FactVersion]]:
        with self._archive.reading() as reading:
            for rows in reading.stream(AFTER, (through,)):
                yield [
                    FactVersion(
                        seq=seq,
                        entry=entry,
                        kind=kind,
                        key=key,
                        content=content,
                        digest=digest,
                        known_from=known_from,
                        is_retraction=retracted,
                    )
                    for seq, entry, kind, key, content, digest, known_from, retracted in rows
                ]

    def _clear(self, snapshot: Snapshot) -> None:
        self.store.run(named("DELETE FROM $unheld", unheld=UNHELD))
        for kind in self.store.kinds():
            self.store.drop(kind)
        for kind in snapshot.kinds.values():
            self.store.create(kind)


def _is_as_now(store: Store) -> bool:
    """Whether the mark, if there is one, has the columns that it has now."""
    among = "SELECT count(*) FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = ?"
    return store.run(among, (MARK,))[0][0] in (0, 3)


def _admission(snapshot: Snapshot) -> str:
    """A digest of all that decides whether a fact is admitted, and what its columns are."""
    kinds = [
        (
            kind.name,
            kind.key,
            kind.about,
            kind.timing,
            kind.fields,
            sorted(each.field for each in kind.matrices),
        )
        for _, kind in sorted(snapshot.kinds.items())
    ]
    names = [
        sorted(each)
        for each in (
            snapshot.services,
            snapshot.components,
            snapshot.parties,
            snapshot.agreements,
            snapshot.severities,
            {obligation.terms.id for obligation in snapshot.obligations()},
        )
    ]
    return sha256(repr((kinds, names)).encode()).hexdigest()
