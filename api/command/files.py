"""Files written whole or not at all."""

import os
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from tempfile import NamedTemporaryFile
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
def replacing(path: Path) -> Generator[TextIO]:
    """A UTF-8 text that takes the place of the file at `path` once all of it is written.

    If anything goes wrong before, the file is as it was. A link keeps pointing at its file, and a file keeps
    its permissions; a pipe or a device is written as it is.
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
        with _beside(target) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
            Path(stream.name).chmod(0o666 & ~_umask() if mode is None else stat.S_IMODE(mode))
            Path(stream.name).replace(target)
    except (OSError, RuntimeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise OutputError(f"`{path}` cannot be written: {reason.lower()}") from error


@contextmanager
def _beside(target: Path) -> Generator[TextIOWrapper]:
    """A temporary file in the same folder, which is gone afterwards unless it was moved."""
    with NamedTemporaryFile(
        "w",
        encoding="utf-8",
        errors="backslashreplace",
        newline="",
        dir=target.parent,
        prefix=".troth-",
        delete=False,
    ) as file:
        try:
            assert isinstance(file.file, TextIOWrapper)
            yield file.file
        finally:
            with suppress(FileNotFoundError):
                Path(file.name).unlink()


def _umask() -> int:
    # The only way to read it is to set it.
    mask = os.umask(0)
    os.umask(mask)
    return mask
