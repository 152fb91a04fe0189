"""A portion as boxes in columns: customers, agreements, services by depth, contracts, suppliers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import networkx as nx

from engine.model.agreement import AgreementKind
from engine.model.dependency import Edge, EdgeKind, Node, NodeKind
from engine.model.picture import Health, Mark, Portion
from engine.model.snapshot import Snapshot

DEEPEST = 12
"""How many columns of services there are at most; what is deeper stands in the last one."""

BUILT = (NodeKind.SERVICE, NodeKind.COMPONENT, NodeKind.GROUP)


class Area(IntEnum):
    """The parts of the picture, from left to right."""

    CUSTOMERS = 0
    AGREEMENTS = 1
    SERVICES = 2
    CONTRACTS = 3
    SUPPLIERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One box: the nodes for which it stands, of one kind and area, and marked alike. `depth` counts within
    services."""

    area: Area
    depth: int
    kind: NodeKind
    mark: Mark | None
    nodes: tuple[Node, ...]
    caption: str
    health: Health | None = None
    single: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one box rests on in another, in the words of the edges that say so."""

    source: int
    target: int
    edges: tuple[Edge, ...]
    bare: bool
    """Whether a service rests on a supplier that no contract binds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxes:
    """Boxes and the lines between them, by place; `left_out` is how many nodes of the portion are of kinds
    that are not drawn."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    left_out: int


def lay(snapshot: Snapshot, portion: Portion) -> Boxes:
    """A box for each node that is drawn.

    Left of a line stands what rests on what is right of it. What a provider of the agreements themselves
    provides without any contract is no line; a party stands among the customers, among the suppliers, or
    among both.
    """
    return _Layering(snapshot=snapshot, portion=portion).laid()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layering:
    snapshot: Snapshot
    portion: Portion
    nodes: dict[str, Node] = field(default_factory=dict[str, Node])
    places: dict[tuple[Area, str], int] = field(default_factory=dict[tuple[Area, str], int])
    boxes: list[Box] = field(default_factory=list[Box])

    def laid(self) -> Boxes:
        self.nodes.update({node.id: node for node in self.portion.nodes})
        lines = dict[tuple[int, int], tuple[list[Edge], bool]]()
        depths = self.depths()
        for node in self.portion.nodes:
            if node.kind in BUILT:
                self.box(Area.SERVICES, node, min(depths[node.id], DEEPEST - 1))
            elif node.kind is NodeKind.AGREEMENT:
                self.box(self.area(node), node)
        for source, target, edge, bare in self.resting():
            ends = self.place(source), self.place(target)
            edges, _ = lines.setdefault(ends, ([], bare))
            edges.append(edge)
        return Boxes(
            boxes=tuple(self.boxes),
            lines=tuple(
                Line(source=source, target=target, edges=tuple(edges), bare=bare)
                for (source, target), (edges, bare) in lines.items()
            ),
            left_out=len(self.portion.nodes) - len({node.id for box in self.boxes for node in box.nodes}),
        )

    def box(self, area: Area, node: Node, depth: int = 0) -> int:
        """The place of a node's box in an area, which is made if it is not there."""
        if (area, node.id) not in self.places:
            self.places[area, node.id] = len(self.boxes)
            self.boxes.append(
                Box(
                    area=area,
                    depth=depth,
                    kind=node.kind,
                    mark=self.portion.marks.get(node.id),
                    nodes=(node,),
                    caption=self.caption(node),
                    health=self.portion.health.get(node.id),
                    single=node.id in self.portion.single,
                )
            )
        return self.places[area, node.id]

    def place(self, end: tuple[Area, str]) -> int:
        area, id = end
        return self.box(area, self.nodes[id])

    def caption(self, node: Node) -> str:
        """The small line: what it is, and who provides it."""
        if node.kind is NodeKind.AGREEMENT:
            agreement = self.snapshot.agreements[node.name]
            return f"{agreement.kind.value.upper()} {node.name}, by {agreement.provider}"
        if node.kind is NodeKind.SERVICE:
            return f"{node.name}, by {self.snapshot.services[node.name].provider}"
        return f"{node.kind.value} {node.name}"

    def area(self, agreement: Node) -> Area:
        kind = self.snapshot.agreements[agreement.name].kind
        return Area.AGREEMENTS if kind is AgreementKind.SLA else Area.CONTRACTS

    def depths(self) -> Mapping[str, int]:
        """How many needs lie above a service, component or group at most; a cycle counts as one."""
        network: nx.DiGraph[str] = nx.DiGraph()
        network.add_nodes_from(node.id for node in self.portion.nodes if node.kind in BUILT)
        network.add_edges_from(
            (edge.source, edge.target)
            for edge in self.portion.edges
            if edge.kind is EdgeKind.NEEDS and self.nodes[edge.target].kind in BUILT
        )
        condensed = nx.condensation(network)
        depth = dict[int, int]()
        found = dict[str, int]()
        for component in nx.topological_sort(condensed):
            above = [depth[each] + 1 for each in condensed.predecessors(component)]
            depth[component] = max(above, default=0)
            found.update(dict.fromkeys(condensed.nodes[component]["members"], depth[component]))
        return found

    def resting(self) -> Iterator[tuple[tuple[Area, str], tuple[Area, str], Edge, bool]]:
        """Every line: what rests on what, the edge that says so, and whether no contract binds it."""
        agreements = {
            node.id: self.snapshot.agreements[node.name]
            for node in self.portion.nodes
            if node.kind is NodeKind.AGREEMENT
        }
        promising = {
            edge.target: self.nodes[edge.source]
            for edge in self.portion.edges
            if edge.kind is EdgeKind.PROMISES
        }
        ours = {each.provider for each in agreements.values() if each.kind is AgreementKind.SLA}
        covering = set[tuple[str, str]]()
        busy = set[str]()
        for edge in self.portion.edges:
            if edge.kind is EdgeKind.COVERS and self.area(self.nodes[edge.source]) is Area.CONTRACTS:
                covering.add((agreements[edge.source].provider, edge.target))
                busy.add(edge.source)
        for edge in self.portion.edges:
            source, target = self.nodes[edge.source], self.nodes[edge.target]
            match edge.kind:
                case EdgeKind.CONSUMES if self.area(target) is Area.AGREEMENTS:
                    yield (Area.CUSTOMERS, source.id), (Area.AGREEMENTS, target.id), edge, False
                case EdgeKind.COVERS if self.area(source) is Area.AGREEMENTS:
                    yield (Area.AGREEMENTS, source.id), (Area.SERVICES, target.id), edge, False
                case EdgeKind.COVERS:
                    yield (Area.SERVICES, target.id), (Area.CONTRACTS, source.id), edge, False
                case EdgeKind.NEEDS:
                    area = Area.SERVICES if target.kind in BUILT else Area.SUPPLIERS
                    yield (Area.SERVICES, source.id), (area, target.id), edge, False
                case EdgeKind.PROVIDES if target.kind is NodeKind.AGREEMENT:
                    if self.area(target) is Area.CONTRACTS:
                        yield (Area.CONTRACTS, target.id), (Area.SUPPLIERS, source.id), edge, False
                case EdgeKind.PROVIDES if target.kind is NodeKind.SERVICE:
                    if source.name not in ours and (source.name, target.id) not in covering:
                        yield (Area.SERVICES, target.id), (Area.SUPPLIERS, source.id), edge, True
                case EdgeKind.KEPT_THROUGH if (agreement := promising.get(source.id)) is not None:
                    yield (self.area(agreement), agreement.id), (Area.SUPPLIERS, target.id), edge, False
                case EdgeKind.UNDERPINS if self.area(target) is Area.AGREEMENTS and source.id not in busy:
                    yield (Area.AGREEMENTS, target.id), (Area.CONTRACTS, source.id), edge, False
                case _:
                    pass
