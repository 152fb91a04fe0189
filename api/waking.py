"""What keeps verdicts up: a tenant is woken by what is kept, and when something comes due."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event, Thread
from time import monotonic, monotonic_ns

from engine.model.quantity import SECOND, Instant
from engine.store.archive import ArchiveError, Clock
from engine.tenant.tenant import Tenant

LOG = logging.getLogger("troth.waking")

ELSEWHERE = 1.0
"""Seconds after which is looked whether another process has kept something, which nobody here hears: that
reads the last entry, and judges nothing. A clock that was set is noticed as soon."""

GATHERED = 0.05
"""Seconds in which what is kept one after the other is judged at once."""

SHARE = 2
"""Judging pauses so many times as long as it took: others ask on the same thread, and feed beside it."""

LONGEST_PAUSE = 0.25
"""Seconds that it pauses at most: what is fed while it judges waits for the end of that, the pause, and the
next judging, and is to be seen within two seconds."""

IDLE_SHARE = 9
"""Where nothing was heard it rests so many times as long as it took: of some promises it is known only that
they may turn at any instant, and they are not judged all the time."""

AGAIN, LAST_AGAIN = 1.0, 60.0
"""Seconds after which it is tried again where it failed: twice as many each time, up to the last. An
archive that cannot be used may be again at any time, so the first of them stays."""

Run = Callable[[Callable[[], None]], None]
"""Runs something on the one thread that may ask the tenant, and waits for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a tenant keeps up: when it last had caught up, and how long that took in nanoseconds; whether it
    fails since then; when something comes due next."""

    caught_up_at: Instant | None = None
    took: int = 0
    is_failing: bool = False
    wakes_at: Instant | None = None


class Waker:
    """A thread that has a tenant catch up: with what is due, as soon as it starts, after each that is kept,
    many together, and whenever something comes due by the clock. What goes wrong is logged, and tried again.
    """

    def __init__(self, tenant: Tenant, clock: Clock, run: Run) -> None:
        self._tenant = tenant
        self._clock = clock
        self._run = run
        self._wakes_at: Instant | None = None
        self._pace = Pace()
        self._heard, self._ended = Event(), Event()
        self._thread = Thread(target=self._keep_up, name="waker", daemon=True)
        self._stop_listening = tenant.listen(self._heard.set)

    @property
    def pace(self) -> Pace:
        """How the tenant keeps up; any thread may ask."""
        return self._pace

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, once what is being judged is kept."""
        if not self._ended.is_set():
            self._stop_listening()
            self._ended.set()
            self._heard.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _keep_up(self) -> None:
        again = AGAIN
        while not self._ended.is_set():
            self._heard.clear()
            began = monotonic()
            try:
                self._run(self._catch_up)
            except ArchiveError as error:
                self._pace = replace(self._pace, is_failing=True)
                LOG.error("the verdicts could not be brought up to date; it is tried again: %s", error)
                self._ended.wait(AGAIN)
            except Exception:
                self._pace = replace(self._pace, is_failing=True)
                LOG.exception(
                    "the verdicts could not be brought up to date; it is tried again in %g s", again
                )
                self._ended.wait(again)
                again = min(2 * again, LAST_AGAIN)
            else:
                again, took = AGAIN, monotonic() - began
                self._ended.wait(min(max(GATHERED, SHARE * took), LONGEST_PAUSE))
                self._heard.wait(max(self._due_in(), min(IDLE_SHARE * took, LAST_AGAIN)))

    def _due_in(self) -> float:
        """Seconds until it is looked again."""
        if self._wakes_at is None:
            return ELSEWHERE
        return min(max((self._wakes_at - self._clock()) / SECOND, 0), ELSEWHERE)

    def _catch_up(self) -> None:
        began, now = monotonic_ns(), self._clock()
        self._tenant.catch_up(now)
        self._wakes_at = self._tenant.wakes_at()
        self._pace = Pace(caught_up_at=now, took=monotonic_ns() - began, wakes_at=self._wakes_at)
