"""Where the boxes of each column stand, and how long lines pass between them (fast-sugiyama's home)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from fast_sugiyama import from_edges

UNIT = 1000
"""A row's height; places are whole thousandths of rows, so that no rounding differs between machines."""

BEND = 300
"""The room that a passing line takes."""

SWEEPS = 8
"""How often all columns are drawn to their neighbours, to the right and back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The middle of each box, and of each line in the columns that it passes, in thousandths of a row."""

    boxes: Sequence[int]
    bends: Mapping[tuple[int, int], Sequence[int]]


def place(columns: Sequence[int], lines: Sequence[tuple[int, int]]) -> Places:
    """Order the boxes of each column so that few lines cross, and set them where their lines run straight.

    `columns` are by box; a line leads from a lower column to a higher one. The library chooses columns of its
    own by the longest path; each line is cut at every column that it passes, and each box that nothing leads
    to hangs on a chain from the first column, so that it can choose none but these.
    """
    split = _Split(columns=list(columns))
    for source, target in dict.fromkeys(lines):
        split.line(source, target)
    reached = {target for _, target in split.links}
    for box, column in enumerate(columns):
        if box not in reached and column:
            split.chain(box, column)
    rough = _rough(split.links)
    lowest = max(rough.values(), default=0)
    for box in range(len(columns)):
        rough.setdefault(box, lowest := lowest + UNIT)
    drawn = [*range(len(columns)), *(each for bends in split.bends.values() for each in bends)]
    fine = _straightened(drawn, len(columns), split, rough)
    return Places(
        boxes=[fine[box] for box in range(len(columns))],
        bends={ends: [fine[each] for each in bends] for ends, bends in split.bends.items()},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Split:
    """Lines cut into links, each from a column to the next; numbers beyond the boxes are bends."""

    columns: list[int]
    links: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    bends: dict[tuple[int, int], list[int]] = field(default_factory=dict[tuple[int, int], list[int]])

    def line(self, source: int, target: int) -> None:
        passed = [self.bend(column) for column in range(self.columns[source] + 1, self.columns[target])]
        self.bends[source, target] = passed
        self.links.extend(zip([source, *passed], [*passed, target], strict=True))

    def chain(self, box: int, column: int) -> None:
        passed = [self.bend(each) for each in range(column)]
        self.links.extend(zip(passed, [*passed[1:], box], strict=True))

    def bend(self, column: int) -> int:
        self.columns.append(column)
        return len(self.columns) - 1


def _rough(links: Sequence[tuple[int, int]]) -> dict[int, int]:
    """The library's places, its connected parts one beneath another, in the order of their first boxes."""
    if not links:
        return {}
    parts = [
        {int(each): round(position[0] * UNIT) for each, position in layout[0]}
        for layout in from_edges(list(links), vertex_spacing=1, dummy_vertices=False, check_layout=False)
    ]
    parts.sort(key=min)
    found = dict[int, int]()
    below = 0
    for part in parts:
        highest = min(part.values())
        found.update({each: place - highest + below for each, place in part.items()})
        below = max(found.values()) + UNIT
    return found


def _straightened(
    drawn: Sequence[int], boxes: int, split: _Split, rough: Mapping[int, int]
) -> dict[int, int]:
    """Places in the library's order that keep their distance, each drawn to the middle of its neighbours."""
    columns = dict[int, list[int]]()
    for each in sorted(drawn, key=lambda each: (rough[each], each)):
        columns.setdefault(split.columns[each], []).append(each)
    near = {each: list[int]() for each in drawn}
    for source, target in split.links:
        if source in near and target in near:
            near[source].append(target)
            near[target].append(source)
    fine = dict[int, int]()
    for members in columns.values():
        _spread(members, dict.fromkeys(members, 0), boxes, fine)
    order = sorted(columns)
    for _ in range(SWEEPS):
        for column in (*order, *reversed(order)):
            members = columns[column]
            wanted = {
                each: sum(fine[other] for other in near[each]) // len(near[each])
                if near[each]
                else fine[each]
                for each in members
            }
            _spread(members, wanted, boxes, fine)
    highest = min(fine.values(), default=0)
    return {each: place - highest for each, place in fine.items()}


def _spread(members: Sequence[int], wanted: Mapping[int, int], boxes: int, fine: dict[int, int]) -> None:
    """The places nearest to the wanted ones, by least squares, at which neighbours keep their distance: those
    that would overlap move as one block to the mean of their wishes."""
    offsets = [0]
    for above, below in pairwise(members):
        offsets.append(offsets[-1] + _room(above, boxes) + _room(below, boxes))
    blocks = list[tuple[int, int]]()  # the sum of wishes less offsets, and how many
    for each, offset in zip(members, offsets, strict=True):
        total, count = wanted[each] - offset, 1
        while blocks and blocks[-1][0] * count >= total * blocks[-1][1]:
            before, many = blocks.pop()
            total, count = total + before, count + many
        blocks.append((total, count))
    means = [total // count for total, count in blocks for _ in range(count)]
    for each, offset, mean in zip(members, offsets, means, strict=True):
        fine[each] = mean + offset


def _room(each: int, boxes: int) -> int:
    """Half of the height that a box or a passing line takes."""
    return (UNIT if each < boxes else BEND) // 2
