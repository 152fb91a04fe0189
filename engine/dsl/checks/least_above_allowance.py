"""Short outages that do not count, though they are longer than all that the bound allows (S5.3)."""

from collections.abc import Iterator
from fractions import Fraction

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import uptime_targets
from engine.model.decimals import exact_text
from engine.model.period import (
    CalendarWindows,
    CycleWindows,
    HourWindows,
    RollingWindows,
    Windows,
    WindowUnit,
)
from engine.model.quantity import DAY, HOUR, MINUTE, Microseconds
from engine.model.snapshot import Snapshot

LONGEST = {
    WindowUnit.DAY: 1,
    WindowUnit.WEEK: 7,
    WindowUnit.MONTH: 31,
    WindowUnit.QUARTER: 92,
    WindowUnit.YEAR: 366,
}


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each target whose `lasting at least` exceeds the downtime of the longest window."""
    for _, target, measure in uptime_targets(snapshot):
        length = longest(target.windows)
        if length is None or measure.least == 0 or not target.bound.wants_high:
            continue
        allowed = (1 - target.bound.value) * length
        if measure.least > allowed:
            yield warning(
                "least-above-allowance",
                f"`{target.terms.id}` passes over outages longer than all that it allows",
                target.terms.span,
                f"allows {_minutes(allowed)} minutes, counts from {_minutes(Fraction(measure.least))} on",
                "count shorter outages, or promise less",
            )


def _minutes(length: Fraction) -> str:
    return exact_text(length / MINUTE)


def longest(windows: Windows) -> Microseconds | None:
    """The longest that a window can be; none where it has no such length."""
    match windows:
        case CalendarWindows(unit=unit):
            return LONGEST[unit] * DAY
        case HourWindows():
            return HOUR
        case CycleWindows(months=months):
            return months * 31 * DAY
        case RollingWindows(days=days, months=months):
            return (days + months * 31) * DAY
        case _:
            return None
