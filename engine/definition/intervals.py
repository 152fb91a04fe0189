"""Sets of time as sorted, disjoint, half-open stretches, with the arithmetic of plain sets (S2.2)."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from engine.model.quantity import Instant, Microseconds

Stretch: TypeAlias = tuple[Instant, Instant]


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The union; touching stretches merge (S5.2), and what has no length is not there (S2.2)."""
    union: list[Stretch] = []
    for start, end in sorted(each for each in stretches if each[0] < each[1]):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], end))
        else:
            union.append((start, end))
    return union


def common(left: Sequence[Stretch], right: Sequence[Stretch]) -> list[Stretch]:
    """What lies in both; both are sorted and disjoint."""
    both: list[Stretch] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < end:
            both.append((start, end))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return both


def without(left: Sequence[Stretch], right: Sequence[Stretch]) -> list[Stretch]:
    """What lies in `left` and not in `right`; both are sorted and disjoint."""
    rest: list[Stretch] = []
    cuts = common(left, right)
    place = 0
    for start, end in left:
        at = start
        while place < len(cuts) and cuts[place][0] < end:
            if at < cuts[place][0]:
                rest.append((at, cuts[place][0]))
            at = cuts[place][1]
            place += 1
        if at < end:
            rest.append((at, end))
    return rest


def length(stretches: Iterable[Stretch]) -> Microseconds:
    """How much time a set of disjoint stretches holds."""
    return sum(end - start for start, end in stretches)


def until(stretches: Iterable[Stretch], end: Instant) -> list[Stretch]:
    """The part before `end`."""
    return [(a, min(b, end)) for a, b in stretches if a < end]


def since(stretches: Iterable[Stretch], start: Instant) -> list[Stretch]:
    """The part from `start` on."""
    return [(max(a, start), b) for a, b in stretches if b > start]
