"""Numbers, lengths and times in words, exact or rounded to the safe side of a bound (S1.2, S7.5)."""

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction

from engine.definition.civil import instant_of, local, midnight_after, time_at
from engine.model.calendar import Clock, CombinedCalendar, Elapsed
from engine.model.decimals import exact_text, number_text
from engine.model.instants import end_shown, iso_text
from engine.model.period import Window
from engine.model.quantity import (
    COUNT,
    HOUR,
    MINUTE,
    NUMBER,
    PERCENT,
    SECOND,
    Bound,
    Comparison,
    Dimension,
    Instant,
    Microseconds,
    Unit,
)
from engine.model.verdict import Due


def value_text(value: Fraction, unit: Unit) -> str:
    """`97.7%`, `4 hours`, `USD 12.50`: a value of the unit's dimension in the unit."""
    shown = number_text(value, unit.size)
    if unit.dimension is Dimension.RATIO:
        return f"{shown}{unit.name}"
    if unit.dimension is Dimension.MONEY:
        return f"{unit.name} {shown}"
    if unit.dimension in (Dimension.COUNT, Dimension.NUMBER):
        return shown if unit in (COUNT, NUMBER) else f"{shown} {unit.name}"
    return f"{shown} {singular(unit.name) if shown == '1' else unit.name}"


def difference_text(value: Fraction, unit: Unit) -> str:
    """`0.5 points`, `2 hours`: how far one value lies from another; of two percentages in points of percent,
    for 49% of a thing would be something else."""
    if unit.dimension is not Dimension.RATIO:
        return value_text(value, unit)
    shown = number_text(value, unit.size)
    return f"{shown} {'point' if shown == '1' else 'points'}"


def beyond_text(bound: Bound) -> str:
    """`above 5%`: where a value lies that does not keep `at most 5%`."""
    value = value_text(bound.value, bound.unit)
    match bound.comparison:
        case Comparison.AT_LEAST:
            return f"below {value}"
        case Comparison.AT_MOST:
            return f"above {value}"
        case Comparison.ABOVE:
            return f"at most {value}"
        case Comparison.BELOW:
            return f"at least {value}"
        case Comparison.EXACTLY | Comparison.BETWEEN:
            return f"not {bound_text(bound)}"


def singular(name: str) -> str:
    """One of a unit that is named in the plural."""
    return name.removesuffix("s")


def bound_text(bound: Bound) -> str:
    """`at least 97.7%`."""
    upper = "" if bound.upper is None else f" and {value_text(bound.upper, bound.unit)}"
    return f"{bound.comparison.value} {value_text(bound.value, bound.unit)}{upper}"


def share_text(share: Fraction) -> str:
    """A share in percent."""
    return value_text(share, PERCENT)


def minutes_text(length: Microseconds | Fraction) -> str:
    """A length of time in minutes: `1,080 min`."""
    return f"{number_text(Fraction(length), Fraction(MINUTE))} min"


def length_text(length: Microseconds) -> str:
    """A length of time in its own parts: `51 h 4 min 5 s`; a day is 24 hours on no clock but one."""
    sign, rest = ("-", -length) if length < 0 else ("", length)
    parts: list[str] = []
    for size, name in ((HOUR, "h"), (MINUTE, "min")):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count:,} {name}")
    if rest or not parts:
        parts.append(f"{exact_text(Fraction(rest, SECOND))} s")
    return sign + " ".join(parts)


def date_text(date: dt.date) -> str:
    """`Sun 2025-03-16`."""
    return f"{DAYS[date.weekday()]} {date.isoformat()}"


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def time_text(at: Instant, zone: str) -> str:
    """The civil time of day, with the name of the offset where that time occurs twice in its day (S2.1)."""
    civil = local(at, zone)
    text = civil.strftime("%H:%M")
    if at % MINUTE:
        text = civil.strftime("%H:%M:%S") if at % SECOND == 0 else civil.strftime("%H:%M:%S.%f")
    return f"{text} {civil.tzname()}" if occurs_twice(at, zone) else text


def occurs_twice(at: Instant, zone: str) -> bool:
    """Whether the civil time at an instant occurs twice in its day."""
    civil = local(at, zone)
    return civil.utcoffset() != civil.replace(fold=1 - civil.fold).utcoffset() and (
        instant_of(civil.date(), time_at(at, zone), zone) != at or civil.fold == 1
    )


def moment_text(at: Instant, zone: str) -> str:
    """`Sun 2025-03-16 23:59 (2025-03-16T22:59:00Z)`: in the agreement's zone, and in UTC."""
    civil = local(at, zone)
    return f"{date_text(civil.date())} {time_text(at, zone)} ({iso_text(at)})"


def span_text(window: Window, zone: str) -> str:
    """From when to when a window is; that of a term without end only says that it has none."""
    begins = f"from {moment_text(window.start, zone)}"
    if end_shown(window.end) is None:
        return f"{begins} on, without end"
    return f"{begins} to {moment_text(window.end, zone)}"


def due_text(due: Due, zone: str, days_zone: str) -> str:
    """When a deadline ends, as people say it: by its date, if at the end of it, or by its instant."""
    if due.date is not None and not due.inclusive and due.at == midnight_after(due.date, days_zone):
        where = "" if days_zone == zone else f" in {days_zone}"
        return f"{date_text(due.date)}, to its end{where} ({iso_text(due.at)} is too late)"
    return moment_text(due.at, zone) + ("" if due.inclusive else ", which is too late itself")


def clock_text(clock: Clock) -> str:
    """The name of a clock, as in `on office_hours`; nothing for one that always counts."""
    if isinstance(clock, Elapsed):
        return ""
    if isinstance(clock, CombinedCalendar) and not clock.name:
        joiner = f" {clock.combination.value} "
        return " on " + joiner.join(clock_text(each).removeprefix(" on ") for each in clock.members)
    return f" on {clock.name}"


def listed(names: Iterable[str]) -> str:
    """`a, b and c`."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
