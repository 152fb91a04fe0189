"""Files that only their owner may read."""

import os
from pathlib import Path


def keep_secret(path: Path, text: str) -> None:
    """Write a file that was not there, which its owner alone may read; raises OSError."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "w", encoding="utf-8") as stream:
        stream.write(f"{text}\n")
        stream.flush()
        os.fsync(number)


def is_open_to_others(path: Path) -> bool:
    """Whether somebody else on this machine may read a file, where the system knows owners."""
    return os.name == "posix" and path.stat().st_mode & 0o077 != 0
