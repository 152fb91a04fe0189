"""When the records of a share within a length fall due (S6.1), told as the deadlines of duties are (S4)."""

from fractions import Fraction

from engine.definition.deadlines import within
from engine.definition.windows import LAST_INSTANT
from engine.model.deadline import DayEnd, LateArrivals, PausedDay, Within
from engine.model.expression import BusinessDays, CalendarDays, ClockDuration, Duration
from engine.model.measure import DaysBetween, TimeBetween
from engine.model.quantity import Instant
from engine.model.verdict import Due

NEVER: Instant = LAST_INSTANT
"""No window holds it."""


def falls_due_at(value: TimeBetween | DaysBetween, limit: Fraction, start: Instant) -> Instant:
    """The instant at which so much is counted from a start: a day's last one where days are; NEVER where the
    clock does not come so far."""
    due = due_of(value, limit, start)
    if due is None:
        return NEVER
    return due.at if due.inclusive else due.at - 1


def due_of(value: TimeBetween | DaysBetween, limit: Fraction, start: Instant) -> Due | None:
    """How the length ends that begins at a start (S4.1-S4.3)."""
    counted = Within(
        duration=length_of(value, limit),
        strict=False,
        start=value.start,
        zone=zone_of(value),
        day_end=DayEnd.MIDNIGHT,
        closing=None,
        late_arrivals=LateArrivals.DO_NOT_ROLL,
    )
    return within(counted, start, (), PausedDay.ALL).due


def zone_of(value: TimeBetween | DaysBetween) -> str:
    """The zone whose days are counted; a clock needs none."""
    return value.zone if isinstance(value, DaysBetween) else "UTC"


def length_of(value: TimeBetween | DaysBetween, limit: Fraction) -> Duration:
    """A limit in the base of a value's dimension, as the value is counted."""
    whole = limit.numerator // limit.denominator
    if isinstance(value, TimeBetween):
        return ClockDuration(length=whole, clock=value.clock, unit=value.unit)
    if value.calendar is None:
        return CalendarDays(days=whole)
    return BusinessDays(days=whole, calendar=value.calendar)
