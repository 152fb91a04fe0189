"""News of a tenant for those who wait for them: read once for all, as soon as they are kept."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Generic, Protocol, TypeVar

from engine.model.history import VerdictChange
from engine.model.quantity import Instant
from engine.model.tenancy import Published
from engine.store.archive import ArchiveError
from engine.tenant.tenant import Tenant

LOG = logging.getLogger("troth.news")

GATHERED = 0.02
"""Seconds in which what is kept one after the other wakes once."""
ELSEWHERE = 1.0
"""Seconds after which is looked what another process has kept, which nobody here hears."""
AGAIN = 1.0
"""Seconds after which an archive that did not answer is asked again."""
KEPT = 2_000
"""News of a kind that are held for those who follow closely; whoever is further behind reads the archive."""
AT_ONCE = 500

Item = TypeVar("Item")
Told = TypeVar("Told", covariant=True)


class End(Protocol):
    """Gives the number of the last item, of those that came no later than an instant; -1 without any."""

    def __call__(self, at: Instant | None = None, /) -> int: ...


class Tail(Generic[Item]):
    """The end of a list that only grows, and of which item number n, from 0, is always the same, unless what
    it says is erased.

    `read(after, first)` gives at most so many items beyond a number, in order; `end(at)` is the last number
    there is, of what came no later than an instant where one is given, -1 without any. Both block. All else
    is for the thread of the event loop.
    """

    def __init__(self, read: Callable[[int, int], Sequence[Item]], end: End) -> None:
        self.read = read
        self.end = end
        self._held: deque[Item] = deque(maxlen=KEPT)
        self._through: int | None = None
        """The number of the last item that is held, once it is known what there was."""
        self._grown = asyncio.Event()
        self.is_over = False

    async def gather(self) -> bool:
        """Hold what is new, and wake those who wait for it; whether there was any."""
        if self._through is None:
            self._through = await asyncio.to_thread(self.end)
            self._wake()
        before = self._through
        while found := await asyncio.to_thread(self.read, self._through, AT_ONCE):
            self._held.extend(found)
            self._through += len(found)
            self._wake()
        return self._through > before

    def forget(self) -> None:
        """Hold nothing that came so far: it is no longer what is kept."""
        self._held.clear()

    async def after(self, place: int, until: float) -> Sequence[Item]:
        """Some of what comes after a number, in order: as soon as there is something, or nothing once it is
        over, here or by the clock of the loop."""
        while not self.is_over:
            grown, held = self._grown, self._held
            behind = None if self._through is None else self._through - place
            if behind is not None and behind <= len(held):
                found = tuple(islice(held, len(held) - max(behind, 0), None))[:AT_ONCE]
            else:
                found = await asyncio.to_thread(self.read, place, AT_ONCE)
            if found:
                return found
            try:
                async with asyncio.timeout_at(until):
                    await grown.wait()
            except TimeoutError:
                break
        return ()

    async def grows(self, until: float, since: asyncio.Event) -> None:
        """Wait until something came since `growth` was asked for, or until then by the clock of the loop."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await since.wait()

    @property
    def growth(self) -> asyncio.Event:
        """What is set as soon as something comes."""
        return self._grown

    def close(self) -> None:
        """Nothing more comes."""
        self.is_over = True
        self._wake()

    def _wake(self) -> None:
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()


class Feed(Protocol[Told]):
    """What one subscriber is told. Nothing is laid up for it: what comes next is read when it has taken what
    came before."""

    def next(self, until: float) -> Awaitable[Sequence[tuple[Hashable, Told]] | None]:
        """Some of what comes next, each with a name of its own: as soon as there is something; nothing where
        there was nothing until then, by the clock of the loop, and None once it is over."""
        ...


@dataclass(slots=True, kw_only=True)
class Following(Generic[Item]):
    """A feed of a list: what comes after a number, and is let through."""

    tail: Tail[Item]
    after: int
    lets: Callable[[Item], bool]

    async def next(self, until: float) -> Sequence[tuple[Hashable, Item]] | None:
        """Some items, each named by its number."""
        found = await self.tail.after(self.after, until)
        if not found and self.tail.is_over:
            return None
        numbered = enumerate(found, start=self.after + 1)
        self.after += len(found)
        return [each for each in numbered if self.lets(each[1])]


class News:
    """What a tenant's doors tell of it. To be made, asked and closed where the event loop runs.

    Once facts were erased nothing is held that told of them, and `forget` is called; so it is once policies
    were published, for what was answered under those before.
    """

    def __init__(self, tenant: Tenant, forget: Callable[[], None]) -> None:
        self.tenant = tenant
        self._forget = forget
        self._erased: int | None = None
        self.publications: Tail[Published] = Tail(
            lambda after, first: tenant.published(after)[:first],
            lambda at=None: sum(at is None or each.published_at <= at for each in tenant.published()) - 1,
        )
        self.changes: Tail[VerdictChange] = Tail(tenant.changes, tenant.last_change)
        self._loop = asyncio.get_running_loop()
        self._kept = asyncio.Event()
        self._kept.set()
        self._stop = tenant.listen(self._hear, to_facts=False)
        self._gathering = self._loop.create_task(self._gather())

    def close(self) -> None:
        """Hear nothing any more, and let nobody wait."""
        self._stop()
        self._gathering.cancel()
        self.publications.close()
        self.changes.close()

    def _hear(self) -> None:
        """Something was kept; said by whichever thread kept it."""
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            self._loop.call_soon_threadsafe(self._kept.set)

    async def _gather(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(ELSEWHERE):
                    await self._kept.wait()
            self._kept.clear()
            try:
                await self._forget_erased()
                if await self.publications.gather():
                    self._forget()
                await self.changes.gather()
            except Exception as error:
                # Whatever it is: given up here, nobody would ever be told anything again.
                if isinstance(error, ArchiveError):
                    LOG.error("no news: %s", error)
                else:
                    LOG.exception("no news")
                await asyncio.sleep(AGAIN)
                self._kept.set()
            await asyncio.sleep(GATHERED)

    async def _forget_erased(self) -> None:
        erased = await asyncio.to_thread(self.tenant.last_erasure)
        if erased != self._erased:
            self._erased = erased
            self.changes.forget()
            self._forget()
