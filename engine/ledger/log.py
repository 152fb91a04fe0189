"""The ledger in an archive: entries are appended, its head is signed, and proofs are made, in few reads."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.ledger.entry_to_leaf import entry_bytes
from engine.ledger.head_to_note import SignedHead, parse_head, signed_head
from engine.ledger.keys import SigningKey
from engine.ledger.note import NoteError
from engine.ledger.proof_checks import is_consistent, is_included
from engine.ledger.proof_to_text import EntryProof, GrowthProof
from engine.ledger.proving import Lookup, prove_consistency, prove_inclusion, root_at
from engine.ledger.tree import HASH_BYTES, Edge, Subtree, complete_subtrees, leaf_hash
from engine.model.canonical_json import canonical_json
from engine.model.ledger import Deed, Entry, EntryKind, Hash, TreeHead
from engine.store.archive import Reading, Writing

COLUMNS = ("seq", "recorded_at", "kind", "actor", "subject", "body", "leaf", "subtrees")


class LedgerError(Exception):
    """The ledger cannot do as asked, or what is kept of it does not fit together; for people."""


def append(writing: Writing, deeds: Sequence[Deed]) -> list[Entry]:
    """Record deeds in the transaction that does them, in this order; the entries that they became.

    A body that has no canonical JSON is a ValueError.
    """
    noted = writing.noted("entry")
    edge = Edge(size=noted.size, hashes=[*noted.hashes]) if isinstance(noted, Edge) else _edge(writing)
    entries: list[Entry] = []
    rows: list[tuple[str | int | None, ...]] = []
    for deed in deeds:
        entry = Entry(
            seq=edge.size,
            recorded_at=writing.at,
            kind=deed.kind.value,
            actor=deed.actor,
            subject=deed.subject,
            body=canonical_json(deed.body),
        )
        leaf = leaf_hash(entry_bytes(entry))
        subtrees = edge.append(leaf)
        texts = (entry.kind, entry.actor, entry.subject, entry.body)
        rows.append((entry.seq, entry.recorded_at, *texts, leaf.hex(), b"".join(subtrees).hex() or None))
        entries.append(entry)
    writing.insert("entry", COLUMNS, rows)
    writing.note("entry", edge)
    return entries


def size_of(reading: Reading) -> int:
    """How many entries there are."""
    last = reading.run("SELECT max(seq) FROM entry")[0][0]
    return 0 if last is None else last + 1


def head_of(reading: Reading) -> TreeHead:
    """The head of the ledger as it stands."""
    return head_at(reading, size_of(reading))


def kept_heads(reading: Reading) -> list[SignedHead]:
    """The heads that were signed, oldest first; none of their signatures is checked."""
    rows = reading.run("SELECT note FROM tree_head ORDER BY size, signed_at")
    return [_read(note) for (note,) in rows]


def last_head(reading: Reading) -> SignedHead | None:
    """The head that was signed last."""
    rows = reading.run("SELECT note FROM tree_head ORDER BY size DESC, signed_at DESC LIMIT 1")
    return _read(rows[0][0]) if rows else None


def head_of_size(reading: Reading, size: int) -> SignedHead | None:
    """The head that was signed over the first `size` entries, the latest of them."""
    rows = reading.run("SELECT note FROM tree_head WHERE size = ? ORDER BY signed_at DESC LIMIT 1", (size,))
    return _read(rows[0][0]) if rows else None


def sign_head(writing: Writing, key: SigningKey, actor: str) -> SignedHead:
    """Sign the ledger as it stands, and keep the head; one that was signed by the same key is given again.

    The first head of a key comes with an entry that says so, by `actor`. A LedgerError where the ledger has
    another name than the key, or does not begin with what was signed before: no head is signed that speaks
    against an earlier one.
    """
    before = last_head(writing)
    if before is not None and before.origin != key.name:
        raise LedgerError(f"this is the ledger `{before.origin}`, and the key is that of `{key.name}`")
    if before is not None and not _begins_with(writing, before.head):
        raise LedgerError(
            f"the ledger no longer begins with the {before.head.size} entries that were signed last:"
            " nothing was signed; `troth ledger verify` says what is wrong"
        )
    public = key.public
    signed = signed_head(head_of(writing), key)
    rows = writing.run("SELECT max(size) FROM tree_head WHERE signer = ?", (public.label,))
    if rows[0][0] is None:
        deed = Deed(kind=EntryKind.KEY, actor=actor, subject=public.label, body={"key": public.text})
        append(writing, [deed])
        signed = signed_head(head_of(writing), key)
    elif rows[0][0] == signed.head.size:
        return signed  # an Ed25519 signature over the same text is the same
    row = (signed.head.size, writing.at, public.label, signed.text)
    writing.insert("tree_head", ("size", "signed_at", "signer", "note"), [row])
    return signed


def prove_entry(reading: Reading, seq: int, head: SignedHead) -> EntryProof:
    """The proof that entry `seq` is in the ledger of a signed head; a LedgerError where it does not hold."""
    if not 0 <= seq < head.head.size:
        raise LedgerError(
            f"the head is of {head.head.size} entries, counted from 0: entry {seq} is not among them"
        )
    rows = reading.run("SELECT seq, recorded_at, kind, actor, subject, body FROM entry WHERE seq = ?", (seq,))
    if len(rows) != 1:
        raise LedgerError(f"entry {seq} is not in the archive {len(rows)} times")
    content = entry_bytes(entry_of(rows[0]))
    included = prove_inclusion(seq, head.head.size, _lookup(reading))
    if not is_included(leaf_hash(content), included, head.head):
        raise LedgerError(
            f"entry {seq} is not what the head was signed over; `troth ledger verify` says more"
        )
    return EntryProof(content=content, included=included, head=head)


def prove_growth(reading: Reading, old: TreeHead, head: SignedHead) -> GrowthProof:
    """The proof that the ledger of a signed head begins with an older one; a LedgerError where not."""
    if old.size > head.head.size:
        raise LedgerError(
            f"the older head is of {old.size} entries, the newer of {head.head.size} entries only"
        )
    consistent = prove_consistency(old.size, head.head.size, _lookup(reading))
    if not is_consistent(old, consistent, head.head):
        raise LedgerError(
            f"the ledger does not begin with the {old.size} entries of the older head;"
            " `troth ledger verify` says more"
        )
    return GrowthProof(consistent=consistent, head=head)


def entry_of(row: Sequence[Any]) -> Entry:
    """The entry of a row that begins as COLUMNS do."""
    seq, recorded_at, kind, actor, subject, body = row[:6]
    return Entry(seq=seq, recorded_at=recorded_at, kind=kind, actor=actor, subject=subject, body=body)


def hashes_of(text: str | None) -> list[Hash] | None:
    """The hashes of their column, None where it holds none that are whole."""
    try:
        content = bytes.fromhex(text or "")
    except ValueError:
        return None
    if len(content) % HASH_BYTES:
        return None
    return [content[place : place + HASH_BYTES] for place in range(0, len(content), HASH_BYTES)]


def _edge(reading: Reading) -> Edge:
    size = size_of(reading)
    subtrees = complete_subtrees(0, size)
    known = _lookup(reading)(subtrees)
    return Edge(size=size, hashes=[known[each] for each in subtrees])


def head_at(reading: Reading, size: int) -> TreeHead:
    """The head of the first `size` entries."""
    return TreeHead(size=size, root=root_at(size, _lookup(reading)))


def _begins_with(reading: Reading, old: TreeHead) -> bool:
    return old.size <= size_of(reading) and head_at(reading, old.size) == old


def _lookup(reading: Reading) -> Lookup:
    def lookup(subtrees: Iterable[Subtree]) -> Mapping[Subtree, Hash]:
        wanted = list(subtrees)
        if not wanted:
            return {}
        rows = reading.run(
            "SELECT seq, leaf, subtrees FROM entry WHERE seq IN (SELECT unnest(?::bigint[]))",
            ([each.last for each in wanted],),
        )
        kept = {seq: (hashes_of(leaf) or []) + (hashes_of(above) or []) for seq, leaf, above in rows}
        found: dict[Subtree, Hash] = {}
        for each in wanted:
            hashes = kept.get(each.last, [])
            if each.level >= len(hashes):
                raise LedgerError(
                    f"the ledger is damaged at entry {each.last}; `troth ledger verify` says what is wrong"
                )
            found[each] = hashes[each.level]
        return found

    return lookup


def _read(note: str) -> SignedHead:
    try:
        return parse_head(note)
    except NoteError as error:
        raise LedgerError(f"a signed head in the archive cannot be read: {error}") from error
