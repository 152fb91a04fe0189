"""Hours of the clock as windows: 23 or 25 of them on a day on which the clocks change (S2.4, S2.6)."""

import datetime as dt
from collections.abc import Iterator

from engine.definition.civil import SameOffset, date_at, day_number, offsets_near, time_at
from engine.model.period import Window
from engine.model.quantity import DAY, HOUR, MINUTE, SECOND, Instant, Microseconds


def hours_from(start: Instant, zone: str) -> Iterator[Window]:
    """The hour that the clock begins to show at `start`, and all that follow it, one from the other's end."""
    while True:
        hour = hour_that_holds(start, zone)
        yield hour
        start = hour.end


def hour_that_holds(at: Instant, zone: str) -> Window:
    """The hour of the clock that holds an instant."""
    date, hour = date_at(at, zone), time_at(at, zone) // HOUR
    times = times_shown(date, hour, zone)
    start, end, ahead = next(each for each in times if each[0] <= at < each[1])
    label = f"{date.isoformat()}T{hour:02}" + (offset_text(ahead) if len(times) > 1 else "")
    return Window(start=start, end=end, label=label, full_start=start, full_end=end)


def times_shown(date: dt.date, hour: int, zone: str) -> list[SameOffset]:
    """Each time that the clock shows an hour of a civil day, and the offset under which it begins to.

    A clock that is put back shows what it has shown once more; one that is put forward goes on.
    """
    from_civil = day_number(date) * DAY + hour * HOUR
    found: list[SameOffset] = []
    held: Microseconds = 0
    for since, until, ahead in offsets_near(date, zone):
        start, end = max(since, from_civil - ahead), min(until, from_civil + HOUR - ahead)
        if start >= end:
            continue
        if found and found[-1][1] == start and ahead >= held:
            found[-1] = (found[-1][0], end, found[-1][2])
        else:
            found.append((start, end, ahead))
        held = ahead
    return found


def offset_text(ahead: Microseconds) -> str:
    """`+02:00`: how far civil time is ahead of UTC."""
    hours, rest = divmod(abs(ahead), HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds = f":{rest // SECOND:02}" if rest else ""
    return f"{'-' if ahead < 0 else '+'}{hours:02}:{minutes:02}{seconds}"
