"""What falls when something fails, and along which path: the exact least fixpoint of failure (S10.1)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import cast, overload

import numpy as np

from engine.diagnostic import Diagnostic
from engine.graph.dependency_graph import DependencyGraph, GraphAt
from engine.graph.failure import Failure, arrival, fail
from engine.graph.graph_to_arcs import NODE_KINDS, Marks, Numbers, arcs_beside_sources, arcs_of, columns_of
from engine.graph.money.at_risk import money_at_risk
from engine.graph.name_to_node import find_at
from engine.model.dependency import Hit, Hop, Impact, Node, NodeKind
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot

SHOWN = (
    NodeKind.SERVICE,
    NodeKind.COMPONENT,
    NodeKind.OBLIGATION,
    NodeKind.AGREEMENT,
    NodeKind.PARTY,
    NodeKind.ROLE,
    NodeKind.CALENDAR,
    NodeKind.EXCLUSION,
    NodeKind.SOURCE,
)
"""The kinds of hits, in their order; a party that is hit is a customer of an agreement that is."""


def impact(
    graph: DependencyGraph,
    names: Sequence[str],
    at: Instant,
    *,
    most_degree: int | None = None,
    kinds: Collection[NodeKind] | None = None,
    snapshot: Snapshot | None = None,
) -> Impact | Diagnostic:
    """What falls at an instant when the named nodes fail, or why the names cannot be read (S10.1).

    A service falls with its provider or with anything it needs; a k-of-n group falls when fewer than k of its
    members stand; an underpinning contract falls with its provider and takes what it covers. Failure spreads
    only from what has failed, so members of a cycle that still satisfy each other stand. Time is linear in
    the edges reached. The limits take hits out of the answer, never out of its counts, nor out of the money
    at risk, which is worked out where the snapshot of the graph is given.
    """
    view = graph.at(at)
    nodes: dict[str, Node] = {}
    for each in (find_at(view, name) for name in names):
        if isinstance(each, Diagnostic):
            return each
        nodes[each.id] = each
    failed = tuple(nodes[id] for id in sorted(nodes))
    failure = failure_of(view, [each.id for each in failed])
    found = _answer(view, failure, failed, most_degree, kinds)
    if snapshot is None:
        return found
    return replace(found, money=money_at_risk(snapshot, view, promises_lost(view, failure), at))


def at_once(graph: DependencyGraph, ids: Sequence[str], at: Instant) -> list[str]:
    """The ids of all obligations that are hit when the nodes of these ids fail together."""
    return promises_hit(failure_of(graph.at(at), ids))


def promises_hit(failure: Failure) -> list[str]:
    """The ids of the obligations that a failure reaches, those that failed themselves included."""
    columns = failure.arcs.columns
    hit = columns.kind[failure.reached] == _CODES[NodeKind.OBLIGATION]
    nodes: list[int] = np.compress(hit, failure.reached).tolist()
    return [columns.nodes[node].name for node in nodes]


def promises_lost(view: GraphAt, failure: Failure) -> list[str]:
    """The ids of the obligations that a failure reaches, but for those that are only unmeasured."""
    return promises_hit(_beside_sources(view, failure) or failure)


def _beside_sources(view: GraphAt, failure: Failure) -> Failure | None:
    """What the same failure would reach if it took no measuring with it, where it takes some."""
    kind = failure.arcs.columns.kind
    reached = failure.reached
    if not (kind[reached] == _CODES[NodeKind.SOURCE]).any():
        return None
    first = reached[failure.far[reached] == 1]
    first = np.compress(kind[first] != _CODES[NodeKind.SOURCE], first)
    return fail(view.once(arcs_beside_sources), first.tolist())


def failure_of(view: GraphAt, ids: Sequence[str]) -> Failure:
    """What falls and what is reached when the nodes of these ids fail; what is not there cannot fail."""
    number = view.graph.once(columns_of).number
    return fail(view.once(arcs_of), [number[id] for id in ids if id in view.nodes])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Path(Sequence[Hop]):
    """One shortest path to a node, walked when it is read: all paths of a long chain are quadratic."""

    view: GraphAt
    failure: Failure
    end: int

    def __len__(self) -> int:
        return int(self.failure.far[self.end]) - 1

    @overload
    def __getitem__(self, index: int) -> Hop: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Hop]: ...
    def __getitem__(self, index: int | slice) -> Hop | Sequence[Hop]:
        return tuple(self)[index]

    def __iter__(self) -> Iterator[Hop]:
        arcs, links = self.failure.arcs, self.view.graph.links
        hops: list[Hop] = []
        here = self.end
        while (arc := arrival(self.failure, here)) is not None:
            hops.append(Hop(edge=links[int(arcs.link[arc])].edge, node=arcs.columns.nodes[here]))
            here = int(arcs.source[arc])
        return reversed(hops)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(cast("Sequence[object]", other))

    def __hash__(self) -> int:
        return hash(self.end)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hits(Sequence[Hit]):
    """Hits in order of kind, degree and name: put in order when the first is read, each made when it is read.
    `chosen` are the numbers of their nodes, in any order; `unmeasured` are 1 where nothing but measuring is
    lost, and absent where that is nowhere so."""

    view: GraphAt
    failure: Failure
    chosen: Numbers
    unmeasured: Marks | None
    _ordered: list[int] = field(init=False, repr=False, default_factory=list[int])

    def __len__(self) -> int:
        return len(self.chosen)

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Hit]: ...
    def __getitem__(self, index: int | slice) -> Hit | Sequence[Hit]:
        if isinstance(index, slice):
            return tuple(self._hit(node) for node in self._in_order()[index])
        return self._hit(self._in_order()[index])

    def __iter__(self) -> Iterator[Hit]:
        return map(self._hit, self._in_order())

    def _in_order(self) -> Sequence[int]:
        if not self._ordered:
            nodes, far = self.failure.arcs.columns.nodes, self.failure.far
            places = {kind: place for place, kind in enumerate(SHOWN)}
            self._ordered.extend(
                sorted(
                    self.chosen.tolist(),
                    key=lambda each: (places[nodes[each].kind], far[each], nodes[each].name),
                )
            )
        return self._ordered

    def _hit(self, node: int) -> Hit:
        return Hit(
            node=self.failure.arcs.columns.nodes[node],
            degree=int(self.failure.far[node]) - 1,
            path=Path(view=self.view, failure=self.failure, end=node),
            for_want_of_measuring=self.unmeasured is not None and bool(self.unmeasured[node]),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(cast("Sequence[object]", other))

    def __hash__(self) -> int:
        return hash(len(self.chosen))


_CODES = {kind: code for code, kind in enumerate(NODE_KINDS)}
_IS_SHOWN = np.array([kind in SHOWN for kind in NODE_KINDS])


def _answer(
    view: GraphAt,
    failure: Failure,
    failed: tuple[Node, ...],
    most_degree: int | None,
    kinds: Collection[NodeKind] | None,
) -> Impact:
    """The answer within its limits, with whole counts."""
    kind_of, far = failure.arcs.columns.kind, failure.far
    reached = failure.reached
    reached = np.compress((far[reached] > 1) & _IS_SHOWN[kind_of[reached]], reached)
    kind = kind_of[reached]
    stands = (kind == _CODES[NodeKind.SERVICE]) & (failure.fallen[reached] == 0)
    counts = np.bincount(kind[~stands], minlength=len(NODE_KINDS))
    kept = np.ones(len(reached), dtype=np.bool_)
    if most_degree is not None:
        kept &= far[reached] <= most_degree + 1
    if kinds is not None:
        kept &= np.isin(kind, [_CODES[each] for each in kinds])
    beside = _beside_sources(view, failure)
    unmeasured = None
    if beside is not None:
        held = (beside.far == 0) & (kind_of != _CODES[NodeKind.SOURCE])
        unmeasured = ((far > 0) & held).astype(np.uint8)

    def hits(chosen: Numbers) -> Hits:
        return Hits(view=view, failure=failure, chosen=chosen, unmeasured=unmeasured)

    return Impact(
        failed=failed,
        hits=hits(reached[kept & ~stands]),
        standing=hits(reached[kept & stands]),
        counts={each: int(counts[_CODES[each]]) for each in SHOWN if counts[_CODES[each]]},
        standing_count=int(np.count_nonzero(stands)),
        left_out=len(reached) - int(np.count_nonzero(kept)),
        not_there=tuple(each for each in failed if each.id not in view.nodes),
    )
