"""Workload bounds: which occasions of a window bind, and from when on (S4.8)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.definition.book import id_of
from engine.definition.civil import date_at, midnight
from engine.definition.conditions import all_of, truth, unknowns
from engine.definition.following import Occasion, UnmeasuredError
from engine.definition.windows import first_day, units_later
from engine.model.fact import Fact
from engine.model.obligation import Excess, Workload
from engine.model.quantity import Instant


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
    places = {placed(occasion, workload, facts) for facts in (sure, possible)}
    if own is None:
        places.add(Place())
    if len(places) > 1:
        doubtful = (fact for fact, held in counted if held is None)
        raise UnmeasuredError([name for fact in doubtful for name in lacking(fact, occasion, workload)])
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


def placed(occasion: Occasion, workload: Workload, facts: Sequence[Fact]) -> Place:
    """The trigger's place among these facts, which are in order of (instant, key)."""
    zone, unit, most = occasion.agreement.zone, workload.unit, workload.at_most
    own = first_day(unit, date_at(occasion.at, zone))
    days = [first_day(unit, date_at(occasion.reading.book.at(fact), zone)) for fact in facts]
    match workload.excess:
        case Excess.NOTHING_BINDS:
            return Place(binds=days.count(own) <= most)
        case Excess.DOES_NOT_BIND:
            before = next(place for place, fact in enumerate(facts) if fact is occasion.trigger)
            return Place(binds=days[:before].count(own) < most)
        case Excess.WAITS:
            taken: dict[object, int] = {}
            for fact, arrived in zip(facts, days, strict=True):
                day = arrived
                while taken.get(day, 0) >= most:
                    day = units_later(unit, day, 1)
                taken[day] = taken.get(day, 0) + 1
                if fact is occasion.trigger:
                    return Place(waits_until=None if day == arrived else midnight(day, zone))
            return Place()


def workload_text(workload: Workload) -> str:
    """`10 in each calendar day for each qvi`: the bound in the policy's words."""
    each = f" for each {', '.join(workload.each)}" if workload.each else ""
    return f"{workload.at_most} in each {workload.unit.value}{each}"
