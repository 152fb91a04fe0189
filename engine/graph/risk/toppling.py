"""Who falls with whom: for every node, what its failure alone takes at once, k-of-n groups exact."""

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field

import networkx as nx

from engine.graph.dependency_graph import GraphAt
from engine.model.dependency import Edge, EdgeKind, NodeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Toppling:
    """Arcs between the numbers of nodes, from what falls to what may fall with it.

    `arcs` and `into` are all of them, each with its edge. `takes` and `taken_by` are those along which one
    failure is enough: they leave out the arcs into a group that can spare a member, and lead to such a group
    from all nodes that take more members than it can spare. `spare` is that number, of those groups.
    """

    ids: tuple[str, ...]
    number: dict[str, int]
    arcs: list[list[tuple[int, Edge]]]
    into: list[list[tuple[int, Edge]]]
    takes: list[list[int]]
    taken_by: list[list[int]]
    spare: dict[int, int] = field(default_factory=dict[int, int])

    def takers(self, node: int, known: Set[int] = frozenset()) -> set[int]:
        """Every node whose failure alone takes this one, itself among them; but for those that are `known`,
        and whatever is found through them alone."""
        found = {node}
        pending = [node]
        while pending:
            for below in self.taken_by[pending.pop()]:
                if below not in found and below not in known:
                    found.add(below)
                    pending.append(below)
        return found

    def fallen(self, failed: Sequence[int], within: Set[int] | None = None) -> set[int]:
        """Everything that falls when these fail together: the least fixpoint of S10.1.

        Only nodes `within` are followed, where they are all that matters.
        """
        found = set(failed)
        left = dict[int, int]()
        pending = list(found)
        while pending:
            for above, _ in self.arcs[pending.pop()]:
                if above in found or (within is not None and above not in within):
                    continue
                if above in self.spare:
                    left[above] = left.get(above, self.spare[above]) - 1
                    if left[above] >= 0:
                        continue
                found.add(above)
                pending.append(above)
        return found


def topple(view: GraphAt) -> Toppling:
    """What falls with what at an instant.

    A group falls with a node that takes more of its members than it can spare; who takes a member may depend
    on groups beneath, so that groups are settled from below, and those of one cycle until none changes.
    """
    ids = tuple(view.nodes)
    found = Toppling(
        ids=ids,
        number={id: place for place, id in enumerate(ids)},
        arcs=[[] for _ in ids],
        into=[[] for _ in ids],
        takes=[[] for _ in ids],
        taken_by=[[] for _ in ids],
    )
    for node in view.nodes.values():
        if node.kind is NodeKind.GROUP and node.needed is not None:
            spare = sum(1 for _ in view.out_of(node.id)) - node.needed
            if spare > 0:
                found.spare[found.number[node.id]] = spare
    for below, above, edge in _arcs(view):
        source, target = found.number[below], found.number[above]
        found.arcs[source].append((target, edge))
        found.into[target].append((source, edge))
        if target not in found.spare:
            found.takes[source].append(target)
            found.taken_by[target].append(source)
    for groups in _from_below(found):
        while any(_settle(found, group) for group in groups) and len(groups) > 1:
            pass
    return found


def _arcs(view: GraphAt) -> Iterator[tuple[str, str, Edge]]:
    """What may fall because another fell: what needs it, what it provides, what this contract covers."""
    for edge in view.edges():
        if edge.kind is EdgeKind.NEEDS:
            yield edge.target, edge.source, edge
        elif edge.kind is EdgeKind.PROVIDES or (
            edge.kind is EdgeKind.COVERS and edge.source in view.graph.sustaining
        ):
            yield edge.source, edge.target, edge


def _from_below(found: Toppling) -> Iterator[list[int]]:
    """The groups that can spare a member, those that lie on common cycles together, the lowest first."""
    if not found.spare:
        return
    network: nx.DiGraph[int] = nx.DiGraph()
    network.add_nodes_from(range(len(found.ids)))
    network.add_edges_from((source, target) for source, arcs in enumerate(found.arcs) for target, _ in arcs)
    condensed = nx.condensation(network)
    for component in nx.topological_sort(condensed):
        groups = sorted(node for node in condensed.nodes[component]["members"] if node in found.spare)
        if groups:
            yield groups


def _settle(found: Toppling, group: int) -> bool:
    """Lead to the group from every node that takes more members than it can spare; whether any is new.

    Who takes another such node leads to the group through that one: with an arc from each, a chain of groups
    would have as many arcs as there are pairs of them.
    """
    known = found.takers(group)
    members = Counter(member for member, _ in found.into[group])
    taken = Counter[int]()
    for member, times in members.items():
        for taker in found.takers(member):
            taken[taker] += times
    new = {node for node, times in taken.items() if times > found.spare[group] and node not in known}
    for node in sorted(new, key=lambda each: (not new.isdisjoint(found.takes[each]), each)):
        if node not in known:
            found.takes[node].append(group)
            found.taken_by[group].append(node)
            known |= found.takers(node, known)
    return bool(new)
