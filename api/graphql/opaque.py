"""Ids and cursors: JSON that clients carry about and need not read."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from json.encoder import encode_basestring
from typing import TypeAlias, cast

import strawberry

from api.graphql.errors import bad_input

Key: TypeAlias = tuple[str | int, ...]

KEPT = 16_384
"""Ids and cursors that were made last: the same lists are asked again."""


@lru_cache(maxsize=KEPT)
def seal(key: Key) -> str:
    """The opaque text of a key."""
    # A list has an id and a cursor for each of its objects: what json.dumps gives, in a fifth of its time.
    text = f"[{','.join([encode_basestring(part) if isinstance(part, str) else str(part) for part in key])}]"
    return urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


def unseal(text: str, what: str) -> Key:
    """The key of an opaque text; `what` names it in the refusal of anything else."""
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        parts: object = json.loads(raw.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        parts = None
    if isinstance(parts, list):
        key = tuple(cast("list[object]", parts))
        # Only the text that seal() writes is read: two texts for one key would be two ids for one thing.
        if all(type(part) in (str, int) for part in key) and seal(cast("Key", key)) == text:
            return cast("Key", key)
    raise bad_input(f"this is no {what} of ours: take one from an answer, as it stands")


def global_id(kind: str, *parts: str | int) -> strawberry.ID:
    """The id of a thing of one type."""
    return strawberry.ID(seal((kind, *parts)))


def named(id: strawberry.ID, kind: str) -> str:
    """The name in the id of a noun of that type."""
    match unseal(id, "id"):
        case (found, str(name)) if found == kind:
            return name
        case _:
            raise bad_input(f"this is no id of {kind}")
