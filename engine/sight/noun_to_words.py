"""Every word that a noun is made of: whatever it names is among them."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, cast

from engine.model.fact import OneOfType
from engine.source import Span


def words(noun: object) -> frozenset[str]:
    """The texts in a noun, however deep; places, words of ours such as `uc`, and the values that a field of a
    fact may have are none: a condition that compares one with another holds them all.

    That it asks for no field by name is the point: what a noun learns to name later is found, too.
    """
    return frozenset(_texts(noun))


def _texts(noun: object) -> Iterator[str]:
    pending: list[object] = [noun]
    while pending:
        each = pending.pop()
        if isinstance(each, Enum | Span | OneOfType):
            continue
        if isinstance(each, str):
            yield each
        elif isinstance(each, Mapping):
            for key, value in cast("Mapping[object, object]", each).items():
                pending += (key, value)
        elif isinstance(each, tuple | list | set | frozenset):
            pending += cast("tuple[object, ...]", each)
        elif is_dataclass(each):
            pending += (getattr(cast(Any, each), field.name) for field in fields(each))
