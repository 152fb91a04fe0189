"""The head of a ledger as a signed note that anybody can keep: a checkpoint (C2SP tlog-checkpoint)."""

import re
from dataclasses import dataclass

from engine.ledger.keys import PublicKey, SigningKey, signer
from engine.ledger.note import Note, NoteError, base64_text, bytes_of_base64, note_text, parse_note
from engine.ledger.tree import HASH_BYTES
from engine.model.ledger import TreeHead

_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
"""A size as a line of text: no sign, no zeros before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """A head with its signatures, none of which has been checked; `origin` names the ledger."""

    origin: str
    head: TreeHead
    note: Note

    @property
    def text(self) -> str:
        """The note as it is kept and sent."""
        return note_text(self.note)

    def signed_by(self, keys: tuple[PublicKey, ...]) -> PublicKey:
        """Which of the keys signed it; a NoteError where none did for this ledger's name."""
        key = signer(self.note.text, self.note.signatures, keys)
        if key.name != self.origin:
            raise NoteError(f"it is the head of `{self.origin}`, and the key is that of `{key.name}`")
        return key


def signed_head(head: TreeHead, key: SigningKey) -> SignedHead:
    """The head as a note signed by the key, which names the ledger."""
    text = f"{key.name}\n{head.size}\n{base64_text(head.root)}\n"
    return SignedHead(origin=key.name, head=head, note=Note(text=text, signatures=(key.sign(text),)))


def parse_head(written: str) -> SignedHead:
    """The head of a note's text; a NoteError says why it is none. No signature is checked."""
    note = parse_note(written)
    lines = note.text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines):
        raise NoteError("it has not the three lines of a head: whose it is, how many entries, and their hash")
    origin, size, encoded = lines[:3]
    root = bytes_of_base64(encoded)
    if parse_size(size) is None:
        raise NoteError(f"its second line is `{size}`, not a number of entries")
    if root is None or len(root) != HASH_BYTES:
        raise NoteError(f"its third line is `{encoded}`, not a hash in base64")
    return SignedHead(origin=origin, head=TreeHead(size=int(size), root=root), note=note)


def parse_size(text: str) -> int | None:
    """A number of entries, written the one way, else None."""
    return int(text) if _NUMBER.fullmatch(text) else None
