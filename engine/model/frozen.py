"""What a policy set rests on besides its own words, as it was when the set was published (S2.6, S3.4)."""

from dataclasses import dataclass
from datetime import date

from engine.model.calendar import HolidaySource
from engine.model.quantity import Instant, Microseconds
from engine.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Holidays:
    """The closed dates of a region, and what they rest on (S3.4)."""

    dates: frozenset[date]
    source: HolidaySource


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneOffsets:
    """What a zone adds to UTC, in the years that evaluations reach, and which data say so.

    `offsets` are the instants from which on there is another one, in order; the first is the first of all.
    """

    zone: str
    version: str
    offsets: tuple[tuple[Instant, Microseconds], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """The files of the standard library, where the policies use it, and each region and zone that they name,
    in order of their names."""

    standard: tuple[Source, ...] = ()
    holidays: tuple[Holidays, ...] = ()
    zones: tuple[ZoneOffsets, ...] = ()


def first_difference(one: ZoneOffsets, other: ZoneOffsets) -> Instant | None:
    """The first instant at which two data of a zone do not say the same; None where there is none."""
    ones, others = dict(one.offsets), dict(other.offsets)
    here = there = None
    for instant in sorted({*ones, *others}):
        here, there = ones.get(instant, here), others.get(instant, there)
        if here != there:
            return instant
    return None
