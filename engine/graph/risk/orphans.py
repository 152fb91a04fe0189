"""Orphans: services, components, parties, agreements and sources that hang on nothing."""

from collections.abc import Iterator

from engine.graph.dependency_graph import GraphAt, node_id
from engine.graph.obligation_to_edges import inside
from engine.model.approval import HOLDER_KIND
from engine.model.dependency import EdgeKind, Node, NodeKind
from engine.model.expression import Selection
from engine.model.reading import kinds_read
from engine.model.risk import Orphan, OrphanKind
from engine.model.snapshot import Snapshot


def orphans(snapshot: Snapshot, view: GraphAt) -> tuple[Orphan, ...]:
    """Everything declared that hangs on nothing at an instant, by kind, then by name."""
    return tuple(
        Orphan(node=node, kind=kind)
        for kind, nodes in (
            (OrphanKind.SERVICE, _services(view)),
            (OrphanKind.COMPONENT, _components(view)),
            (OrphanKind.PARTY, _parties(view)),
            (OrphanKind.AGREEMENT, _agreements(snapshot, view)),
            (OrphanKind.SOURCE, _sources(snapshot)),
        )
        for node in nodes
    )


def _of(view: GraphAt, kind: NodeKind) -> Iterator[Node]:
    return (node for node in view.nodes.values() if node.kind is kind)


def _has_need(view: GraphAt, id: str) -> bool:
    """Whether anything else needs a node, itself or in a group."""
    return any(edge.kind is EdgeKind.NEEDS and edge.source != id for edge in view.into(id))


def _services(view: GraphAt) -> Iterator[Node]:
    for node in _of(view, NodeKind.SERVICE):
        covered = any(edge.kind is EdgeKind.COVERS for edge in view.into(node.id))
        if not covered and not _has_need(view, node.id):
            yield node


def _components(view: GraphAt) -> Iterator[Node]:
    return (node for node in _of(view, NodeKind.COMPONENT) if not _has_need(view, node.id))


def _parties(view: GraphAt) -> Iterator[Node]:
    """Those that no agreement in force names: on neither side, for neither, in no promise, whose source one
    may run, by no role."""
    signing = (EdgeKind.CONSUMES, EdgeKind.OBLIGES, EdgeKind.ACTS_FOR, EdgeKind.RUNS)
    for node in _of(view, NodeKind.PARTY):
        edges = list(view.out_of(node.id))
        named = any(edge.kind in signing for edge in (*edges, *view.into(node.id)))
        named = named or any(
            edge.kind is EdgeKind.PROVIDES and view.nodes[edge.target].kind is NodeKind.AGREEMENT
            for edge in edges
        )
        roles = [edge.target for edge in edges if edge.kind is EdgeKind.FILLS]
        if not named and not any(
            edge.kind is not EdgeKind.FILLS for role in roles for edge in view.into(role)
        ):
            yield node


def _agreements(snapshot: Snapshot, view: GraphAt) -> Iterator[Node]:
    for node in _of(view, NodeKind.AGREEMENT):
        agreement = snapshot.agreements[node.name]
        if not agreement.covers and not any(each.terms.subjects for each in agreement.obligations):
            yield node


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
