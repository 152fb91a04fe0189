"""Windows: a term cut into civil days, weeks, months, quarters, years, rolling days, or left whole (S2.6)."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import MAXYEAR, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from typing import assert_never
from zoneinfo import ZoneInfo

from engine.model.agreement import Agreement
from engine.model.instants import instant_of
from engine.model.obligation import Terms
from engine.model.period import (
    CalendarWindows,
    CycleWindows,
    HourWindows,
    RollingWindows,
    Term,
    TermWindow,
    Window,
    Windows,
    WindowUnit,
    first_day,
)
from engine.model.quantity import Instant
from engine.rules.plans.civil_time import LAST, civil_day_of, civil_to_instant
from engine.rules.plans.clock_hours import clock_hours

_DAY = timedelta(days=1)
_EPOCH_DAY = date(1970, 1, 1)
_EPOCH_ORDINAL = _EPOCH_DAY.toordinal()


def windows(agreement: Agreement, kind: Windows, as_of: Instant) -> tuple[Window, ...]:
    """Every window of the term that has begun by `as_of`, in order, clipped to the term (S2.6).

    A term without end has windows without end; its one whole window ends where the tables of time do.
    """
    term, zone = agreement.term, agreement.zone
    term_start, term_end = start_of_day(zone, term.start), _end_of(agreement)
    if as_of < term_start:
        return ()
    if isinstance(kind, HourWindows):
        return clock_hours(zone, term_start, min(as_of, term_end - 1))
    found: list[Window] = []
    for first, after, label in _civil_windows(kind, term.start, term.through):
        full_start = start_of_day(zone, first)
        full_end = term_end if after is None else start_of_day(zone, after)
        start, end = max(full_start, term_start), min(full_end, term_end)
        if start > as_of or start >= term_end:
            break
        share = _share(first, after, term)
        found.append(
            Window(start=start, end=end, label=label, full_start=full_start, full_end=full_end, share=share)
        )
    return tuple(found)


def term_of(agreement: Agreement) -> tuple[Instant, Instant]:
    """The term as a period; both of its days are in it (S2.2)."""
    return start_of_day(agreement.zone, agreement.term.start), _end_of(agreement)


def reach_of(terms: Terms, zone: str) -> tuple[Instant, Instant]:
    """From when on and before when this version of an obligation governs what happens (S2.6)."""
    since, until = terms.reach.since, terms.reach.until
    return (
        -LAST if since is None else start_of_day(zone, since),
        LAST if until is None else start_of_day(zone, until),
    )


def calendar_window(kind: Windows, zone: str, start: Instant, end: Instant) -> tuple[Instant, Instant]:
    """The window of the calendar that a part [start, end) of it was cut from; hours, rolling windows and the
    whole term are what they are."""
    if not isinstance(kind, CalendarWindows | CycleWindows):
        return start, end
    day = _EPOCH_DAY + civil_day_of(zone, start) * _DAY
    first, after, _ = next(_civil_windows(kind, day, None))
    assert after is not None, "only the term's own window ends with the term"
    return start_of_day(zone, first), start_of_day(zone, after)


def labelled(found: Iterable[Window], kind: Windows, terms: Terms, version: str | None) -> tuple[Window, ...]:
    """The windows of one version of a target. Those that the change of versions cuts are there once in each
    version, so their labels name it (S7.4); rolling ones end on a day of one version alone."""
    since, until = terms.reach.since is not None, terms.reach.until is not None
    if isinstance(kind, RollingWindows) or not (since or until):
        return tuple(found)
    whole = isinstance(kind, TermWindow)
    return tuple(
        replace(each, label=f"{each.label} version {version}")
        if whole or (since and each.start > each.full_start) or (until and each.end < each.full_end)
        else each
        for each in found
    )


def label_of(unit: WindowUnit, day: date) -> str:
    """The label of the civil window that holds a day, as `Window` says (S2.6)."""
    match unit:
        case WindowUnit.DAY:
            return day.isoformat()
        case WindowUnit.WEEK:
            year, week, _ = day.isocalendar()
            return f"{year:04d}-W{week:02d}"
        case WindowUnit.MONTH:
            return f"{day.year:04d}-{day.month:02d}"
        case WindowUnit.QUARTER:
            return f"{day.year:04d}-Q{(day.month + 2) // 3}"
        case WindowUnit.YEAR:
            return f"{day.year:04d}"
        case _:
            assert_never(unit)


def next_first_day(unit: WindowUnit, first: date) -> date:
    """The first day of the window after the one that begins on `first`."""
    match unit:
        case WindowUnit.DAY:
            return first + _DAY
        case WindowUnit.WEEK:
            return first + 7 * _DAY
        case WindowUnit.MONTH:
            return first_day(unit, first + 31 * _DAY)
        case WindowUnit.QUARTER:
            return first_day(unit, first + 92 * _DAY)
        case WindowUnit.YEAR:
            return first.replace(year=first.year + 1)
        case _:
            assert_never(unit)


@cache
def start_of_day(zone: str, day: date) -> Instant:
    """The instant from which on no earlier civil day occurs; for a midnight skipped, the end of the gap."""
    number = day.toordinal() - _EPOCH_ORDINAL
    for fold in (1, 0):
        instant = instant_of(datetime(day.year, day.month, day.day, fold=fold, tzinfo=ZoneInfo(zone)))
        if civil_day_of(zone, instant) == number and civil_day_of(zone, instant - 1) < number:
            return instant
    return civil_to_instant(zone, number, 0)


def _civil_windows(
    kind: CalendarWindows | CycleWindows | RollingWindows | TermWindow, first: date, through: date | None
) -> Iterator[tuple[date, date | None, str]]:
    """First day, day after the last (absent: at the term's end) and label of each window, in order."""
    match kind:
        case CalendarWindows(unit=unit):
            start = first_day(unit, first)
            while start.year < MAXYEAR - 1:
                after = next_first_day(unit, start)
                yield start, after, label_of(unit, start)
                start = after
        case CycleWindows():
            yield from _cycles(kind, first)
        case RollingWindows(days=days, months=months):
            length = f"{days}d" if months == 0 else f"{months}mo"
            last = first
            while last.year < MAXYEAR - 1 and (through is None or last <= through):
                end = last + _DAY
                begin = end - days * _DAY if months == 0 else add_months(end, -months)
                yield begin, end, f"{last.isoformat()}/{length}"
                last = end
        case TermWindow():
            yield first, None, "term"
        case _:
            assert_never(kind)


def add_months(day: date, months: int) -> date:
    """The day so many months away; a month too short gives its last day (S2.4)."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, min(day.day, monthrange(day.year + years, month + 1)[1]))


def _cycles(kind: CycleWindows, first: date) -> Iterator[tuple[date, date, str]]:
    """First day, day after the last and label of each cycle from the one that holds `first`."""
    number = 0
    while add_months(kind.anchor, number * kind.months) > first:
        number -= 1
    while add_months(kind.anchor, (number + 1) * kind.months) <= first:
        number += 1
    start = add_months(kind.anchor, number * kind.months)
    while start.year < MAXYEAR - 1:
        number += 1
        after = add_months(kind.anchor, number * kind.months)
        yield start, after, f"{start.isoformat()}..{(after - _DAY).isoformat()}"
        start = after


def _share(first: date, after: date | None, term: Term) -> Fraction:
    """The part of a window's civil days that the term leaves; a window that ends with the term is whole."""
    if after is None:
        return Fraction(1)
    begin = max(first, term.start)
    end = after if term.through is None else min(after, term.through + _DAY)
    return Fraction((end - begin).days, (after - first).days)


def _end_of(agreement: Agreement) -> Instant:
    through = agreement.term.through
    return LAST if through is None else start_of_day(agreement.zone, through + _DAY)
