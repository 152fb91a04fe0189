"""What a promise is made of, so that random worlds can be counted by construct."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from inspect import getmembers, isclass
from types import ModuleType

from engine.model import calendar, deadline, exclusion, expression, measure, obligation, period
from engine.source import Span

MODULES: tuple[ModuleType, ...] = (calendar, deadline, exclusion, expression, measure, obligation, period)
"""The modules of the model whose nouns a promise is made of."""

OUTSIDE = frozenset(
    {
        "Citation",  # words, which decide nothing
        "Period",  # what evaluators make of a window
        "Window",
        "HolidaySource",  # evidence
        "Term",  # the agreement's
    }
)


def known_constructs() -> frozenset[str]:
    """Every noun and every choice that the model's promises can have."""
    found: set[str] = set()
    for module in MODULES:
        for name, noun in getmembers(module, isclass):
            if noun.__module__ != module.__name__ or name in OUTSIDE:
                continue
            if issubclass(noun, Enum):
                found |= {f"{name}.{member.name}" for member in noun}
            elif is_dataclass(noun):
                found.add(name)
    return frozenset(found)


def constructs_in(noun: object) -> set[str]:
    """The nouns and choices inside a promise."""
    return set(_inside(noun))


def _inside(noun: object) -> Iterator[str]:
    match noun:
        case Span():
            return
        case Enum():
            yield f"{type(noun).__name__}.{noun.name}"
        case tuple() | frozenset() | list():
            for each in noun:
                yield from _inside(each)
        case Mapping():
            for each in noun.values():
                yield from _inside(each)
        case _ if is_dataclass(noun) and not isinstance(noun, type):
            yield type(noun).__name__
            for each in fields(noun):
                yield from _inside(getattr(noun, each.name))
        case _:
            return
