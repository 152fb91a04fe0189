"""Many ask at once, and one of them does it for all who wait: what costs the same for many is paid once."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


@dataclass(slots=True, kw_only=True, eq=False)
class _Waiting(Generic[Asked, Answer]):
    """Something asked: its answer, or the error in its place, once it is done."""

    asked: Asked
    answers: list[Answer] = field(default_factory=list[Answer])
    error: BaseException | None = None

    @property
    def is_done(self) -> bool:
        return bool(self.answers) or self.error is not None


class Together(Generic[Asked, Answer]):
    """What threads ask one by one, done in the order in which it came, and together while it waits.

    `do` is given what waits, at most `most` of it, by one thread at a time. It gives an answer to each in
    order, or None to what must wait for the next time, but never to the first. What it raises is raised to
    all of them.
    """

    def __init__(self, do: Callable[[Sequence[Asked]], Sequence[Answer | None]], most: int) -> None:
        self._do = do
        self._most = most
        self._waiting: deque[_Waiting[Asked, Answer]] = deque()
        self._turn = Lock()

    def ask(self, asked: Asked) -> Answer:
        """The answer, when it is done."""
        mine = _Waiting[Asked, Answer](asked=asked)
        self._waiting.append(mine)
        while not mine.is_done:
            with self._turn:
                if not mine.is_done:
                    self._next()
        if mine.error is not None:
            raise mine.error
        return mine.answers[0]

    def _next(self) -> None:
        """Do what waits now. Only whoever has the turn takes away, so that what waits stays in order."""
        group = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._most))]
        try:
            answers = self._do([each.asked for each in group])
        except BaseException as error:  # noqa: BLE001 — raised to all of them, below
            # Whoever asked hears of it, the one whose turn it is too; nobody waits for what never comes.
            for each in group:
                each.error = error
            return
        later: list[_Waiting[Asked, Answer]] = []
        for each, answer in zip(group, answers, strict=True):
            if answer is None:
                later.append(each)
            else:
                each.answers.append(answer)
        self._waiting.extendleft(reversed(later))
