"""The bounds that a process sets itself before it does what others ask for."""

import os
import signal
import sys
from importlib.util import find_spec
from pathlib import Path

NICE = 10
"""How far it stands back where others have work."""


def alarm(seconds: float) -> None:
    """End this process in so many seconds, whatever it does then; 0: do not."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def memory_held() -> int:
    """Bytes of address space that this process has, as Linux tells it."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")


def bound(memory: int) -> int | None:
    """Stand back, write no file, and take no more memory than is given: the most bytes of address space.

    None where the system does not bound it so: elsewhere than on Linux time alone is bounded.
    """
    if hasattr(os, "nice"):
        os.nice(NICE)
    if find_spec("resource") is None:
        return None
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform != "linux":
        return None
    most = memory_held() + memory
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    return most
