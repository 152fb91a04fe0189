"""A priority matrix in which more of something gives a lower priority."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.model.fact import Matrix
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """Along rows and columns, as declared, priorities move one way; their names sort as `p1`, `p2` do."""
    for name in sorted(snapshot.kinds):
        for matrix in snapshot.kinds[name].matrices:
            lines = list(_lines(matrix))
            if not all(_rises(line) for line in lines) and not all(_rises(line[::-1]) for line in lines):
                yield warning(
                    "matrix-not-monotone",
                    f"more {matrix.column_field} or {matrix.row_field} gives a lower `{name}.{matrix.field}`",
                    matrix.span,
                    "goes up and down",
                    "look at the cells again, and at the order in which the values are declared",
                )


def _lines(matrix: Matrix) -> Iterator[Sequence[str]]:
    rows = list(dict.fromkeys(row for row, _ in matrix.cells))
    columns = list(dict.fromkeys(column for _, column in matrix.cells))
    for row in rows:
        yield [matrix.cells[row, column] for column in columns]
    for column in columns:
        yield [matrix.cells[row, column] for row in rows]


def _rises(line: Sequence[str]) -> bool:
    return all(one <= other for one, other in pairwise(line))
