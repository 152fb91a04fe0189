"""Boundary examples that are missing, made from the examples that are there."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from engine.definition.civil import date_at, instant_of, midnight, time_at
from engine.examples.boundaries import (
    Boundary,
    Promise,
    clock_change,
    last_in_time,
    leap_day,
    outage_spans,
    record_instants,
    stands_on,
)
from engine.examples.example_to_text import quantity, text_of
from engine.examples.judge import judge
from engine.model.example import Example, Expectation
from engine.model.fact import Fact, InstantType, Lasts
from engine.model.measure import Uptime
from engine.model.obligation import Target
from engine.model.outcome import Outcome, Proposal
from engine.model.quantity import HOUR, Bound, Comparison, Instant, Microseconds
from engine.model.verdict import Exact, InWindow, State, Verdict

DECIDED = (State.MET, State.BREACHED, State.EXCUSED)


def propose(boundary: Boundary, promise: Promise, outcomes: Sequence[Outcome]) -> Proposal | None:
    """An example on the boundary, made from the first outcome that can be moved there; none if none can.

    Whatever was moved is judged anew, and proposed only if its verdict stands on the boundary.
    """
    for outcome in outcomes:
        for verdict in outcome.verdicts:
            if not any(each.is_of(verdict) for each in outcome.example.expects):
                continue
            for moved in _moved(boundary, promise, outcome.example, verdict):
                found = _standing(boundary, promise, moved, verdict.state)
                if found is not None:
                    is_windowed = isinstance(verdict.occasion, InWindow)
                    text = text_of(found, promise.snapshot, is_windowed=is_windowed)
                    id = promise.obligation.terms.id
                    return Proposal(obligation=id, boundary=boundary.value, text=text)
    return None


def _standing(boundary: Boundary, promise: Promise, example: Example, state: State) -> Example | None:
    """The example with the expectations that its verdicts on the boundary give.

    Where only the calendar is another, the state must be the same: a label that names another month in a text
    was not moved with the instants.
    """
    judged = judge(promise.snapshot, replace(example, expects=()))
    states = (state,) if boundary in (Boundary.CLOCK_CHANGE, Boundary.LEAP_DAY) else DECIDED
    fitting = [
        each
        for each in judged.verdicts
        if each.state in states and stands_on(boundary, promise, example, each)
    ]
    if not fitting:
        return None
    expects = tuple(_expectation(each, example, is_only=len(judged.verdicts) == 1) for each in fitting)
    return replace(example, expects=expects)


def _expectation(verdict: Verdict, example: Example, *, is_only: bool) -> Expectation:
    """The verdict as an author expects it: its state, when it was due, and what was measured."""
    due, measured = None, None
    if verdict.due is not None:
        due = verdict.due.date or verdict.due.at
    if isinstance(verdict.measured, Exact) and quantity(verdict.measured.value, verdict.measured.unit):
        measured = Bound(
            comparison=Comparison.AT_LEAST, value=verdict.measured.value, unit=verdict.measured.unit
        )
    return Expectation(
        state=verdict.state,
        occasion=None if is_only else verdict.identity[2],
        combination=() if is_only else verdict.combination,
        due=due,
        measured=measured,
        span=example.span,
    )


# How an example is moved to a boundary


def _moved(boundary: Boundary, promise: Promise, example: Example, verdict: Verdict) -> Iterator[Example]:
    """Examples that may stand on the boundary."""
    named = replace(example, name=f"{example.name}: {boundary.value}")
    window = verdict.occasion if isinstance(verdict.occasion, InWindow) else None
    match boundary:
        case Boundary.LAST_MOMENT | Boundary.TOO_LATE:
            yield from _fulfilled(named, promise, verdict, late=boundary is Boundary.TOO_LATE)
        case Boundary.AT_BOUND | Boundary.BEYOND_BOUND if window is not None:
            yield from _one_outage(
                named, promise, verdict, window, more=int(boundary is Boundary.BEYOND_BOUND)
            )
        case Boundary.ACROSS_EDGE if window is not None:
            for a, b in outage_spans(promise, example):
                length = min(max(b - a, 2), 2 * HOUR)
                yield from _outage_at(named, promise, window.end - length // 2, window.end + length // 2)
        case Boundary.FIRST_INSTANT | Boundary.LAST_INSTANT if window is not None:
            edge = window.start if boundary is Boundary.FIRST_INSTANT else window.end - 1
            for at in record_instants(promise, example):
                if window.start <= at < window.end:
                    yield _shifted(named, promise, edge - at)
        case Boundary.CLOCK_CHANGE:
            yield from _on_day(named, promise, verdict, clock_change(promise.agreement))
        case Boundary.LEAP_DAY:
            yield from _on_day(named, promise, verdict, leap_day(promise.agreement))
        case _:
            return


def _fulfilled(example: Example, promise: Promise, verdict: Verdict, *, late: bool) -> Iterator[Example]:
    """What fulfilled the duty, moved to the last instant in time or to the next."""
    if verdict.due is None or verdict.fulfilled_by is None:
        return
    at = last_in_time(verdict.due) + late
    kind, _, key = verdict.fulfilled_by.partition(":")
    field = promise.snapshot.kinds[kind].start_field
    given = tuple(
        _with(fact, field, at) if (fact.kind, fact.key) == (kind, key) else fact for fact in example.given
    )
    yield replace(example, given=given, as_of=max(example.as_of, at))


def _one_outage(
    example: Example, promise: Promise, verdict: Verdict, window: InWindow, *, more: Microseconds
) -> Iterator[Example]:
    """One outage that spends all that the bound allows, and `more`."""
    denominator = verdict.counts.get("denominator", 0)
    if verdict.bound is None or not verdict.bound.wants_high:
        return
    allowed = (1 - verdict.bound.value) * denominator
    for a, _ in outage_spans(promise, example):
        if allowed.denominator == 1 and window.start <= a < window.end:
            yield from _outage_at(example, promise, a, a + int(allowed) + more, until=window.end)


def _outage_at(
    example: Example, promise: Promise, a: Instant, b: Instant, *, until: Instant = 0
) -> Iterator[Example]:
    """The example's first outage from `a` to `b`, and no other."""
    assert isinstance(promise.obligation, Target) and isinstance(promise.obligation.measure, Uptime)
    kind = promise.obligation.measure.outages.kind
    timing = promise.snapshot.kinds[kind].timing
    first = next((fact for fact in example.given if fact.kind == kind), None)
    if first is not None and isinstance(timing, Lasts):
        outage = _with(_with(first, timing.start, a), timing.end, b)
        others = tuple(fact for fact in example.given if fact.kind != kind)
        yield replace(example, given=(outage, *others), as_of=max(example.as_of, b, until))


