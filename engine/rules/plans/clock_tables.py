"""The clocks and calendars that statements ask for, numbered, and the tables by which they are joined."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Protocol, TypeAlias

from engine.model.calendar import Clock, DatedCalendar, Elapsed
from engine.model.quantity import DAY, Instant, Microseconds
from engine.rules.plans.calendar_to_clock import days, horizon, inverse, open_intervals, slots
from engine.rules.plans.civil_time import FIRST, LAST, civil_times, day_slots

Days: TypeAlias = str | DatedCalendar
"""Days to count: the civil days of a zone, or the days on which a calendar opens."""

ELAPSED = -1
"""The number of the clock that always counts: it has no rows, for counted time is the instant itself."""

Row: TypeAlias = Sequence[object]

TABLES: Mapping[str, tuple[str, ...]] = {
    # from instants to counted time (S3.1) and back (S4.1)
    "clock": ("cal", "utc_day", "slot_from", "slot_to", "close_at", "before_us"),
    "clock_inverse": ("cal", "bucket", "slot_from", "before_us", "len_us"),
    # from instants to civil days and times and back (S4.2)
    "day_slot": ("cal", "utc_day", "slot_from", "slot_to", "day", "offset_us"),
    "civil": ("cal", "day", "time_from", "time_to", "begins_at", "moves"),
    # the days themselves, and when they count (S4.3, S4.6)
    "day": (
        "cal",
        "day",
        "starts_at",
        "ends_at",
        "is_open",
        "ordinal",
        "closing_at",
        "opening_at",
        "open_us",
    ),
    "opening": ("cal", "day", "opens_at", "closes_at"),
}
"""The columns of each table; `cal` is the number of a clock in the first two, of days in the others."""


class Loads(Protocol):
    """Where the tables go."""

    def load(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[object]]) -> None:
        """Make a temporary table."""
        ...


class ClockTables:
    """Numbers clocks and days as statements are written, then makes the tables for the instants there are."""

    def __init__(self) -> None:
        self._clocks: dict[Clock, int] = {}
        self._days: dict[Days, int] = {}

    @property
    def is_needed(self) -> bool:
        """Whether anything was numbered."""
        return bool(self._clocks or self._days)

    def clock(self, clock: Clock) -> int:
        """The number of a clock in `clock` and `clock_inverse`."""
        return ELAPSED if isinstance(clock, Elapsed) else self._clocks.setdefault(clock, len(self._clocks))

    def days(self, days: Days) -> int:
        """The number of a zone's civil days, or of a calendar's."""
        return self._days.setdefault(days, len(self._days))

    def load(
        self, store: Loads, start: Instant, end: Instant, *, counted: Microseconds = 0, days: int = 0
    ) -> None:
        """Make the tables for [start, end], wide enough on both sides for every clock to count so much more,
        and for so many more days to open (as far as they ever do)."""
        # Rounded, so that the rows of one statement serve the next ones too.
        start, end = start // _ROUND * _ROUND, -(-end // _ROUND) * _ROUND
        counted, days = (1 << length.bit_length() if length else 0 for length in (counted, days))
        rows: dict[str, list[Row]] = {name: [] for name in TABLES}
        for clock, cal in self._clocks.items():
            for name, found in _clock_rows(clock, start, end, counted).items():
                rows[name] += [(cal, *row) for row in found]
        for each, cal in self._days.items():
            for name, found in _day_rows(each, start, end, days).items():
                rows[name] += [(cal, *row) for row in found]
        for name, columns in TABLES.items():
            types = {each: "BOOLEAN" if each in ("is_open", "moves") else "BIGINT" for each in columns}
            store.load(name, types, rows[name])


_ROUND = 64 * DAY


@lru_cache(maxsize=32)
def _clock_rows(
    clock: Clock, start: Instant, end: Instant, counted: Microseconds
) -> Mapping[str, Sequence[Row]]:
    first, last = _earlier(clock, start, counted), horizon(clock, end, counted)
    return {"clock": slots(clock, first, last), "clock_inverse": inverse(clock, first, last)}


def _earlier(clock: Clock, start: Instant, counted: Microseconds) -> Instant:
    """An instant since which the clock has counted so much by `start`, or some instant before it ever ran."""
    reach, before = max(2 * counted, 32 * DAY) if counted else DAY, -1
    while counted and start - reach > FIRST:
        so_far = sum(b - a for a, b in open_intervals(clock, start - reach, start))
        if so_far > counted or (so_far == before and reach > 400 * DAY):
            break
        reach, before = 3 * reach, so_far
    return max(start - reach, FIRST)


@lru_cache(maxsize=32)
def _day_rows(of: Days, start: Instant, end: Instant, wanted: int) -> Mapping[str, Sequence[Row]]:
    reach, before = (2 * wanted + 40) * DAY, -1
    while True:
        first, last = max(start - reach, FIRST), min(end + reach, LAST)
        rows, openings = days(of, first, last)
        earlier = sum(row.is_open for row in rows if row.ends_at <= start)
        later = sum(row.is_open for row in rows if row.starts_at > end)
        enough = min(earlier, later) > wanted + 1
        if enough or (earlier + later == before and reach > 800 * DAY) or (first, last) == (FIRST, LAST):
            break
        reach, before = 3 * reach, earlier + later
    zone = of if isinstance(of, str) else of.zone
    return {
        "day": rows,
        "opening": openings,
        "day_slot": day_slots(zone, first, last),
        "civil": civil_times(zone, first, last),
    }
