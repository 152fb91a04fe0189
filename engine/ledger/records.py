"""What the body of an entry says of what it records, to check it by, also after an erasure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from json import loads
from secrets import token_hex
from typing import cast

from engine.model.canonical_json import Json, canonical_json

SALT_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of a fact, by its digest."""

    kind: str
    key: str
    digest: str
    retracted: bool


def recorded(versions: Iterable[Version]) -> dict[str, Json]:
    """What the body of an entry says of the fact versions that came with it, in their order.

    `facts` is how many they are. `versions` is the SHA-256 over a line for each: canonical JSON of kind,
    digest and whether it retracts, and a line feed. The key is in the digest only, with a salt, so that it
    can be erased, too.
    """
    lines = ([each.kind, each.digest, each.retracted] for each in versions)
    return _told("versions", lines)


def recorded_unsalted(versions: Iterable[Version]) -> dict[str, Json]:
    """The same as it was said before there were salts: `digest`, over lines that have the key in them."""
    lines = ([each.kind, each.key, each.digest, each.retracted] for each in versions)
    return _told("digest", lines)


def _told(name: str, lines: Iterable[Json]) -> dict[str, Json]:
    whole = sha256()
    count = 0
    for each in lines:
        whole.update(f"{canonical_json(each)}\n".encode())
        count += 1
    return {"facts": count, name: whole.hexdigest()}


def new_salt() -> str:
    """A salt that nobody guesses: 16 random bytes, in hexadecimal."""
    return token_hex(SALT_BYTES)


def salted_digest(salt: str, value: Json) -> str:
    """The SHA-256 over the bytes of a salt and canonical JSON: who has not the salt cannot find the value by
    guessing. A salt that is none is a ValueError."""
    return sha256(bytes.fromhex(salt) + canonical_json(value).encode()).hexdigest()


def version_digest(salt: str, kind: str, key: str, content: str | None) -> str:
    """The digest of a version of a fact: over kind, key and content, which a retraction has none of."""
    return salted_digest(salt, [kind, key, content])


def content_digest(content: str) -> str:
    """The digest of a text that is kept: its SHA-256. A fact version without a salt has that of its
    content, and a retraction that of none."""
    return sha256(content.encode()).hexdigest()


def files_address(files: Iterable[tuple[str, str]], pieces: Sequence[str] = ()) -> str:
    """The address of a policy set: the SHA-256 over canonical JSON of the names and texts of its files and,
    where it rests on other pieces, of their digests."""
    written: Json = [[name, text] for name, text in files]
    whole: Json = {"files": written, "rests on": pieces} if pieces else written
    return sha256(canonical_json(whole).encode()).hexdigest()


def members(body: str) -> dict[str, Json]:
    """The members of an entry's body; none of one that is no JSON object, which may be there after all."""
    try:
        found = loads(body)
    except (ValueError, RecursionError):  # also a whole number of more digits than Python reads
        return {}
    return cast(dict[str, Json], found) if isinstance(found, dict) else {}
