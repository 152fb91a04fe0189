"""What the verbs of the ledger read: an archive that is there, keys, signed heads and proofs in files."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from api.command.clock import now
from engine.ledger.head_to_note import SignedHead, parse_head
from engine.ledger.keys import KeyFormatError, PublicKey, SigningKey
from engine.ledger.note import NoteError
from engine.ledger.proof_to_text import Proof, ProofFormatError, parse_proof

if TYPE_CHECKING:
    from engine.store.archive import Archive

LARGEST = 10_000_000
"""No file of a key, a head or a proof is larger: characters."""


class UnusableError(Exception):
    """What was named cannot be used; the message is for people."""


@contextmanager
def opened(options: Namespace, *, writes: bool = False) -> Generator[Archive]:
    """The archive that the options name. One that is not there is not made, and nothing is written unless
    the verb `writes`."""
    # A proof is checked without any archive, and without the libraries that read one.
    from engine.store.archive import ArchiveError
    from engine.store.open_archive import open_archive
    from engine.store.shown_place import shown_place

    location: str = options.archive
    if "://" not in location and not Path(location).is_file():
        raise UnusableError(f"there is no archive `{shown_place(location)}`")
    try:
        archive = open_archive(location, now, tenant=options.tenant, read_only=not writes)
    except ArchiveError as error:
        raise UnusableError(str(error)) from error
    try:
        yield archive
    finally:
        archive.close()


def public_keys(paths: list[Path]) -> tuple[PublicKey, ...]:
    """The public keys in files, one on each line."""
    found: list[PublicKey] = []
    for path in paths:
        lines = [line for line in _text(path).splitlines() if line.strip()]
        if not lines:
            raise UnusableError(f"`{path}` holds no key")
        try:
            found += [PublicKey.parse(line) for line in lines]
        except KeyFormatError as error:
            raise UnusableError(f"`{path}` is not a public key: {error}") from error
    return tuple(found)


def signing_key(path: Path) -> SigningKey:
    """The key that signs in a file."""
    try:
        return SigningKey.parse(_text(path))
    except KeyFormatError as error:
        raise UnusableError(f"`{path}` is not a key that signs: {error}") from error


def head_in(path: Path) -> SignedHead:
    """The signed head in a file, unchecked."""
    try:
        return parse_head(_text(path))
    except NoteError as error:
        raise UnusableError(f"`{path}` is not a signed head: {error}") from error


def proof_in(path: Path) -> Proof:
    """The proof in a file, unchecked."""
    try:
        return parse_proof(_text(path))
    except ProofFormatError as error:
        raise UnusableError(f"`{path}` is not a proof: {error}") from error


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            text = stream.read(LARGEST + 1)
    except OSError as error:
        raise UnusableError(f"`{path}` cannot be read: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        raise UnusableError(f"`{path}` is not UTF-8") from error
    if len(text) > LARGEST:
        raise UnusableError(f"`{path}` is too large to be a key, a head or a proof")
    return text
