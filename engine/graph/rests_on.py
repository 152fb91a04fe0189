"""What something rests on: everything whose failure has a part in its own, the reverse of impact (S10.1)."""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import cast, overload

from engine.diagnostic import Diagnostic
from engine.graph.dependency_graph import DependencyGraph
from engine.graph.graph_to_arcs import Arcs, Spread, arcs_of, columns_of
from engine.graph.impact import SHOWN
from engine.graph.name_to_node import find_at
from engine.model.dependency import Foundation, Hit, Hop, NodeKind
from engine.model.quantity import Instant

BENEATH = (NodeKind.GROUP, *SHOWN, NodeKind.CLAUSE)
"""The kinds of what something rests on, in their order; a group says how many of its members must stand."""

Steps = dict[int, tuple[int, int, int]]
"""How many hops down each node is, the node above it, and the arc between them; the top is above itself."""


def rests_on(
    graph: DependencyGraph,
    name: str,
    at: Instant,
    *,
    most_degree: int | None = None,
    kinds: Collection[NodeKind] | None = None,
) -> Foundation | Diagnostic:
    """Everything whose failure at an instant may fell or hit the named node, alone or with others; or why the
    name cannot be read. Each group on the way is there itself, so that k of n is not lost."""
    view = graph.at(at)
    node = find_at(view, name)
    if isinstance(node, Diagnostic):
        return node
    columns = graph.once(columns_of)
    arcs = view.once(arcs_of)
    steps = _beneath(arcs, columns.number[node.id]) if node.id in view.nodes else Steps()
    places = {kind: place for place, kind in enumerate(BENEATH)}
    found = [
        Hit(node=columns.nodes[here], degree=degree, path=Down(graph=graph, arcs=arcs, steps=steps, end=here))
        for here, (degree, _, _) in steps.items()
        if degree and columns.nodes[here].kind in places
    ]
    counts = {kind: sum(1 for hit in found if hit.node.kind is kind) for kind in BENEATH}
    kept = [
        hit
        for hit in found
        if (most_degree is None or hit.degree <= most_degree) and (kinds is None or hit.node.kind in kinds)
    ]
    kept.sort(key=lambda hit: (places[hit.node.kind], hit.degree, hit.node.name))
    return Foundation(
        node=node,
        hits=tuple(kept),
        counts={kind: count for kind, count in counts.items() if count},
        left_out=len(found) - len(kept),
        is_there=node.id in view.nodes,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Down(Sequence[Hop]):
    """One shortest path down, walked when it is read."""

    graph: DependencyGraph
    arcs: Arcs
    steps: Steps
    end: int

    def __len__(self) -> int:
        return self.steps[self.end][0]

    @overload
    def __getitem__(self, index: int) -> Hop: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Hop]: ...
    def __getitem__(self, index: int | slice) -> Hop | Sequence[Hop]:
        return tuple(self)[index]

    def __iter__(self) -> Iterator[Hop]:
        hops: list[Hop] = []
        here = self.end
        while self.steps[here][0]:
            _, above, arc = self.steps[here]
            edge = self.graph.links[self.arcs.link.data[arc]].edge
            hops.append(Hop(edge=edge, node=self.arcs.columns.nodes[here]))
            here = above
        return reversed(hops)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(cast("Sequence[object]", other))

    def __hash__(self) -> int:
        return hash(self.end)


def _beneath(arcs: Arcs, top: int) -> Steps:
    """Breadth first against the arcs. What is merely hit may be the reason of the node above only along an
    arc that passes hits on; of what must have fallen for it, the reasons are those of falling."""
    source, spread = arcs.source.data, arcs.spread.data
    into, into_start = arcs.into.data, arcs.into_start.data
    steps: Steps = {top: (0, top, -1)}
    # A node that is looked into as one that may be hit need not be looked into again as one that fell.
    done: set[tuple[int, bool]] = {(top, True)}
    pending: deque[tuple[int, int, bool]] = deque([(top, 0, True)])
    while pending:
        here, degree, may_be_hit = pending.popleft()
        for place in range(into_start[here], into_start[here + 1]):
            arc = into[place]
            if not may_be_hit and spread[arc] != Spread.FAILS:
                continue
            there, passes = source[arc], spread[arc] == Spread.PASSES
            if (there, True) in done or (there, passes) in done:
                continue
            done.add((there, passes))
            steps.setdefault(there, (degree + 1, here, arc))
            pending.append((there, degree + 1, passes))
    return steps
