"""Deadlines: the last moment at which something is still in time (S4)."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from engine.definition.calendars import (
    ONE_DAY,
    STANDSTILL,
    business_days_between,
    counted,
    last_closing,
    next_opening,
    openings,
    opens_on,
    runs_out,
)
from engine.definition.civil import (
    date_at,
    instant_of,
    last_date_before,
    midnight_after,
    months_later,
    time_at,
    whole_day,
)
from engine.definition.intervals import Stretch, common, length, without
from engine.definition.notice import latest_before, zone_of
from engine.definition.windows import first_day, units_later
from engine.model.calendar import DatedCalendar
from engine.model.deadline import (
    AtLeastBefore,
    ByBusinessDay,
    ByInstant,
    DayEnd,
    LateArrivals,
    PausedDay,
    SingleLimit,
    Within,
)
from engine.model.expression import (
    BusinessDays,
    CalendarDays,
    ClockDuration,
    Duration,
    Months,
    NoticeCounting,
)
from engine.model.quantity import BUSINESS_DAYS, CALENDAR_DAYS, SECONDS, Instant, Microseconds, Unit
from engine.model.verdict import Due

DayDuration: TypeAlias = CalendarDays | BusinessDays | Months


@dataclass(frozen=True, slots=True, kw_only=True)
class DayWalked:
    """One day of a deadline's walk: counted as number `number`, or skipped and why (S4.6)."""

    date: dt.date
    number: int | None
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """When a limit ends, from where it was counted, and the days that were walked to get there.

    `due` is absent where a clock never counts so much: then everything is in time.
    """

    limit: SingleLimit
    start: Instant | None
    due: Due | None
    days: tuple[DayWalked, ...] = ()
    rolled_to: Instant | None = None
    paused: tuple[Stretch, ...] = ()

    def allows(self, at: Instant) -> bool:
        """Whether `at` is in time."""
        last = self.last_moment
        return last is None or at <= last

    @property
    def last_moment(self) -> Instant | None:
        """The last instant that is in time (S4.1)."""
        if self.due is None:
            return None
        if self.due.last_moment is not None:
            return self.due.last_moment
        return self.due.at if self.due.inclusive else self.due.at - 1

    @property
    def clock_duration(self) -> ClockDuration | None:
        """What is allowed, where a clock counts it from the start on (S4.1)."""
        allowed = self.limit.duration if isinstance(self.limit, Within) else None
        return allowed if isinstance(allowed, ClockDuration) else None


def clock_deadline(
    limit: Within, allowed: ClockDuration, start: Instant, paused: Sequence[Stretch]
) -> Deadline:
    """D on a clock: n(e) ≤ D, or n(e) < D when strict (S4.1)."""
    found = runs_out(allowed.clock, start, allowed.length, paused)
    if found is None:
        return Deadline(limit=limit, start=start, due=None, paused=tuple(paused))
    at, last = found
    later = last if last > at and not limit.strict else None
    due = Due(at=at, inclusive=not limit.strict, last_moment=later)
    return Deadline(limit=limit, start=start, due=due, paused=tuple(paused))


def is_paused(time: Sequence[Stretch], paused: Sequence[Stretch], when: PausedDay) -> bool:
    """Whether a day with this counted time is paused: when all or when any of it is (S4.6)."""
    if when is PausedDay.ALL:
        return bool(time) and not without(time, paused)
    return length(common(time, paused)) > 0


def days_from(
    first: dt.date,
    number: int,
    time_of: Callable[[dt.date], Sequence[Stretch]],
    paused: Sequence[Stretch],
    when: PausedDay,
) -> list[DayWalked]:
    """The days after day 0 until `number` are counted; days without time or paused are skipped (S4.3, S4.6).

    Empty where the calendar does not open so often.
    """
    walked: list[DayWalked] = []
    day, count = first, 0
    for _ in range(STANDSTILL + number):
        if count == number:
            return walked
        day += ONE_DAY
        time = time_of(day)
        if not time:
            walked.append(DayWalked(date=day, number=None, why="closed"))
        elif is_paused(time, paused, when):
            walked.append(DayWalked(date=day, number=None, why="paused"))
        else:
            count += 1
            walked.append(DayWalked(date=day, number=count))
    return []


