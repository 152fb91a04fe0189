"""A GraphML file as services, components and parties; one that Troth wrote keeps its groups and providers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError, XMLParser

from engine.diagnostic import Diagnostic
from engine.model.imported import Needed, NeededGroup, Remark, RemarkKind, Thing, ThingKind
from engine.source import Source

KINDS: Mapping[str, ThingKind] = {each.value: each for each in ThingKind}
NEEDING = frozenset({"", "needs", "depends on", "depends_on", "dependson", "uses", "requires"})
"""What an edge may say so that its source needs its target."""

DEEPEST = 60
"""How deep groups may lie in one another."""


def read(source: Source) -> tuple[Sequence[Thing], Sequence[Remark]] | Diagnostic:
    """Each node is a service, unless its `kind` says what else; an edge is a need, unless its `kind` does."""
    if "<!DOCTYPE" in source.text or "<!ENTITY" in source.text:
        return Diagnostic(
            code="not-graphml",
            message=f"`{source.name}` declares a document type or entities",
            help="GraphML needs neither, and they may fetch or fill memory: take them out",
        )
    parser = XMLParser()
    try:
        parser.feed(source.text)
        root: Element = parser.close()
    except (ParseError, ValueError) as error:
        return Diagnostic(code="not-graphml", message=f"`{source.name}` is not XML: {error}")
    if _local(root) != "graphml":
        return Diagnostic(
            code="not-graphml", message=f"`{source.name}` is no GraphML: it is `{_local(root)}`"
        )
    return _Reading(root=root).read()


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """A file while it is read. XML's places are lost by the parser: remarks name nodes instead."""

    root: Element
    remarks: list[Remark] = field(default_factory=list[Remark])
    nodes: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    below: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    providers: dict[str, str] = field(default_factory=dict[str, str])
    groups: set[str] = field(default_factory=set[str])

    def read(self) -> tuple[Sequence[Thing], Sequence[Remark]]:
        keys = [each for each in self.root.iter() if _local(each) == "key"]
        names = {each.get("id", ""): each.get("attr.name", "") for each in keys}
        defaults = {domain: dict(_defaults(keys, domain)) for domain in ("node", "edge")}
        for element in self.root.iter():
            if _local(element) == "node":
                self.node(element, {**defaults["node"], **dict(_data(element, names))})
            elif _local(element) == "hyperedge":
                self.lose("a hyperedge")
        for graph in self.root.iter():
            for element in graph:
                if _local(element) == "edge":
                    directed = element.get("directed", str(graph.get("edgedefault") != "undirected"))
                    said = {**defaults["edge"], **dict(_data(element, names))}
                    self.edge(element, said, directed=directed.lower() != "false")
        return tuple(self.things()), tuple(self.remarks)

    def node(self, element: Element, said: dict[str, str]) -> None:
        id = element.get("id", "")
        if id in self.nodes:
            self.lose(f"a second node `{id}`")
            return
        self.nodes[id] = said
        if any(_local(each) == "graph" for each in element):
            self.lose(f"what lies within `{id}`: the nodes are carried over, not that they lie there")

    def edge(self, element: Element, said: Mapping[str, str], *, directed: bool) -> None:
        source, target = element.get("source", ""), element.get("target", "")
        kind = said.get("kind", said.get("label", "")).strip().lower()
        words = f"`{source}` {kind or 'needs'} `{target}`"
        if source not in self.nodes or target not in self.nodes:
            self.lose(f"{words}: one of them is no node")
        elif kind in NEEDING:
            self.below.setdefault(source, []).append(target)
            if not directed:
                self.remarks.append(
                    Remark(kind=RemarkKind.ASSUMED, text=f"{words}: the file says no direction")
                )
        elif kind == "provides" and self.nodes[source].get("kind") == ThingKind.PARTY:
            if self.nodes[target].get("kind", "service") != ThingKind.SERVICE:
                self.lose(words)
            elif self.providers.setdefault(target, source) != source:
                self.lose(f"{words}, too")
        else:
            self.lose(words)

    def things(self) -> Iterator[Thing]:
        for id, said in self.nodes.items():
            kind = said.get("kind", ThingKind.SERVICE.value)
            if kind == "group":
                continue
            if kind not in KINDS:
                self.lose(f"{kind} `{id}`")
                continue
            name = said.get("name", id)
            needs = tuple(self.need(each) for each in self.below.get(id, ()))
            if needs and kind != ThingKind.SERVICE:
                self.lose(f"what {kind} `{id}` needs")
            yield Thing(
                key=id,
                kind=KINDS[kind],
                name=name,
                title=said.get("title", said.get("label", name)),
                provider=self.providers.get(id),
                needs=needs if kind == ThingKind.SERVICE else (),
            )

    def need(self, id: str, depth: int = 0) -> Needed:
        """A thing, or a group with its members.

        A group belongs to one need: asked for again, by itself even, it is only named, and found missing.
        """
        if self.nodes[id].get("kind") != "group" or id in self.groups or depth > DEEPEST:
            return id
        self.groups.add(id)
        members = tuple(self.need(each, depth + 1) for each in self.below.get(id, ()))
        needed = self.nodes[id].get("needed", "")
        count = int(needed) if needed.isascii() and needed.isdigit() and len(needed) < 10 else len(members)
        return NeededGroup(count=count, members=members)

    def lose(self, text: str) -> None:
        self.remarks.append(Remark(kind=RemarkKind.LOST, text=text))


def _data(element: Element, keys: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is said of a node or an edge, by the name of its key."""
    for each in element:
        if _local(each) == "data":
            yield keys.get(each.get("key", ""), each.get("key", "")), "".join(each.itertext()).strip()


def _defaults(keys: Sequence[Element], domain: str) -> Iterator[tuple[str, str]]:
    """What is said of every node, or of every edge, that does not say it itself."""
    for key in keys:
        for each in key:
            if _local(each) == "default" and key.get("for", "all") in (domain, "all"):
                yield key.get("attr.name", ""), "".join(each.itertext()).strip()
