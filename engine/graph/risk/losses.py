"""What each failure alone takes from customers: bits that travel down from services and agreements."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import overload

import networkx as nx

from engine.graph.dependency_graph import GraphAt, node_id
from engine.graph.risk.carrying import carried
from engine.graph.risk.toppling import Toppling
from engine.model.agreement import AgreementKind
from engine.model.dependency import EdgeKind, Node, NodeKind
from engine.model.risk import Loss
from engine.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen(Sequence[Node]):
    """The nodes whose bit is set: thousands of losses share the nodes of which they are made."""

    nodes: tuple[Node, ...] = field(repr=False)
    bits: int

    def __len__(self) -> int:
        return self.bits.bit_count()

    @overload
    def __getitem__(self, index: int) -> Node: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Node]: ...
    def __getitem__(self, index: int | slice) -> Node | Sequence[Node]:
        return tuple(self)[index]

    def __iter__(self) -> Iterator[Node]:
        bits = self.bits
        while bits:
            lowest = bits & -bits
            yield self.nodes[lowest.bit_length() - 1]
            bits ^= lowest


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """What a failure of each node takes, as bits by number of node.

    The bits stand for the customer-facing services, then the SLAs, then the customers, in order of name.
    """

    services: tuple[Node, ...]
    agreements: tuple[Node, ...]
    customers: tuple[Node, ...]
    own: list[int]
    taken: list[int]

    def of(self, number: int) -> Loss:
        """The loss that a node brings; a service is no loss of its own."""
        alone = self.own[number] & ((1 << len(self.services)) - 1)
        parts = list[Chosen]()
        bits = self.taken[number] & ~alone
        for nodes in (self.services, self.agreements, self.customers):
            parts.append(Chosen(nodes=nodes, bits=bits & ((1 << len(nodes)) - 1)))
            bits >>= len(nodes)
        services, agreements, customers = parts
        return Loss(services=services, agreements=agreements, customers=customers)


def losses(snapshot: Snapshot, view: GraphAt, toppling: Toppling) -> Losses:
    """What each node's failure takes at an instant.

    Customer-facing services are those that an SLA in force covers; where no SLA is in force, those that no
    service needs but what they need themselves. An SLA is lost with a service that it covers, with its
    provider, and with a contract in force that underpins it.
    """
    covered = dict[str, list[str]]()
    customers = dict[str, str]()
    underpinned = dict[str, list[str]]()
    for name in sorted(snapshot.agreements):
        agreement = snapshot.agreements[name]
        id = node_id(NodeKind.AGREEMENT, name)
        if id not in view.nodes:
            continue
        edges = list(view.out_of(id))
        underpinned[id] = [edge.target for edge in edges if edge.kind is EdgeKind.UNDERPINS]
        if agreement.kind is AgreementKind.SLA:
            customers[id] = node_id(NodeKind.PARTY, agreement.customer)
            covered[id] = [edge.target for edge in edges if edge.kind is EdgeKind.COVERS]
    services = sorted({service for each in covered.values() for service in each}) or _tops(view)
    agreements, buyers = sorted(customers), sorted(set(customers.values()))
    bit = {id: 1 << place for place, id in enumerate((*services, *agreements))}
    buyer_bit = {id: 1 << len(bit) + place for place, id in enumerate(buyers)}
    lost = {id: bit[id] | buyer_bit[customers[id]] for id in agreements}
    own = [0] * len(toppling.ids)
    for id in services:
        own[toppling.number[id]] |= bit[id]
    for id in agreements:
        own[toppling.number[id]] |= lost[id]
        for service in covered[id]:
            own[toppling.number[service]] |= lost[id]
    for id, above in underpinned.items():
        for each in above:
            own[toppling.number[id]] |= lost.get(each, 0)
    return Losses(
        services=tuple(view.nodes[id] for id in services),
        agreements=tuple(view.nodes[id] for id in agreements),
        customers=tuple(view.nodes[id] for id in buyers),
        own=own,
        taken=carried(
            own, ((below, above) for below, all_above in enumerate(toppling.takes) for above in all_above)
        ),
    )


def _tops(view: GraphAt) -> list[str]:
    """The services that nothing needs, but for those that they need themselves, by whatever way round."""
    network: nx.DiGraph[str] = nx.DiGraph()
    network.add_nodes_from(id for id, node in view.nodes.items() if node.kind is NodeKind.SERVICE)
    network.add_edges_from((edge.source, edge.target) for edge in view.edges() if edge.kind is EdgeKind.NEEDS)
    condensed = nx.condensation(network)
    return sorted(
        id
        for component, above in condensed.in_degree()
        if not above
        for id in condensed.nodes[component]["members"]
        if view.nodes[id].kind is NodeKind.SERVICE
    )
