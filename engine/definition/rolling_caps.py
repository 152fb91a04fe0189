"""Caps that roll: at every instant a limit on what was spent in the time before it (S5.4)."""

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
        day = [(window.start if begins is None else begins, window.end)]
        begins = window.end
        own = common(asked, day)
        left = cap - length(common(history, [(window.start, window.end)]))
        if not own or left <= 0:
            continue
        spent = first_of(common(spends, day), left)
        if length(spent) == left:
            own = common(own, [(day[0][0], spent[-1][1])])
        history[:] = merged([*history, *spent])
        granted += own
    return granted


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
