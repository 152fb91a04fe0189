"""What the body of an entry says of what it records, to check it by, also after an erasure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from json import JSONDecodeError, loads
from typing import cast

from engine.model.canonical_json import Json, canonical_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of a fact, by the digest of its content."""

    kind: str
    key: str
    digest: str
    retracted: bool


def recorded(versions: Iterable[Version]) -> dict[str, Json]:
    """What the body of an entry says of the fact versions that came with it, in their order.

    `facts` is how many they are. `digest` is the SHA-256 over a line for each: canonical JSON of kind, key,
    digest and whether it retracts, and a line feed.
    """
    whole = sha256()
    count = 0
    for each in versions:
        whole.update(f"{canonical_json([each.kind, each.key, each.digest, each.retracted])}\n".encode())
        count += 1
    return {"facts": count, "digest": whole.hexdigest()}


def content_digest(content: str) -> str:
    """The digest of what is kept: the SHA-256 of its text; the content of a retraction is empty."""
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
    except (JSONDecodeError, RecursionError):
        return {}
    return cast(dict[str, Json], found) if isinstance(found, dict) else {}
