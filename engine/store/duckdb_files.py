"""The files of an archive in DuckDB: its own, its log, and one that is to take its place."""

import os
from pathlib import Path
from tempfile import TemporaryFile

ROOM = 1_000_000
"""Bytes without which a disk counts as full: what ends within a block would fit into one that is."""


def identity(path: Path | None) -> tuple[int, int] | None:
    """Which file is at a path, if there is one."""
    try:
        found = None if path is None else path.stat()
    except OSError:
        return None
    return None if found is None else (found.st_dev, found.st_ino)


def fresh_beside(path: Path) -> Path:
    """The file that is to take the place of another."""
    return path.with_name(f"{path.name}.fresh")


def length_of_log(path: Path | None) -> int:
    """Bytes of what was kept and is not in the file itself yet."""
    if path is None:
        return 0
    log = path.with_name(f"{path.name}.wal")
    return log.stat().st_size if log.exists() else 0


def make_lasting(path: Path) -> None:
    """Keep what a folder says of a file, though the power goes."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def find_room(path: Path) -> None:
    """An OSError, where there is no more room beside a file."""
    with TemporaryFile(dir=path.parent) as tried:
        tried.write(bytes(ROOM))
        tried.flush()
