"""Excluded time: exclusions without caps first, then capped ones until their caps are spent (S5.4)."""

from collections.abc import Sequence

from engine.definition.calendars import open_time
from engine.definition.intervals import Stretch, common, length, merged, until, without
from engine.definition.periods import Spell, proven
from engine.definition.rolling_caps import Spent, granted_by_days, granted_in_any
from engine.definition.uptime_series import UptimeSeries
from engine.definition.windows import term_of, windows_of
from engine.model.exclusion import AnyStretch, Cap
from engine.model.measure import (
    CapSpending,
    Uptime,
)
from engine.model.obligation import PartWindow, Target
from engine.model.period import RollingWindows, Window
from engine.model.quantity import Microseconds


def excluded_time(series: UptimeSeries, window: Window, spent_by: Sequence[Stretch]) -> list[Stretch]:
    """X up to the window's end: exclusions without caps first, then capped ones, one after the other in order
    of start, declaration and key, each until the cap is spent in its own window (S5.4)."""
    measure, until_end = series.measure, max(series.as_of, window.end - 1)
    caps = {each.name: (each.order, each.cap) for each in measure.excludes if each.cap is not None}
    uncapped = proven((each for each in series.exclusions if each.source not in caps), series.as_of)
    # What `while` leaves out is gone before anything is excluded, and spends no cap.
    granted = merged([*uncapped, *series.outside])
    capped = (each for each in series.exclusions if each.source in caps and each.proven)
    in_order = sorted(capped, key=lambda each: (each.start, caps[each.source][0], each.fact.key))
    left: dict[tuple[str, str], Microseconds] = {}
    spent: dict[str, list[Stretch]] = {}
    for spell in in_order:
        cap = caps[spell.source][1]
        if isinstance(cap.windows, RollingWindows | AnyStretch):
            history = spent.setdefault(spell.source, [])
            given = rolling_time(series, spell, cap, granted, spent_by, history)
            granted = merged([*granted, *given])
            continue
        for own in windows_of(series.agreement, cap.windows, until_end):
            asked = without(common([spell.stretch(series.as_of)], [(own.start, own.end)]), granted)
            spending = spending_in(measure, cap, asked, spent_by)
            still = left.get((spell.source, own.label), held_cap(series.target, cap, own))
            given = until_spent(asked, spending, still)
            left[spell.source, own.label] = max(0, still - length(spending))
            granted = merged([*granted, *given])
    return granted


def spending_in(
    measure: Uptime, cap: Cap, asked: Sequence[Stretch], spent_by: Sequence[Stretch]
) -> list[Stretch]:
    """What of the time asked for spends a cap: by convention all of it or what is bad, agreed or elapsed."""
    counted = list(asked) if cap.elapsed else in_hours(measure, asked)
    return counted if measure.cap_spending is CapSpending.ANNOUNCED_TIME else common(counted, spent_by)


def rolling_time(
    series: UptimeSeries,
    spell: Spell,
    cap: Cap,
    granted: Sequence[Stretch],
    spent_by: Sequence[Stretch],
    history: list[Stretch],
) -> list[Stretch]:
    """What a cap that rolls grants of a stretch in the term, less what is granted already; `history` is what
    was spent under it."""
    asked = without(common([spell.stretch(series.as_of)], [term_of(series.agreement)]), granted)
    if series.rolling is not Spent.KNOWN:
        return asked if series.rolling is Spent.NOTHING else []
    spending = spending_in(series.measure, cap, asked, spent_by)
    if isinstance(cap.windows, AnyStretch):
        return granted_in_any(asked, spending, cap.windows.length, cap.length, history)
    held = ((each, held_cap(series.target, cap, each)) for each in series.rolling_days[spell.source])
    return granted_by_days(asked, spending, held, history)


def held_cap(target: Target, cap: Cap, own: Window) -> Microseconds:
    """What a cap allows in one of its windows; prorated, a part of one allows its share, in microseconds."""
    return int(cap.length * own.share) if target.part_windows is PartWindow.PRORATED else cap.length


def in_hours(measure: Uptime, stretches: Sequence[Stretch]) -> list[Stretch]:
    """What of some time lies in the service hours."""
    return [each for a, b in stretches for each in open_time(measure.hours, a, b)]


def until_spent(asked: Sequence[Stretch], spent: Sequence[Stretch], cap: Microseconds) -> list[Stretch]:
    """What is asked for, in order of time, up to the instant at which the cap is spent (S5.4)."""
    if cap == 0:
        return []
    left = cap
    for start, end in spent:
        if left <= end - start:
            return until(asked, start + left)
        left -= end - start
    return list(asked)
