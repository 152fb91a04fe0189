"""Parquet and Arrow IPC to a table in the file's own columns and types."""

from collections.abc import Callable
from typing import Any

import pyarrow
import pyarrow.ipc
import pyarrow.parquet

from engine.diagnostic import Diagnostic
from engine.facts.contents import Contents, torn


def read_parquet(content: bytes, name: str) -> Contents | Diagnostic:
    """The rows of a Parquet file."""
    # As a file and not as a data set, which refuses two columns of one name without saying so.
    return _read(lambda buffer: pyarrow.parquet.ParquetFile(buffer).read(), content, name, "Parquet")


def read_arrow(content: bytes, name: str) -> Contents | Diagnostic:
    """The rows of an Arrow IPC file or stream."""

    def rows(buffer: Any) -> Any:
        # A file says so in its first bytes; a stream begins at once.
        opened = pyarrow.ipc.open_file if content.startswith(b"ARROW1") else pyarrow.ipc.open_stream
        return opened(buffer).read_all()

    return _read(rows, content, name, "Arrow")


def _read(rows: Callable[[Any], Any], content: bytes, name: str, format: str) -> Contents | Diagnostic:
    try:
        table = rows(pyarrow.BufferReader(content))
        # Offsets that point outside of their buffer would be read as memory that is not the file's.
        table.validate(full=True)
    except (pyarrow.ArrowException, OSError, ValueError):
        return torn(name, f"is torn, or is no {format} file")
    numbers = pyarrow.array(range(1, len(table) + 1), pyarrow.int64())
    return Contents(table=table, numbers=numbers, broken={})
