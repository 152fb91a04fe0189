"""A back-up of one state of an archive, whichever database it lies in."""

import json
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from hashlib import sha256

from engine.model.quantity import Instant
from engine.store.archive import Reading
from engine.store.identifiers import named
from engine.tenant.backup import FORM, BackupHead, Migrated, Stretch

COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name <> 'migration' ORDER BY table_name, ordinal_position
"""
MIGRATIONS = "SELECT number, name, digest FROM migration ORDER BY number"

GZIP = 31
"""The window of zlib that makes gzip of it."""

PIECE = 65_536
"""Bytes of a piece, about."""


def back_up(reading: Reading, *, tenant: str, made_at: Instant) -> Iterator[bytes]:
    """All that an archive keeps, in pieces of a file. What is written meanwhile is not seen.

    The tables that plans read are not in it: they are made of the facts again.
    """
    press = zlib.compressobj(5, zlib.DEFLATED, GZIP)
    digest = sha256()
    waiting = bytearray()
    rows: Counter[str] = Counter()
    head = BackupHead(tenant=tenant, made_at=made_at, migrations=migrated(reading))
    for line in _lines(reading, head, rows):
        digest.update(line)
        waiting += line
        if len(waiting) >= PIECE:
            yield press.compress(bytes(waiting))
            waiting.clear()
    waiting += _line({"end": {"rows": dict(rows), "sha256": digest.hexdigest()}})
    yield press.compress(bytes(waiting)) + press.flush()


def migrated(reading: Reading) -> tuple[Migrated, ...]:
    """The migrations that an archive went through."""
    return tuple(
        Migrated(number=number, name=name, digest=digest) for number, name, digest in reading.run(MIGRATIONS)
    )


def stretches_of(reading: Reading) -> Iterator[Stretch]:
    """Every row of every table, in the order of the first columns; a table without rows is one without."""
    for table, columns in tables(reading).items():
        some = False
        for rows in reading.stream(
            named(
                "SELECT $columns FROM $table ORDER BY $first", columns=columns, table=table, first=columns[:2]
            )
        ):
            some = True
            yield Stretch(table=table, columns=columns, rows=rows)
        if not some:
            yield Stretch(table=table, columns=columns, rows=())


def tables(reading: Reading) -> dict[str, tuple[str, ...]]:
    """The tables of an archive with their columns, but for the one that tells its migrations."""
    found: dict[str, tuple[str, ...]] = {}
    for table, column in reading.run(COLUMNS):
        found[table] = (*found.get(table, ()), column)
    return found


def _lines(reading: Reading, head: BackupHead, rows: "Counter[str]") -> Iterator[bytes]:
    """All but the last line; the rows of each table are counted on the way."""
    yield _line({"form": FORM, **asdict(head)})
    for stretch in stretches_of(reading):
        if stretch.table not in rows:
            yield _line({"table": stretch.table, "columns": list(stretch.columns)})
        rows[stretch.table] += len(stretch.rows)
        for row in stretch.rows:
            yield _line(row)


def _line(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
