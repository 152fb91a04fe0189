"""An entry as bytes, of which its leaf in the tree is the hash; the README beside says the layout."""

from struct import Struct

from engine.model.ledger import Entry

FIRST = b"troth entry 1\n"
"""What every entry begins with: what it is, and by which layout."""

_NUMBERS = Struct(">qq")
_LENGTH = Struct(">I")


class EntryFormatError(ValueError):
    """Bytes that are not an entry; the message is for people."""


def entry_bytes(entry: Entry) -> bytes:
    """The bytes of an entry: FIRST, `seq` and `recorded_at` in 8 bytes each, then each text in UTF-8 with its
    length in 4 bytes before it; every number with its largest byte first."""
    pieces = [FIRST, _NUMBERS.pack(entry.seq, entry.recorded_at)]
    for text in (entry.kind, entry.actor, entry.subject, entry.body):
        content = text.encode()
        pieces.append(_LENGTH.pack(len(content)))
        pieces.append(content)
    return b"".join(pieces)


def parse_entry(content: bytes) -> Entry:
    """The entry of its bytes; an EntryFormatError where they are none, or hold more."""
    if not content.startswith(FIRST):
        raise EntryFormatError(f"it does not begin with `{FIRST.decode().strip()}`")
    place = len(FIRST) + _NUMBERS.size
    if len(content) < place:
        raise EntryFormatError("it ends within its numbers")
    seq, recorded_at = _NUMBERS.unpack_from(content, len(FIRST))
    texts: list[str] = []
    for name in ("kind", "actor", "subject", "body"):
        if len(content) < place + _LENGTH.size:
            raise EntryFormatError(f"it ends before its {name}")
        (length,) = _LENGTH.unpack_from(content, place)
        place += _LENGTH.size
        piece = content[place : place + length]
        if len(piece) < length:
            raise EntryFormatError(f"it ends within its {name}")
        try:
            texts.append(piece.decode())
        except UnicodeDecodeError as error:
            raise EntryFormatError(f"its {name} is not UTF-8") from error
        place += length
    if place != len(content):
        raise EntryFormatError("more follows after its body")
    kind, actor, subject, body = texts
    return Entry(seq=seq, recorded_at=recorded_at, kind=kind, actor=actor, subject=subject, body=body)
