"""Instants as text and back: ISO 8601 in UTC (S2.1)."""

from datetime import UTC, datetime, timedelta

from engine.model.quantity import DAY, SECOND, Instant

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

EARLIEST: Instant = 0
LATEST: Instant = 7_258_118_400_000_000
"""The instants that a clock is known for: 1970-01-01 up to, not including, 2200-01-01."""


NO_END: Instant = 253_402_300_800 * SECOND - 7 * DAY
"""Where what has no end ends for an evaluator: a week before dates do, in the year 9999."""


def end_shown(end: Instant) -> Instant | None:
    """An end, or None of what has none."""
    return None if end == NO_END else end


def instant_of(moment: datetime) -> Instant:
    """Microseconds since the epoch of a moment that knows its offset."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment_of(instant: Instant) -> datetime:
    """The UTC moment of an instant; raises OverflowError outside the years 1 to 9999."""
    return _EPOCH + timedelta(microseconds=instant)


def iso_text(instant: Instant) -> str:
    """`2025-03-01T10:00:00Z`, with the fraction of a second only where there is one."""
    return f"{moment_of(instant).replace(tzinfo=None).isoformat()}Z"


def parse_instant(text: str) -> Instant | None:
    """The instant of an ISO 8601 text that carries its offset, else None."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else instant_of(moment)
