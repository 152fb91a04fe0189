"""What came of a feed: how many facts of each kind were admitted, and which rows were refused and why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from engine.diagnostic import Diagnostic, Level

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told, now and then: what is being read, how many rows of it are done, and of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """One reason why a row was not admitted.

    `row` is as people count: in CSV as a spreadsheet shows it, the header being row 1; in NDJSON the line; in
    Parquet and Arrow from 1. `column` is the file's own name for it, absent where the whole row is at fault.
    """

    file: str
    row: int
    column: str | None
    reason: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What was admitted, by kind; what was refused, by file and row; and findings about whole files."""

    admitted: Mapping[str, int]
    refused: tuple[RefusedRow, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def refused_rows(self) -> int:
        """How many rows were refused, each counted once however much is wrong with it."""
        return len({(each.file, each.row) for each in self.refused})

    @property
    def misses_a_file(self) -> bool:
        """Whether a whole file was refused, so that nobody knows what it would have said."""
        return any(each.level is Level.ERROR for each in self.diagnostics)

    @property
    def is_whole(self) -> bool:
        """Whether every row of every file was admitted."""
        return not self.refused and not self.misses_a_file
