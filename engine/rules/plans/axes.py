"""Axes: clocks cut at the edges of windows, so that one lookup gives counted time and window (S3.1, S5.1).

`axis(axis, utc_day, slot_from, slot_to, close_at, before_us, cell)` is a slot table whose slots also end
where a cell does, `cell(axis, cell, ca, cb, is_past)` the cells on the counted axis. A window is a run of
cells, and `as of` is an edge: a cell is wholly past or wholly ahead.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from engine.model.calendar import Clock
from engine.model.period import Windows
from engine.model.quantity import Instant, Microseconds
from engine.rules.plans.calendar_to_clock import Slot, slots

AXIS_COLUMNS: dict[str, str] = dict.fromkeys(
    ("axis", "utc_day", "slot_from", "slot_to", "close_at", "before_us", "cell"), "BIGINT"
)
CELL_COLUMNS: dict[str, str] = {
    **dict.fromkeys(("axis", "cell", "ca", "cb"), "BIGINT"),
    "is_past": "BOOLEAN",
}


class AxisKey(NamedTuple):
    """What targets must have in common to share an axis."""

    clock: Clock
    windows: Windows
    zone: str


class Axes:
    """The axes that the targets of one statement need, numbered in order of their first use."""

    def __init__(self, as_of: Instant) -> None:
        self._as_of = as_of
        self._numbers: dict[AxisKey, int] = {}
        self._edges: list[set[Instant]] = []

    def add(self, key: AxisKey, edges: Iterable[Instant]) -> int:
        """The number of the axis, on which these become edges of cells."""
        number = self._numbers.setdefault(key, len(self._numbers))
        if number == len(self._edges):
            self._edges.append(set())
        self._edges[number].update(edges)
        return number

    def tables(self) -> "AxisTables":
        """The rows of both tables, and where each cell begins, once every edge is known."""
        axis_rows: list[tuple[int, ...]] = []
        cell_rows: list[tuple[int | bool, ...]] = []
        cuts: list[list[Instant]] = []
        for key, number in self._numbers.items():
            edges = self._edges[number]
            inside = {self._as_of} if min(edges) < self._as_of < max(edges) else set[Instant]()
            cut_at = sorted(edges | inside)
            cuts.append(cut_at)
            begins: dict[int, Microseconds] = {}
            for slot, cell in _cut(slots(key.clock, cut_at[0], cut_at[-1]), cut_at):
                begins.setdefault(cell, slot.before_us)
                axis_rows.append((number, *slot, cell))
            cell_rows += (
                (number, cell, begins[cell], begins[cell + 1], cut_at[cell + 1] <= self._as_of)
                for cell in range(len(cut_at) - 1)
            )
        return AxisTables(axis_rows, cell_rows, cuts)


class AxisTables(NamedTuple):
    """The rows of `axis` and `cell`, and by axis the edges of the cells in order."""

    axis: list[tuple[int, ...]]
    cell: list[tuple[int | bool, ...]]
    cuts: list[list[Instant]]

    def run(self, axis: int, start: Instant, end: Instant) -> tuple[int, int]:
        """The first and the last cell of a window."""
        cuts = self.cuts[axis]
        return bisect_left(cuts, start), bisect_left(cuts, end) - 1


def _cut(table: Iterable[Slot], cuts: Sequence[Instant]) -> Iterator[tuple[Slot, int]]:
    """Cut slots at the edges of cells; the cell before the first edge is -1."""
    for slot in table:
        first, last = bisect_right(cuts, slot.slot_from), bisect_left(cuts, slot.slot_to)
        edges = (slot.slot_from, *cuts[first:last], slot.slot_to)
        before = slot.before_us
        for cell, (a, b) in enumerate(pairwise(edges), first - 1):
            close_at = max(a, min(slot.close_at, b))
            yield Slot(slot.utc_day, a, b, close_at, before), cell
            before += close_at - a
