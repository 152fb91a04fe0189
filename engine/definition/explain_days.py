"""Days counted one by one: day 0, those that count, those that are skipped and why (S4.2–S4.6)."""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import groupby

from engine.definition.civil import date_at, last_date_before, months_later
from engine.definition.deadlines import DayWalked, Deadline
from engine.definition.explain_runs import SHOWN, folded
from engine.definition.notice import zone_of
from engine.definition.wording import date_text
from engine.model.deadline import AtLeastBefore, ByBusinessDay, ByInstant, SingleLimit, WindowEnd, Within
from engine.model.explanation import Line
from engine.model.expression import Months


def days_zone(limit: SingleLimit, zone: str) -> str:
    """The zone whose days a limit counts: a calendar's own for its business days (S4.3)."""
    match limit:
        case Within(duration=duration) | AtLeastBefore(lead=duration):
            return zone_of(duration, limit.zone)
        case ByInstant() | ByBusinessDay():
            return zone


def day_lines(deadline: Deadline, zone: str) -> Iterator[Line]:
    """Day 0, the days that count, and those that are skipped and why (S4.2, S4.3, S4.6)."""
    days_in = days_zone(deadline.limit, zone)
    where = "" if days_in == zone else f" in {days_in}"
    if deadline.rolled_to is not None:
        zero = date_at(deadline.rolled_to, days_in)
    elif deadline.start is not None and isinstance(deadline.limit, Within):
        is_end = isinstance(deadline.limit.start, WindowEnd)
        zero = last_date_before(deadline.start, days_in) if is_end else date_at(deadline.start, days_in)
    else:
        zero = None
    if zero is not None and deadline.days:
        yield Line(text=f"day 0 is {date_text(zero)}{where}")
        yield from shorter_month_lines(deadline.limit, zero)
    lines = [day_line(each) for each in deadline.days]
    yield from folded(lines) if len(lines) <= SHOWN else runs_of(deadline.days)


def shorter_month_lines(limit: SingleLimit, zero: dt.date) -> Iterator[Line]:
    """That a month later is the last day of a shorter month (S2.4)."""
    if isinstance(limit, Within) and isinstance(limit.duration, Months):
        landed = months_later(zero, limit.duration.months)
        if landed.day < zero.day:
            text = f"{landed:%Y-%m} has no day {zero.day}: its last day, {date_text(landed)}, stands for it"
            yield Line(text=text)


def day_line(day: DayWalked) -> Line:
    """`day 3 is …`, or why it is skipped."""
    if day.number is None:
        return Line(text=f"{date_text(day.date)} is skipped: {day.why}")
    return Line(text=f"day {day.number} is {date_text(day.date)}")


def runs_of(days: Sequence[DayWalked]) -> Iterator[Line]:
    """Days of one sort in one line, the run told by its ends."""
    for why, group in groupby(days, key=lambda day: day.why):
        run = list(group)
        first, last = run[0], run[-1]
        if len(run) == 1:
            yield day_line(first)
        elif why is not None:
            yield Line(text=f"{date_text(first.date)} to {date_text(last.date)} are skipped: {why}")
        else:
            span = f"{date_text(first.date)} to {date_text(last.date)}"
            yield Line(text=f"days {first.number} to {last.number} are {span}")
