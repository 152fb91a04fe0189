"""Orphans: services, components, parties, agreements and sources that hang on nothing."""

from collections.abc import Iterator

from engine.graph.model_to_graph import DependencyGraph, inside, node_id
from engine.model.approval import HOLDER_KIND
from engine.model.dependency import EdgeKind, Node, NodeKind
from engine.model.expression import Selection
from engine.model.quantity import Instant
from engine.model.reading import kinds_read
from engine.model.risk import Orphan, OrphanKind
from engine.model.snapshot import Snapshot


def orphans(snapshot: Snapshot, graph: DependencyGraph, at: Instant) -> tuple[Orphan, ...]:
    """Everything declared that hangs on nothing at an instant, by kind, then by name."""
    return tuple(
        Orphan(node=node, kind=kind)
        for kind, nodes in (
            (OrphanKind.SERVICE, _services(graph, at)),
            (OrphanKind.COMPONENT, _components(graph)),
            (OrphanKind.PARTY, _parties(graph, at)),
            (OrphanKind.AGREEMENT, _agreements(snapshot, graph)),
            (OrphanKind.SOURCE, _sources(snapshot)),
        )
        for node in nodes
    )


def _of(graph: DependencyGraph, kind: NodeKind) -> Iterator[Node]:
    return (node for node in graph.nodes.values() if node.kind is kind)


def _has_need(graph: DependencyGraph, id: str) -> bool:
    """Whether anything else needs a node, itself or in a group."""
    return any(link.edge.kind is EdgeKind.NEEDS and link.edge.source != id for link in graph.into(id))


def _services(graph: DependencyGraph, at: Instant) -> Iterator[Node]:
    for node in _of(graph, NodeKind.SERVICE):
        covered = any(link.edge.kind is EdgeKind.COVERS and link.holds(at) for link in graph.into(node.id))
        if not covered and not _has_need(graph, node.id):
            yield node


def _components(graph: DependencyGraph) -> Iterator[Node]:
    return (node for node in _of(graph, NodeKind.COMPONENT) if not _has_need(graph, node.id))


def _parties(graph: DependencyGraph, at: Instant) -> Iterator[Node]:
    """Those that neither side nor any promise of an agreement in force names, and that fill no role."""
    for node in _of(graph, NodeKind.PARTY):
        links = (*graph.out_of(node.id), *graph.into(node.id))
        bound = any(
            link.holds(at)
            and (
                link.edge.kind in (EdgeKind.CONSUMES, EdgeKind.OBLIGES)
                or (
                    link.edge.kind is EdgeKind.PROVIDES
                    and graph.nodes[link.edge.target].kind is NodeKind.AGREEMENT
                )
            )
            for link in links
        )
        if not bound:
            yield node


def _agreements(snapshot: Snapshot, graph: DependencyGraph) -> Iterator[Node]:
    for name in sorted(snapshot.agreements):
        agreement = snapshot.agreements[name]
        about = any(each.terms.subjects for each in agreement.obligations)
        if not agreement.covers and not about:
            yield graph.nodes[node_id(NodeKind.AGREEMENT, name)]


def _sources(snapshot: Snapshot) -> Iterator[Node]:
    """Feeds of kinds that nothing in any agreement reads; they are no nodes of the graph for that reason."""
    read = {HOLDER_KIND}
    for agreement in snapshot.agreements.values():
        read.update(each.kind for each in inside(agreement, Selection))
        read.update(kind for each in agreement.obligations for kind in kinds_read(each))
    for name in sorted(snapshot.feeds):
        feed = snapshot.feeds[name]
        if feed.kind not in read:
            yield Node(
                id=node_id(NodeKind.SOURCE, name), kind=NodeKind.SOURCE, name=name, title=name, span=feed.span
            )
