"""What of a graph is exported: all that is there, or what lies around a node."""

from collections import deque
from collections.abc import Collection, Mapping

from engine.graph.dependency_graph import GraphAt
from engine.model.dependency import Node, NodeKind
from engine.model.picture import Health, Mark, Portion
from engine.model.quantity import Instant


def take(
    view: GraphAt,
    *,
    at: Instant,
    policy_version: str,
    around: Node | None = None,
    depth: int = 2,
    kinds: Collection[NodeKind] = tuple(NodeKind),
    marks: Mapping[str, Mark] | None = None,
    health: Mapping[str, Health] | None = None,
    single: Collection[str] = (),
) -> Portion:
    """The nodes of these kinds that lie at most `depth` edges from a node, whichever way the edges run, or
    all of them, with every edge between two of them."""
    near = set(view.nodes) if around is None else _near(view, around.id, depth)
    chosen = {id: node for id, node in view.nodes.items() if id in near and node.kind in kinds}
    return Portion(
        at=at,
        policy_version=policy_version,
        nodes=tuple(chosen.values()),
        edges=tuple(edge for edge in view.edges() if edge.source in chosen and edge.target in chosen),
        left_out=len(view.nodes) - len(chosen),
        marks={id: mark for id, mark in (marks or {}).items() if id in chosen},
        health={id: each for id, each in (health or {}).items() if id in chosen},
        single=frozenset(id for id in single if id in chosen),
    )


def _near(view: GraphAt, start: str, depth: int) -> set[str]:
    far = {start: 0}
    pending = deque([start])
    while pending:
        here = pending.popleft()
        if far[here] == depth:
            continue
        neighbours = [edge.target for edge in view.out_of(here)] + [edge.source for edge in view.into(here)]
        for id in neighbours:
            if id not in far:
                far[id] = far[here] + 1
                pending.append(id)
    return set(far)
