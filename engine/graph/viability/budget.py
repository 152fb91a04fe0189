"""Lengths of time one after another against the one above, from every start in a reference year at which it
could matter."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import permutations

from engine.graph.viability.deadlines import Horizon, LastMoment, Taken
from engine.graph.viability.limits import Limit
from engine.model.calendar import Elapsed
from engine.model.expression import ClockDuration
from engine.model.quantity import MINUTE, SECOND, Instant

MOST_ORDERED = 3
"""Up to so many lengths are tried in every order; more in the order in which they are declared."""


def taken(horizon: Horizon, above: Limit, links: Sequence[Limit]) -> Taken | None:
    """The most that lengths beneath take; none where a clock never counts so much in the horizon."""
    if all(each.counts_like(above) for each in links):
        return _added(above, links)
    asked = (above, *links)
    if asked not in horizon.taken:
        horizon.taken[asked] = _taken(horizon, above, links)
    return horizon.taken[asked]


def _taken(horizon: Horizon, above: Limit, links: Sequence[Limit]) -> Taken | None:
    courses = [
        (*each, each[1] is not None and _is_over(each[1], each[2]))
        for each in _courses(horizon, above, links)
    ]
    if any(until is None or (allowed is None and until >= horizon.until) for _, until, allowed, _ in courses):
        return None
    is_over = any(over for *_, over in courses)
    counted = _Counted(horizon, above)
    worst: tuple[int, Instant] | None = None
    for start, until, _, over in courses:
        assert until is not None
        if over >= is_over and (is_over or isinstance(above.like, ClockDuration)):
            amount = counted(start, until, 0 if worst is None else worst[0])
            if worst is None or amount > worst[0]:
                worst = amount, start
    amount, begun = (0, None) if worst is None else worst
    return Taken(amount=Fraction(amount), start=begun, is_over=is_over)


def is_carried(horizon: Horizon, above: Limit, links: Sequence[Limit]) -> bool:
    """Whether lengths beneath are never longer than the one above."""
    if all(each.counts_like(above) for each in links):
        return not _added(above, links).is_over
    return not any(
        until is None or _is_over(until, allowed) for _, until, allowed in _courses(horizon, above, links)
    )


def _is_over(until: Instant, allowed: Instant | None) -> bool:
    return allowed is not None and until > allowed


def _courses(
    horizon: Horizon, above: Limit, links: Sequence[Limit]
) -> Iterator[tuple[Instant, Instant | None, Instant | None]]:
    """Starts at which it could matter, when the lengths one after another are over, and the one above."""
    given = horizon.last_moment(above)
    orders = permutations(links) if len(links) <= MOST_ORDERED else [tuple(links)]
    for order in dict.fromkeys(orders):
        last = in_turn([horizon.last_moment(each) for each in order])
        for start in starts(horizon, above, order):
            yield start, last(start), given(start)


def most_carried(horizon: Horizon, above: Limit, links: Sequence[Limit], place: int) -> Fraction | None:
    """The longest that one of them may be, in whole minutes, seconds or days, so that all are carried;
    none where it would have to be nothing."""
    asked = (above, *links, place)
    if asked not in horizon.most_carried:
        horizon.most_carried[asked] = _most_carried(horizon, above, links, place)
    return horizon.most_carried[asked]


def _most_carried(horizon: Horizon, above: Limit, links: Sequence[Limit], place: int) -> Fraction | None:
    link = links[place]
    step = 1
    if isinstance(link.like, ClockDuration):
        step = MINUTE if all(each.amount % MINUTE == 0 for each in (link, above)) else SECOND

    def is_too_long(count: int) -> bool:
        shorter = replace(link, amount=Fraction(count * step))
        return not is_carried(horizon, above, [*links[:place], shorter, *links[place + 1 :]])

    count = bisect_left(range(int(link.amount / step) + 1), True, key=is_too_long) - 1
    return Fraction(count * step) if count > 0 else None


def in_turn(moments: Sequence[LastMoment]) -> LastMoment:
    """The last moment of several lengths, each of which begins as the one before it is over."""

    def last(at: Instant) -> Instant | None:
        until: Instant | None = at
        for each in moments:
            if until is None:
                return None
            until = each(until)
        return until

    return last


def starts(horizon: Horizon, above: Limit, links: Sequence[Limit]) -> Sequence[Instant]:
    """The starts in the year, in order, at which the lengths can differ most: where one of them jumps or
    bends, and the last instant before that."""
    turns = {horizon.start, *horizon.turns(above), *horizon.turns(links[0])}
    found = sorted(each for each in turns if horizon.start <= each < horizon.end)
    for place in range(1, len(links)):
        before = in_turn([horizon.last_moment(each) for each in links[:place]])
        found = sorted({*found, *_led_to(before, found, horizon.end, horizon.turns(links[place]))})
    return sorted({start for each in found for start in (each - 1, each) if start >= horizon.start})


def _led_to(
    before: LastMoment, begun: Sequence[Instant], end: Instant, turns: Iterable[Instant]
) -> Iterator[Instant]:
    """The starts from which lengths end at these instants. Between the starts at which the lengths jump or
    bend they end later by as much as they begin later, or not at all."""
    ends: list[Instant] = []
    for each in begun:
        until = before(each)
        if until is None:
            break
        ends.append(until)
    for turn in turns:
        place = bisect_right(ends, turn) - 1
        if place >= 0:
            start = begun[place] + turn - ends[place]
            if start < ([*begun[place + 1 : place + 2], end])[0]:
                yield start


def _added(above: Limit, links: Sequence[Limit]) -> Taken:
    """Lengths that are counted alike are added."""
    total = sum((each.amount for each in links), Fraction(0))
    is_even = total == above.amount and above.strict and not any(each.strict for each in links)
    return Taken(amount=total, start=None, is_over=total > above.amount or is_even)


class _Counted:
    """What has passed from one instant to another, as a length counts: whole seconds of its clock, or the
    fewest days that last so long."""

    def __init__(self, horizon: Horizon, limit: Limit) -> None:
        self.horizon, self.limit = horizon, limit
        self.days: dict[int, LastMoment] = {}

    def __call__(self, start: Instant, until: Instant, least: int) -> int:
        """As much as that, and no less than `least`."""
        like = self.limit.like
        if isinstance(like, ClockDuration):
            runs = None if isinstance(like.clock, Elapsed) else self.horizon.runs(like.clock)
            passed = until - start if runs is None else runs.counted(until) - runs.counted(start)
            return max(least, -(-passed // SECOND) * SECOND)
        count = max(int(self.limit.amount), least)
        while True:
            if count not in self.days:
                longer = replace(self.limit, amount=Fraction(count))
                self.days[count] = self.horizon.last_moment(longer)
            last = self.days[count](start)
            if last is None or last >= until:
                return count
            count += 1
