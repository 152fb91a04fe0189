"""A condition about one fact, told with another variable, so that two conditions can be compared."""

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from engine.model.expression import FieldOf

Noun = TypeVar("Noun")


def renamed(noun: Noun, old: str, new: str) -> Noun:
    """The noun with every field of `old` read from `new`."""
    if isinstance(noun, FieldOf):
        return replace(noun, variable=new) if noun.variable == old else noun
    if isinstance(noun, tuple):
        parts = cast(tuple[Any, ...], noun)
        return cast(Noun, tuple(renamed(each, old, new) for each in parts))
    if not is_dataclass(noun) or isinstance(noun, type):
        return noun
    changed = {each.name: renamed(getattr(noun, each.name), old, new) for each in fields(noun)}
    return cast(Noun, replace(cast(Any, noun), **changed))
