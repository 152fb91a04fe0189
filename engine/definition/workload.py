"""Workload bounds: which occasions of a window bind, and from when on (S4.8)."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.definition.book import id_of
from engine.definition.civil import date_at, midnight
from engine.definition.conditions import Match, all_of, matching, truth, unknowns
from engine.definition.following import Occasion, UnmeasuredError
from engine.definition.windows import first_day, units_later
from engine.model.fact import Fact
from engine.model.obligation import ClockUnit, Excess, OnTrigger, Workload
from engine.model.period import WindowUnit
from engine.model.quantity import HOUR, MINUTE, Instant

LENGTHS = {ClockUnit.MINUTE: MINUTE, ClockUnit.HOUR: HOUR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an occasion stands among those of its window: whether it binds, and until when it waits."""

    binds: bool = True
    waits_until: Instant | None = None


def place_of(occasion: Occasion, workload: Workload) -> Place:
    """The place of an occasion; raises UnmeasuredError where it hangs on facts that are not known (S7.2).

    More facts never make room: those that are proven and all that are possible are the two extremes.
    """
    trigger = occasion.trigger
    assert trigger is not None
    counted = [
        (fact, counts(fact, occasion, workload)) for fact in occasion.reading.kind(workload.counted.kind)
    ]
    own = next(held for fact, held in counted if fact is trigger)
    if own is False:
        return Place()
    sure = [fact for fact, held in counted if held or fact is trigger]
    possible = [fact for fact, held in counted if held is not False]
    if workload.unit is None:
        places = {
            Place(binds=len(open_among(facts, occasion, proven=each)) < workload.at_most)
            for facts, each in ((sure, False), (possible, True))
        }
    else:
        places = {placed(occasion, workload, workload.unit, facts) for facts in (sure, possible)}
    if own is None:
        places.add(Place())
    if len(places) > 1:
        doubtful = [fact for fact, held in counted if held is None]
        names = [name for fact in doubtful for name in lacking(fact, occasion, workload)]
        if workload.unit is None:
            names += (name for fact in possible for each in endings(fact, occasion) for name in each.missing)
        raise UnmeasuredError(names)
    return places.pop()


def counts(fact: Fact, occasion: Occasion, workload: Workload) -> bool | None:
    """Whether a fact is one of those among which the trigger stands."""
    bound = {workload.counted.variable: fact}
    fits = truth(workload.counted.where, bound, occasion.agreement.zone, occasion.reading)
    return all_of((fits, *(same(fact, occasion.trigger, each) for each in workload.each)))


def same(fact: Fact, other: Fact | None, field: str) -> bool | None:
    """Whether two facts are alike in a field."""
    one, two = fact.values[field], None if other is None else other.values[field]
    return None if one is None or two is None else one == two


def lacking(fact: Fact, occasion: Occasion, workload: Workload) -> Iterator[str]:
    """The absent fields for want of which it is unknown whether a fact counts."""
    bound = {workload.counted.variable: fact}
    yield from unknowns(workload.counted.where, bound, occasion.agreement.zone, occasion.reading)
    for each in (fact, occasion.trigger):
        if each is not None:
            yield from (f"{id_of(each)}.{field}" for field in workload.each if each.values[field] is None)


def open_among(facts: Sequence[Fact], occasion: Occasion, *, proven: bool) -> list[Fact]:
    """The facts before the trigger that are open when it comes; only what is proven, or also what is
    possible, has ended one."""
    earlier = facts[: next(place for place, fact in enumerate(facts) if fact is occasion.trigger)]
    ended = {
        id_of(fact)
        for fact in earlier
        for each in endings(fact, occasion)
        if each.at <= occasion.at and (each.proven or not proven)
    }
    return [fact for fact in earlier if id_of(fact) not in ended]


def endings(fact: Fact, occasion: Occasion) -> Iterator[Match]:
    """What may have fulfilled another case of this duty, at its instant or later, by `as of`."""
    on, fulfilments = occasion.duty.occasion, occasion.duty.fulfilments
    assert isinstance(on, OnTrigger) and isinstance(fulfilments, tuple), "only a trigger has a workload"
    bound = {on.trigger.variable: fact}
    for selection in fulfilments:
        for each in matching(selection, occasion.reading, bound, occasion.agreement.zone):
            if occasion.reading.book.at(fact) <= each.at <= occasion.as_of:
                yield each


def window_of(unit: WindowUnit | ClockUnit, at: Instant, zone: str) -> int | dt.date:
    """The first day of an instant's civil window, or the number of its minute or hour on the UTC clock."""
    return at // LENGTHS[unit] if isinstance(unit, ClockUnit) else first_day(unit, date_at(at, zone))


def window_after(unit: WindowUnit | ClockUnit, window: int | dt.date) -> int | dt.date:
    """The next one."""
    if isinstance(window, int):
        return window + 1
    assert isinstance(unit, WindowUnit), "days make civil windows"
    return units_later(unit, window, 1)


def start_of(unit: WindowUnit | ClockUnit, window: int | dt.date, zone: str) -> Instant:
    """Where a window begins."""
    if isinstance(window, int):
        assert isinstance(unit, ClockUnit), "numbers are of minutes and hours"
        return window * LENGTHS[unit]
    return midnight(window, zone)


def placed(
    occasion: Occasion, workload: Workload, unit: WindowUnit | ClockUnit, facts: Sequence[Fact]
) -> Place:
    """The trigger's place among these facts, which are in order of (instant, key)."""
    zone, most = occasion.agreement.zone, workload.at_most
    own = window_of(unit, occasion.at, zone)
    windows = [window_of(unit, occasion.reading.book.at(fact), zone) for fact in facts]
    match workload.excess:
        case Excess.NOTHING_BINDS:
            return Place(binds=windows.count(own) <= most)
        case Excess.DOES_NOT_BIND:
            before = next(place for place, fact in enumerate(facts) if fact is occasion.trigger)
            return Place(binds=windows[:before].count(own) < most)
        case Excess.WAITS:
            taken: dict[object, int] = {}
            for fact, arrived in zip(facts, windows, strict=True):
                window = arrived
                while taken.get(window, 0) >= most:
                    window = window_after(unit, window)
                taken[window] = taken.get(window, 0) + 1
                if fact is occasion.trigger:
                    return Place(waits_until=None if window == arrived else start_of(unit, window, zone))
            return Place()


def workload_text(workload: Workload) -> str:
    """`10 in each calendar day for each qvi`, `3 at once`: the bound in the policy's words."""
    room = "at once" if workload.unit is None else f"in each {workload.unit.value}"
    each = f" for each {', '.join(workload.each)}" if workload.each else ""
    return f"{workload.at_most} {room}{each}"
