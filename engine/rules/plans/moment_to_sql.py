"""Deadlines that are not counted from a start: `by t`, `at least D before t`, `by business day N of P`."""

from dataclasses import dataclass
from typing import assert_never

from sqlglot import exp

from engine.model.calendar import Elapsed
from engine.model.deadline import AtLeastBefore, ByBusinessDay, ByInstant, DayEnd, WindowEnd
from engine.model.expression import ClockDuration, NoticeCounting
from engine.model.period import WindowUnit
from engine.model.quantity import DAY
from engine.rules.plans.clock_tables import ClockTables
from engine.rules.plans.duty_shape import Moment
from engine.rules.plans.notice_to_sql import (
    civil_instant,
    counted_until,
    day_of,
    last_closing,
    latest_before,
    midnight_after,
    months_later,
    time_of,
)
from engine.rules.plans.plan_to_sql import number, snippet

START, UNTIL, FULL_END = (snippet(f"w.{name}") for name in ("start", "until", "full_end"))
MONTHS = {WindowUnit.MONTH: 1, WindowUnit.QUARTER: 3, WindowUnit.YEAR: 12}
TRUNCATED = {WindowUnit.MONTH: "month", WindowUnit.QUARTER: "quarter", WindowUnit.YEAR: "year"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentNodes:
    """The nodes of a deadline over a row `w`: its end, the last instant that is in time, the end's civil day,
    and by how much `w.until` is late where that is not told in days."""

    due_at: exp.Expr
    last_at: exp.Expr
    day: exp.Expr
    late: exp.Expr


def moment(limit: Moment, tables: ClockTables) -> MomentNodes:
    """The end of a limit counted from `w.start` (S4.4, S4.5)."""
    match limit:
        case ByInstant(strict=strict):
            return _nodes(START, exp.null(), is_inclusive=not strict, late=snippet("w.until - w.start"))
        case AtLeastBefore(lead=lead, counting=counting, zone=zone):
            latest = latest_before(START, lead, counting, zone, tables)
            late = _late(latest.at, lead, tables) if isinstance(lead, ClockDuration) else exp.null()
            return _nodes(latest.at, latest.day or exp.null(), is_inclusive=latest.inclusive, late=late)
        case ByBusinessDay():
            return _by_business_day(limit, tables)
        case _:
            assert_never(limit)


def is_inclusive(limit: Moment) -> bool:
    """Whether the end of a limit is itself in time."""
    match limit:
        case ByInstant(strict=strict):
            return not strict
        case AtLeastBefore(lead=lead, counting=counting):
            return isinstance(lead, ClockDuration) or counting is NoticeCounting.SAME_TIME
        case ByBusinessDay(day_end=day_end):
            return day_end is not DayEnd.MIDNIGHT
        case _:
            assert_never(limit)


def _nodes(due_at: exp.Expr, day: exp.Expr, *, is_inclusive: bool, late: exp.Expr) -> MomentNodes:
    last_at = due_at if is_inclusive else snippet("$due - 1", due=due_at)
    return MomentNodes(due_at=due_at, last_at=last_at, day=day, late=late)


def _late(due_at: exp.Expr, lead: ClockDuration, tables: ClockTables) -> exp.Expr:
    """The time on the lead's clock from the end until then (S4.7)."""
    if isinstance(lead.clock, Elapsed):
        return snippet("w.until - $due", due=due_at)
    cal = number(tables.clock(lead.clock))
    return snippet("$a - $b", a=counted_until(UNTIL, cal), b=counted_until(due_at, cal))


def _by_business_day(limit: ByBusinessDay, tables: ClockTables) -> MomentNodes:
    """The Nth day of a civil unit on which a calendar opens; NULL where it has fewer (S4.4)."""
    zone, calendar = number(tables.days(limit.zone)), number(tables.days(limit.calendar))
    if isinstance(limit.anchor, WindowEnd):
        anchor, time = day_of(snippet("$e - 1", e=FULL_END), zone), number(DAY)
    else:
        anchor, time = day_of(START, zone), time_of(START, zone)
    first = _units_later(_first_day(anchor, limit.unit), limit.unit, limit.shift)
    day = snippet(
        "(SELECT e.day FROM day AS d"
        " JOIN day AS e ON e.cal = d.cal AND e.is_open AND e.ordinal = d.ordinal + $n"
        " WHERE d.cal = $cal AND d.day = $first - 1 AND e.day < $following)",
        n=number(limit.number),
        cal=calendar,
        first=first,
        following=_units_later(first, limit.unit, 1),
    )
    match limit.day_end:
        case DayEnd.MIDNIGHT:
            return _nodes(midnight_after(day, zone), day, is_inclusive=False, late=exp.null())
        case DayEnd.CLOSE_OF_BUSINESS:
            return _nodes(last_closing(day, calendar), day, is_inclusive=True, late=exp.null())
        case DayEnd.SAME_TIME:
            return _nodes(civil_instant(day, time, zone), day, is_inclusive=True, late=exp.null())
        case _:
            assert_never(limit.day_end)


def _first_day(day: exp.Expr, unit: WindowUnit) -> exp.Expr:
    """The first day of the civil unit that holds a day; weeks are ISO weeks, and day 0 was a Thursday."""
    if unit is WindowUnit.DAY:
        return day
    if unit is WindowUnit.WEEK:
        return snippet("($d - (($d + 3) % 7 + 7) % 7)", d=day)
    return snippet(
        "(CAST(DATE_TRUNC($unit, DATE '1970-01-01' + CAST($d AS INTEGER)) AS DATE) - DATE '1970-01-01')",
        unit=exp.Literal.string(TRUNCATED[unit]),
        d=day,
    )


def _units_later(first: exp.Expr, unit: WindowUnit, count: int) -> exp.Expr:
    if unit in MONTHS:
        return months_later(first, number(count * MONTHS[unit])) if count else first
    return snippet("($d + $n)", d=first, n=number(count * (7 if unit is WindowUnit.WEEK else 1)))
