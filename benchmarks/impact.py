"""Impact of a hub beside a plain reach by SciPy and by NetworkX, in one run (bound 4).

    .venv/bin/python -m benchmarks.impact [nodes …]

A random graph with five edges a node: one node in a hundred needs the hub, one in ten is a group of which
some members must stand. The plain reach knows no groups: it only follows the arcs.
"""

import sys
from collections.abc import Callable
from statistics import median
from time import process_time

import networkx as nx
import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order

from engine.graph.failure import fail
from engine.graph.graph_to_arcs import EDGE_KINDS, EVER, NODE_KINDS, Columns, arcs_between
from engine.model.dependency import EdgeKind, NodeKind

EDGES = 5
RUNS = 7
WITH_NETWORKX = 100_000
"""Beyond so many nodes NetworkX is left out: it would take minutes and gigabytes to be filled."""


def columns(nodes: int) -> Columns:
    """The graph; node 0 is the hub, the last tenth are groups."""
    random = np.random.default_rng(1)
    edges, groups = nodes * EDGES, nodes // 10
    source = random.integers(0, nodes, edges)
    target = random.integers(0, nodes, edges)
    target[: nodes // 100] = 0
    members = np.bincount(source, minlength=nodes)
    kind = np.full(nodes, NODE_KINDS.index(NodeKind.SERVICE), dtype=np.uint8)
    needed = np.full(nodes, -1)
    kind[-groups:] = NODE_KINDS.index(NodeKind.GROUP)
    needed[-groups:] = np.minimum(random.integers(1, EDGES, groups), np.maximum(members[-groups:], 1))
    return Columns(
        nodes=(),
        number={},
        kind=kind,
        needed=needed,
        source=source,
        target=target,
        edge_kind=np.full(edges, EDGE_KINDS.index(EdgeKind.NEEDS), dtype=np.uint8),
        since=np.full(edges, EVER.min),
        until=np.full(edges, EVER.max),
        sustaining=np.zeros(nodes, dtype=np.bool_),
    )


def milliseconds(run: Callable[[], object], runs: int = RUNS) -> float:
    """The median of the processor's time: the machine may be busy with other work."""
    taken: list[float] = []
    for _ in range(runs):
        began = process_time()
        run()
        taken.append((process_time() - began) * 1000)
    return median(taken)


def line(nodes: int) -> str:
    """The line of one size."""
    drawn = columns(nodes)
    arcs = arcs_between(drawn, np.ones(nodes, dtype=np.bool_), 0)
    ones = np.ones(nodes * EDGES, dtype=np.int8)
    plain = csr_matrix((ones, (drawn.target, drawn.source)), (nodes, nodes))
    ours = milliseconds(lambda: fail(arcs, [0]))
    # What nothing needs reaches nothing: what is left is the cost of asking.
    leaf = int(np.flatnonzero(arcs.fails_end - arcs.start == 0)[0])
    tiny = milliseconds(lambda: fail(arcs, [leaf]))
    theirs = milliseconds(lambda: breadth_first_order(plain, 0))
    beside = "-"
    if nodes <= WITH_NETWORKX:
        network = nx.DiGraph(zip(drawn.target.tolist(), drawn.source.tolist(), strict=True))
        beside = f"{milliseconds(lambda: nx.descendants(network, 0), 1):,.0f}"
    sizes = f"{nodes:>10,} {nodes * EDGES:>10,}"
    return f"{sizes}  {ours:>9.1f} {tiny:>8.3f} {theirs:>9.1f} {ours / theirs:>6.2f}  {beside:>11}"


def main(sizes: list[int]) -> None:
    """One line for each size."""
    heads = f"{'impact ms':>9} {'tiny ms':>8} {'SciPy ms':>9} {'ratio':>6}  {'NetworkX ms':>11}"
    print(f"{'nodes':>10} {'edges':>10}  {heads}")
    for nodes in sizes:
        print(line(nodes))


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or [10_000, 100_000, 1_000_000])
