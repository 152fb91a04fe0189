"""The processes in which drafts are judged: few at a time, few for each who asks, warm, and ended in time."""

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock, Timer

from api.drafts.worker import UnansweredError, Why, Worker

BEGIN = "import sys; sys.path[:] = {path!r}; from api.command.draft_worker import main; main()"
COMMAND = (sys.executable, "-P", "-c", BEGIN.format(path=sys.path))
"""Begins with the modules of this process: `-m` would take those of the folder that it was started in."""
MOST = 2
"""How many drafts are judged at a time, whoever asks."""
MOST_EACH = 1
"""How many of them are of one who asks."""
GRACE = 1.0
"""Seconds that a draft for which nobody waits may still take."""
IDLE_SECONDS = 300.0
"""How long a process waits for the next draft before it is ended."""


class BusyError(Exception):
    """So many drafts are judged now that there is no room for another. The message is for people."""


class Turn:
    """The right of one draft to be judged; whoever has it gives it back."""

    def __init__(self, drafts: "Drafts", identity: str) -> None:
        self.identity = identity
        self._drafts = drafts
        self._lock = Lock()
        self._worker: Worker | None = None
        self._why: Why | None = None

    def run(self, say: Callable[[], bytes], until: float) -> bytes:
        """What a process answers to what is said, until an instant of the monotonic clock; blocks so long.

        Raises UnansweredError, and what `say` raises.
        """
        said = say()
        worker = self._drafts.take()
        try:
            worker.wait(until)
            with self._lock:
                if self._why is not None:
                    raise UnansweredError(self._why)
                self._worker = worker
            return worker.ask(said, until)
        finally:
            with self._lock:
                self._worker = None
            self._drafts.put(worker)

    @property
    def is_running(self) -> bool:
        """Whether a process is judging it."""
        return self._worker is not None

    def leave(self) -> None:
        """Nobody waits for it: it is not begun, or ended if it is not done soon. Most are, and to start
        another process takes longer."""
        with self._lock:
            self._why = Why.GONE
        timer = Timer(GRACE, self._kill)
        timer.daemon = True
        timer.start()

    def _kill(self) -> None:
        with self._lock:
            if self._worker is not None:
                self._worker.kill(Why.GONE)


class Drafts:
    """Threads may share it. A process is started when the first draft comes, and kept for the next one; one
    that was ended is replaced at once, so that nobody waits for the start of its successor.
    """

    def __init__(
        self,
        command: Sequence[str] = COMMAND,
        *,
        most: int = MOST,
        most_each: int = MOST_EACH,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self.threads = ThreadPoolExecutor(max_workers=most, thread_name_prefix="draft")
        """Each waits for one process, and does nothing else."""
        self._command = tuple(command)
        self._most = most
        self._most_each = most_each
        self._idle_seconds = idle_seconds
        self._lock = Lock()
        self._turns: set[Turn] = set()
        self._taken: set[Worker] = set()
        self._idle: list[Worker] = []
        self._timer: Timer | None = None
        self._is_stopping = False

    def begin(self, identity: str) -> Turn:
        """A turn for somebody; it is given back with `end`. Raises BusyError, and UnansweredError where the
        server stops."""
        with self._lock:
            if self._is_stopping:
                raise UnansweredError(Why.STOPPING)
            each = Counter(turn.identity for turn in self._turns)
            if each[identity] >= self._most_each:
                raise BusyError("another draft of yours is being judged")
            if len(self._turns) >= self._most:
                raise BusyError("as many drafts as may be are being judged")
            turn = Turn(self, identity)
            self._turns.add(turn)
            return turn

    def end(self, turn: Turn) -> None:
        """Give a turn back, once nothing of it runs any more."""
        with self._lock:
            self._turns.discard(turn)

    def take(self) -> Worker:
        """A process that may be asked; whoever takes it puts it back."""
        with self._lock:
            if self._is_stopping:
                raise UnansweredError(Why.STOPPING)
            worker = None
            while worker is None and self._idle:
                worker = self._idle.pop()
                if not worker.is_alive:
                    worker.close()
                    worker = None
            worker = Worker(self._command) if worker is None else worker
            self._taken.add(worker)
            return worker

    def put(self, worker: Worker) -> None:
        """Let a process wait for the next draft, or, where it was ended, another one in its place."""
        is_alive = worker.is_alive
        if not is_alive:
            worker.close()
        with self._lock:
            self._taken.discard(worker)
            if self._is_stopping:
                worker.close()
                return
            self._idle.append(worker if is_alive else Worker(self._command))
            if self._timer is not None:
                self._timer.cancel()
            self._timer = Timer(self._idle_seconds, self._rest)
            self._timer.daemon = True
            self._timer.start()

    def stop(self) -> None:
        """End every process; what is being judged is not answered any more."""
        with self._lock:
            self._is_stopping = True
            for worker in self._taken:
                worker.kill(Why.STOPPING)
        self.threads.shutdown(wait=True)
        self._rest()

    def _rest(self) -> None:
        """End what waits."""
        with self._lock:
            idle, self._idle = self._idle, []
            if self._timer is not None:
                self._timer.cancel()
        for worker in idle:
            worker.close()
