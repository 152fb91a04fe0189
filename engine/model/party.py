"""Parties, roles, documents: who promised, and in which words."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from engine.source import Span


class PartyStanding(StrEnum):
    """What a party is to the one who writes the policy."""

    EXTERNAL = "external"
    SUPPLIER = "supplier"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Someone who owes or is owed."""

    name: str
    title: str
    standing: PartyStanding
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A function that a party fills; who holds it is a fact, not a policy."""

    name: str
    title: str
    party: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A section of a document that leaves something to a section of another."""

    section: str
    document: str
    to_section: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document whose words obligations cite. `prevails_over` names documents; `sections`, where given, are
    all that it has; `refers` is what it leaves to other documents."""

    name: str
    title: str
    version: str | None
    dated: date | None
    prevails_over: tuple[str, ...]
    span: Span = field(compare=False)
    sections: tuple[str, ...] = ()
    refers: tuple[Reference, ...] = ()
