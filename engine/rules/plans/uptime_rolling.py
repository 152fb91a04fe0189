"""Uptime under caps that roll: what SQL finds is walked, and what is granted becomes a table (S5.4)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import TypeAlias

from engine.model.exclusion import AnyStretch, Cap
from engine.model.measure import CapSpending, Uptime
from engine.model.obligation import PartWindow
from engine.model.period import RollingWindows, Window
from engine.model.quantity import Instant, Microseconds
from engine.rules.plans.asked import Asked, Tables
from engine.rules.plans.calendar_to_clock import Interval, open_intervals
from engine.rules.plans.rolling_caps import (
    NEVER,
    SPENDS,
    Asking,
    CapSpan,
    Meter,
    both,
    first_apart,
    granted,
    merged,
)
from engine.rules.plans.windows import term_of, windows

Cut: TypeAlias = dict[tuple[str, Cap, bool, Instant], list[CapSpan]]
"""The spans of caps, by agreement, whether a part of a window allows its share, and the last instant."""

ROLLED: dict[str, str] = dict.fromkeys(("target", "a", "b"), "BIGINT")


def walk_caps(
    query: str, asked: Sequence[Asked], possible: Mapping[int, int], as_of: Instant, store: Tables
) -> dict[int, Instant]:
    """Load `rolled(target, a, b)`: what capped exclusions take out. Gives, by number of the target, the first
    instant at which it hangs on a possible outage what a cap that rolls has left.

    `query` gives rows (target, place, a, b); `possible` gives the numbers under which possible outages of
    targets count.
    """
    asking: defaultdict[int, list[Asking]] = defaultdict(list)
    spenders: defaultdict[int, list[Interval]] = defaultdict(list)
    for target, place, a, b in store.run(query):
        if place == SPENDS:
            spenders[target].append((a, b))
        else:
            asking[target].append(Asking(place, a, b))
    rolled: list[tuple[int, int, int]] = []
    unsure: dict[int, Instant] = {}
    cut: Cut = {}
    for target, number in chain(enumerate(range(len(asked))), possible.items()):
        each = asked[target]
        bad = merged(spenders[number])
        spends = _spends(each, asking[number], bad)
        meters = [_meter(each, cap, as_of, cut) for cap in _caps(each)]
        rolled += ((number, *found) for found in granted(asking[number], spends, meters))
        measure = each.target.measure
        assert isinstance(measure, Uptime)
        if number != target and measure.cap_spending is CapSpending.BAD_TIME:
            under = merged((one.a, one.b) for one in asking[number] if one.place)
            unsure[target] = first_apart(bad, merged(spenders[target]), under)
    store.load("rolled", ROLLED, rolled)
    return {number: since for number, since in unsure.items() if since < NEVER}


def _caps(each: Asked) -> Iterator[Cap]:
    assert isinstance(each.target.measure, Uptime)
    return (one.cap for one in each.target.measure.excludes if one.cap is not None)


def _spends(each: Asked, asking: Sequence[Asking], bad: Sequence[Interval]) -> list[Interval]:
    """The time that spends caps: by convention bad or all, agreed or elapsed."""
    measure = each.target.measure
    assert isinstance(measure, Uptime)
    capped = merged((one.a, one.b) for one in asking if one.place)
    spends = both(capped, bad) if measure.cap_spending is CapSpending.BAD_TIME else capped
    if not spends or any(cap.elapsed for cap in _caps(each)):
        return spends
    return both(spends, open_intervals(measure.hours, spends[0][0], spends[-1][1]))


def _meter(each: Asked, cap: Cap, as_of: Instant, cut: Cut) -> Meter:
    """The meter of a cap, up to the target's end. Its spans are cut once for all targets of an agreement:
    `for each` may make thousands, and days are many."""
    last = max(as_of, each.ends_at - 1)
    is_prorated = each.target.part_windows is PartWindow.PRORATED
    key = (each.agreement.name, cap, is_prorated, last)
    if key not in cut:
        cut[key] = [*_spans(each, cap, last)]
    return Meter(cut[key], cap.windows.length if isinstance(cap.windows, AnyStretch) else 0)


def _spans(each: Asked, cap: Cap, last: Instant) -> Iterator[CapSpan]:
    if isinstance(cap.windows, AnyStretch):
        start, end = term_of(each.agreement)
        yield CapSpan(start, end, None, cap.length)
        return
    is_rolling = isinstance(cap.windows, RollingWindows)
    begins: Instant | None = None
    for window in windows(each.agreement, cap.windows, last):
        # A rolling window ends with each civil day, and is asked on that day.
        start = begins if is_rolling and begins is not None else window.start
        begins = window.end
        yield CapSpan(start, window.end, window.start, held_cap(each, cap, window))


def held_cap(each: Asked, cap: Cap, window: Window) -> Microseconds:
    """What a cap allows in one of its windows; of a part of one, where these are prorated, its share."""
    is_prorated = each.target.part_windows is PartWindow.PRORATED
    return int(cap.length * window.share) if is_prorated else cap.length
