"""The boundaries of a promise: where its verdict turns, and where calendars play their tricks."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from engine.definition.civil import date_at, midnight, midnight_after
from engine.model.agreement import Agreement
from engine.model.calendar import Elapsed
from engine.model.deadline import ByClass, Judged, Limit, SingleLimit, Within
from engine.model.example import Example
from engine.model.expression import ClockDuration, FieldOf
from engine.model.fact import Lasts
from engine.model.measure import Aggregated, ShareWithin, Uptime
from engine.model.obligation import Duty, Obligation, Target
from engine.model.period import CalendarWindows, WindowUnit
from engine.model.quantity import DAY, Instant
from engine.model.snapshot import Snapshot
from engine.model.verdict import Due, Exact, InWindow, State, Verdict

HORIZON = 4 * 366
"""Days within which a term without an end is searched for a change of the clocks and a leap day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """An obligation, and the policy set that it stands in."""

    snapshot: Snapshot
    obligation: Obligation

    @property
    def agreement(self) -> Agreement:
        """The agreement that it is part of."""
        return self.snapshot.agreements[self.obligation.terms.agreement]

    @property
    def zone(self) -> str:
        """The agreement's zone."""
        return self.agreement.zone


class Boundary(StrEnum):
    """A place where a promise is easily misread."""

    LAST_MOMENT = "fulfilled at the last moment"
    TOO_LATE = "fulfilled a microsecond too late"
    AT_BOUND = "the value exactly at its bound"
    BEYOND_BOUND = "the value just beyond its bound"
    FIRST_INSTANT = "a record at the first instant of a window"
    LAST_INSTANT = "a record at the last instant of a window"
    ACROSS_EDGE = "an outage across a window's edge"
    CLOCK_CHANGE = "a day on which the clocks change"
    LEAP_DAY = "a leap day"


def boundaries(promise: Promise) -> Iterator[Boundary]:
    """The boundaries that the promise has."""
    agreement = promise.agreement
    match promise.obligation:
        case Duty(limit=limit, fulfilments=fulfilments):
            if isinstance(fulfilments, tuple):
                yield Boundary.LAST_MOMENT
                yield Boundary.TOO_LATE
            if not all(_is_elapsed(each) for each in _limits(limit)):
                yield from _days(agreement)
        case Target(measure=measure, windows=windows):
            match measure:
                case Uptime():
                    yield Boundary.AT_BOUND
                    yield Boundary.BEYOND_BOUND
                    yield Boundary.ACROSS_EDGE
                case Aggregated() | ShareWithin():
                    yield Boundary.FIRST_INSTANT
                    yield Boundary.LAST_INSTANT
                case _:
                    return
            if isinstance(windows, CalendarWindows) and windows.unit in (
                WindowUnit.DAY,
                WindowUnit.WEEK,
                WindowUnit.MONTH,
            ):
                yield from _days(agreement)
        case _:
            return


def _days(agreement: Agreement) -> Iterator[Boundary]:
    if clock_change(agreement) is not None:
        yield Boundary.CLOCK_CHANGE
    if leap_day(agreement) is not None:
        yield Boundary.LEAP_DAY


def _limits(limit: Limit) -> tuple[SingleLimit, ...]:
    if isinstance(limit, Judged):
        return ()
    return tuple(limit.limits.values()) if isinstance(limit, ByClass) else (limit,)


def _is_elapsed(limit: SingleLimit) -> bool:
    """Whether the deadline hangs on no calendar: elapsed time knows neither clocks nor leap days."""
    return (
        isinstance(limit, Within)
        and isinstance(limit.duration, ClockDuration)
        and isinstance(limit.duration.clock, Elapsed)
    )


def clock_change(agreement: Agreement) -> dt.date | None:
    """The first day of the term that is not 24 hours long in the agreement's zone."""
    return _first(
        agreement, lambda day: midnight_after(day, agreement.zone) - midnight(day, agreement.zone) != DAY
    )


@lru_cache(maxsize=10_000)
def _is_long_or_short(day: dt.date, zone: str) -> bool:
    return midnight_after(day, zone) - midnight(day, zone) != DAY


def leap_day(agreement: Agreement) -> dt.date | None:
    """The first 29 February of the term."""
    return _first(agreement, lambda day: (day.month, day.day) == (2, 29))


