"""When a length of time is over, whenever in a year it begins: from starts to last moments."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import TypeAlias, assert_never
from zoneinfo import ZoneInfo

from engine.graph.money.civil_days import months_later
from engine.graph.viability.intervals import Stretch
from engine.graph.viability.limits import Limit
from engine.graph.viability.term import day_of
from engine.model.calendar import Clock, DatedCalendar, Elapsed
from engine.model.deadline import DayEnd
from engine.model.expression import BusinessDays, ClockDuration, Months
from engine.model.instants import instant_of, moment_of
from engine.model.quantity import Instant, Microseconds

ONE_DAY = timedelta(days=1)

LastMoment: TypeAlias = Callable[[Instant], Instant | None]
"""The last instant that is in time for what begins at one; none where the horizon does not hold it."""


@dataclass(frozen=True, kw_only=True)
class Runs:
    """The stretches in which a clock counts, and what it has counted before each."""

    stretches: Sequence[Stretch]

    @cached_property
    def before(self) -> Sequence[Microseconds]:
        """What was counted before each stretch, and after the last."""
        return [0, *accumulate(end - start for start, end in self.stretches)]

    @cached_property
    def starts(self) -> Sequence[Instant]:
        """Where each stretch begins."""
        return [start for start, _ in self.stretches]

    def counted(self, at: Instant) -> Microseconds:
        """What has been counted until an instant."""
        place = bisect_right(self.starts, at) - 1
        if place < 0:
            return 0
        start, end = self.stretches[place]
        return self.before[place] + min(at, end) - start

    def first(self, count: Microseconds) -> Instant | None:
        """The first instant at which so much, and not nothing, has been counted."""
        place = bisect_left(self.before, count) - 1
        return None if count > self.before[-1] else self.starts[place] + count - self.before[place]

    def last(self, count: Microseconds) -> Instant | None:
        """The last instant at which so much has been counted: where the clock then stands still, as it runs
        again (S4.1)."""
        place = bisect_right(self.before, count) - 1
        return None if place >= len(self.stretches) else self.starts[place] + count - self.before[place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What lengths beneath take of the one above, counted as that is and rounded up to whole seconds or days,
    for what begins at `start`, where they take most of it; `is_over`: more than it gives from some start.

    Nothing is told of what they take where it is less than whole days are given.
    """

    amount: Fraction
    start: Instant | None
    is_over: bool


