"""Time zones: from a name to every change of its offset, with the version of the data that say so (S2.6)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import version
from zoneinfo import ZoneInfo

from engine.model.frozen import ZoneOffsets
from engine.model.instants import EARLIEST, LATEST
from engine.model.quantity import DAY, SECOND, Instant, Microseconds

STEP = 5 * DAY
"""So far apart it is looked whether the offset changed: no zone ever changed it twice within six days."""

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001


@cache
def zone_offsets(zone: str) -> ZoneOffsets:
    """The offsets of a zone in the years that clocks are known for.

    >>> zone_offsets("UTC").offsets
    ((0, 0),)
    """
    return ZoneOffsets(zone=zone, version=f"tzdata {version('tzdata')}", offsets=tuple(_offsets(zone)))


def _offsets(name: str) -> Iterator[tuple[Instant, Microseconds]]:
    zone = ZoneInfo(name)
    held = _offset(EARLIEST, zone)
    yield EARLIEST, held
    for end in range(EARLIEST + STEP, LATEST + STEP, STEP):
        if (after := _offset(end, zone)) != held:
            if (change := _change(end - STEP, end, zone)) < LATEST:
                yield change, after
            held = after


def _change(before: Instant, after: Instant, zone: ZoneInfo) -> Instant:
    """The first second with the offset of `after`, by halving."""
    held = _offset(after, zone)
    while after - before > SECOND:
        middle = before + (after - before) // (2 * SECOND) * SECOND
        if _offset(middle, zone) == held:
            after = middle
        else:
            before = middle
    return after


def _offset(at: Instant, zone: ZoneInfo) -> Microseconds:
    utc = EPOCH + timedelta(microseconds=at)
    # A fifth of the time that `astimezone` takes, for tens of thousands of instants.
    return (zone.fromutc(utc.replace(tzinfo=zone)).replace(tzinfo=None) - utc) // timedelta(microseconds=1)
