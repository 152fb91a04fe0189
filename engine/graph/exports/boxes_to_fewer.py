"""Folding: boxes that stand alike become one that says how many it stands for."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

from engine.graph.exports.portion_to_boxes import Box, Boxes, Line
from engine.model.dependency import Edge
from engine.model.picture import Health

MOST = 150
"""Boxes that a picture shows before any are folded."""


def fold(found: Boxes, most: int = MOST) -> Boxes:
    """The same picture with at most so many boxes, as far as columns and marks allow it.

    First those become one that rest on the same things and bear the same, then those that bear the same, and
    at last, in each column, those with the fewest lines.
    """
    for alike in (_both_sides, _left_side):
        while len(found.boxes) > most:
            fewer = _merged(found, alike(found))
            if len(fewer.boxes) == len(found.boxes):
                break
            found = fewer
    if len(found.boxes) > most:
        found = _merged(found, _least_connected(found, most))
    return found


def _merged(found: Boxes, keys: Sequence[Hashable]) -> Boxes:
    """One box for each key, in the order of the first; lines follow, and none leads from a box to itself
    unless it did before."""
    place = dict[Hashable, int]()
    groups = list[list[int]]()
    target = list[int]()
    for number, key in enumerate(keys):
        if key not in place:
            place[key] = len(groups)
            groups.append([])
        groups[place[key]].append(number)
        target.append(place[key])
    edges = dict[tuple[int, int], list[Edge]]()
    bare = dict[tuple[int, int], bool]()
    for line in found.lines:
        ends = target[line.source], target[line.target]
        if ends[0] == ends[1] and line.source != line.target:
            continue
        edges.setdefault(ends, []).extend(line.edges)
        bare[ends] = line.bare and bare.get(ends, True)
    return replace(
        found,
        boxes=tuple(_one([found.boxes[each] for each in group]) for group in groups),
        lines=tuple(
            Line(source=ends[0], target=ends[1], edges=tuple(all_edges), bare=bare[ends])
            for ends, all_edges in edges.items()
        ),
    )


def _one(boxes: Sequence[Box]) -> Box:
    return replace(boxes[0], nodes=tuple(node for box in boxes for node in box.nodes))


def _look(box: Box) -> Hashable:
    return box.area, box.depth, box.kind, box.mark, box.health, box.single, box.nodes[0].needed


def _is_grave(box: Box) -> bool:
    """Whether a box is marked with what somebody should look at."""
    return box.mark is not None or box.single or box.health in (Health.BREACHED, Health.AT_RISK)


def _neighbours(
    found: Boxes, end: Callable[[Line], int], other: Callable[[Line], int]
) -> list[frozenset[int]]:
    sides = [set[int]() for _ in found.boxes]
    for line in found.lines:
        sides[end(line)].add(other(line))
    return [frozenset(side) for side in sides]


def _both_sides(found: Boxes) -> list[Hashable]:
    right = _neighbours(found, lambda line: line.source, lambda line: line.target)
    return [(key, side) for key, side in zip(_left_side(found), right, strict=True)]


def _left_side(found: Boxes) -> list[Hashable]:
    left = _neighbours(found, lambda line: line.target, lambda line: line.source)
    return [(_look(box), side) for box, side in zip(found.boxes, left, strict=True)]


def _least_connected(found: Boxes, most: int) -> list[Hashable]:
    """Boxes with the most lines stay themselves, as many as there is room for; the others become one for each
    look."""
    lines = [0] * len(found.boxes)
    for line in found.lines:
        lines[line.source] += 1
        lines[line.target] += 1
    looks = {_look(box) for box in found.boxes}
    order = sorted(
        range(len(found.boxes)), key=lambda each: (not _is_grave(found.boxes[each]), -lines[each], each)
    )
    kept = set(order[: max(0, most - len(looks))])
    return [each if each in kept else _look(box) for each, box in enumerate(found.boxes)]
