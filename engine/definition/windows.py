"""Windows: a term cut into civil units in the agreement's zone, clipped to the term (S2.6)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import count, takewhile
from typing import assert_never

from engine.definition.calendars import ONE_DAY
from engine.definition.civil import midnight, midnight_after, months_later
from engine.definition.clock_hours import hours_from
from engine.definition.intervals import Stretch
from engine.model.agreement import Agreement
from engine.model.instants import NO_END
from engine.model.obligation import Reach, Terms
from engine.model.period import (
    CalendarWindows,
    CycleWindows,
    HourWindows,
    RollingWindows,
    TermWindow,
    Window,
    Windows,
    WindowUnit,
)
from engine.model.quantity import Instant

LAST_DATE = dt.date.max
LAST_INSTANT: Instant = NO_END


def term_of(agreement: Agreement) -> Stretch:
    """The term as a period: both days are included (S2.2)."""
    term, zone = agreement.term, agreement.zone
    end = LAST_INSTANT if term.through is None else midnight_after(term.through, zone)
    return midnight(term.start, zone), end


def first_day(unit: WindowUnit, date: dt.date) -> dt.date:
    """The first day of the civil unit that holds a date; weeks are ISO weeks."""
    match unit:
        case WindowUnit.DAY:
            return date
        case WindowUnit.WEEK:
            return date - date.weekday() * ONE_DAY
        case WindowUnit.MONTH:
            return date.replace(day=1)
        case WindowUnit.QUARTER:
            return date.replace(month=(date.month + 2) // 3 * 3 - 2, day=1)
        case WindowUnit.YEAR:
            return date.replace(month=1, day=1)


def units_later(unit: WindowUnit, first: dt.date, count: int) -> dt.date:
    """The first day of the civil unit that comes `count` units later."""
    match unit:
        case WindowUnit.DAY:
            return first + count * ONE_DAY
        case WindowUnit.WEEK:
            return first + 7 * count * ONE_DAY
        case WindowUnit.MONTH:
            return months_later(first, count)
        case WindowUnit.QUARTER:
            return months_later(first, 3 * count)
        case WindowUnit.YEAR:
            return months_later(first, 12 * count)


def label_of(unit: WindowUnit, first: dt.date) -> str:
    """The name of the civil unit that begins on a date."""
    match unit:
        case WindowUnit.DAY:
            return first.isoformat()
        case WindowUnit.WEEK:
            year, week, _ = first.isocalendar()
            return f"{year:04}-W{week:02}"
        case WindowUnit.MONTH:
            return f"{first.year:04}-{first.month:02}"
        case WindowUnit.QUARTER:
            return f"{first.year:04}-Q{(first.month + 2) // 3}"
        case WindowUnit.YEAR:
            return f"{first.year:04}"


def civil_windows(
    windows: CalendarWindows | CycleWindows | RollingWindows, start: dt.date
) -> Iterator[tuple[dt.date, dt.date, str]]:
    """First day, day after the last, and label of each window from the one of `start` on."""
    match windows:
        case CalendarWindows(unit=unit):
            first = first_day(unit, start)
            while first.year < LAST_DATE.year - 1:
                following = units_later(unit, first, 1)
                yield first, following, label_of(unit, first)
                first = following
        case CycleWindows():
            yield from cycles(windows, start)
        case RollingWindows(days=days, months=months):
            last = start
            while last.year < LAST_DATE.year - 1:
                following = last + ONE_DAY
                first = months_later(following, -months) if months else following - days * ONE_DAY
                yield first, following, f"{last.isoformat()}/" + (f"{months}mo" if months else f"{days}d")
                last = following
        case _:
            assert_never(windows)


def cycles(windows: CycleWindows, start: dt.date) -> Iterator[tuple[dt.date, dt.date, str]]:
    """First day, day after the last, and label of each cycle from the one of `start` on (S2.4)."""
    anchor, months = windows.anchor, windows.months
    between = (start.year - anchor.year) * 12 + start.month - anchor.month
    # A cycle too early to begin with: the anchor's day of the month may be beyond that of `start`.
    for number in count(between // months - 1):
        first = months_later(anchor, number * months)
        following = months_later(anchor, (number + 1) * months)
        if first.year >= LAST_DATE.year - 1:
            return
        if following > start:
            yield first, following, f"{first.isoformat()}..{(following - ONE_DAY).isoformat()}"


def share_left(first: dt.date, following: dt.date, start: dt.date, through: dt.date | None) -> Fraction:
    """The part of a window's civil days that lies in the term (S2.6)."""
    last = following - ONE_DAY if through is None else min(following - ONE_DAY, through)
    return Fraction((last - max(first, start)).days + 1, (following - first).days)


def reach_of(terms: Terms, agreement: Agreement) -> tuple[Instant, Instant]:
    """The instants whose occasions this version of an obligation governs (S2.6)."""
    since, until = terms.reach.since, terms.reach.until
    return (
        -LAST_INSTANT if since is None else midnight(since, agreement.zone),
        LAST_INSTANT if until is None else midnight(until, agreement.zone),
    )


def named_by_version(window: Window, windows: Windows, terms: Terms, agreement: Agreement) -> Window:
    """A window that a change of versions cuts bears the version in its label, for it is there twice (S7.4).

    Rolling windows are not: each day ends one, in one version.
    """
    reach = terms.reach
    is_cut = (reach.since is not None and window.start > window.full_start) or (
        reach.until is not None and window.end < window.full_end
    )
    if isinstance(windows, TermWindow):
        is_cut = reach != Reach()
    if not is_cut or isinstance(windows, RollingWindows):
        return window
    return replace(window, label=f"{window.label} version {agreement.version}")


def whole_window_of(windows: Windows, day: dt.date, zone: str) -> Stretch | None:
    """The calendar's window that holds a day, whatever the term cuts off it; None where windows are none of
    the calendar's, or more than one holds the day."""
    if not isinstance(windows, CalendarWindows | CycleWindows):
        return None
    first, following, _ = next(civil_windows(windows, day))
    return midnight(first, zone), midnight(following, zone)


def windows_of(agreement: Agreement, windows: Windows, as_of: Instant) -> Iterator[Window]:
    """Every window of the term that has begun by `as of`, clipped to the term (S2.6)."""
    start, end = term_of(agreement)
    if start > as_of:
        return
    if isinstance(windows, TermWindow):
        yield Window(start=start, end=end, label="term", full_start=start, full_end=end)
        return
    if isinstance(windows, HourWindows):
        yield from takewhile(
            lambda hour: hour.start <= as_of and hour.start < end, hours_from(start, agreement.zone)
        )
        return
    since, through = agreement.term.start, agreement.term.through
    for first, following, label in civil_windows(windows, since):
        begins, ends = midnight(first, agreement.zone), midnight(following, agreement.zone)
        if begins > as_of or begins >= end:
            return
        if isinstance(windows, RollingWindows) and through is not None and following > through + ONE_DAY:
            return
        yield Window(
            start=max(begins, start),
            end=min(ends, end),
            label=label,
            full_start=begins,
            full_end=ends,
            share=share_left(first, following, since, through),
        )
