"""A Backstage catalog as parties, services and components (PyYAML's home)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import yaml

from engine.diagnostic import Diagnostic
from engine.model.imported import Remark, RemarkKind, Thing, ThingKind
from engine.source import Source

PROVIDED = ("component", "system", "api")
"""Kinds that become services."""

READ = frozenset(
    {
        "owner",
        "dependsOn",
        "consumesApis",
        "providesApis",
        "system",
        "type",
        "profile",
        "name",
        "title",
        "namespace",
    }
)
"""Fields of `metadata` and `spec` that are carried over."""


def read(source: Source) -> tuple[Sequence[Thing], Sequence[Remark]] | Diagnostic:
    """Each entity of each document of the file.

    Components, systems and APIs are services that their owner provides; a system needs its parts, and an API
    the component that provides it. A resource is a component, or a service where it depends on something.
    """
    try:
        composed = cast("Iterator[yaml.Node | None]", yaml.compose_all(source.text, Loader=yaml.SafeLoader))  # pyright: ignore[reportUnknownMemberType]
        documents = list(composed)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}," if mark is not None else ""
        problem = str(getattr(error, "problem", None) or "it cannot be read")
        return Diagnostic(code="not-yaml", message=f"`{source.name}`{where} is not YAML: {problem}")
    except RecursionError:
        return Diagnostic(code="not-yaml", message=f"`{source.name}` nests too deep to be read")
    return _Catalog().read([each for each in documents if each is not None])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entity:
    """One entity: its reference, and the nodes of its fields."""

    kind: str
    namespace: str
    name: str
    line: int
    metadata: dict[str, yaml.Node]
    spec: dict[str, yaml.Node]

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Catalog:
    """A catalog while it is read."""

    entities: dict[str, _Entity] = field(default_factory=dict[str, _Entity])
    things: dict[str, Thing] = field(default_factory=dict[str, Thing])
    remarks: list[Remark] = field(default_factory=list[Remark])

    def read(self, documents: Sequence[yaml.Node]) -> tuple[Sequence[Thing], Sequence[Remark]]:
        for document in documents:
            self.entity(document)
        for entity in self.entities.values():
            self.thing(entity)
        for entity in self.entities.values():
            self.relations(entity)
        return tuple(self.things.values()), tuple(self.remarks)

    def entity(self, document: yaml.Node) -> None:
        """Take up an entity that has a kind and a name."""
        fields, line = _fields(document), document.start_mark.line + 1
        metadata, spec = _fields(fields.get("metadata")), _fields(fields.get("spec"))
        kind, name = _text(fields.get("kind")), _text(metadata.get("name"))
        if not kind or not name:
            self.say(RemarkKind.LOST, "a document without `kind` or `metadata.name`", line)
            return
        found = _Entity(
            kind=kind.lower(),
            namespace=(_text(metadata.get("namespace")) or "default").lower(),
            name=name,
            line=line,
            metadata=metadata,
            spec=spec,
        )
        if found.kind not in (*PROVIDED, "resource", "group"):
            self.say(RemarkKind.LOST, f"{found.kind} `{name}`", line)
        elif found.key.lower() in self.entities:
            self.say(RemarkKind.LOST, f"{found.kind} `{name}`, which was declared before", line)
        else:
            self.entities[found.key.lower()] = found
            unread = [each for each in (*metadata, *spec) if each not in READ]
            if unread:
                self.say(RemarkKind.LOST, f"of {found.kind} `{name}`: {', '.join(unread)}", line)

    def thing(self, entity: _Entity) -> None:
        """What an entity becomes, without its relations."""
        title = _text(entity.metadata.get("title")) or entity.name
        sort = _text(entity.spec.get("type"))
        if entity.kind == "group":
            profile = _fields(entity.spec.get("profile"))
            title, kind = _text(profile.get("displayName")) or title, ThingKind.PARTY
        elif entity.kind == "resource" and "dependsOn" not in entity.spec:
            kind = ThingKind.COMPONENT
        else:
            kind = ThingKind.SERVICE
        self.things[entity.key.lower()] = Thing(
            key=entity.key.lower(),
            kind=kind,
            name=entity.name,
            title=title,
            line=entity.line,
            sort=sort,
            internal=kind is ThingKind.PARTY,
        )

    def relations(self, entity: _Entity) -> None:
        """Who owns it, what it depends on, which APIs it uses and provides, of which system it is part."""
        key = entity.key.lower()
        for owner, line in self.references(entity, "owner", "group"):
            if self.things[key].kind is ThingKind.SERVICE:
                self.things[key] = replace(self.things[key], provider=self.party(owner, line))
            else:
                self.say(RemarkKind.LOST, f"the owner of {entity.kind} `{entity.name}`", line)
        for name, kind in (("dependsOn", "component"), ("consumesApis", "api")):
            for needed, line in self.references(entity, name, kind):
                self.needs(key, needed, f"{name} of {entity.kind} `{entity.name}`", line)
        for api, line in self.references(entity, "providesApis", "api"):
            self.needs(api, key, f"providesApis of {entity.kind} `{entity.name}`", line)
        for system, line in self.references(entity, "system", "system"):
            text = f"system `{system.rpartition('/')[2]}` needs its part `{entity.name}`"
            if self.needs(system, key, f"the system of {entity.kind} `{entity.name}`", line):
                self.say(RemarkKind.ASSUMED, text, line)

    def needs(self, above: str, below: str, what: str, line: int) -> bool:
        """Add a need between two things, if both are there and the upper one can need; whether it was."""
        for end in (above, below):
            if end not in self.things:
                self.say(RemarkKind.LOST, f"{what}: `{end}` is not in the file", line)
                return False
        if self.things[above].kind is not ThingKind.SERVICE:
            self.say(RemarkKind.LOST, f"{what}: a {self.things[above].kind.value} needs nothing", line)
            return False
        self.things[above] = replace(self.things[above], needs=(*self.things[above].needs, below))
        return True

    def party(self, owner: str, line: int) -> str:
        """The key of an owner, who becomes a party where the file does not declare a group."""
        if owner not in self.things:
            kind, _, name = owner.partition(":")
            name = name.rpartition("/")[2]
            self.say(RemarkKind.ASSUMED, f"{kind} `{name}` is a party: it is not in the file", line)
            self.things[owner] = Thing(
                key=owner, kind=ThingKind.PARTY, name=name, title=name, line=line, internal=True
            )
        return owner

    def references(self, entity: _Entity, name: str, kind: str) -> Iterator[tuple[str, int]]:
        """The keys to which a field refers, `[kind:][namespace/]name` each, with their lines."""
        node = entity.spec.get(name)
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node] if node is not None else []
        for each in nodes:
            text, line = _text(each), each.start_mark.line + 1
            if not text:
                self.say(RemarkKind.LOST, f"{name} of {entity.kind} `{entity.name}`: no reference", line)
                continue
            before, colon, rest = text.rpartition(":")
            namespace, slash, last = rest.rpartition("/")
            found = f"{before if colon else kind}:{namespace if slash else entity.namespace}/{last}"
            yield found.lower(), line

    def say(self, kind: RemarkKind, text: str, line: int) -> None:
        self.remarks.append(Remark(kind=kind, text=text, line=line))


def _fields(node: yaml.Node | None) -> dict[str, yaml.Node]:
    """The fields of a mapping, by name; the last of several that have one name."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {_text(key) or "": value for key, value in node.value}


def _text(node: yaml.Node | None) -> str | None:
    """The text of a scalar as it is written: `on` and `1.0` are names here."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) else None
