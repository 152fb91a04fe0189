"""Prose about priorities that the matrix beside it contradicts."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each cell that is not what was stated of its row or column."""
    for name in sorted(snapshot.kinds):
        for matrix in snapshot.kinds[name].matrices:
            for stated in matrix.stated:
                for (row, column), gives in matrix.cells.items():
                    own = row if stated.field == matrix.row_field else column
                    if own == stated.value and gives != stated.gives:
                        where = f"{matrix.row_field} `{row}` with {matrix.column_field} `{column}`"
                        yield warning(
                            "prose-against-matrix",
                            f"{where} is `{gives}` in the matrix, and `{stated.gives}` in prose",
                            stated.span,
                            "what the prose says",
                            "the matrix decides here: ask the parties which of the two they meant",
                            (matrix.span, "what the matrix says"),
                        )
