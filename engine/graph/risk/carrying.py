"""Bits that travel: what each node has of its own, and of everything that its arcs lead to."""

from collections.abc import Iterable, Sequence

import networkx as nx


def carried(own: Sequence[int], arcs: Iterable[tuple[int, int]]) -> list[int]:
    """For each node its own bits and those of all that it reaches; what lies on one cycle has the same."""
    network: nx.DiGraph[int] = nx.DiGraph()
    network.add_nodes_from(range(len(own)))
    network.add_edges_from(arcs)
    condensed = nx.condensation(network)
    together = dict[int, int]()
    found = list(own)
    for component in reversed(list(nx.topological_sort(condensed))):
        members: set[int] = condensed.nodes[component]["members"]
        bits = 0
        for member in members:
            bits |= own[member]
        for after in condensed.successors(component):
            bits |= together[after]
        together[component] = bits
        for member in members:
            found[member] = bits
    return found
