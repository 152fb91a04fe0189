"""What an import of a graph gives: things with their needs, and remarks on what became of the rest."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class ThingKind(StrEnum):
    """What a thing becomes in a policy."""

    PARTY = "party"
    SERVICE = "service"
    COMPONENT = "component"


class RemarkKind(StrEnum):
    """What became of something in the file."""

    LOST = "not carried over"
    RENAMED = "renamed"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something that is not in the policy as it is in the file, and in which line of the file it stands."""

    kind: RemarkKind
    text: str
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NeededGroup:
    """So many of these must stand; members are keys of things or groups."""

    count: int
    members: tuple["Needed", ...]


Needed: TypeAlias = str | NeededGroup
"""The key of a thing, or a group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A party, service or component of the file. `key` is unique in it, `name` is what it is called there;
    `provider` is a key, `sort` the file's own word for what it is."""

    key: str
    kind: ThingKind
    name: str
    title: str
    line: int | None = None
    provider: str | None = None
    sort: str | None = None
    internal: bool = False
    needs: tuple[Needed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A policy's text, not yet in its canonical layout, and the remarks in order of their lines."""

    text: str
    remarks: tuple[Remark, ...]


class ImportFormat(StrEnum):
    """The files that can be imported."""

    BACKSTAGE = "backstage"
    GRAPHML = "graphml"
    CSV = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeColumns:
    """The columns of a CSV file of edges: `source` needs `target`; `provider`, if there is one, provides the
    source."""

    source: str = "source"
    target: str = "target"
    provider: str | None = None
