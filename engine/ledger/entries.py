"""Entries read back: a page of those that are asked for, found in few reads however long the ledger is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.ledger.log import entry_of
from engine.model.ledger import Entry
from engine.model.quantity import Instant
from engine.store.archive import Reading

STRETCH = 50_000
"""So many entries are looked at in one read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    """Which entries: those of any of these kinds (none said: of all), by this actor, about this subject,
    recorded from one instant to before another."""

    kinds: tuple[str, ...] = ()
    actor: str | None = None
    subject: str | None = None
    since: Instant | None = None
    until: Instant | None = None


def page_of_entries(
    reading: Reading,
    asked: EntryFilter,
    *,
    start: int,
    end: int,
    most: int,
    backwards: bool,
    check: Callable[[], None],
) -> list[Entry]:
    """At most so many entries from `start` to before `end`, in their order: the first, or, `backwards`, the
    last of them. `check` is asked before each read, and may raise."""
    found: list[Entry] = []
    wanted, holes = _condition(asked)
    low, high = _bounds(reading, asked, start, end)
    order = "DESC" if backwards else "ASC"
    for first, last in _stretches(low, high, backwards=backwards):
        check()
        rows = reading.run(
            "SELECT seq, recorded_at, kind, actor, subject, body FROM entry"  # noqa: S608 - of fixed texts
            f" WHERE seq BETWEEN ? AND ?{wanted} ORDER BY seq {order} LIMIT ?",
            (first, last, *holes, most - len(found)),
        )
        found += [entry_of(row) for row in rows]
        if len(found) == most:
            break
    return found[::-1] if backwards else found


def count_entries(reading: Reading, asked: EntryFilter, *, size: int, check: Callable[[], None]) -> int:
    """How many of the first `size` entries these are."""
    wanted, holes = _condition(asked)
    low, high = _bounds(reading, asked, 0, size)
    if not wanted:
        return max(0, high - low)
    total = 0
    for first, last in _stretches(low, high, backwards=False):
        check()
        count = f"SELECT count(*) FROM entry WHERE seq BETWEEN ? AND ?{wanted}"  # noqa: S608 - of fixed texts
        total += reading.run(count, (first, last, *holes))[0][0]
    return total


def _stretches(low: int, high: int, *, backwards: bool) -> Iterator[tuple[int, int]]:
    if backwards:
        for end in range(high, low, -STRETCH):
            yield max(low, end - STRETCH), end - 1
    else:
        for start in range(low, high, STRETCH):
            yield start, min(high, start + STRETCH) - 1


def _condition(asked: EntryFilter) -> tuple[str, list[object]]:
    wanted, holes = "", list[object]()
    if asked.kinds:
        wanted += " AND kind IN (SELECT unnest(?::TEXT[]))"
        holes.append(list(asked.kinds))
    for column, value in (("actor", asked.actor), ("subject", asked.subject)):
        if value is not None:
            wanted += f" AND {column} = ?"
            holes.append(value)
    return wanted, holes


def _bounds(reading: Reading, asked: EntryFilter, start: int, end: int) -> tuple[int, int]:
    """Where the entries begin and end that were recorded in the time asked for: instants rise."""
    low = start if asked.since is None else max(start, _first_since(reading, asked.since, end))
    high = end if asked.until is None else min(end, _first_since(reading, asked.until, end))
    return low, high


def _first_since(reading: Reading, instant: Instant, size: int) -> int:
    """The first of `size` entries that was recorded at an instant or later, by halves."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        rows = reading.run("SELECT recorded_at FROM entry WHERE seq = ?", (middle,))
        if rows and rows[0][0] < instant:
            low = middle + 1
        else:
            high = middle
    return low
