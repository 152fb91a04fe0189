"""Windows: a term cut into civil days, weeks, months, quarters, years, rolling days, or left whole (S2.6)."""

from collections.abc import Iterator
from datetime import MAXYEAR, date, datetime, timedelta
from functools import cache
from typing import assert_never
from zoneinfo import ZoneInfo

from engine.model.agreement import Agreement
from engine.model.instants import instant_of
from engine.model.period import CalendarWindows, RollingWindows, TermWindow, Window, Windows, WindowUnit
from engine.model.quantity import Instant
from engine.rules.plans.civil_time import LAST, civil_day_of, civil_to_instant

_DAY = timedelta(days=1)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def windows(agreement: Agreement, kind: Windows, as_of: Instant) -> tuple[Window, ...]:
    """Every window of the term that has begun by `as_of`, in order, clipped to the term (S2.6).

    A term without end has windows without end; its one whole window ends where the tables of time do.
    """
    term, zone = agreement.term, agreement.zone
    term_start, term_end = start_of_day(zone, term.start), _end_of(agreement)
    if as_of < term_start:
        return ()
    found: list[Window] = []
    for first, after, label in _civil_windows(kind, term.start, term.through):
        full_start = start_of_day(zone, first)
        full_end = term_end if after is None else start_of_day(zone, after)
        start, end = max(full_start, term_start), min(full_end, term_end)
        if start > as_of or start >= term_end:
            break
        found.append(Window(start=start, end=end, label=label, full_start=full_start, full_end=full_end))
    return tuple(found)


def term_of(agreement: Agreement) -> tuple[Instant, Instant]:
    """The term as a period; both of its days are in it (S2.2)."""
    return start_of_day(agreement.zone, agreement.term.start), _end_of(agreement)


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


def first_day(unit: WindowUnit, day: date) -> date:
    """The first day of the civil window that holds a day; weeks begin on Monday."""
    match unit:
        case WindowUnit.DAY:
            return day
        case WindowUnit.WEEK:
            return day - timedelta(days=day.weekday())
        case WindowUnit.MONTH:
            return day.replace(day=1)
        case WindowUnit.QUARTER:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case WindowUnit.YEAR:
            return day.replace(month=1, day=1)
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
    kind: Windows, first: date, through: date | None
) -> Iterator[tuple[date, date | None, str]]:
    """First day, day after the last (absent: at the term's end) and label of each window, in order."""
    match kind:
        case CalendarWindows(unit=unit):
            start = first_day(unit, first)
            while start.year < MAXYEAR - 1:
                after = next_first_day(unit, start)
                yield start, after, label_of(unit, start)
                start = after
        case RollingWindows(days=days):
            last = first
            while last.year < MAXYEAR - 1 and (through is None or last <= through):
                yield last - (days - 1) * _DAY, last + _DAY, f"{last.isoformat()}/{days}d"
                last += _DAY
        case TermWindow():
            yield first, None, "term"
        case _:
            assert_never(kind)


def _end_of(agreement: Agreement) -> Instant:
    through = agreement.term.through
    return LAST if through is None else start_of_day(agreement.zone, through + _DAY)
