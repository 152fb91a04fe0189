"""The compiled form of a graph at an instant: along which arcs failure spreads, as arrays (NumPy's home)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.graph.dependency_graph import DependencyGraph, GraphAt
from engine.model.dependency import EdgeKind, Node, NodeKind

Numbers: TypeAlias = NDArray[np.intp]
Distances: TypeAlias = NDArray[np.int32]
Instants: TypeAlias = NDArray[np.int64]
Marks: TypeAlias = NDArray[np.uint8]

NODE_KINDS = tuple(NodeKind)
EDGE_KINDS = tuple(EdgeKind)
EVER = np.iinfo(np.int64)


class Spread(IntEnum):
    """What carries a loss on: a fallen node takes the other with it; a fallen node hits the other, which does
    not fall; any node that is reached hits the other."""

    FAILS = 0
    HITS = 1
    PASSES = 2


ALONG: dict[EdgeKind, Spread] = {
    EdgeKind.PROVIDES: Spread.FAILS,
    EdgeKind.FILLS: Spread.FAILS,
    EdgeKind.RUNS: Spread.FAILS,
    EdgeKind.CONSUMES: Spread.HITS,
    EdgeKind.PROMISES: Spread.HITS,
    EdgeKind.UNDERPINS: Spread.HITS,
    EdgeKind.CARRIES: Spread.PASSES,
}
"""A fallen party takes what it provides, the roles that it fills and the sources that it runs, and hits what
it consumes; a fallen agreement hits its promises and what it underpins; a promise that is hit hits what it
serves. An underpinning contract that falls takes what it covers, too."""

AGAINST: dict[EdgeKind, Spread] = {
    EdgeKind.NEEDS: Spread.FAILS,
    EdgeKind.COMBINES: Spread.FAILS,
    EdgeKind.COVERS: Spread.HITS,
    EdgeKind.MEASURED_BY: Spread.HITS,
    EdgeKind.OBLIGES: Spread.HITS,
    EdgeKind.KEPT_THROUGH: Spread.HITS,
    EdgeKind.COUNTED_ON: Spread.HITS,
    EdgeKind.EXCUSED_BY: Spread.HITS,
    EdgeKind.CITES: Spread.HITS,
    EdgeKind.AMENDS: Spread.HITS,
    EdgeKind.ESCALATES_TO: Spread.HITS,
    EdgeKind.OWNED_BY: Spread.HITS,
    EdgeKind.REVIEWED_BY: Spread.HITS,
    EdgeKind.JUDGED_BY: Spread.HITS,
    EdgeKind.SIGNED_OFF_BY: Spread.HITS,
    EdgeKind.APPROVED_BY: Spread.HITS,
    EdgeKind.DECLARED_BY: Spread.HITS,
    EdgeKind.IMPROVED_BY: Spread.HITS,
    EdgeKind.CONSUMES: Spread.PASSES,
    EdgeKind.PROMISES: Spread.PASSES,
    EdgeKind.FOLLOWS_FROM: Spread.PASSES,
}
"""What a loss does against an edge: what needs a fallen node falls, what covers, counts on or is measured by
it is hit; a promise that is hit hits its agreement, and that hits its customer. Who acts for a fallen party
stands, and so does the party for which a fallen one acts: only the promises kept through it are hit."""

UNHARMED = ((EdgeKind.COUNTED_ON, NodeKind.SERVICE), (EdgeKind.OWNED_BY, NodeKind.SERVICE))
"""A service stands without its calendar and its owner; only what was promised of it is hit."""

FALLING = ((EdgeKind.APPROVED_BY, NodeKind.EXCLUSION), (EdgeKind.DECLARED_BY, NodeKind.EXCLUSION))
"""What nobody can approve any more excuses nothing; a promise only loses its waivers."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """A graph as columns: nodes by number, in the graph's order, and edges in the order in which they were
    built; `since` and `until` are the instants in which an edge holds."""

    nodes: Sequence[Node]
    number: Mapping[str, int]
    kind: Marks
    needed: Numbers
    source: Numbers
    target: Numbers
    edge_kind: Marks
    since: Instants
    until: Instants
    sustaining: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arcs:
    """Along which arcs a loss spreads. The arcs out of node n are `start[n]` to `end[n]`: first those along
    which it takes others with it, to `plain_end[n]`, or members from groups, to `fails_end[n]`; last those
    that pass a hit on, from `passes_start[n]`.

    `spare[n]` is how many members a group can lose, and below 0 for what is no group. Of each arc, `target`
    is the node that it leads to and `link` the place of its edge in the graph. `into` lists all arcs by the
    node that they lead to, then in the order of their edges; those into n are `into_start[n]` to
    `into_start[n + 1]`, and `source` is where an arc comes from.
    """

    columns: Columns
    there: NDArray[np.bool_]
    start: Numbers
    plain_end: Numbers
    fails_end: Numbers
    passes_start: Numbers
    end: Numbers
    target: Numbers
    link: Numbers
    source: Numbers
    spread: Marks
    spare: Numbers
    into: Numbers
    into_start: Numbers


def columns_of(graph: DependencyGraph) -> Columns:
    """The whole graph as columns."""
    nodes = tuple(graph.nodes.values())
    number = {node.id: place for place, node in enumerate(nodes)}
    kinds = {kind: code for code, kind in enumerate(NODE_KINDS)}
    edge_kinds = {kind: code for code, kind in enumerate(EDGE_KINDS)}
    links = graph.links
    return Columns(
        nodes=nodes,
        number=number,
        kind=np.array([kinds[node.kind] for node in nodes], dtype=np.uint8),
        needed=np.array([-1 if node.needed is None else node.needed for node in nodes], dtype=np.intp),
        source=np.array([number[link.edge.source] for link in links], dtype=np.intp),
        target=np.array([number[link.edge.target] for link in links], dtype=np.intp),
        edge_kind=np.array([edge_kinds[link.edge.kind] for link in links], dtype=np.uint8),
        since=np.array([EVER.min if link.since is None else link.since for link in links], dtype=np.int64),
        until=np.array([EVER.max if link.until is None else link.until for link in links], dtype=np.int64),
        sustaining=np.array([node.id in graph.sustaining for node in nodes], dtype=np.bool_),
    )


def arcs_of(view: GraphAt) -> Arcs:
    """The arcs of what is there at an instant."""
    columns = view.graph.once(columns_of)
    there = np.zeros(len(columns.nodes), dtype=np.bool_)
    if len(view.nodes) == len(columns.nodes):
        there[:] = True
    else:
        there[[columns.number[id] for id in view.nodes]] = True
    at = EVER.min if view.since is None else view.since
    return arcs_between(columns, there, at)


def arcs_beside_sources(view: GraphAt) -> Arcs:
    """The arcs of what is there at an instant, without all that leads through a source: along these nothing
    is lost for want of measuring alone."""
    whole = view.once(arcs_of)
    source = NODE_KINDS.index(NodeKind.SOURCE)
    at = EVER.min if view.since is None else view.since
    return arcs_between(whole.columns, whole.there & (whole.columns.kind != source), at)


def arcs_between(columns: Columns, there: NDArray[np.bool_], at: int) -> Arcs:
    """The arcs between nodes that are there, along edges that hold at an instant."""
    holds = (columns.since <= at) & (at < columns.until)
    links = np.flatnonzero(holds & there[columns.source] & there[columns.target])
    source, target = columns.source[links], columns.target[links]
    code = columns.edge_kind[links]
    along, against = _tables()
    source_kind = columns.kind[source]
    ahead = along[code]
    covers = code == EDGE_KINDS.index(EdgeKind.COVERS)
    ahead[covers & columns.sustaining[source]] = Spread.FAILS
    back = against[code, source_kind]
    first, second = ahead != _NONE, back != _NONE
    begin = np.concatenate((source[first], target[second]))
    finish = np.concatenate((target[first], source[second]))
    link = np.concatenate((links[first], links[second])).astype(np.intp)
    spread = np.concatenate((ahead[first], back[second]))
    count = len(columns.kind)
    part = np.where(spread == Spread.FAILS, columns.needed[finish] >= 0, spread + 1)
    row = begin * _PARTS + part
    order = np.argsort(row, kind="stable")
    begin, finish, link, spread = begin[order], finish[order], link[order], spread[order]
    ends = np.cumsum(np.bincount(row, minlength=count * _PARTS)).reshape(count, _PARTS)
    start = ends[:, -1] - np.bincount(begin, minlength=count)
    needs = columns.source[links][code == EDGE_KINDS.index(EdgeKind.NEEDS)]
    members = np.bincount(needs, minlength=count)
    spare = np.where(columns.needed < 0, -1, np.maximum(members - columns.needed, 0)).astype(np.intp)
    into = np.lexsort((link, finish)).astype(np.intp)
    into_start = np.zeros(count + 1, dtype=np.intp)
    into_start[1:] = np.cumsum(np.bincount(finish, minlength=count))
    return Arcs(
        columns=columns,
        there=there,
        start=start,
        plain_end=np.ascontiguousarray(ends[:, 0]),
        fails_end=np.ascontiguousarray(ends[:, 1]),
        passes_start=np.ascontiguousarray(ends[:, 2]),
        end=np.ascontiguousarray(ends[:, 3]),
        target=finish,
        link=link,
        source=begin,
        spread=spread,
        spare=spare,
        into=into,
        into_start=into_start,
    )


_NONE = 255
_PARTS = 4
"""The parts of a row of arcs: to what falls, to groups, to what is hit, to what a hit is passed on to."""


def _tables() -> tuple[Marks, Marks]:
    """What a loss does along an edge, by its kind, and against it, by its kind and that of its source."""
    along = np.full(len(EDGE_KINDS), _NONE, dtype=np.uint8)
    against = np.full((len(EDGE_KINDS), len(NODE_KINDS)), _NONE, dtype=np.uint8)
    for kind, spread in ALONG.items():
        along[EDGE_KINDS.index(kind)] = spread
    for kind, spread in AGAINST.items():
        against[EDGE_KINDS.index(kind)] = spread
    for excepted, spread in ((UNHARMED, _NONE), (FALLING, Spread.FAILS)):
        for kind, noun in excepted:
            against[EDGE_KINDS.index(kind), NODE_KINDS.index(noun)] = spread
    return along, against
