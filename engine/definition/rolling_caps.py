"""Caps that roll: at every instant a limit on what was spent in the time before it (S5.4)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from enum import Enum, auto

from engine.definition.intervals import Stretch, common, length, merged
from engine.model.period import Window
from engine.model.quantity import Instant, Microseconds


class Spent(Enum):
    """What is taken for spent under the caps that roll: what the facts say, or more or less than they can."""

    KNOWN = auto()
    EVERYTHING = auto()
    NOTHING = auto()


def granted_by_days(
    asked: Sequence[Stretch],
    spends: Sequence[Stretch],
    days: Iterable[tuple[Window, Microseconds]],
    history: list[Stretch],
) -> list[Stretch]:
    """What is granted of what is asked for, day by day: each window ends with a civil day, and what was spent
    in the window is gone on its last day. `history` grows by what is spent."""
    granted: list[Stretch] = []
    begins: Instant | None = None
    for window, cap in days:
        if not asked or window.end <= asked[0][0]:
            begins = window.end
            continue
        if begins is not None and begins >= asked[-1][1]:
            break
        start = window.start if begins is None else begins
        begins = window.end
        own = inside(asked, start, window.end)
        left = cap - length(inside(history, window.start, window.end))
        if not own or left <= 0:
            continue
        spent = first_of(inside(spends, start, window.end), left)
        if length(spent) == left:
            own = inside(own, start, spent[-1][1])
        if spent:
            history[:] = merged([*history, *spent])
        granted += own
    return granted


def inside(stretches: Sequence[Stretch], start: Instant, end: Instant) -> list[Stretch]:
    """The part of some time, in order and apart, that lies between two instants."""
    first = bisect_right(stretches, start, key=lambda each: each[1])
    after = bisect_left(stretches, end, key=lambda each: each[0])
    return [(max(a, start), min(b, end)) for a, b in stretches[first:after]]


def first_of(stretches: Sequence[Stretch], most: Microseconds) -> list[Stretch]:
    """So much of some time, the earliest."""
    found: list[Stretch] = []
    for start, end in stretches:
        taken = min(end - start, most - length(found))
        if taken > 0:
            found.append((start, start + taken))
    return found


def granted_in_any(
    asked: Sequence[Stretch],
    spends: Sequence[Stretch],
    stretch: Microseconds,
    cap: Microseconds,
    history: list[Stretch],
) -> list[Stretch]:
    """What is granted of what is asked for, from edge to edge: while less than the cap was spent in the
    stretch of time before, or what was spent then leaves as time goes on. `history` grows by what is
    spent."""
    granted: list[Stretch] = []
    for start, end in asked:
        at = start
        while at < end:
            left = [edge + stretch for each in history for edge in each]
            to = min(edge for edge in (*left, *(edge for each in spends for edge in each), end) if edge > at)
            room = cap - length(common(history, [(at - stretch, at)]))
            is_leaving = holds(history, at - stretch)
            is_spending = holds(spends, at)
            if room > 0 or is_leaving:
                if is_spending and not is_leaving:
                    to = min(to, at + room)
                granted.append((at, to))
                history[:] = merged([*history, *([(at, to)] if is_spending else [])])
            at = to
    return merged(granted)


def holds(stretches: Sequence[Stretch], at: Instant) -> bool:
    """Whether an instant lies in one of them."""
    return any(start <= at < end for start, end in stretches)
