"""A small ledger: publishes, feeds with their fact versions, approvals, and two signed heads."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from engine.ledger.head_to_note import SignedHead
from engine.ledger.keys import SigningKey
from engine.ledger.log import append, kept_heads, sign_head
from engine.ledger.records import Version, recorded, version_digest
from engine.ledger.verify import KeptHead, verify
from engine.model.canonical_json import canonical_json
from engine.model.ledger import Deed, EntryKind, Flaw, Verified
from engine.store.archive import Archive, Writing

FIRST_AT = 1_743_465_600_000_000
KEY = SigningKey(name="troth.example.com/acme", seed=bytes(range(32)))
NEXT_KEY = SigningKey(name="troth.example.com/acme", seed=bytes(range(1, 33)))
HALF = 17
SIZE = 40
"""Entries at the first head, and in all; entry 16 introduces the key."""

COLUMNS = {
    "entry": ("seq", "recorded_at", "kind", "actor", "subject", "body", "leaf", "subtrees"),
    "fact_version": (
        *("seq", "entry", "kind", "key", "content", "digest", "known_from", "retracted"),
        *("salt", "erased_by"),
    ),
    "erasure": ("entry", "place", "kind", "about", "starts", "ends"),
    "unscrubbed": ("entry",),
    "hold": ("seq", "entry", "placed_at", "placed_by", "reason", "scope", "salt"),
    "hold_lifted": ("hold", "entry", "lifted_at", "lifted_by", "reason"),
    "tree_head": ("size", "signed_at", "signer", "note"),
    "policy_set": ("seq", "entry", "published_at", "published_by", "address", "version", "reader"),
    "policy_piece": ("address", "place", "digest"),
    "frozen_piece": ("digest", "content"),
    "policy_file": ("address", "place", "name", "content"),
    "answer": ("key", "answered_at", "digest", "body"),
}

Rows: TypeAlias = Mapping[str, list[tuple[Any, ...]]]
"""The rows of each table."""

FACTS = 3
"""Fact versions of each feed."""


def feed(writing: Writing, actor: str = "gleif", subject: str = "outage") -> None:
    """Record FACTS fact versions, and keep them."""
    seq = writing.run("SELECT count(*) FROM entry")[0][0]
    first = writing.run("SELECT count(*) FROM fact_version")[0][0]
    contents = [canonical_json({"id": f"o-{first + number}"}) for number in range(FACTS)]
    salts = [f"{first + number:032x}" for number in range(FACTS)]
    keys = [f"o-{first + number}" for number in range(FACTS)]
    versions = [
        Version(kind=subject, key=key, digest=version_digest(salt, subject, key, content), retracted=False)
        for key, salt, content in zip(keys, salts, contents, strict=True)
    ]
    deed = Deed(kind=EntryKind.FEED, actor=actor, subject=subject, body=recorded(versions))
    assert append(writing, [deed])[0].seq == seq
    writing.insert(
        "fact_version",
        COLUMNS["fact_version"],
        [
            (first + at, seq, each.kind, each.key, content, each.digest, writing.at, False, salt, None)
            for at, (each, content, salt) in enumerate(zip(versions, contents, salts, strict=True))
        ],
    )


def approve(writing: Writing, number: int) -> None:
    """Record an approval."""
    body = {"waiver": number}
    append(writing, [Deed(kind=EntryKind.APPROVE, actor="böb", subject=f"waiver {number}", body=body)])


def step(archive: Archive, number: int) -> None:
    """One transaction: a feed, or an approval."""
    with archive.writing() as writing:
        if number % 3:
            feed(writing)
        else:
            approve(writing, number)


def fill(archive: Archive) -> None:
    """SIZE entries, heads over HALF and over all."""
    for number in range(HALF - 1):
        step(archive, number)
    sign(archive)
    for number in range(HALF, SIZE):
        step(archive, number)
    sign(archive)


def sign(archive: Archive, key: SigningKey = KEY) -> SignedHead:
    """Sign the ledger as it stands."""
    with archive.writing() as writing:
        return sign_head(writing, key, "operator")


def heads_of(archive: Archive) -> list[KeptHead]:
    """The heads in the archive as somebody keeps them elsewhere."""
    with archive.reading() as reading:
        return [KeptHead(place=f"in kept-{head.head.size}.txt", head=head) for head in kept_heads(reading)]


def verified(archive: Archive, kept: Sequence[KeptHead] = ()) -> Verified:
    """What verifying finds, with the key."""
    with archive.reading() as reading:
        return verify(reading, kept=kept, keys=(KEY.public, NEXT_KEY.public))


def tamper(archive: Archive, *statements: str) -> None:
    """Do what somebody with the database can do."""
    with archive.writing() as writing:
        for statement in statements:
            writing.run(statement)


def named(flaws: Sequence[Flaw]) -> list[tuple[str, int | None, int | None]]:
    """The flaws by kind and place."""
    return [(str(flaw.kind), flaw.first, flaw.last) for flaw in flaws]


def dumped(archive: Archive) -> Rows:
    """All that lies in an archive."""
    with archive.reading() as reading:
        return {
            table: reading.run(f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1")  # noqa: S608
            for table, columns in COLUMNS.items()
        }


def restored(archive: Archive, rows: Rows) -> None:
    """Let nothing else lie in an archive."""
    tamper(archive, *(f"DELETE FROM {table}" for table in COLUMNS))  # noqa: S608
    with archive.writing() as writing:
        for table, columns in COLUMNS.items():
            writing.insert(table, columns, rows.get(table, ()))
