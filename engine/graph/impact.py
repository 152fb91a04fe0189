"""What falls when something fails, and along which path: the exact least fixpoint of failure (S10.1)."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast, overload

from engine.diagnostic import Diagnostic
from engine.graph.dependency_graph import DependencyGraph
from engine.graph.name_to_node import find
from engine.model.dependency import Edge, EdgeKind, Hit, Hop, Impact, Node, NodeKind
from engine.model.quantity import Instant

SHOWN = (NodeKind.SERVICE, NodeKind.COMPONENT, NodeKind.OBLIGATION, NodeKind.AGREEMENT, NodeKind.PARTY)
"""The kinds of hits, in their order; a party that is hit is a customer of a lost agreement."""

LOST_WITH: dict[EdgeKind, frozenset[NodeKind]] = {
    EdgeKind.COVERS: frozenset({NodeKind.SERVICE}),
    EdgeKind.MEASURED_BY: frozenset({NodeKind.SERVICE, NodeKind.SOURCE}),
    EdgeKind.OBLIGES: frozenset({NodeKind.PARTY}),
}
"""Edges against which a loss travels: what covers, is measured by or binds a fallen node is hit, yet it does
not fall, so that an agreement over two services never takes the second down with the first."""

LOST_BY: dict[EdgeKind, frozenset[NodeKind]] = {
    EdgeKind.CONSUMES: frozenset({NodeKind.PARTY}),
    EdgeKind.PROMISES: frozenset({NodeKind.AGREEMENT}),
    EdgeKind.UNDERPINS: frozenset({NodeKind.AGREEMENT}),
    EdgeKind.CARRIES: frozenset({NodeKind.OBLIGATION}),
}
"""Edges along which a loss travels: what a fallen party signed, a fallen contract promised or underpins, and
what a fallen promise serves."""


def impact(graph: DependencyGraph, names: Sequence[str], at: Instant) -> Impact | Diagnostic:
    """What falls at an instant when the named nodes fail, or why the names cannot be read (S10.1).

    A service falls with its provider or with anything it needs; a k-of-n group falls when fewer than k of its
    members stand; an underpinning contract falls with its provider and takes what it covers. Failure spreads
    only from what has failed, so members of a cycle that still satisfy each other stand. Time is linear in
    the edges reached.
    """
    nodes: dict[str, Node] = {}
    for each in (find(graph, name) for name in names):
        if isinstance(each, Diagnostic):
            return each
        nodes[each.id] = each
    failed = tuple(nodes[id] for id in sorted(nodes))
    fallen = _fallen(graph, failed, at)
    reach = _reach(graph, failed, fallen, at)
    hits = [
        Hit(node=node, degree=degree, path=Path(reach=reach, graph=graph, end=id))
        for id, (degree, _) in reach.items()
        if degree and (node := graph.nodes[id]).kind in SHOWN
    ]
    hits.sort(key=lambda hit: (SHOWN.index(hit.node.kind), hit.degree, hit.node.name))
    return Impact(
        failed=failed,
        hits=tuple(hit for hit in hits if not _stands(hit.node, fallen)),
        standing=tuple(hit for hit in hits if _stands(hit.node, fallen)),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Path(Sequence[Hop]):
    """One shortest path to a node, walked when it is read: all paths of a long chain are quadratic."""

    reach: "Reach"
    graph: DependencyGraph
    end: str

    def __len__(self) -> int:
        return self.reach[self.end][0]

    @overload
    def __getitem__(self, index: int) -> Hop: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Hop]: ...
    def __getitem__(self, index: int | slice) -> Hop | Sequence[Hop]:
        return tuple(self)[index]

    def __iter__(self) -> Iterator[Hop]:
        hops: list[Hop] = []
        here = self.end
        while (edge := self.reach[here][1]) is not None:
            hops.append(Hop(edge=edge, node=self.graph.nodes[here]))
            here = edge.target if edge.source == here else edge.source
        return reversed(hops)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(cast("Sequence[object]", other))

    def __hash__(self) -> int:
        return hash(self.end)


Reach = dict[str, tuple[int, Edge | None]]
"""How far away each node is, and the edge by which a shortest path arrives at it; none at what failed."""


def _topples(graph: DependencyGraph, id: str, at: Instant) -> Iterator[tuple[Edge, str]]:
    """What may fall because this node fell: what needs it, what it provides, what this contract covers."""
    for link in graph.into(id):
        if link.edge.kind is EdgeKind.NEEDS and link.holds(at):
            yield link.edge, link.edge.source
    for link in graph.out_of(id):
        takes = link.edge.kind is EdgeKind.PROVIDES or (
            link.edge.kind is EdgeKind.COVERS and id in graph.sustaining
        )
        if takes and link.holds(at):
            yield link.edge, link.edge.target


def _fallen(graph: DependencyGraph, failed: Sequence[Node], at: Instant) -> set[str]:
    """The least set that holds what failed and everything that it topples.

    Each node is taken up once and each edge seen once; a group counts down the members it can spare.
    """
    fallen = {node.id for node in failed}
    spare: dict[str, int] = {}
    pending = deque(sorted(fallen))
    while pending:
        for _, other in _topples(graph, pending.popleft(), at):
            if other in fallen:
                continue
            needed = graph.nodes[other].needed
            if needed is not None:
                if other not in spare:
                    spare[other] = sum(1 for _ in graph.out_of(other)) - needed
                spare[other] -= 1
                if spare[other] >= 0:
                    continue
            fallen.add(other)
            pending.append(other)
    return fallen


def _reach(graph: DependencyGraph, failed: Sequence[Node], fallen: set[str], at: Instant) -> Reach:
    """How a loss reaches every node that it reaches, breadth first, in the graph's own order."""
    reach: Reach = {node.id: (0, None) for node in failed}
    pending = deque(reach)
    while pending:
        here = pending.popleft()
        degree = reach[here][0] + 1
        for edge, other in _spreads(graph, here, fallen, at):
            if other not in reach:
                reach[other] = (degree, edge)
                pending.append(other)
    return reach


def _spreads(graph: DependencyGraph, here: str, fallen: set[str], at: Instant) -> Iterator[tuple[Edge, str]]:
    """Where a loss goes next from a node that has fallen, is hit, or lost a member and stands."""
    node = graph.nodes[here]
    if here in fallen:
        for edge, other in _topples(graph, here, at):
            if other in fallen or graph.nodes[other].needed is not None:
                yield edge, other
    elif node.kind is NodeKind.GROUP:
        # What stands in spite of its loss is reached only to be named among the standing.
        for edge, other in _topples(graph, here, at):
            if other not in fallen:
                yield edge, other
        return
    for link in graph.into(here):
        travels = here in fallen and node.kind in LOST_WITH.get(link.edge.kind, ())
        consumer = link.edge.kind is EdgeKind.CONSUMES
        if (travels or consumer) and link.holds(at):
            yield link.edge, link.edge.source
    for link in graph.out_of(here):
        travels = node.kind in LOST_BY.get(link.edge.kind, ())
        if travels and (here in fallen or link.edge.kind is EdgeKind.CARRIES) and link.holds(at):
            yield link.edge, link.edge.target


def _stands(node: Node, fallen: set[str]) -> bool:
    """Whether a node that was reached is only a service that lost a member of a group."""
    return node.kind is NodeKind.SERVICE and node.id not in fallen
