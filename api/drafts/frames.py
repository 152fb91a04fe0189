"""What the server and the process beside it say to one another: a mark, a length, and so many bytes."""

from enum import IntEnum
from struct import Struct
from typing import BinaryIO

HEAD = Struct(">BQ")
"""The mark, and how many bytes follow."""


class Mark(IntEnum):
    """What a frame is."""

    READY = 0
    """The process has loaded what it needs, and may be asked."""
    ASKED = 1
    ANSWER = 2
    LAST_ANSWER = 3
    """An answer, after which the process is to be ended: it holds more memory than it should."""
    OUT_OF_MEMORY = 4
    """There is no answer: it needs more memory than the process has."""
    FAULT = 5
    """There is no answer, and that is a fault of ours: the bytes say which."""


def write(stream: BinaryIO, mark: Mark, said: bytes) -> None:
    """Write one frame. Raises OSError where nobody reads any more."""
    stream.write(HEAD.pack(mark, len(said)))
    stream.write(said)
    stream.flush()


def read(stream: BinaryIO, most: int | None = None) -> tuple[Mark, bytes] | None:
    """The next frame; None where the stream ends before, or within it.

    Raises ValueError where it has more than `most` bytes.
    """
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    mark, length = HEAD.unpack(head)
    if most is not None and length > most:
        raise ValueError(f"a frame of {length} bytes")
    said = stream.read(length)
    return (Mark(mark), said) if len(said) == length else None
