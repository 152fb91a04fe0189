"""One process beside the server: it is asked one thing at a time, and ended when that takes too long."""

import signal
from collections.abc import Sequence
from contextlib import suppress
from enum import Enum
from subprocess import PIPE, Popen
from threading import Event, Lock, Thread, Timer
from time import monotonic
from typing import BinaryIO, cast

from api.drafts.frames import Mark, read, write

MOST_ANSWER = 64_000_000
"""Bytes of an answer that are read."""

SHOWN = 4_000
"""Characters of what a process wrote before it died that are told."""


class Why(Enum):
    """Why there is no answer."""

    TIME = "it takes longer than is allowed"
    MEMORY = "it takes more memory than is allowed"
    SIZE = "its answer is longer than is allowed"
    GONE = "nobody waits for it any more"
    STOPPING = "the server stops"
    FAULT = "the process failed"


OUT_OF_TIME = frozenset(-each for each in (getattr(signal, "SIGALRM", None),) if each is not None)
OUT_OF_MEMORY = frozenset(
    -each for each in (getattr(signal, name, None) for name in ("SIGKILL", "SIGABRT")) if each is not None
)
"""What ends a process, as its exit status tells it: the system that has no memory left, or a library that
could not go on without."""


class UnansweredError(Exception):
    """There is no answer. The message is for the log."""

    def __init__(self, why: Why, said: str = "") -> None:
        super().__init__(said or why.value)
        self.why = why


class Worker:
    """A process that reads frames and answers each; threads may share it, of which one asks at a time.

    Its standard error is kept from the server's log, and told where it dies of something else than us.
    """

    def __init__(self, command: Sequence[str]) -> None:
        # A session of its own: Ctrl-C is for the server, which then ends it.
        self._process = Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, start_new_session=True)
        self._lock = Lock()
        self._why: Why | None = None
        self._started = Event()
        self._is_ready = False
        Thread(target=self._start, name="draft start", daemon=True).start()

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it may be asked."""
        return self._why is None and self._process.poll() is None

    @property
    def is_ready(self) -> bool:
        """Whether it has started and may be asked without waiting."""
        return self._is_ready

    def wait(self, until: float) -> None:
        """Wait for it to start, until an instant of the monotonic clock at most: it goes on starting then.

        Raises UnansweredError.
        """
        if not self._started.wait(max(until - monotonic(), 0.0)):
            raise UnansweredError(Why.TIME)
        if not self._is_ready:
            raise self._died()

    def ask(self, said: bytes, until: float) -> bytes:
        """What it answers by an instant of the monotonic clock, once it has started; else it is ended.

        Raises UnansweredError.
        """
        timer = Timer(max(until - monotonic(), 0.0), self.kill, (Why.TIME,))
        timer.daemon = True
        timer.start()
        try:
            write(cast(BinaryIO, self._process.stdin), Mark.ASKED, said)
            frame = read(cast(BinaryIO, self._process.stdout), MOST_ANSWER)
        except OSError:
            frame = None
        except ValueError:
            self.kill(Why.SIZE)
            raise UnansweredError(Why.SIZE) from None
        except BaseException:
            self.kill(Why.FAULT)  # what it has still to say would be taken for the next answer
            raise
        finally:
            timer.cancel()
        if frame is None:
            raise self._died()
        mark, answer = frame
        match mark:
            case Mark.ANSWER:
                return answer
            case Mark.LAST_ANSWER:
                self.kill(Why.MEMORY)
                return answer
            case Mark.OUT_OF_MEMORY:
                self.kill(Why.MEMORY)
                raise UnansweredError(Why.MEMORY)
            case Mark.FAULT | Mark.ASKED | Mark.READY:
                self.kill(Why.FAULT)
                raise UnansweredError(Why.FAULT, answer.decode("utf-8", "replace"))

    def kill(self, why: Why) -> None:
        """End it, if it was not; whoever asks is told why."""
        with self._lock:
            if self._why is None:
                self._why = why
                self._process.kill()

    def close(self) -> None:
        """End it, and leave nothing of it, neither a process nor its pipes; nobody asks any more."""
        self.kill(Why.GONE)
        self._process.wait()
        self._started.wait()  # nobody else reads its pipes
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with suppress(OSError):  # what was not written is not to be
                    pipe.close()

    def _start(self) -> None:
        """Wait until it has started, or died of it; one that says anything else is ended."""
        try:
            self._is_ready = read(cast(BinaryIO, self._process.stdout), 0) == (Mark.READY, b"")
        except ValueError:
            self.kill(Why.FAULT)
        finally:
            self._started.set()

    def _died(self) -> UnansweredError:
        """Why it ended without an answer."""
        with self._lock:
            why = self._why
        self.kill(Why.FAULT)  # it may have closed its pipes and live on
        self._process.wait()
        status = self._process.returncode
        if why is not None:
            return UnansweredError(why)
        if status in OUT_OF_TIME:
            return UnansweredError(Why.TIME)
        if status in OUT_OF_MEMORY:
            return UnansweredError(Why.MEMORY)
        written = cast(BinaryIO, self._process.stderr).read().decode("utf-8", "replace")
        return UnansweredError(Why.FAULT, f"it ended with {status}: {written[-SHOWN:]}")
