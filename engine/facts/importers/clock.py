"""The times of an export to instants, as its shape says that they are written."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from engine.facts.local_time import microseconds_of
from engine.facts.spelling import shown
from engine.facts.text_to_value import INSTANT, Reading, Refusal, bad, in_reach, local_instant, parse
from engine.model.fact import InstantType
from engine.model.fact_import import FileShape
from engine.model.quantity import SECOND, Instant

EPOCHS = {"epoch milliseconds": SECOND // 1000, "epoch seconds": SECOND}
"""Patterns of times that are numbers: a unit in microseconds."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Reads the times of one shape; local ones are at home in `zone`, and refused where there is none."""

    shape: FileShape
    zone: str | None

    @property
    def reading(self) -> Reading:
        """How instants are read."""
        zone = ZoneInfo(self.zone) if self.zone else None
        return Reading(type=InstantType(), zone=zone, local_time=self.shape.local_time)

    def instant(self, text: str) -> Instant | Refusal:
        """The instant of a text (S2.1)."""
        for pattern in self.shape.written:
            found = self._by(pattern, text)
            if found is not None:
                return _mended(found)
        local = INSTANT.fullmatch(text)
        if self.zone is None and local is not None and local["offset"] is None:
            return _nowhere(text)
        found = parse(text, self.reading)
        assert isinstance(found, int | Refusal), "an instant is a number"
        if isinstance(found, Refusal) and self.shape.written and local is None:
            known = " or ".join(shown(each) for each in self.shape.written)
            return bad(f"{shown(text)} is no instant, and not written as {known}")
        return _mended(found)

    def _by(self, pattern: str, text: str) -> Instant | Refusal | None:
        if pattern in EPOCHS:
            digits = text.removeprefix("-")
            return in_reach(int(text) * EPOCHS[pattern], text) if _is_number(digits) else None
        try:
            local = datetime.strptime(text, pattern)  # noqa: DTZ007 - its zone is the shape's
        except ValueError:
            return None
        if local.tzinfo is not None:
            offset = local.utcoffset()
            assert offset is not None, "a pattern with an offset gives one"
            # The outermost days of the calendar have no room for an offset.
            civil = microseconds_of(local.replace(tzinfo=None))
            return in_reach(civil - offset // timedelta(microseconds=1), text)
        return local_instant(microseconds_of(local), text, self.reading) if self.zone else _nowhere(text)


def _nowhere(text: str) -> Refusal:
    return bad(f"{shown(text)} has no offset from UTC, and nothing says in which zone it is local")


def _mended(found: Instant | Refusal) -> Instant | Refusal:
    """A refusal of a local time in the words of a mapping."""
    if isinstance(found, Refusal) and found.code == "unclear-local-time":
        how = found.reason.partition(";")[0]
        return Refusal(
            code=found.code, reason=f"{how}; the mapping may say `twice: earlier` or `twice: later`"
        )
    return found


def _is_number(digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and len(digits) <= 17
