"""How much each of those who ask may ask for: buckets of requests and points, refilled all the time."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TypeAlias

Nanoseconds: TypeAlias = int

SECOND: Nanoseconds = 1_000_000_000
MINUTE = 60 * SECOND

KEPT_BUCKETS = 10_000
"""Of how many that asked last it is known how much they asked for: whoever asked long ago may ask for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How much one may ask for in a minute; None: as much as they want."""

    requests: int | None = None
    points: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Of `limit` so much `remaining` now, and in how long all of it again."""

    limit: int
    remaining: int
    resets_in: Nanoseconds


@dataclass(slots=True)
class _Bucket:
    """So full, in parts of which one minute's worth of nanoseconds is one, as of an instant of the clock."""

    level: int
    at: Nanoseconds


class _Buckets:
    """The buckets of one sort; whoever was not there yet has a full one."""

    def __init__(self, limit: int, most: int) -> None:
        self.limit = limit
        self._most = most
        self._kept: OrderedDict[str, _Bucket] = OrderedDict()

    def of(self, account: str, now: Nanoseconds) -> _Bucket:
        """Somebody's, refilled."""
        full = self.limit * MINUTE
        found = self._kept.setdefault(account, _Bucket(full, now))
        found.level = min(full, found.level + max(now - found.at, 0) * self.limit)
        found.at = max(now, found.at)
        self._kept.move_to_end(account)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return found

    def take(self, account: str, much: int, now: Nanoseconds) -> Nanoseconds:
        """Take so much at once, and 0; or nothing, and in how long there will be enough."""
        bucket = self.of(account, now)
        missing = min(much, self.limit) * MINUTE - bucket.level
        if missing > 0:
            return -(-missing // self.limit)
        bucket.level -= much * MINUTE
        return 0


class Allowances:
    """What is left to each of those who ask, by account. Any thread asks; `clock` never goes back.

    More than a whole minute's worth at once is given to whom has all of it, and is to be paid back.
    """

    def __init__(self, rates: Rates, clock: Callable[[], Nanoseconds], most: int = KEPT_BUCKETS) -> None:
        self._requests = None if rates.requests is None else _Buckets(rates.requests, most)
        self._points = None if rates.points is None else _Buckets(rates.points, most)
        self._clock = clock
        self._lock = Lock()

    def take_request(self, account: str) -> Nanoseconds:
        """Count a request, and 0; or in how long one may be sent."""
        return self._take(self._requests, account, 1)

    def take_points(self, account: str, points: int) -> Nanoseconds:
        """Count what a document costs, and 0; or in how long it may be asked."""
        return self._take(self._points, account, points)

    def requests(self, account: str) -> Standing | None:
        """How many requests are left; None where they are not limited."""
        return self._standing(self._requests, account)

    def points(self, account: str) -> Standing | None:
        """How many points are left; None where they are not limited."""
        return self._standing(self._points, account)

    def _take(self, buckets: _Buckets | None, account: str, much: int) -> Nanoseconds:
        if buckets is None:
            return 0
        with self._lock:
            return buckets.take(account, much, self._clock())

    def _standing(self, buckets: _Buckets | None, account: str) -> Standing | None:
        if buckets is None:
            return None
        with self._lock:
            level = buckets.of(account, self._clock()).level
        return Standing(
            limit=buckets.limit,
            remaining=max(level // MINUTE, 0),
            resets_in=-(-(buckets.limit * MINUTE - level) // buckets.limit),
        )


def seconds_of(wait: Nanoseconds) -> int:
    """A wait as `Retry-After` says it, in whole seconds, one at least.

    >>> seconds_of(1), seconds_of(SECOND), seconds_of(SECOND + 1)
    (1, 1, 2)
    """
    return max(-(-wait // SECOND), 1)
