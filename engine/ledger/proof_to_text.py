"""Proofs as text: of an entry (C2SP tlog-proof), and of growth (as a C2SP tlog-witness reads it)."""

from dataclasses import dataclass
from typing import TypeAlias

from engine.ledger.head_to_note import SignedHead, parse_head, parse_size
from engine.ledger.note import NoteError, base64_text, bytes_of_base64, hashes_of_lines
from engine.model.ledger import Consistent, Included

FIRST = "c2sp.org/tlog-proof@v1"
"""The first line of the proof of an entry."""

LONGEST = 63
"""No proof has more hashes: no tree is higher."""


class ProofFormatError(ValueError):
    """A text that is not a proof; the message is for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryProof:
    """What shows that an entry is in a ledger: the entry's bytes, the way up, and the signed head."""

    content: bytes
    included: Included
    head: SignedHead


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthProof:
    """What shows that a ledger only grew since an older head, which is kept apart."""

    consistent: Consistent
    head: SignedHead


Proof: TypeAlias = EntryProof | GrowthProof


def entry_proof_text(proof: EntryProof) -> str:
    """The text of the proof of an entry, with the entry itself as its extra data."""
    lines = [FIRST, f"extra {base64_text(proof.content)}", f"index {proof.included.seq}"]
    return _text(lines, proof.included.path, proof.head)


def growth_proof_text(proof: GrowthProof) -> str:
    """The text of the proof of growth."""
    return _text([f"old {proof.consistent.since}"], proof.consistent.path, proof.head)


def parse_proof(text: str) -> Proof:
    """The proof of its text, unchecked; a ProofFormatError says why it is none."""
    top, gap, below = text.partition("\n\n")
    if not gap:
        raise ProofFormatError("no signed head follows after an empty line")
    try:
        head = parse_head(below)
    except NoteError as error:
        raise ProofFormatError(f"the signed head in it cannot be read: {error}") from error
    first, *lines = top.split("\n")
    if first == FIRST:
        return _entry_proof(lines, head)
    since = parse_size(first.removeprefix("old ")) if first.startswith("old ") else None
    if since is None:
        raise ProofFormatError(f"its first line is neither `{FIRST}` nor `old SIZE`")
    return GrowthProof(consistent=Consistent(since=since, path=_path(lines)), head=head)


def _entry_proof(lines: list[str], head: SignedHead) -> EntryProof:
    extra, index, *hashes = [*lines, "", ""] if len(lines) < 2 else lines
    content = bytes_of_base64(extra.removeprefix("extra ")) if extra.startswith("extra ") else None
    seq = parse_size(index.removeprefix("index ")) if index.startswith("index ") else None
    if content is None:
        raise ProofFormatError("its second line is not `extra` and the entry in base64")
    if seq is None:
        raise ProofFormatError("its third line is not `index` and the number of the entry")
    return EntryProof(content=content, included=Included(seq=seq, path=_path(hashes)), head=head)


def _path(lines: list[str]) -> tuple[bytes, ...]:
    path = hashes_of_lines(lines)
    if path is None or len(path) > LONGEST:
        raise ProofFormatError("its lines are not hashes in base64, one on each, and at most 63")
    return path


def _text(lines: list[str], path: tuple[bytes, ...], head: SignedHead) -> str:
    return "\n".join([*lines, *map(base64_text, path), "", head.text])
