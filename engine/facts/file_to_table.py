"""A file to the rows that it holds, in its own columns, of whichever of the formats that are read."""

from pathlib import Path

from engine.diagnostic import Diagnostic
from engine.facts.arrow_to_table import read_arrow, read_parquet
from engine.facts.contents import Contents
from engine.facts.csv_to_table import read_csv
from engine.facts.ndjson_to_table import read_ndjson

READERS = {
    ".csv": read_csv,
    ".ndjson": read_ndjson,
    ".jsonl": read_ndjson,
    ".parquet": read_parquet,
    ".arrow": read_arrow,
}
"""How a file is read, by how its name ends."""


def read(path: Path, name: str) -> Contents | Diagnostic:
    """The rows of a file, or why it cannot be read; `name` is what people call it."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        return Diagnostic(
            code="facts-format",
            message=f"`{name}` is in no format that facts are read from",
            help=f"the formats are {', '.join(READERS)}",
        )
    if not path.exists():
        return Diagnostic(code="facts-file-missing", message=f"there is no file `{name}`")
    if not path.is_file():
        return Diagnostic(code="facts-file-unreadable", message=f"`{name}` is not a file")
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        return Diagnostic(code="facts-file-unreadable", message=f"`{name}` cannot be read: {reason}")
    return reader(content, name)
