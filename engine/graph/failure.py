"""What falls and what is reached when something fails: the least fixpoint, over arrays (S10.1)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.graph.graph_to_arcs import Arcs, Distances, Marks, Numbers, Spread

NARROW = 400
"""So many arcs are walked one by one; more at once, as arrays."""

SPARSE = 100
"""Fewer nodes than one in so many are sorted to find each once; more are marked."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Failure:
    """What came of a failure: `fallen[n]` is 1 for what fell; `far[n]` is one more than the number of hops
    to what was reached, and 0 for what was not. `reached` are the nodes that were, in no order."""

    arcs: Arcs
    fallen: Marks
    far: Distances
    reached: Numbers


def fail(arcs: Arcs, failed: Sequence[int]) -> Failure:
    """What falls when these nodes fail together, and how far away everything is that is lost or hit.

    Failure spreads only from what has failed, so members of a cycle that still satisfy each other stand. Time
    is linear in the arcs of what is reached; the memory that is touched, too.
    """
    fallen = _fallen(arcs, failed)
    far = np.zeros(len(fallen), dtype=np.int32)
    return Failure(arcs=arcs, fallen=fallen, far=far, reached=_reached(arcs, failed, fallen, far))


def arrival(failure: Failure, node: int) -> int | None:
    """The arc by which a shortest path arrives: of all these, the one whose edge was built first."""
    arcs, far, fallen = failure.arcs, failure.far, failure.fallen
    before = far.data[node] - 1
    if before < 1:
        return None
    first, last = arcs.into_start.data[node], arcs.into_start.data[node + 1]
    while last - first > NARROW:
        # Among so many, those from near enough are found at once; nearly always the first of them will do.
        near = np.flatnonzero(far[arcs.source[arcs.into[first:last]]] == before)
        first += int(near[0])
        if _carries(arcs, fallen, arcs.into.data[first], node):
            return arcs.into.data[first]
        first += 1
    for place in range(first, last):
        arc = arcs.into.data[place]
        if far.data[arcs.source.data[arc]] == before and _carries(arcs, fallen, arc, node):
            return arc
    raise AssertionError("what is reached is reached along an arc")


def _carries(arcs: Arcs, fallen: Marks, arc: int, node: int) -> bool:
    """Whether a loss goes along an arc from a node that it has reached."""
    here, spread = arcs.source.data[arc], arcs.spread.data[arc]
    if fallen.data[here]:
        return True
    if arcs.spare.data[here] >= 0:
        return spread == Spread.FAILS and not fallen.data[node]
    return spread == Spread.PASSES


# Narrow steps go through memory views: reading one number of an array costs three times as much.


def _fallen(arcs: Arcs, failed: Sequence[int]) -> Marks:
    """Which nodes fall; a group counts the members that it loses."""
    count = len(arcs.start)
    fallen, lost = np.zeros(count, dtype=np.uint8), np.zeros(count, dtype=np.intp)
    start, end, target, spare = arcs.start.data, arcs.fails_end.data, arcs.target.data, arcs.spare.data
    fell, losses = fallen.data, lost.data
    front: Sequence[int] = failed
    for node in failed:
        fell[node] = 1
    while front:
        if _is_wide(front, start, end):
            nodes = np.asarray(front, dtype=np.intp)
            while len(nodes) > NARROW or _is_wide(nodes, start, end):
                plain = _gathered(arcs.target, arcs.start[nodes], arcs.plain_end[nodes])
                losing = _gathered(arcs.target, arcs.plain_end[nodes], arcs.fails_end[nodes])
                _count(lost, losing)
                down = np.compress(lost[losing] > arcs.spare[losing], losing)
                nodes = _new((plain, down), fallen)
                fallen[nodes] = 1
            front = nodes.tolist()
            continue
        following: list[int] = []
        for node in front:
            for arc in range(start[node], end[node]):
                there = target[arc]
                if fell[there]:
                    continue
                if spare[there] >= 0:
                    losses[there] += 1
                    if losses[there] <= spare[there]:
                        continue
                fell[there] = 1
                following.append(there)
        front = following
    return fallen


