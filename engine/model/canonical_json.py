"""Values as JSON of which there is one text only, so that whoever has the value can compute its hash."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias, cast

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"
"""What can be written: no fractions, which stand as text where they are needed."""

_NO_TEXT = re.compile("[\0\ud800-\udfff]")

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)

LARGEST = 2**53 - 1
"""No whole number lies further from 0: beyond, programs that read JSON do not agree."""


def canonical_json(value: Json) -> str:
    """The one text of a value, as RFC 8785 has it: no spaces, members by their names' UTF-16 code units.

    Text stays as it is, character by character. Another type, a number that is too large, a name that is not
    text and half a surrogate pair are a ValueError.

    >>> canonical_json({"b": [1, True, None], "a": "Ünïcode \\n"})
    '{"a":"Ünïcode \\\\n","b":[1,true,null]}'
    """
    return _ENCODER.encode(_ordered(value))


def is_text(text: str) -> bool:
    """Whether every database keeps a text as it is: there is no NUL in it, and no half of a surrogate pair.

    >>> [is_text(each) for each in ("Ünïcode", "a\\0b", "\\ud800")]
    [True, False, False]
    """
    return _NO_TEXT.search(text) is None


def _ordered(value: object) -> object:
    if type(value) is str:
        return _whole(value)
    if type(value) is dict:
        members = cast(dict[object, object], value)
        return {name: _ordered(members[name]) for name in _sorted(members)}
    if type(value) is list:
        return [_ordered(each) for each in cast(list[object], value)]
    match value:
        case None | bool():
            return value
        case str():
            return _whole(value)
        case int():
            if abs(value) > LARGEST:
                raise ValueError(f"{value} is too large for JSON; write it as text")
            return value
        case Mapping():
            members = cast(Mapping[object, object], value)
            return {name: _ordered(members[name]) for name in _sorted(members)}
        case Sequence() if not isinstance(value, bytes | bytearray | memoryview):
            return [_ordered(each) for each in cast(Sequence[object], value)]
        case _:
            raise ValueError(f"{type(value).__name__} has no canonical JSON")


def _sorted(names: Iterable[object]) -> Sequence[object]:
    """The names by their UTF-16 code units, by which those of ASCII stand as they are compared anyway."""
    found = [*names]
    try:
        is_plain = "".join(cast(list[str], found)).isascii()
    except TypeError:
        is_plain = False
    return sorted(cast(list[str], found)) if is_plain else sorted(found, key=_utf16)


def _utf16(name: object) -> bytes:
    if not isinstance(name, str):
        raise ValueError(f"the name {name!r} is not text")
    return _whole(name).encode("utf-16-be")


def _whole(text: str) -> str:
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{text!r} holds half a surrogate pair") from error
    return text
