"""Hours of a zone's clock: the UTC line cut wherever the clock strikes, or is put back (S2.6)."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

from engine.model.period import Window
from engine.model.quantity import DAY, HOUR, Instant
from engine.rules.plans.civil_time import offset_at, offset_spans

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def clock_hours(zone: str, start: Instant, last: Instant) -> tuple[Window, ...]:
    """The hours from the one that begins at `start` to the one that holds `last`, in order."""
    edges = sorted(set(_edges(zone, start - 2 * DAY, last + 2 * DAY)))
    shown = [(a, b, _civil(zone, a)) for a, b in pairwise(edges)]
    times = Counter(_name(civil) for _, _, civil in shown)
    return tuple(
        Window(start=a, end=b, label=_label(civil, times), full_start=a, full_end=b)
        for a, b, civil in shown
        if start <= a <= last
    )


def _edges(zone: str, start: Instant, end: Instant) -> Iterator[Instant]:
    """Every whole hour of the clock, and every change that takes it to another hour or to an earlier time."""
    before = offset_at(zone, start)
    for span in offset_spans(zone, start, end):
        hours_before, hours_after = (span.start + before - 1) // HOUR, (span.start + span.offset) // HOUR
        if span.offset < before or hours_before != hours_after:
            yield span.start
        yield from range(-(-(span.start + span.offset) // HOUR) * HOUR - span.offset, span.end, HOUR)
        before = span.offset


def _civil(zone: str, at: Instant) -> datetime:
    offset = timezone(timedelta(microseconds=offset_at(zone, at)))
    return (_EPOCH + timedelta(microseconds=at)).astimezone(offset)


def _name(civil: datetime) -> str:
    return f"{civil:%Y-%m-%dT%H}"


def _label(civil: datetime, times: Counter[str]) -> str:
    """The date and hour; where the clock shows them twice, the offset too."""
    name = _name(civil)
    return name + str(civil.tzinfo).removeprefix("UTC") if times[name] > 1 else name