def _reached(arcs: Arcs, failed: Sequence[int], fallen: Marks, far: Distances) -> Numbers:
    """Fill in how far away everything is that a loss reaches, and say what that is."""
    fell, farness, target, spare = fallen.data, far.data, arcs.target.data, arcs.spare.data
    start, fails_end, passes_start, end = (
        each.data for each in (arcs.start, arcs.fails_end, arcs.passes_start, arcs.end)
    )
    front: Sequence[int] = sorted(set(failed))
    reached: list[int] = []
    wide: list[Numbers] = []
    away = 1
    for node in front:
        farness[node] = away
    while front:
        if _is_wide(front, start, end):
            nodes = np.asarray(front, dtype=np.intp)
            while len(nodes) > NARROW or _is_wide(nodes, start, end):
                wide.append(nodes)
                away += 1
                nodes = _new(tuple(_onward(arcs, nodes, fallen)), far)
                far[nodes] = away
            front = nodes.tolist()
            continue
        reached.extend(front)
        away += 1
        following: list[int] = []
        for node in front:
            standing = False
            if fell[node]:
                onward = range(start[node], end[node])
            elif spare[node] >= 0:
                onward, standing = range(start[node], fails_end[node]), True
            else:
                onward = range(passes_start[node], end[node])
            for arc in onward:
                there = target[arc]
                if not farness[there] and not (standing and fell[there]):
                    farness[there] = away
                    following.append(there)
        front = following
    return np.concatenate((np.asarray(reached, dtype=np.intp), *wide))


def _onward(arcs: Arcs, nodes: Numbers, fallen: Marks) -> Iterator[Numbers]:
    """Where a loss goes next: from what fell along every arc, from a group that stands to what stands in
    spite of it, from what is only hit along what passes a hit on."""
    fell = fallen[nodes] == 1
    if fell.all():
        yield _gathered(arcs.target, arcs.start[nodes], arcs.end[nodes])
        return
    lost, other = nodes[fell], nodes[~fell]
    yield _gathered(arcs.target, arcs.start[lost], arcs.end[lost])
    group = arcs.spare[other] >= 0
    standing, hit = other[group], other[~group]
    above = _gathered(arcs.target, arcs.start[standing], arcs.fails_end[standing])
    yield above[fallen[above] == 0]
    yield _gathered(arcs.target, arcs.passes_start[hit], arcs.end[hit])


def _is_wide(nodes: Sequence[int] | Numbers, start: Sequence[int], end: Sequence[int]) -> bool:
    """Whether so many arcs leave the nodes that they are better taken at once."""
    return len(nodes) > NARROW or sum(end[node] - start[node] for node in nodes) > NARROW


def _gathered(values: Numbers, starts: Numbers, ends: Numbers) -> Numbers:
    """The values of all the ranges, one after another."""
    counts = ends - starts
    before = np.cumsum(counts)
    if not len(before) or not before[-1]:
        return values[:0]
    places = np.repeat(starts - before + counts, counts)
    places += np.arange(len(places))
    return values.take(places)


def _count(lost: Numbers, losing: Numbers) -> None:
    """Count each of the nodes once more for every time that it is named."""
    if len(losing) * SPARSE < len(lost):
        named, times = np.unique(losing, return_counts=True)
        lost[named] += times
    else:
        lost += np.bincount(losing, minlength=len(lost))


def _new(parts: Sequence[Numbers], known: Marks | Distances) -> Numbers:
    """Those of the nodes that are not known yet, each once, in order."""
    if sum(map(len, parts)) * SPARSE < len(known):
        nodes = np.concatenate(parts)
        return np.unique(np.compress(known.take(nodes) == 0, nodes))
    named = np.zeros(len(known), dtype=np.bool_)
    for nodes in parts:
        named[nodes] = True
    return np.flatnonzero(named & (known == 0))
