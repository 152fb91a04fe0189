"""Services and components, and what a service needs to stand."""

from dataclasses import dataclass, field
from typing import TypeAlias

from engine.model.calendar import Clock
from engine.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsOne:
    """A need for one named service, component or party."""

    name: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsSome:
    """A need for at least `count` of the members; all of them when `count` is their number (nestable)."""

    count: int
    members: tuple["Need", ...]
    span: Span = field(compare=False)


Need: TypeAlias = NeedsOne | NeedsSome


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A part that services need; `kind` is the author's word for it."""

    name: str
    title: str
    kind: str | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Something that a provider provides. `attributes` are the author's own, in order of declaration."""

    name: str
    title: str
    provider: str
    owner: str | None
    hours: Clock | None
    needs: tuple[Need, ...]
    attributes: tuple[tuple[str, str], ...]
    span: Span = field(compare=False)
