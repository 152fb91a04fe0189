"""Signed notes (C2SP signed-note): a text, an empty line, and a line for each signature."""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass

DASH = "\N{EM DASH} "
"""What a line with a signature begins with."""

MOST_SIGNATURES = 100
"""No note with more signatures is read; the format asks for at least 16."""

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class NoteError(ValueError):
    """What is not a signed note, or not signed as it should be; the message is for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A line below a note: who signed, by the name and the id of the key, and the signature itself."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text that ends with a line's end, and its signatures, none of which has been checked."""

    text: str
    signatures: tuple[Signature, ...]


def note_text(note: Note) -> str:
    """A note as it is kept and sent."""
    lines = [f"{DASH}{each.name} {base64_text(each.key_id + each.signature)}\n" for each in note.signatures]
    return f"{note.text}\n{''.join(lines)}"


def parse_note(written: str) -> Note:
    """The note of its text; a NoteError says why it is none."""
    if _CONTROL.search(written):
        raise NoteError("it holds a control character")
    text, gap, below = written.rpartition("\n\n")
    if not gap or not below.endswith("\n"):
        raise NoteError("no signatures follow after an empty line at its end")
    lines = below.removesuffix("\n").split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise NoteError(f"it has {len(lines)} signatures, more than {MOST_SIGNATURES}")
    return Note(text=f"{text}\n", signatures=tuple(_signature(line) for line in lines))


def _signature(line: str) -> Signature:
    words = line.removeprefix(DASH).split(" ")
    if not line.startswith(DASH) or len(words) != 2 or not is_key_name(words[0]):
        raise NoteError(f"`{line}` is no signature: it is not `{DASH}NAME SIGNATURE`")
    name, encoded = words
    content = bytes_of_base64(encoded)
    if content is None or len(content) < 5:
        raise NoteError(f"`{line}` is no signature: what follows the name is not base64 of one")
    return Signature(name=name, key_id=content[:4], signature=content[4:])


def is_key_name(name: str) -> bool:
    """Whether a key can be called so: some text without spaces and `+`."""
    return bool(name) and "+" not in name and not any(map(str.isspace, name))


def base64_text(content: bytes) -> str:
    """Bytes in base64."""
    return b64encode(content).decode()


def bytes_of_base64(text: str) -> bytes | None:
    """The bytes of their only base64, else None: of two texts for the same bytes one is not accepted."""
    try:
        content = b64decode(text, validate=True)
    except ValueError:
        return None
    return content if base64_text(content) == text else None


def hashes_of_lines(lines: Sequence[str]) -> tuple[bytes, ...] | None:
    """One hash on each line, in base64; else None."""
    found = [bytes_of_base64(line) for line in lines]
    whole = tuple(each for each in found if each is not None and len(each) == 32)
    return whole if len(whole) == len(lines) else None
