"""Dependency cycles: what needs, underpins or carries itself by way of others, with a shortest way round."""

from collections import deque
from collections.abc import Iterator
from itertools import pairwise

import networkx as nx

from engine.graph.dependency_graph import GraphAt
from engine.model.dependency import Edge, EdgeKind, Hop, NodeKind
from engine.model.risk import Cycle

CIRCULAR = (EdgeKind.NEEDS, EdgeKind.UNDERPINS, EdgeKind.CARRIES)
"""Relations that should lead downwards only."""


def cycles(view: GraphAt) -> tuple[Cycle, ...]:
    """One cycle for each set of nodes that all reach one another, the largest set first; deterministic."""
    found = list[Cycle]()
    for kind in CIRCULAR:
        network: nx.DiGraph[str] = nx.DiGraph()
        edges = dict[tuple[str, str], Edge]()
        for edge in view.edges():
            if edge.kind is kind:
                edges.setdefault((edge.source, edge.target), edge)
        network.add_edges_from(edges)
        for component in nx.strongly_connected_components(network):
            named = sorted(id for id in component if view.nodes[id].kind is not NodeKind.GROUP)
            if len(component) == 1 and not any((id, id) in edges for id in named):
                continue
            start = named[0]
            found.append(
                Cycle(
                    start=view.nodes[start],
                    path=tuple(
                        Hop(edge=edge, node=view.nodes[edge.target])
                        for edge in _way_round(network, edges, start)
                    ),
                    entangled=len(named),
                )
            )
    found.sort(key=lambda each: (-each.entangled, each.path[0].edge.kind, each.start.id))
    return tuple(found)


def _way_round(network: "nx.DiGraph[str]", edges: dict[tuple[str, str], Edge], start: str) -> Iterator[Edge]:
    """The edges of a shortest way from a node back to itself, breadth first."""
    before = dict[str, str]()
    pending = deque([start])
    while start not in before:
        here = pending.popleft()
        for after in network.successors(here):
            if after not in before:
                before[after] = here
                pending.append(after)
    way = [start]
    while len(way) == 1 or way[-1] != start:
        way.append(before[way[-1]])
    for source, target in pairwise(reversed(way)):
        yield edges[source, target]
