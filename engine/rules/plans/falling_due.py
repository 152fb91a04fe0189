"""When the records of a share within a length fall due, as SQLGlot nodes over tables of clocks (S6.1, S4)."""

from collections.abc import Iterator

from sqlglot import exp

from engine.model.calendar import Elapsed
from engine.model.expression import BusinessDays, CalendarDays, ClockDuration, Duration
from engine.model.measure import Aggregated, DaysBetween, FallsDue, ShareWithin, TimeBetween
from engine.rules.plans.civil_time import LAST
from engine.rules.plans.clock_tables import ClockTables
from engine.rules.plans.notice_to_sql import counted_until, day_of
from engine.rules.plans.plan_to_sql import number, snippet


def falls_due_at(
    start: exp.Expr, counted: TimeBetween | DaysBetween, limit: int, tables: ClockTables
) -> exp.Expr:
    """The instant at which so much is counted from a start's node: the day's last one where days are counted,
    LAST, which no window holds, where the clock never comes so far; NULL where the start is."""
    if isinstance(counted, DaysBetween):
        due = _last_of_day(start, limit, number(tables.days(counted.calendar or counted.zone)))
    elif isinstance(counted.clock, Elapsed) or limit == 0:
        return snippet("($t + $d)", t=start, d=number(limit))
    else:
        cal = number(tables.clock(counted.clock))
        due = _reached(snippet("($c + $d)", c=counted_until(start, cal), d=number(limit)), cal)
    known = snippet("coalesce($due, $never)", due=due, never=number(LAST))
    return snippet("CASE WHEN NOT $t IS NULL THEN $known END", t=start, known=known)


def due_lengths(measure: Aggregated | ShareWithin) -> Iterator[Duration]:
    """How far the clocks of a measure must reach on for its records to fall due."""
    value = measure.records.value
    if not isinstance(measure, ShareWithin) or not isinstance(measure.records.belongs, FallsDue):
        return
    limit = measure.limit // 1
    if isinstance(value, TimeBetween):
        yield ClockDuration(length=limit, clock=value.clock, unit=value.unit)
    elif isinstance(value, DaysBetween) and value.calendar is not None:
        yield BusinessDays(days=limit, calendar=value.calendar)
    elif isinstance(value, DaysBetween):
        yield CalendarDays(days=limit)


def _reached(counted: exp.Expr, cal: exp.Expr) -> exp.Expr:
    """The earliest instant at which a clock has counted so much (S4.1)."""
    return snippet(
        "(SELECT v.slot_from + $x - v.before_us FROM clock_inverse AS v WHERE v.cal = $cal"
        " AND v.bucket = ($x - 1) // 3600000000 AND $x > v.before_us AND $x <= v.before_us + v.len_us)",
        x=counted,
        cal=cal,
    )


def _last_of_day(start: exp.Expr, limit: int, cal: exp.Expr) -> exp.Expr:
    """The last instant of the day that opens so many days after that of the start, or of that day (S4.3)."""
    day = day_of(start, cal)
    if limit == 0:
        return snippet(
            "(SELECT d.ends_at - 1 FROM day AS d WHERE d.cal = $cal AND d.day = $day)", cal=cal, day=day
        )
    return snippet(
        "(SELECT e.ends_at - 1 FROM day AS d JOIN day AS e"
        " ON e.cal = d.cal AND e.is_open AND e.ordinal = d.ordinal + $n WHERE d.cal = $cal AND d.day = $day)",
        n=number(limit),
        cal=cal,
        day=day,
    )
