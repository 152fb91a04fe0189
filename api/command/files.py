"""Files written whole or not at all."""

import os
import stat
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import mkstemp
from typing import TextIO

from api.command.console import Console, OutputError


@contextmanager
def writing_to(path: Path | None, console: Console) -> Generator[Console]:
    """A console whose answer goes to a file, whole or not at all; without a path, the one that there is."""
    if path is None:
        yield console
    else:
        with replacing(path) as stream:
            yield replace(console, out=stream)


@contextmanager
def replacing(
    path: Path, *, is_private: bool = False, check: Callable[[Path], None] = lambda written: None
) -> Generator[TextIO]:
    """A UTF-8 text that takes the place of the file at `path` once all of it is written.

    If anything goes wrong before, the file is as it was. A link keeps pointing at its file, and a file keeps
    its permissions; one that nobody may write stays as it is; a pipe or a device is written as it is. One
    that `is_private` can be read by nobody else. What was written is given to `check` before it takes the
    place of the file; what that raises leaves the file as it was.
    """
    try:
        target = path.resolve(strict=False)
        mode = target.stat().st_mode if target.exists() else None
        if mode is not None and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            with target.open("w", encoding="utf-8", newline="") as stream:
                yield stream
            return
        if target.is_dir():
            raise IsADirectoryError(21, "it is a folder")
        if mode is not None and not mode & 0o222:
            raise PermissionError(13, "it is read-only")
        number, name = mkstemp(dir=target.parent, prefix=".troth-")
        beside = Path(name)
        try:
            with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
                yield stream
                stream.flush()
                os.fsync(number)
            check(beside)
            if not is_private:
                beside.chmod(0o666 & ~_umask() if mode is None else stat.S_IMODE(mode))
            beside.replace(target)
            _keep_name(target.parent)
        finally:
            beside.unlink(missing_ok=True)
    except (OSError, RuntimeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise OutputError(f"`{path}` cannot be written: {reason.lower()}") from error


def _keep_name(folder: Path) -> None:
    """Make sure that the new name outlives a power cut, where a folder can be opened for that."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _umask() -> int:
    # The only way to read it is to set it.
    mask = os.umask(0)
    os.umask(mask)
    return mask
