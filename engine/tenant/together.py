"""Many ask at once, and one of them does it for all who wait: what costs the same for many is paid once."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Event, Lock
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

SHORTEST = 0.005
"""Seconds that are waited for others at first."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Waiting(Generic[Asked, Answer]):
    """Something asked: its answer, or the error in its place, once it is done. Whoever asks is called when it
    is, or when it is theirs to do it for all."""

    asked: Asked
    answers: list[Answer] = field(default_factory=list[Answer])
    error: BaseException | None = None
    called: Event = field(default_factory=Event)
    leads: bool = False
    is_gone: bool = False
    next: "_Waiting[Asked, Answer] | None" = None
    """Who is called once this one is on its way: of many threads that are called at once each holds up all
    others."""

    @property
    def is_done(self) -> bool:
        return bool(self.answers) or self.error is not None


class Together(Generic[Asked, Answer]):
    """What threads ask one by one, done in the order in which it came, and together while it waits.

    `do` is given what waits, at most `most` of it, by one thread at a time. It gives an answer to each in
    order, or None to what must wait for the next time, but never to the first. What it raises is raised to
    all of them.

    Before it, others are waited for: as long as others came in that time before, up to `patience` seconds;
    hardly ever where all who ask wait for their answers.
    """

    def __init__(
        self, do: Callable[[Sequence[Asked]], Sequence[Answer | None]], most: int, patience: float = 0
    ) -> None:
        self._do = do
        self._most = most
        self._patience = patience
        self._pause: float = 0
        self._waiting: deque[_Waiting[Asked, Answer]] = deque()
        self._lock = Lock()
        self._is_led = False
        self._is_full = Event()

    def ask(self, asked: Asked) -> Answer:
        """The answer, when it is done."""
        mine = _Waiting[Asked, Answer](asked=asked)
        with self._lock:
            self._waiting.append(mine)
            if len(self._waiting) >= self._most:
                self._is_full.set()
            if not self._is_led:
                self._is_led = mine.leads = True
                mine.called.set()
        try:
            mine.called.wait()
            while not mine.is_done:
                self._next()
        finally:
            self._leave(mine)
        if mine.error is not None:
            raise mine.error
        return mine.answers[0]

    def _leave(self, mine: _Waiting[Asked, Answer]) -> None:
        """Let another one lead, if this one did; one that was broken off waits no more."""
        with self._lock:
            mine.is_gone = True
            if mine.next is not None:
                mine.next.called.set()
            if not mine.is_done and mine in self._waiting:
                self._waiting.remove(mine)
            if mine.leads:
                self._is_led = bool(self._waiting)
                if self._waiting:
                    self._waiting[0].leads = True
                    self._waiting[0].called.set()

    def _next(self) -> None:
        """Do what waits now. Only whoever leads takes away, so that what waits stays in order."""
        self._wait_for_others()
        with self._lock:
            group = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._most))]
        try:
            answers = self._do([each.asked for each in group])
        except BaseException as error:  # noqa: BLE001 — raised to all of them, below
            # Whoever asked hears of it, the one who leads too; nobody waits for what never comes.
            for each in group:
                each.error = error
            self._call(group)
            return
        later: list[_Waiting[Asked, Answer]] = []
        for each, answer in zip(group, answers, strict=True):
            if answer is None:
                later.append(each)
            else:
                each.answers.append(answer)
        with self._lock:
            self._waiting.extendleft(reversed(later))
        self._call([each for each in group if each.is_done])

    def _call(self, done: Sequence[_Waiting[Asked, Answer]]) -> None:
        """Call those whose answers are there, one after the other; the first is the one that leads."""
        with self._lock:
            for each, after in pairwise(each for each in done if not each.is_gone):
                each.next = after

    def _wait_for_others(self) -> None:
        """Wait a while, and longer the next time if others came, or less long if nobody did."""
        with self._lock:
            there = len(self._waiting)
            self._is_full.clear()
        if there >= self._most or not self._patience:
            return
        if self._pause:
            self._is_full.wait(self._pause)
        came = len(self._waiting) - there
        if came:
            self._pause = min(2 * self._pause, self._patience)
        elif self._pause:
            self._pause = self._pause / 2 if self._pause > SHORTEST else 0
        elif there > 1:
            self._pause = min(SHORTEST, self._patience)