def _on_day(example: Example, promise: Promise, verdict: Verdict, day: dt.date | None) -> Iterator[Example]:
    """Everything moved by whole civil days, so that the occasion meets the day."""
    if day is None:
        return
    start = verdict.occasion.start if isinstance(verdict.occasion, InWindow) else verdict.occasion.at
    first = date_at(start, promise.zone)
    if isinstance(verdict.occasion, InWindow):
        shifted = _shifted_days(example, promise, (day.replace(day=1) - first).days)
        after = midnight(day + dt.timedelta(days=31), promise.zone)
        yield replace(shifted, as_of=max(shifted.as_of, after))
    else:
        for before in (1, 0):
            yield _shifted_days(example, promise, (day - first).days - before)


def _shifted(example: Example, promise: Promise, by: Microseconds) -> Example:
    given = tuple(_map_instants(fact, promise, lambda at: at + by) for fact in example.given)
    latest = max(at for fact in given for at in _instants(fact, promise).values())
    return replace(example, given=given, as_of=max(example.as_of, latest))


def _shifted_days(example: Example, promise: Promise, days: int) -> Example:
    def later(at: Instant) -> Instant:
        date = date_at(at, promise.zone) + dt.timedelta(days=days)
        return instant_of(date, time_at(at, promise.zone), promise.zone)

    given = tuple(_map_instants(fact, promise, later) for fact in example.given)
    return replace(example, given=given, as_of=later(example.as_of))


def _map_instants(fact: Fact, promise: Promise, move: Callable[[Instant], Instant]) -> Fact:
    """The fact with every instant moved."""
    moved = {name: move(at) for name, at in _instants(fact, promise).items()}
    return replace(fact, values={**fact.values, **moved})


def _instants(fact: Fact, promise: Promise) -> dict[str, Instant]:
    """The instants that the fact holds, by field."""
    return {
        field.name: value
        for field in promise.snapshot.kinds[fact.kind].fields
        if isinstance(field.type, InstantType) and isinstance(value := fact.values.get(field.name), int)
    }


def _with(fact: Fact, field: str, at: Instant) -> Fact:
    return replace(fact, values={**fact.values, field: at})
