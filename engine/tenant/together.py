"""Many ask at once, and it is done for all who wait: what costs the same for many is paid once."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Lock
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


FEW = 4
"""Others are waited for where less than this part of what is done at once waits."""
SEVERAL = 8
"""And where at least this part of it was done the last time: few who wait for their answers need not."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Waiting(Generic[Asked, Answer]):
    """Something asked, and what its answer comes by."""

    asked: Asked
    answer: Future[Answer]

    def is_wanted(self) -> bool:
        """Whether it is to be done still; from then on nobody can cancel it."""
        return self.answer.running() or self.answer.set_running_or_notify_cancel()


class Together(Generic[Asked, Answer]):
    """What is asked one by one, by any thread, done in the order in which it came, together while it waits.

    `do` is given what waits, at most `most` of it, on one thread of its own, called `name`. It gives each in
    order an answer, an error to raise in its place, or None to what must wait for the next time, but never to
    the first. What it raises is raised to all of them.

    Where many ask and few wait, others are waited for before it, for `patience` seconds.
    """

    def __init__(
        self,
        do: Callable[[Sequence[Asked]], Sequence[Answer | BaseException | None]],
        most: int,
        patience: float = 0,
        name: str = "",
    ) -> None:
        self._do = do
        self._most = most
        self._patience = patience
        self._last = 1
        """How many were done together the last time."""
        self._waiting: deque[_Waiting[Asked, Answer]] = deque()
        self._lock = Lock()
        self._is_idle = True
        self._is_full = Event()
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    def ask(self, asked: Asked) -> Future[Answer]:
        """What the answer comes by, when it is done; cancelled before it is begun, it is not done.

        Asked after it was closed it is a RuntimeError.
        """
        mine: _Waiting[Asked, Answer] = _Waiting(asked=asked, answer=Future())
        with self._lock:
            if self._is_idle:
                self._threads.submit(self._do_all)
                self._is_idle = False
            self._waiting.append(mine)
            if len(self._waiting) >= self._most:
                self._is_full.set()
        return mine.answer

    def settle(self) -> None:
        """Wait until all that was asked by now is done."""
        with suppress(RuntimeError):  # it was closed, and is settled
            self._threads.submit(lambda: None).result()

    def close(self) -> None:
        """Wait until all that was asked is done; nothing is asked any more."""
        self._threads.shutdown()

    def _do_all(self) -> None:
        """Do what waits, until nothing does."""
        group: list[_Waiting[Asked, Answer]] = []
        try:
            while True:
                self._wait_for_others()
                with self._lock:
                    group = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._most))]
                    if not group:
                        self._is_idle = True
                        return
                self._last = len(group)
                self._do_some([each for each in group if each.is_wanted()])
        except BaseException as error:  # noqa: BLE001 — told to all who wait: nobody else would do it for them
            with self._lock:
                group += self._waiting
                self._waiting.clear()
                self._is_idle = True
            for each in group:
                if not each.answer.done() and each.is_wanted():
                    each.answer.set_exception(error)

    def _do_some(self, group: Sequence[_Waiting[Asked, Answer]]) -> None:
        if not group:
            return
        try:
            answered = list(zip(group, self._do([each.asked for each in group]), strict=True))
        except BaseException as error:  # noqa: BLE001 — raised to all of them, who wait for it
            for each in group:
                each.answer.set_exception(error)
            return
        with self._lock:
            self._waiting.extendleft(each for each, answer in reversed(answered) if answer is None)
        for each, answer in answered:
            if isinstance(answer, BaseException):
                each.answer.set_exception(answer)
            elif answer is not None:
                each.answer.set_result(answer)

    def _wait_for_others(self) -> None:
        with self._lock:
            self._is_full.clear()
            few = 0 < len(self._waiting) < self._most // FEW
        if few and self._last >= self._most // SEVERAL and self._patience:
            self._is_full.wait(self._patience)
