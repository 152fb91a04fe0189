"""Counting back from an instant, as SQLGlot nodes: the latest moment that is at least D before t (S4.5)."""

from dataclasses import dataclass
from typing import assert_never

from sqlglot import exp

from engine.model.calendar import Elapsed
from engine.model.expression import (
    BusinessDays,
    CalendarDays,
    ClockDuration,
    Duration,
    Months,
    NoticeCounting,
)
from engine.rules.plans.clock_tables import ClockTables
from engine.rules.plans.plan_to_sql import number, snippet


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestMoment:
    """The latest moment in time: `at` itself if `inclusive`, else just before it; `day` is its civil day.

    NULL where the instant counted from is absent, or a clock never counts so much before it.
    """

    at: exp.Expr
    inclusive: bool
    day: exp.Expr | None


def latest_before(
    at: exp.Expr, lead: Duration, counting: NoticeCounting, zone: str, tables: ClockTables
) -> LatestMoment:
    """The latest moment at least `lead` before `at`, an instant's node (S4.5)."""
    if isinstance(lead, ClockDuration):
        return LatestMoment(at=_clock_back(at, lead, tables), inclusive=True, day=None)
    if isinstance(lead, BusinessDays):
        zone = lead.calendar.zone
    cal = number(tables.days(zone))
    day = _day_back(day_of(at, cal), lead, tables)
    match counting:
        case NoticeCounting.SAME_TIME:
            moment = civil_instant(day, time_of(at, cal), cal)
            return LatestMoment(at=moment, inclusive=True, day=day)
        case NoticeCounting.FULL_DAYS:
            return LatestMoment(at=midnight_after(day, cal), inclusive=False, day=day)
        case NoticeCounting.CLEAR_DAYS:
            day = snippet("($d - 1)", d=day)
            return LatestMoment(at=midnight_after(day, cal), inclusive=False, day=day)
        case _:
            assert_never(counting)


def day_of(at: exp.Expr, cal: exp.Expr) -> exp.Expr:
    """The civil day of an instant."""
    return snippet(
        "(SELECT s.day FROM day_slot AS s WHERE s.cal = $cal AND s.utc_day = utc_day($t)"
        " AND $t >= s.slot_from AND $t < s.slot_to)",
        cal=cal,
        t=at,
    )


def time_of(at: exp.Expr, cal: exp.Expr) -> exp.Expr:
    """The civil time of day of an instant, in microseconds from 00:00."""
    return snippet(
        "(SELECT $t + s.offset_us - s.day * 86400000000 FROM day_slot AS s WHERE s.cal = $cal"
        " AND s.utc_day = utc_day($t) AND $t >= s.slot_from AND $t < s.slot_to)",
        cal=cal,
        t=at,
    )


def midnight_after(day: exp.Expr, cal: exp.Expr) -> exp.Expr:
    """The midnight that ends a civil day."""
    return snippet("(SELECT d.ends_at FROM day AS d WHERE d.cal = $cal AND d.day = $day)", cal=cal, day=day)


def last_closing(day: exp.Expr, cal: exp.Expr) -> exp.Expr:
    """The last closing in a civil day of a calendar, or before it (S4.2)."""
    return snippet(
        "(SELECT d.closing_at FROM day AS d WHERE d.cal = $cal AND d.day = $day)", cal=cal, day=day
    )


def civil_instant(day: exp.Expr, time: exp.Expr, cal: exp.Expr) -> exp.Expr:
    """The instant of a civil time; skipped: the first instant after the gap; twice: the later (S4.2)."""
    return snippet(
        "(SELECT c.begins_at + CASE WHEN c.moves THEN $time - c.time_from ELSE 0 END FROM civil AS c"
        " WHERE c.cal = $cal AND c.day = $day AND $time >= c.time_from AND $time < c.time_to)",
        cal=cal,
        day=day,
        time=time,
    )


def counted_until(at: exp.Expr, cal: exp.Expr) -> exp.Expr:
    """The counted time of a clock at an instant (S3.1)."""
    return snippet(
        "(SELECT c.before_us + LEAST($t, c.close_at) - c.slot_from FROM clock AS c WHERE c.cal = $cal"
        " AND c.utc_day = utc_day($t) AND $t >= c.slot_from AND $t < c.slot_to)",
        t=at,
        cal=cal,
    )


def _clock_back(at: exp.Expr, lead: ClockDuration, tables: ClockTables) -> exp.Expr:
    """The latest instant from which the clock counts at least `lead` until `at`."""
    length = number(lead.length)
    if lead.length == 0:
        return at
    if isinstance(lead.clock, Elapsed):
        return snippet("($t - $d)", t=at, d=length)
    cal = number(tables.clock(lead.clock))
    counted = snippet("$c - $d", c=counted_until(at, cal), d=length)
    return snippet(
        "(SELECT v.slot_from + $x - v.before_us FROM clock_inverse AS v WHERE v.cal = $cal"
        " AND v.bucket = $x // 3600000000 AND $x >= v.before_us AND $x < v.before_us + v.len_us)",
        x=counted,
        cal=cal,
    )


def _day_back(day: exp.Expr, lead: CalendarDays | BusinessDays | Months, tables: ClockTables) -> exp.Expr:
    """The day that lies `lead` before a day: counted days, or civil months (S2.4)."""
    match lead:
        case CalendarDays(days=days):
            return snippet("($d - $n)", d=day, n=number(days))
        case Months(months=months):
            return months_later(day, number(-months))
        case BusinessDays(days=0):
            return day
        case BusinessDays(days=days, calendar=calendar):
            # the last day that opened before this one has its ordinal, less one if this one opens too
            return snippet(
                "(SELECT e.day FROM day AS d JOIN day AS e ON e.cal = d.cal AND e.is_open"
                " AND e.ordinal = d.ordinal - CASE WHEN d.is_open THEN 1 ELSE 0 END - $n"
                " WHERE d.cal = $cal AND d.day = $d)",
                d=day,
                n=number(days - 1),
                cal=number(tables.days(calendar)),
            )
        case _:
            assert_never(lead)


def months_later(day: exp.Expr, months: exp.Expr) -> exp.Expr:
    """A civil day so many months later; a shorter month gives its last day (S2.4)."""
    return snippet(
        "(CAST(DATE '1970-01-01' + CAST($d AS INTEGER) + TO_MONTHS($n) AS DATE) - DATE '1970-01-01')",
        d=day,
        n=months,
    )
