"""Sets of time as stretches in order: what is in one and not in another, and how long they are."""

from collections.abc import Iterator, Sequence

from engine.model.quantity import Instant, Microseconds

Stretch = tuple[Instant, Instant]


def without(stretches: Sequence[Stretch], others: Sequence[Stretch]) -> Iterator[Stretch]:
    """The time in the first and in none of the others; both are in order and apart."""
    place = 0
    for start, end in stretches:
        while place < len(others) and others[place][1] <= start:
            place += 1
        look = place
        while look < len(others) and others[look][0] < end:
            if start < others[look][0]:
                yield start, others[look][0]
            start = max(start, others[look][1])
            look += 1
        if start < end:
            yield start, end


def length(stretches: Sequence[Stretch]) -> Microseconds:
    """How long all of them are together."""
    return sum(end - start for start, end in stretches)
