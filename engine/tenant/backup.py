"""The form of a back-up: a compressed text of JSON lines, which any archive can be made of again.

The first line is its head: whose it is, when it was made, and the migrations of its tables. Then each table
has a line with its name and its columns, and a line for each row. The last line counts the rows of each table
and has the digest of all lines before it, so that one that was cut off or altered is found out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from engine.model.ledger import Verified
from engine.model.quantity import Instant
from engine.store.archive import Cell

FORM = "troth back-up 1"
"""What the first line says it is."""

Row: TypeAlias = Sequence[Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """A migration that the tables had gone through; `digest` is of its text."""

    number: int
    name: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupHead:
    """Whose back-up it is, as of when, and of which version its tables are."""

    tenant: str
    made_at: Instant
    migrations: tuple[Migrated, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Some rows of a table, each with a cell for each column."""

    table: str
    columns: tuple[str, ...]
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupContent:
    """What a back-up holds: its head, and how many rows of each table."""

    head: BackupHead
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came of a restore: what the back-up held, and its ledger, verified."""

    content: BackupContent
    verified: Verified


class BackupError(Exception):
    """A back-up cannot be used, and why; the message is for people. Nothing was restored."""


class FlawedError(BackupError):
    """What a back-up holds is whole, but its ledger is not as it was written: `verified` says where."""

    def __init__(self, message: str, verified: Verified) -> None:
        super().__init__(message)
        self.verified = verified
