"""What is said of the ledger: its entries, the head of its tree, proofs, and what is wrong with it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from engine.model.canonical_json import Json
from engine.model.quantity import Instant

Hash: TypeAlias = bytes
"""A SHA-256: 32 bytes."""


class EntryKind(StrEnum):
    """What an entry records.

    APPROVE is a feed, with its fact versions and body, of a kind by which people act for a role
    (`reading.ACTING_KINDS`): approvals, waivers, sign-offs, judgements; to take one back is to RETRACT. One
    that brings no fact versions is an approval that is no fact, and says in its body what it is.
    """

    PUBLISH = "publish"
    FEED = "feed"
    CORRECT = "correct"
    RETRACT = "retract"
    APPROVE = "approve"
    VERDICT = "verdict"
    REVIEW = "review"
    EXPORT = "export"
    ERASE = "erase"
    HOLD = "hold"
    KEY = "key"
    WEBHOOK = "webhook"


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


class FlawKind(StrEnum):
    """What can be wrong with a ledger."""

    ALTERED = "altered"
    MOVED = "moved"
    MISSING = "missing"
    DOUBLE = "double"
    EARLIER = "earlier"
    REHASHED = "rehashed"
    UNREADABLE = "unreadable"
    TRUNCATED = "truncated"
    REWRITTEN = "rewritten"
    UNSIGNED = "unsigned"
    WITHOUT_RECORD = "without record"
    WITHOUT_ENTRY = "without entry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One thing that is wrong, at the entries `first` to `last`, both included; None where it is at none.

    `entry_kind` and `recorded_at` are what the archive now says of the entry `first`, where it has one.
    """

    kind: FlawKind
    first: int | None
    last: int | None
    entry_kind: str | None = None
    recorded_at: Instant | None = None
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedHead:
    """A signed head beside the ledger: where it was kept, the key that signed it if it was checked, and
    whether the ledger begins with it; None where entries are missing, so that nobody can say."""

    place: str
    size: int
    signer: str | None
    holds: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What came of verifying a ledger: its head, what is wrong, and each head that it was held against.

    `head` is None where no root can be told, since entries are missing. `flaws` are the first of `found`.
    `versions` counts the fact versions, `erased` those whose content is gone.
    """

    entries: int
    head: TreeHead | None
    found: int
    flaws: tuple[Flaw, ...]
    heads: tuple[CheckedHead, ...]
    versions: int
    erased: int
