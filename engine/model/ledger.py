"""What is said of the ledger: its entries, the head of its tree, proofs, and what is wrong with it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from engine.model.canonical_json import Json
from engine.model.quantity import Instant

Hash: TypeAlias = bytes
"""A SHA-256: 32 bytes."""


class EntryKind(StrEnum):
    """What an entry records."""

    PUBLISH = "publish"
    FEED = "feed"
    CORRECT = "correct"
    RETRACT = "retract"
    APPROVE = "approve"
    VERDICT = "verdict"
    REVIEW = "review"
    EXPORT = "export"
    ERASE = "erase"
    KEY = "key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What is to be recorded: who did what to what, and what must be known of it to check it later."""

    kind: EntryKind
    actor: str
    subject: str
    body: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of the ledger; `seq` counts from 0, `body` is canonical JSON.

    `kind` is a word, not an `EntryKind`: a ledger may hold entries of a later version of Troth.
    """

    seq: int
    recorded_at: Instant
    kind: str
    actor: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeHead:
    """The first `size` entries of a ledger, all of them, in one hash (RFC 9162, 2.1.1)."""

    size: int
    root: Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Included:
    """The way from an entry's leaf up to the root of a tree (RFC 9162, 2.1.3)."""

    seq: int
    path: tuple[Hash, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistent:
    """What shows that a tree begins with all of an older, smaller one (RFC 9162, 2.1.4)."""

    since: int
    path: tuple[Hash, ...]