def day_deadline(
    limit: Within,
    allowed: DayDuration,
    start: Instant,
    day: dt.date,
    time: Microseconds,
    paused: Sequence[Stretch],
    when: PausedDay,
) -> Deadline:
    """D in days: the day of the start is day 0, and the deadline ends on day D (S4.2, S4.3, S4.4, S4.6)."""
    zone = zone_of(allowed, limit.zone)
    rolled_to = None
    if isinstance(allowed, BusinessDays):
        calendar, number = allowed.calendar, allowed.days
        today = openings(calendar, day)
        if limit.late_arrivals is LateArrivals.ROLL and (not today or start > today[-1][1]):
            rolled_to = next_opening(calendar, start)
            if rolled_to is None:
                return Deadline(limit=limit, start=start, due=None)
            day, time = date_at(rolled_to, zone), time_at(rolled_to, zone)
        walked = days_from(day, number, lambda each: openings(calendar, each), paused, when)
    else:
        calendar = limit.closing
        number = allowed.days if isinstance(allowed, CalendarDays) else days_in(day, allowed.months, zone)
        walked = days_from(day, number, lambda each: whole_day(each, zone), paused, when)
    if number and not walked:
        return Deadline(limit=limit, start=start, due=None, rolled_to=rolled_to)
    last = walked[-1].date if walked else day
    due = due_on(last, limit.day_end, time, calendar, zone, limit.strict)
    return Deadline(
        limit=limit, start=start, due=due, days=tuple(walked), rolled_to=rolled_to, paused=tuple(paused)
    )


def days_in(day: dt.date, months: int, zone: str) -> int:
    """The civil days that months from a day on hold, so that paused ones can be skipped (S4.4, S4.6)."""
    distance = (months_later(day, months) - day).days
    return sum(bool(whole_day(day + number * ONE_DAY, zone)) for number in range(1, distance + 1))


def due_on(
    day: dt.date, ends: DayEnd, time: Microseconds, calendar: DatedCalendar | None, zone: str, strict: bool
) -> Due | None:
    """How a deadline's last day ends (S4.2)."""
    match ends:
        case DayEnd.MIDNIGHT:
            return Due(at=midnight_after(day, zone), inclusive=False, date=day)
        case DayEnd.SAME_TIME:
            return Due(at=instant_of(day, time, zone), inclusive=not strict, date=day)
        case DayEnd.CLOSE_OF_BUSINESS:
            closing = None if calendar is None else last_closing(calendar, day)
            return None if closing is None else Due(at=closing, inclusive=not strict, date=day)
        case _:
            assert_never(ends)


def within(limit: Within, start: Instant, paused: Sequence[Stretch], when: PausedDay) -> Deadline:
    """`within D of start` (S4.1–S4.4)."""
    allowed = limit.duration
    if isinstance(allowed, ClockDuration):
        return clock_deadline(limit, allowed, start, paused)
    zone = zone_of(allowed, limit.zone)
    day, time = date_at(start, zone), time_at(start, zone)
    return unrevived(lambda known: day_deadline(limit, allowed, start, day, time, known, when), paused)


def within_end(limit: Within, end: Instant, paused: Sequence[Stretch], when: PausedDay) -> Deadline:
    """`within D of the end of m`: a period's end belongs to its last civil day (S2.3)."""
    allowed = limit.duration
    if isinstance(allowed, ClockDuration):
        return clock_deadline(limit, allowed, end, paused)
    zone = zone_of(allowed, limit.zone)
    day = last_date_before(end, zone)
    time = time_at(end - 1, zone) + 1
    return unrevived(lambda known: day_deadline(limit, allowed, end, day, time, known, when), paused)


