"""Local times of a zone to instants, with the times that do not exist and those that occur twice (S2.1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from engine.model.feed import LocalTime
from engine.model.quantity import DAY, HOUR, Instant, Microseconds

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a local time is one without a zone

_HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """A local time that names no single instant; `why` says how."""

    why: str


def microseconds_of(local: datetime) -> Microseconds:
    """Microseconds from 1970-01-01T00:00 to a local time, as its own clock counts."""
    return (local - _EPOCH) // timedelta(microseconds=1)


def local_text(local: Microseconds) -> str:
    """A local time as ISO 8601 writes it, without an offset."""
    return (_EPOCH + timedelta(microseconds=local)).isoformat()


def resolve_local(local: Microseconds, zone: ZoneInfo, choice: LocalTime) -> Instant | Unclear:
    """The instant of a local time, given in microseconds from 1970-01-01T00:00 as its own clock counts.

    At a change of the clocks it is read with the offset before and with the offset after. In an autumn fold
    these are its two occurrences; in a spring gap, where it has none, they lie just outside of it: before it
    when read with the offset after, and after it when read with the offset before. `earlier` takes the
    earlier of the two instants and `later` the later one; otherwise neither is taken (S2.1).
    """
    first, second = _offsets(local, zone)
    if first == second:
        return local - first
    if choice is LocalTime.REFUSE:
        # The first reading uses the offset before the change; in a gap that is the smaller one.
        how = "does not exist" if first < second else "occurs twice"
        return Unclear(why=f"{how} in {zone.key}; a feed may say `earlier` or `later`")
    instants = (local - first, local - second)
    return min(instants) if choice is LocalTime.EARLIER else max(instants)


def plain_offset(day: int, zone: ZoneInfo) -> Microseconds | None:
    """The zone's offset on a civil day, counted from 1970-01-01, if it is one and the same all day."""
    offsets = {offset for hour in range(_HOURS + 1) for offset in _offsets(day * DAY + hour * HOUR, zone)}
    return offsets.pop() if len(offsets) == 1 else None


def _offsets(local: Microseconds, zone: ZoneInfo) -> tuple[Microseconds, Microseconds]:
    """The offsets that hold for a local time on its first and on its second reading."""
    moment = (_EPOCH + timedelta(microseconds=local)).replace(tzinfo=zone)
    return _offset(moment), _offset(moment.replace(fold=1))


def _offset(moment: datetime) -> Microseconds:
    offset = moment.utcoffset()
    assert offset is not None, "a ZoneInfo has an offset for every moment"
    return offset // timedelta(microseconds=1)
