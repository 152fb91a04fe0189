"""Stretches of civil days: the window that holds a day, and the civil units that a stretch meets (S2.6)."""

from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple, assert_never

from engine.model.period import (
    CalendarWindows,
    CycleWindows,
    HourWindows,
    RollingWindows,
    Term,
    TermWindow,
    Windows,
    WindowUnit,
    first_day,
)

ONE_DAY = timedelta(days=1)


class Days(NamedTuple):
    """From a first civil day through a last one; without a last one, for ever."""

    first: date
    last: date | None

    def within(self, term: Term) -> "Days":
        """What a term leaves of it."""
        lasts = [each for each in (self.last, term.through) if each is not None]
        return Days(max(self.first, term.start), min(lasts) if lasts else None)


def unit_around(unit: WindowUnit, day: date) -> Days:
    """The civil unit that holds a day."""
    first = first_day(unit, day)
    months = {WindowUnit.MONTH: 1, WindowUnit.QUARTER: 3, WindowUnit.YEAR: 12}.get(unit)
    if months is not None:
        month = first.month + months - 1
        return Days(first, first.replace(month=month, day=monthrange(first.year, month)[1]))
    return Days(first, first + min(6 * ONE_DAY if unit is WindowUnit.WEEK else timedelta(), date.max - first))


def months_later(day: date, months: int) -> date:
    """So many months later, or earlier; in a month too short, on its last day (S2.4). There is no day after
    the year 9999."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def window_around(windows: Windows, day: date, term: Term) -> Days:
    """The civil days of the window that holds a day of the term, as the term leaves it; of rolling windows,
    the one that the day ends, and of hours, all those of the day."""
    match windows:
        case CalendarWindows(unit=unit):
            whole = unit_around(unit, day)
        case CycleWindows(months=months, anchor=anchor):
            number = ((day.year - anchor.year) * 12 + day.month - anchor.month) // months + 1
            while months_later(anchor, number * months) > day:
                number -= 1
            first = months_later(anchor, number * months)
            whole = Days(first, months_later(anchor, (number + 1) * months) - ONE_DAY)
        case RollingWindows(days=days, months=months):
            after = day + ONE_DAY
            whole = Days(months_later(after, -months) if months else after - days * ONE_DAY, day)
        case HourWindows():
            whole = Days(day, day)
        case TermWindow():
            whole = Days(term.start, term.through)
        case _:
            assert_never(windows)
    return whole.within(term)


def windows_around(windows: Windows, day: date, term: Term) -> tuple[Days, ...]:
    """The windows that hold a day of the term, as the term leaves them: of rolling ones, each that ends on it
    or later and has not begun after it."""
    found = [window_around(windows, day, term)]
    if isinstance(windows, RollingWindows):
        while (last := found[-1].last) is not None and last < (term.through or date.max):
            window = window_around(windows, last + ONE_DAY, term)
            if window.first > day:
                break
            found.append(window)
    return tuple(found)


def windows_met(windows: Windows, days: Days) -> int | None:
    """How many windows a stretch meets; None where it has no end, or its hours are not counted."""
    if days.last is None:
        return None
    match windows:
        case CalendarWindows(unit=unit):
            return units_met(unit, days)
        case CycleWindows():
            count, day = 0, days.first
            while day <= days.last:
                count += 1
                last = window_around(windows, day, Term(start=date.min, through=date.max)).last
                if last is None or last == date.max:
                    break
                day = last + ONE_DAY
            return count
        case RollingWindows():
            return (days.last - days.first).days + 1
        case TermWindow():
            return 1
        case HourWindows():
            return None
        case _:
            assert_never(windows)


def units_met(unit: WindowUnit, days: Days) -> int | None:
    """How many civil units a stretch meets; None where it has no end."""
    if days.last is None:
        return None
    count, day = 0, days.first
    while day <= days.last:
        count += 1
        last = unit_around(unit, day).last
        assert last is not None
        if last == date.max:
            break
        day = last + ONE_DAY
    return count