def _first(agreement: Agreement, fits: Callable[[dt.date], bool]) -> dt.date | None:
    first = agreement.term.start
    last = min(agreement.term.through or dt.date.max, first + dt.timedelta(days=HORIZON))
    days = (first + dt.timedelta(days=count) for count in range((last - first).days + 1))
    return next((day for day in days if fits(day)), None)


# Which of them a verdict stands on


def stands_on(boundary: Boundary, promise: Promise, example: Example, verdict: Verdict) -> bool:
    """Whether the example's verdict tries the boundary."""
    match boundary:
        case Boundary.LAST_MOMENT:
            return verdict.state is State.MET and _slack(verdict) == 0
        case Boundary.TOO_LATE:
            return verdict.state is State.BREACHED and _slack(verdict) == -1
        case Boundary.AT_BOUND:
            return (
                isinstance(verdict.measured, Exact)
                and verdict.bound is not None
                and verdict.measured.value == verdict.bound.value
            )
        case Boundary.BEYOND_BOUND:
            return verdict.state is State.BREACHED and _is_just_beyond(verdict)
        case Boundary.FIRST_INSTANT:
            return any(at == _window(verdict).start for at in record_instants(promise, example))
        case Boundary.LAST_INSTANT:
            return any(at == _window(verdict).end - 1 for at in record_instants(promise, example))
        case Boundary.ACROSS_EDGE:
            edges = (_window(verdict).start, _window(verdict).end)
            return any(a < edge < b for a, b in outage_spans(promise, example) for edge in edges)
        case Boundary.CLOCK_CHANGE:
            return any(_is_long_or_short(day, promise.zone) for day in _days_of(verdict, promise.zone))
        case Boundary.LEAP_DAY:
            return any((day.month, day.day) == (2, 29) for day in _days_of(verdict, promise.zone))


def last_in_time(due: Due) -> Instant:
    """The last instant at which fulfilment is in time."""
    if due.last_moment is not None:
        return due.last_moment
    return due.at if due.inclusive else due.at - 1


def _slack(verdict: Verdict) -> Instant | None:
    if verdict.due is None or verdict.fulfilled_at is None:
        return None
    return last_in_time(verdict.due) - verdict.fulfilled_at


def _is_just_beyond(verdict: Verdict) -> bool:
    """A microsecond of bad time less would have kept the bound."""
    denominator = verdict.counts.get("denominator", 0)
    if not isinstance(verdict.measured, Exact) or verdict.bound is None or not denominator:
        return False
    return abs(verdict.measured.value - verdict.bound.value) * denominator <= 1


def _window(verdict: Verdict) -> InWindow:
    assert isinstance(verdict.occasion, InWindow)
    return verdict.occasion


def record_instants(promise: Promise, example: Example) -> Iterator[Instant]:
    """The instants by which the example's records belong to windows, where a field holds them."""
    obligation = promise.obligation
    if not isinstance(obligation, Target) or not isinstance(obligation.measure, Aggregated | ShareWithin):
        return
    belongs = obligation.measure.records.belongs
    if isinstance(belongs, FieldOf):
        for fact in example.given:
            if fact.kind == belongs.kind and isinstance(at := fact.values.get(belongs.field), int):
                yield at


def outage_spans(promise: Promise, example: Example) -> Iterator[tuple[Instant, Instant]]:
    """The outages that the example gives."""
    measure = promise.obligation.measure if isinstance(promise.obligation, Target) else None
    for fact in example.given if isinstance(measure, Uptime) and not measure.covering else ():
        timing = promise.snapshot.kinds[fact.kind].timing
        if isinstance(measure, Uptime) and fact.kind == measure.outages.kind and isinstance(timing, Lasts):
            a, b = fact.values.get(timing.start), fact.values.get(timing.end)
            if isinstance(a, int):
                yield a, b if isinstance(b, int) else example.as_of


@lru_cache(maxsize=1_000)
def _days_between(a: dt.date, b: dt.date) -> tuple[dt.date, ...]:
    return tuple(a + dt.timedelta(days=count) for count in range((b - a).days + 1))


def _days_of(verdict: Verdict, zone: str) -> tuple[dt.date, ...]:
    """The civil days from the occasion to its end or its deadline."""
    match verdict.occasion:
        case InWindow(start=start, end=end):
            until = end - 1 if verdict.due is None else last_in_time(verdict.due)
        case occasion:
            start = occasion.at
            until = start if verdict.due is None else last_in_time(verdict.due)
    first = date_at(start, zone)
    return _days_between(first, max(first, date_at(until, zone)))