def unrevived(counted: Callable[[Sequence[Stretch]], Deadline], paused: Sequence[Stretch]) -> Deadline:
    """The deadline without the pauses that begin after its last moment: a breach is never revived (S4.6)."""
    known: Sequence[Stretch] = ()
    while True:
        deadline = counted(known)
        last = deadline.last_moment
        in_time = paused if last is None else [each for each in paused if each[0] <= last]
        if len(in_time) == len(known):
            return deadline
        known = in_time


def by_instant(limit: ByInstant, at: Instant) -> Deadline:
    """`by t`: e ≤ t; `before t`: e < t (S4.5)."""
    return Deadline(limit=limit, start=None, due=Due(at=at, inclusive=not limit.strict))


def at_least_before(limit: AtLeastBefore, at: Instant) -> Deadline:
    """`at least D before t` (S4.5)."""
    latest = latest_before(at, limit.lead, limit.counting, limit.zone)
    due = None if latest is None else Due(at=latest.at, inclusive=latest.inclusive, date=latest.date)
    return Deadline(limit=limit, start=None, due=due)


def by_business_day(limit: ByBusinessDay, anchor: dt.date, time: Microseconds) -> Deadline | None:
    """`by business day N on K of P`: the Nth day of P on which K opens (S4.4); None where P has fewer."""
    first = units_later(limit.unit, first_day(limit.unit, anchor), limit.shift)
    days = (units_later(limit.unit, first, 1) - first).days
    opened = [day for number in range(days) if opens_on(limit.calendar, day := first + number * ONE_DAY)]
    if len(opened) < limit.number:
        return None
    walked = (
        DayWalked(date=day, number=number) for number, day in enumerate(opened[: limit.number], start=1)
    )
    due = due_on(opened[limit.number - 1], limit.day_end, time, limit.calendar, limit.zone, False)
    return Deadline(limit=limit, start=None, due=due, days=tuple(walked))


def lateness(deadline: Deadline, at: Instant) -> tuple[Microseconds | int, Unit] | None:
    """How late `at` is, on the same clock or in whole days of the limit (S4.7)."""
    due = deadline.due
    if due is None:
        return None
    match deadline.limit:
        case Within(duration=allowed, zone=zone):
            if isinstance(allowed, ClockDuration) and deadline.start is not None:
                run = counted(allowed.clock, deadline.start, at, deadline.paused)
                return run - allowed.length, allowed.unit
            return days_late(allowed, due, at, zone)
        case AtLeastBefore(lead=lead, zone=zone):
            if isinstance(lead, ClockDuration):
                return counted(lead.clock, due.at, at), lead.unit
            return days_late(lead, due, at, zone)
        case ByBusinessDay(calendar=calendar, zone=zone):
            return days_late(BusinessDays(days=1, calendar=calendar), due, at, zone)
        case ByInstant():
            return at - due.at, SECONDS
        case _:
            assert_never(deadline.limit)


def days_late(allowed: Duration, due: Due, at: Instant, zone: str) -> tuple[int, Unit] | None:
    """Whole civil days, or business days, from the due date to the civil date of `at` (S4.7).

    Business days are civil days of their calendar's zone, here too (S4.3).
    """
    if due.date is None:
        return None
    if isinstance(allowed, BusinessDays):
        day = date_at(at, zone_of(allowed, zone))
        return business_days_late(allowed.calendar, due.date, day), BUSINESS_DAYS
    return max(0, (date_at(at, zone) - due.date).days), CALENDAR_DAYS


def business_days_late(calendar: DatedCalendar, due: dt.date, day: dt.date) -> int:
    """The business days after the due date; none where a closing before it was the last moment (S4.2)."""
    return max(0, business_days_between(calendar, due, day))


def warned_from(deadline: Deadline, lead: Duration, zone: str) -> Instant | None:
    """The instant that lies `lead` before the deadline, from which on it is at risk (S7.1)."""
    if deadline.due is None:
        return None
    latest = latest_before(deadline.due.at, lead, NoticeCounting.SAME_TIME, zone)
    return None if latest is None else latest.at
