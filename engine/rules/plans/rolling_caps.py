"""Caps that roll, walked in order of time: what exclusions ask for, and what of it is granted (S5.4).

Who pays, and whether there is anything left to pay with, hangs on all that was paid in the time before. So
this is a walk with a queue of what was spent, over intervals that SQL has found.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from engine.model.quantity import Instant, Microseconds
from engine.rules.plans.calendar_to_clock import Interval

SPENDS = -1
"""The place of what is no exclusion, but spends their caps."""

NEVER: Instant = 1 << 62
"""Later than all instants."""


class Asking(NamedTuple):
    """An exclusion, with its place among the capped ones from 1 on; 0 has no cap."""

    place: int
    a: Instant
    b: Instant


class CapSpan(NamedTuple):
    """From `start` until `end` at most `cap` may have been spent since `since`, or, where this is absent, in
    the time of the meter's length before each instant."""

    start: Instant
    end: Instant
    since: Instant | None
    cap: Microseconds


class Meter:
    """What is still inside the time that a cap looks back over; its instants are asked in order."""

    def __init__(self, spans: Sequence[CapSpan], length: Microseconds = 0) -> None:
        self._spans, self._length = spans, length
        self._at_span = 0
        self._spent: deque[Interval] = deque()
        self._used = 0
        self._horizon: Instant = -NEVER

    def settle(self, at: Instant) -> None:
        """Let go of what the cap does not look back to from this instant."""
        while self._at_span < len(self._spans) and self._spans[self._at_span].end <= at:
            self._at_span += 1
        span = self._span(at)
        if span is None:
            return
        self._horizon = at - self._length if span.since is None else span.since
        while self._spent and self._spent[0][0] < self._horizon:
            a, b = self._spent.popleft()
            self._used -= min(b, self._horizon) - a
            if b > self._horizon:
                self._spent.appendleft((self._horizon, b))

    def room(self, at: Instant) -> Microseconds:
        """How much may still be spent at this instant."""
        span = self._span(at)
        return 0 if span is None else span.cap - self._used

    def is_leaving(self, at: Instant) -> bool:
        """Whether what was spent leaves as time goes on."""
        return self._moves(at) and bool(self._spent) and self._spent[0][0] == self._horizon

    def next_change(self, at: Instant) -> Instant:
        """The next instant at which anything but spending may change what is left."""
        if self._at_span == len(self._spans):
            return NEVER
        span = self._spans[self._at_span]
        if at < span.start:
            return span.start
        if not self._moves(at) or not self._spent:
            return span.end
        a, b = self._spent[0]
        return min(span.end, (b if a == self._horizon else a) + self._length)

    def spend(self, a: Instant, b: Instant) -> None:
        """Spend some time, later than all that was spent."""
        self._spent.append((a, b))
        self._used += b - a

    def _span(self, at: Instant) -> CapSpan | None:
        here = self._spans[self._at_span] if self._at_span < len(self._spans) else None
        return here if here is not None and here.start <= at else None

    def _moves(self, at: Instant) -> bool:
        span = self._span(at)
        return span is not None and span.since is None


class _Walk:
    """One target's exclusions, the time that spends, and a meter for each cap."""

    def __init__(self, asking: Sequence[Asking], spends: Sequence[Interval], meters: Sequence[Meter]) -> None:
        self._capped = sorted((each for each in asking if each.place), key=lambda each: (each.a, each.place))
        self._free = _Sweep(merged((each.a, each.b) for each in asking if not each.place))
        self._spends = _Sweep(spends)
        self._meters = meters

    def granted(self) -> Iterator[Interval]:
        """What the capped exclusions are granted, in order."""
        coming = deque(self._capped)
        covering: list[Asking] = []
        at = -NEVER
        while coming or covering:
            at = max(at, coming[0].a) if not covering else at
            while coming and coming[0].a <= at:
                covering.append(coming.popleft())
            covering = [each for each in covering if each.b > at]
            if not covering:
                continue
            to = min(each.b for each in covering)
            to = min(to, coming[0].a) if coming else to
            is_free, to = self._free.at(at, to)
            is_spending, to = self._spends.at(at, to)
            if not is_free:
                payer, to = self._payer(covering, at, to, is_spending=is_spending)
                if payer is not None:
                    yield at, to
                if payer is not None and is_spending:
                    payer.spend(at, to)
            at = to

    def _payer(
        self, covering: Sequence[Asking], at: Instant, to: Instant, *, is_spending: bool
    ) -> tuple[Meter | None, Instant]:
        """Who pays from an instant on, and until when nothing of it changes."""
        for each in covering:
            meter = self._meters[each.place - 1]
            meter.settle(at)
            to = min(to, meter.next_change(at))
            room, is_leaving = meter.room(at), meter.is_leaving(at)
            if room > 0 or is_leaving:
                is_ending = is_spending and not is_leaving
                return meter, min(to, at + room) if is_ending else to
        return None, to


class _Sweep:
    """A set of time whose instants are asked in order."""

    def __init__(self, intervals: Sequence[Interval]) -> None:
        self._intervals, self._starts = intervals, [a for a, _ in intervals]

    def at(self, at: Instant, to: Instant) -> tuple[bool, Instant]:
        """Whether an instant lies in it, and until when, at most until `to`, that stays so."""
        after = bisect_right(self._starts, at)
        if after and at < self._intervals[after - 1][1]:
            return True, min(to, self._intervals[after - 1][1])
        return False, min(to, self._starts[after]) if after < len(self._starts) else to


def granted(asking: Sequence[Asking], spends: Sequence[Interval], meters: Sequence[Meter]) -> list[Interval]:
    """What capped exclusions take out beside those without a cap, in order and apart: of those that cover an
    instant the one that began first pays, then the one declared first, as long as its cap has room.

    `spends` is the time that spends a cap, merged; `meters` are in order of place.
    """
    return merged(_Walk(asking, spends, meters).granted())


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The union of intervals, in order and apart."""
    union: list[Interval] = []
    for a, b in sorted(each for each in intervals if each[0] < each[1]):
        if union and a <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], b))
        else:
            union.append((a, b))
    return union


def both(left: Sequence[Interval], right: Sequence[Interval]) -> list[Interval]:
    """The time in two sets, each in order and apart."""
    found: list[Interval] = []
    starts = [a for a, _ in right]
    for a, b in left:
        place = max(bisect_right(starts, a) - 1, 0)
        while place < len(right) and right[place][0] < b:
            if (since := max(a, right[place][0])) < (until := min(b, right[place][1])):
                found.append((since, until))
            place += 1
    return found


def first_apart(more: Sequence[Interval], less: Sequence[Interval], under: Sequence[Interval]) -> Instant:
    """The first instant that lies in one set and in a third, and not in another; never is `NEVER`."""
    for a, b in both(more, under):
        for c, d in both([(a, b)], less):
            if c > a:
                return a
            a = d
        if a < b:
            return a
    return NEVER