class Horizon:
    """The starts of a reference year, and the year after it in which what began then may end; with what was
    worked out of them."""

    def __init__(
        self, start: Instant, end: Instant, open_time: Callable[[Clock, Instant, Instant], Sequence[Stretch]]
    ) -> None:
        self.start, self.end, self.until = start, end, end + (end - start)
        self._open_time = open_time
        self._runs: dict[Clock, Runs] = {}
        self._closings: dict[DatedCalendar, Mapping[date, Instant]] = {}
        self._last_moments: dict[Limit, LastMoment] = {}
        self.taken: dict[tuple[Limit, ...], Taken | None] = {}
        self.most_carried: dict[tuple[Limit | int, ...], Fraction | None] = {}

    def runs(self, clock: Clock) -> Runs:
        """When a clock counts."""
        if clock not in self._runs:
            self._runs[clock] = Runs(stretches=self._open_time(clock, self.start, self.until))
        return self._runs[clock]

    def last_moment(self, limit: Limit) -> LastMoment:
        """The last instant in time, from each start (S4.1 to S4.4)."""
        if limit not in self._last_moments:
            like = limit.like
            is_on_clock = isinstance(like, ClockDuration)
            self._last_moments[limit] = (
                self._on_clock(limit, like.clock) if is_on_clock else self._in_days(limit)
            )
        return self._last_moments[limit]

    def _on_clock(self, limit: Limit, clock: Clock) -> LastMoment:
        length = int(limit.amount)
        if isinstance(clock, Elapsed):
            return lambda at: at + length - limit.strict
        runs = self.runs(clock)

        def last(at: Instant) -> Instant | None:
            count = runs.counted(at) + length
            if not limit.strict:
                return runs.last(count)
            found = runs.first(count)
            return None if found is None else found - 1

        return last

    def _in_days(self, limit: Limit) -> LastMoment:
        zone, number, like = zone_of(limit), int(limit.amount), limit.like
        calendar = like.calendar if isinstance(like, BusinessDays) else limit.closing
        closings: Mapping[date, Instant] = {} if calendar is None else self.closings(calendar)
        opens = sorted(closings)
        rolls = self.runs(like.calendar) if isinstance(like, BusinessDays) and limit.rolls else None

        def last_day(day: date) -> date | None:
            if isinstance(like, Months):
                return months_later(day, number)
            if not isinstance(like, BusinessDays):
                return day + number * ONE_DAY
            place = bisect_right(opens, day) - 1 + number
            return day if not number else opens[place] if 0 <= place < len(opens) else None

        def last(at: Instant) -> Instant | None:
            begun: Instant | None = at
            if rolls is not None and at > closings.get(day_of(at, zone), at - 1):
                begun = rolls.last(rolls.counted(at))
            day = None if begun is None else last_day(day_of(begun, zone))
            return None if begun is None or day is None else over(day, begun)

        def over(day: date, begun: Instant) -> Instant | None:
            match limit.day_end:
                case DayEnd.MIDNIGHT:
                    return midnight(day + ONE_DAY, zone) - 1
                case DayEnd.SAME_TIME:
                    time = moment_of(begun).astimezone(ZoneInfo(zone)).time()
                    return instant_of(datetime.combine(day, time, ZoneInfo(zone))) - limit.strict
                case DayEnd.CLOSE_OF_BUSINESS:
                    place = bisect_right(opens, day) - 1
                    return None if place < 0 else closings[opens[place]] - limit.strict
                case _:
                    assert_never(limit.day_end)

        return last

    def closings(self, calendar: DatedCalendar) -> Mapping[date, Instant]:
        """The last closing of each day on which a calendar opens."""
        if calendar in self._closings:
            return self._closings[calendar]
        found: dict[date, Instant] = {}
        for start, end in self.runs(calendar).stretches:
            day, last = day_of(start, calendar.zone), day_of(end - 1, calendar.zone)
            while day <= last:
                found[day] = min(end, midnight(day + ONE_DAY, calendar.zone))
                day += ONE_DAY
        self._closings[calendar] = found
        return found

    def turns(self, limit: Limit) -> Iterator[Instant]:
        """The starts at which the way from start to last moment jumps or bends; one may be told twice."""
        if isinstance(limit.like, ClockDuration):
            yield from self._turns_on_clock(limit, limit.like.clock)
            return
        zone = zone_of(limit)
        day, last = day_of(self.start, zone), day_of(self.until, zone)
        while day <= last:
            yield midnight(day, zone)
            day += ONE_DAY
        if isinstance(limit.like, BusinessDays):
            for start, end in self.runs(limit.like.calendar).stretches:
                yield from (start, end, end + 1)

    def _turns_on_clock(self, limit: Limit, clock: Clock) -> Iterator[Instant]:
        if isinstance(clock, Elapsed):
            return
        runs = self.runs(clock)
        for start, end in runs.stretches:
            yield from (start, end)
        for count in runs.before:
            begun = count - int(limit.amount)
            if begun >= 0:
                found = (runs.first(begun), runs.last(begun))
                yield from (each for each in found if each is not None)


def zone_of(limit: Limit) -> str:
    """The zone whose civil days a limit counts."""
    return limit.like.calendar.zone if isinstance(limit.like, BusinessDays) else limit.zone


@lru_cache(maxsize=20_000)
def midnight(day: date, zone: str) -> Instant:
    """The first instant of a civil day."""
    return instant_of(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)))
