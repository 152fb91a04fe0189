"""Concentration: the fewest failures that really fell a k-of-n group, where they are fewer than it says."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import networkx as nx

from engine.graph.dependency_graph import GraphAt, node_id
from engine.graph.risk.toppling import Toppling
from engine.model.dependency import Edge, EdgeKind, Hop, Node, NodeKind
from engine.model.risk import Concentration, Culprit, Leg

MOST_TRIALS = 2_000
"""Sets of failures that are tried for one group; beyond, the fewest are known between two bounds only."""

KINDS = (NodeKind.PARTY, NodeKind.COMPONENT, NodeKind.SERVICE, NodeKind.AGREEMENT)
"""What can fail by itself, in the order in which equals are named."""


def concentrations(view: GraphAt, toppling: Toppling) -> tuple[Concentration, ...]:
    """The groups that fall with fewer failures than the members they can spare and one, the worst first.

    Who provides the service that needs the group, and a contract that covers it, take it in any case, and
    count as no failures here.
    """
    found = [_Search(view=view, toppling=toppling, group=group).found() for group in toppling.spare]
    real = [each for each in found if each is not None]
    real.sort(key=lambda each: (each.most, -each.nominal, each.group.id))
    return tuple(real)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """The search for the smallest cut of one group."""

    view: GraphAt
    toppling: Toppling
    group: int

    def found(self) -> Concentration | None:
        """The group with its cuts, if they are smaller than they seem."""
        toppling, node = self.toppling, self.node(self.group)
        service = self.view.nodes[node_id(NodeKind.SERVICE, node.name.partition("/")[0])]
        nominal = toppling.spare[self.group] + 1
        members = tuple(dict.fromkeys(member for member, _ in toppling.into[self.group]))
        ignored = self.ignored(toppling.number[service.id])
        alone = self.undominated(toppling.takers(self.group) - ignored)
        if alone:
            cuts, least, most = [(each,) for each in alone], 1, 1
        elif nominal == 2:
            return None
        else:
            cuts, least, most = self.smallest(members, ignored, nominal)
        if least == nominal:
            return None
        within = self.beneath()
        return Concentration(
            service=service,
            group=node,
            members=tuple(self.node(member) for member in members),
            nominal=nominal,
            least=least,
            most=most,
            cuts=tuple(tuple(self.culprit(each, members, within) for each in cut) for cut in cuts),
        )

    def node(self, number: int) -> Node:
        return self.view.nodes[self.toppling.ids[number]]

    def ignored(self, service: int) -> set[int]:
        """The service itself, who provides it, and the contracts that cover it with their providers."""
        found = {service}
        for below, edge in self.toppling.into[service]:
            if edge.kind is not EdgeKind.NEEDS:
                found.add(below)
                found.update(each for each, _ in self.toppling.into[below] if edge.kind is EdgeKind.COVERS)
        return found

    def undominated(self, nodes: set[int]) -> list[int]:
        """Of nodes that can fail by themselves, those that none of the others takes, one of each cycle.

        Whatever falls with one of the others can be replaced by it in every cut.
        """
        network: nx.DiGraph[int] = nx.DiGraph()
        network.add_nodes_from(sorted(nodes))
        for below in network.nodes:
            network.add_edges_from((below, above) for above in self.toppling.takes[below] if above in nodes)
        condensed = nx.condensation(network)
        dominated = set[int]()
        chosen = list[int]()
        for component in nx.topological_sort(condensed):
            real = [each for each in condensed.nodes[component]["members"] if self.node(each).kind in KINDS]
            if real and component not in dominated:
                chosen.append(min(real, key=self.order))
            if real or component in dominated:
                dominated.update(condensed.successors(component))
        return sorted(chosen, key=self.order)

    def order(self, number: int) -> tuple[int, str]:
        node = self.node(number)
        return KINDS.index(node.kind), node.id

    def smallest(
        self, members: tuple[int, ...], ignored: set[int], nominal: int
    ) -> tuple[list[tuple[int, ...]], int, int]:
        """A smallest cut of at least two failures, and between which bounds its size lies."""
        within = self.beneath()
        legs = {
            each: frozenset(members).intersection(self.toppling.fallen((each,), within))
            for each in self.undominated(within - ignored - {self.group})
        }
        candidates = sorted(legs, key=lambda each: (-len(legs[each]), self.order(each)))
        trials = MOST_TRIALS
        for size in range(2, nominal):
            for tried in combinations(candidates, size):
                if not trials:
                    cut = self.greedy(candidates, legs, nominal)
                    return ([cut], size, len(cut)) if cut else ([], size, nominal)
                trials -= 1
                if self.group in self.toppling.fallen(tried, within):
                    return [tried], size, size
        return [], nominal, nominal

    def beneath(self) -> set[int]:
        """Every node whose failure may have a part in the group's, the group itself among them."""
        found = {self.group}
        pending = [self.group]
        while pending:
            for below, _ in self.toppling.into[pending.pop()]:
                if below not in found:
                    found.add(below)
                    pending.append(below)
        return found

    def greedy(
        self, candidates: list[int], legs: Mapping[int, frozenset[int]], nominal: int
    ) -> tuple[int, ...]:
        """Each time the failure that takes most further members, if fewer than it seems to need fell it."""
        cut = list[int]()
        taken = frozenset[int]()
        while len(cut) < nominal - 1:
            best = max(candidates, key=lambda each: len(legs[each] - taken))
            cut.append(best)
            taken |= legs[best]
            if self.group in self.toppling.fallen(cut):
                return tuple(cut)
        return ()

    def culprit(self, number: int, members: tuple[int, ...], within: set[int]) -> Culprit:
        """A node of a cut with the members that it takes alone, and a shortest path to each, on which there
        is nothing but what lies `within` the group's reach downwards."""
        fallen = self.toppling.fallen((number,), within)
        arrived: dict[int, tuple[int, Edge] | None] = {number: None}
        pending = deque([number])
        while pending:
            here = pending.popleft()
            for above, edge in self.toppling.arcs[here]:
                if above in fallen and above not in arrived:
                    arrived[above] = (here, edge)
                    pending.append(above)
        return Culprit(
            node=self.node(number),
            legs=tuple(
                Leg(member=self.node(member), path=tuple(self.path(arrived, member)))
                for member in members
                if member in arrived
            ),
        )

    def path(self, arrived: "dict[int, tuple[int, Edge] | None]", end: int) -> Iterator[Hop]:
        hops = list[Hop]()
        while (step := arrived[end]) is not None:
            hops.append(Hop(edge=step[1], node=self.node(end)))
            end = step[0]
        return reversed(hops)
