"""The dependency graph: what the policies name, what connects it, and what of it is there at an instant."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

from engine.model.dependency import Edge, EdgeKind, Node, NodeKind
from engine.model.quantity import Instant

if TYPE_CHECKING:
    import networkx as nx

Made = TypeVar("Made")

VIEWS_KEPT = 16
"""Epochs whose views are kept at once."""

MADE_BY: dict[NodeKind, frozenset[EdgeKind]] = {
    NodeKind.AGREEMENT: frozenset({EdgeKind.PROVIDES}),
    NodeKind.OBLIGATION: frozenset({EdgeKind.PROMISES}),
    NodeKind.EXCLUSION: frozenset({EdgeKind.DECLARES}),
    NodeKind.SOURCE: frozenset({EdgeKind.MEASURED_BY}),
    NodeKind.TEMPLATE: frozenset({EdgeKind.AMENDS}),
    NodeKind.CLAUSE: frozenset({EdgeKind.CITES, EdgeKind.REFERS_TO}),
}
"""What is there only while an edge of these kinds that leads to it holds, if there is any such edge; all else
is declared without a term."""


def node_id(kind: NodeKind, name: str) -> str:
    """The id of a node."""
    return f"{kind}:{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An edge and the instants [since, until) in which it holds; an absent one sets no limit."""

    edge: Edge
    since: Instant | None = None
    until: Instant | None = None

    def holds(self, at: Instant) -> bool:
        """Whether the edge is there at this instant."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DependencyGraph:
    """The graph of one snapshot over all time (S10). `sustaining` are the ids of the agreements whose failure
    takes what they cover: the underpinning contracts. Edges are in the order in which they were built."""

    nodes: Mapping[str, Node]
    links: Sequence[Link]
    sustaining: frozenset[str]
    _out: dict[str, list[Link]] = field(init=False, repr=False, default_factory=dict[str, list[Link]])
    _into: dict[str, list[Link]] = field(init=False, repr=False, default_factory=dict[str, list[Link]])
    _views: dict[int, "GraphAt"] = field(init=False, repr=False, default_factory=dict[int, "GraphAt"])
    _borders: list[Instant] = field(init=False, repr=False, default_factory=list[Instant])
    _made: dict[object, object] = field(init=False, repr=False, default_factory=dict[object, object])

    def __post_init__(self) -> None:
        for link in self.links:
            self._out.setdefault(link.edge.source, []).append(link)
            self._into.setdefault(link.edge.target, []).append(link)
        ends = {end for link in self.links for end in (link.since, link.until) if end is not None}
        self._borders.extend(sorted(ends))

    def out_of(self, node: str) -> Iterator[Link]:
        """The edges whose source is this node."""
        return iter(self._out.get(node, ()))

    def into(self, node: str) -> Iterator[Link]:
        """The edges whose target is this node."""
        return iter(self._into.get(node, ()))

    def edges(self) -> Iterator[Link]:
        """Every edge."""
        return iter(self.links)

    def once(self, make: "Callable[[DependencyGraph], Made]") -> Made:
        """What a function makes of this graph, made when it is first asked for."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast("Made", self._made[make])

    def at(self, at: Instant) -> "GraphAt":
        """What is there at an instant; one view serves all instants between which nothing begins or ends."""
        epoch = bisect_right(self._borders, at)
        if epoch not in self._views:
            while len(self._views) >= VIEWS_KEPT:
                del self._views[next(iter(self._views))]
            self._views[epoch] = GraphAt(
                graph=self,
                since=self._borders[epoch - 1] if epoch else None,
                until=self._borders[epoch] if epoch < len(self._borders) else None,
                nodes={id: node for id, node in self.nodes.items() if self._is_there(node, at)},
            )
        return self._views[epoch]

    def _is_there(self, node: Node, at: Instant) -> bool:
        makers = MADE_BY.get(node.kind)
        making = [link for link in self.into(node.id) if link.edge.kind in makers] if makers else []
        return not making or any(link.holds(at) for link in making)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GraphAt:
    """What a graph holds at every instant of [since, until): `nodes` are those that are there, by id; an edge
    is there if it holds and both its ends are there."""

    graph: DependencyGraph = field(repr=False)
    since: Instant | None
    until: Instant | None
    nodes: Mapping[str, Node] = field(repr=False)
    _made: dict[object, object] = field(init=False, repr=False, default_factory=dict[object, object])

    def once(self, make: "Callable[[GraphAt], Made]") -> Made:
        """What a function makes of this view, made when it is first asked for."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast("Made", self._made[make])

    def out_of(self, node: str) -> Iterator[Edge]:
        """The edges that are there whose source is this node."""
        for link in self.graph.out_of(node):
            if self.holds(link):
                yield link.edge

    def into(self, node: str) -> Iterator[Edge]:
        """The edges that are there whose target is this node."""
        for link in self.graph.into(node):
            if self.holds(link):
                yield link.edge

    def edges(self) -> Iterator[Edge]:
        """Every edge that is there."""
        return (link.edge for link in self.graph.links if self.holds(link))

    def holds(self, link: Link) -> bool:
        """Whether an edge of the graph is there."""
        begun = link.since is None or (self.since is not None and link.since <= self.since)
        lasts = link.until is None or (self.until is not None and self.until <= link.until)
        return begun and lasts and link.edge.source in self.nodes and link.edge.target in self.nodes

    def network(self) -> "nx.MultiDiGraph[str]":
        """What is there as a NetworkX graph, made anew; each edge's data is its `edge`."""
        import networkx as nx  # half a second to load, and most answers do without it

        network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        network.add_nodes_from(self.nodes)
        for edge in self.edges():
            network.add_edge(edge.source, edge.target, edge=edge)
        return network
