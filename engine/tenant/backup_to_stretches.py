"""A back-up read line by line: what is not as it was written is refused by its name and place."""

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, cast

from engine.model.canonical_json import is_text
from engine.model.instants import moment_of
from engine.store.archive import ROWS, Cell
from engine.store.open_archive import TENANT
from engine.tenant.backup import FORM, BackupError, BackupHead, Migrated, Row, Stretch

LEAST, LAST = -(2**63), 2**63 - 1
"""The whole numbers that a column holds."""

LONGEST = 64_000_000
"""Bytes of a line: no row of an archive is longer."""


class Backup:
    """A back-up in a file, open; its rows are read once. Whatever is asked of it may raise BackupError."""

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        self._path = path
        self._stream = stream
        self._digest = sha256()
        self._before = ""
        self._place = "its first line"
        self.rows: Counter[str] = Counter()
        self.head = self._head()

    def unusable(self, what: str) -> BackupError:
        """Why it cannot be used."""
        return BackupError(f"`{self._path}` {what}")

    def stretches(self) -> Iterator[Stretch]:
        """Its rows; only once the last was read is it certain that all are as they were written."""
        table: str | None = None
        columns: tuple[str, ...] = ()
        waiting: list[Row] = []
        while True:
            said = self._line()
            if isinstance(said, list):
                if table is None or len(said) != len(columns) or not all(map(_is_cell, said)):
                    raise self._altered()
                waiting.append(cast("list[Cell]", said))
                if len(waiting) < ROWS:
                    continue
            if table is not None:
                self.rows[table] += len(waiting)
                yield Stretch(table=table, columns=columns, rows=waiting)
                waiting = []
            if isinstance(said, dict):
                if "end" in said:
                    if said["end"] != {"rows": dict(self.rows), "sha256": self._before}:
                        raise self._altered()
                    return self._finish()
                table, columns = self._table(said)

    def _table(self, said: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
        name, columns = said.get("table"), cast("list[Any] | Any", said.get("columns"))
        if not isinstance(name, str) or name in self.rows or not isinstance(columns, list) or not columns:
            raise self._altered()
        names = cast("list[Any]", columns)
        if not all(isinstance(each, str) for each in names):
            raise self._altered()
        self._place = f"its table `{name}`"
        return name, tuple(names)

    def _head(self) -> BackupHead:
        said: object = None
        with suppress(BackupError):
            said = self._line()
        if not isinstance(said, dict) or "form" not in said:
            raise self.unusable("is no back-up of Troth")
        head = said
        if head["form"] != FORM:
            raise self.unusable("is a back-up of another form: restore it with the Troth that made it")
        try:
            migrations = tuple(
                Migrated(number=int(each["number"]), name=str(each["name"]), digest=str(each["digest"]))
                for each in head["migrations"]
            )
            tenant, made_at = str(head["tenant"]), int(head["made_at"])
            if not migrations or not TENANT.fullmatch(tenant):
                raise self._altered()
            moment_of(made_at)  # an instant that can be told
            return BackupHead(tenant=tenant, made_at=made_at, migrations=migrations)
        except (KeyError, TypeError, ValueError, OverflowError):
            raise self._altered() from None

    def _line(self) -> list[Any] | dict[str, Any]:
        line = self._read(lambda: self._stream.readline(LONGEST))
        if not line.endswith(b"\n"):
            raise self._torn()
        if line.startswith(b"{"):
            self._before = self._digest.hexdigest()
        self._digest.update(line)
        try:
            said: object = json.loads(line)
        except (ValueError, RecursionError):
            raise self._altered() from None
        if not isinstance(said, list | dict):
            raise self._altered()
        return cast("list[Any] | dict[str, Any]", said)

    def _finish(self) -> None:
        """Nothing follows the last line, and the file's own checksum holds."""
        if self._read(lambda: self._stream.read(1)):
            raise self._altered()

    def _read(self, read: Callable[[], bytes]) -> bytes:
        try:
            return read()
        except EOFError:
            raise self._torn() from None
        except zlib.error:
            raise self._altered() from None
        except OSError as error:
            # A wrong checksum has no number; what a disk says has one.
            if error.errno is None:
                raise self._altered() from None
            raise self.unusable(f"cannot be read: {(error.strerror or str(error)).lower()}") from error

    def _torn(self) -> BackupError:
        return self.unusable(f"is torn: it ends in {self._place}; take another back-up")

    def _altered(self) -> BackupError:
        return self.unusable(f"was altered: {self._place} is not as it was written; take another back-up")


@contextmanager
def open_backup(path: Path) -> Generator[Backup]:
    """A back-up in a file."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise BackupError(f"`{path}` cannot be read: {(error.strerror or str(error)).lower()}") from error
    with stream, gzip.open(stream) as text:
        yield Backup(path, cast(BinaryIO, text))


def _is_cell(value: object) -> bool:
    """Whether it is something that a column may hold, in either database."""
    match value:
        case str():
            return is_text(value)
        case int():
            return LEAST <= value <= LAST
        case _:
            return value is None
