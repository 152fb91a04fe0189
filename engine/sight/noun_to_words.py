"""Every word that a noun is made of: whatever it names is among them."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, cast

from engine.model.agreement import Acceptance, Agreement, Convention, Responsibility
from engine.model.citation import Citation
from engine.model.exclusion import Exclusion, Mode, NamedPeriod, Permission
from engine.model.expression import FieldOf, Selection, UntilNext, WindowLabel
from engine.model.fact import OneOfType
from engine.model.measure import AtOnce
from engine.model.obligation import OnWindow, Terms, Workload
from engine.model.partition import BoundTable, Partition
from engine.model.quantity import Unit
from engine.model.service import Service
from engine.source import Span

NAMING_NOTHING: Mapping[type, frozenset[str]] = {
    Agreement: frozenset({"name", "title", "zone", "version", "deltas"}),
    Convention: frozenset({"subject", "choice"}),
    Citation: frozenset({"section", "words", "digest"}),
    Acceptance: frozenset({"how", "evidence"}),
    Responsibility: frozenset({"text"}),
    Unit: frozenset({"name"}),
    Selection: frozenset({"variable"}),
    FieldOf: frozenset({"variable", "field"}),
    WindowLabel: frozenset({"variable"}),
    OnWindow: frozenset({"variable"}),
    UntilNext: frozenset({"same"}),
    AtOnce: frozenset({"field"}),
    Partition: frozenset({"fields"}),
    BoundTable: frozenset({"field"}),
    Workload: frozenset({"each"}),
    NamedPeriod: frozenset({"name"}),
    Exclusion: frozenset({"name", "title"}),
    Permission: frozenset({"name"}),
    Mode: frozenset({"name"}),
    Terms: frozenset({"title"}),
    Service: frozenset({"title"}),
}
"""What of a noun names nothing that is declared elsewhere: fields and variables, what is named in an
agreement for itself, and words for people. What is not here may name something."""


def words(noun: object) -> frozenset[str]:
    """The texts in a noun, however deep; places, words of ours such as `uc`, and the values that a field of a
    fact may have are none: a condition that compares one with another holds them all.

    That it asks for no field by name is the point: what a noun learns to name later is found, too.
    """
    return frozenset(_texts(noun, {}))


def names(noun: object) -> frozenset[str]:
    """Those of its texts that may name something: a service called like a field is not named by the field."""
    return frozenset(_texts(noun, NAMING_NOTHING))


def _texts(noun: object, left_out: Mapping[type, frozenset[str]]) -> Iterator[str]:
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
            without = left_out.get(type(each), frozenset())
            said = (field.name for field in fields(each) if field.name not in without)
            pending += (getattr(cast(Any, each), name) for name in said)
