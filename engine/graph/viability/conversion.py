"""The most that a length of time beneath may take on the clock above, where the two count differently."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate

from engine.graph.viability.ground import Ground
from engine.graph.viability.intervals import Stretch, length, without
from engine.graph.viability.term import day_of
from engine.model.calendar import Clock, DatedCalendar, Elapsed
from engine.model.expression import BusinessDays, CalendarDays, ClockDuration, Duration, Months
from engine.model.quantity import DAY, HOUR, Instant, Microseconds


def same_clock(one: Duration, other: Duration) -> bool:
    """Whether two lengths are counted alike, so that they may simply be added."""
    match one, other:
        case ClockDuration(), ClockDuration():
            return one.clock == other.clock
        case BusinessDays(), BusinessDays():
            return one.calendar == other.calendar
        case _:
            return type(one) is type(other)


def amount(duration: Duration) -> Fraction:
    """How much of its own clock a length is: microseconds, days or months."""
    match duration:
        case ClockDuration(length=counted):
            return Fraction(counted)
        case CalendarDays(days=count) | BusinessDays(days=count):
            return Fraction(count)
        case Months(months=count):
            return Fraction(count)


def at_worst(ground: Ground, duration: Duration, clock: Clock) -> Microseconds | None:
    """The longest that a length may take on a clock, whenever in the reference year it begins.

    Nothing where its own clock never counts so much in the year. Time counted on a clock that counts whenever
    the other one does takes no more of the other. A limit on a clock that stands still at its last moment
    lasts until it runs again (S4.1). Days last from the first instant of day 0 to the end of the last one,
    the longest of them 25 hours.
    """
    match duration:
        case ClockDuration(length=counted, clock=Elapsed()):
            return counted
        case ClockDuration(length=counted, clock=own):
            if own == clock:
                return counted
            runs, asked = ground.open_in_year(own), ground.open_in_year(clock)
            if not any(True for _ in without(asked, runs)):
                return counted
            return _longest(runs, counted, asked)
        case CalendarDays(days=count):
            return (count + 1) * DAY + HOUR
        case Months(months=count):
            return (count * 31 + 1) * DAY + HOUR
        case BusinessDays(days=count, calendar=calendar):
            return _longest_days(ground, calendar, count)


def at_least(duration: Duration) -> Microseconds:
    """The shortest time that a length in days gives: from the end of day 0, a day less an hour."""
    match duration:
        case ClockDuration(length=counted):
            return counted
        case CalendarDays(days=count) | BusinessDays(days=count):
            return max(0, count * DAY - HOUR)
        case Months(months=count):
            return max(0, count * 28 * DAY - HOUR)


def _longest(runs: Sequence[Stretch], counted: Microseconds, asked: Sequence[Stretch]) -> Microseconds | None:
    """The most of `asked` between a start and the last instant at which the clock has counted no more.

    It is the most where the start is the end of a stretch, or where the count ends with one.
    """
    if length(runs) < counted or not runs:
        return None
    before = [0, *accumulate(end - start for start, end in runs)]

    def counted_until(at: Instant) -> Microseconds:
        place = bisect_right(runs, (at, at)) - 1
        return 0 if place < 0 else before[place] + min(at, runs[place][1]) - runs[place][0]

    def last_instant(count: Microseconds) -> Instant | None:
        """The last instant at which so much has been counted."""
        place = bisect_right(before, count) - 1
        return None if place >= len(runs) else runs[place][0] + count - before[place]

    def first_instant(count: Microseconds) -> Instant:
        place = max(0, bisect_left(before, count) - 1)
        return runs[place][0] + count - before[place] if count else runs[0][0]

    def asked_until(at: Instant) -> Microseconds:
        place = bisect_right(asked, (at, at)) - 1
        return 0 if place < 0 else asked_before[place] + min(at, asked[place][1]) - asked[place][0]

    asked_before = [0, *accumulate(end - start for start, end in asked)]
    longest: Microseconds | None = None
    for _, end in runs:
        stands = counted_until(end)
        for start, count in ((end, stands + counted), (first_instant(max(0, stands - counted)), stands)):
            until = last_instant(count)
            if count >= counted and until is not None:
                taken = asked_until(until) - asked_until(start)
                longest = taken if longest is None else max(longest, taken)
    return longest


def _longest_days(ground: Ground, calendar: DatedCalendar, count: int) -> Microseconds | None:
    """From the first instant of any day of the year to the end of the last of so many open days after it."""
    opens = sorted({day_of(start, calendar.zone) for start, _ in ground.open_in_year(calendar)})
    if len(opens) <= count:
        return None
    # The longest wait begins on an open day, or on the first closed day after one; the former covers both.
    return max(
        ((opens[place + count] - opens[place]).days + 1) * DAY + HOUR for place in range(len(opens) - count)
    )
