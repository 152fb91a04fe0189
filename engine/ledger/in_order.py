"""All rows of a table by their number, some at a time, so that memory does not grow with the table."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from engine.model.ledger import FlawKind
from engine.store.archive import Reading

NUMBERS = 10_000
"""So many numbers at a time; there may be fewer rows, or more where a number was doubled."""

LEAST, LAST = -(2**63), 2**63 - 1
"""The numbers that a column holds."""


def in_order(reading: Reading, *, least: str, between: str) -> Iterator[list[tuple[Any, ...]]]:
    """Rows in stretches. `least` asks for the least number from a parameter on, `between` for the rows whose
    numbers lie between two, both included, in order.

    No row is left out, whatever the numbers are: a sort of the whole table would hold all of it.
    """
    start = LEAST
    while start <= LAST and (first := reading.run(least, (start,))[0][0]) is not None:
        last = min(first + NUMBERS - 1, LAST)
        yield reading.run(between, (first, last))
        start = last + 1


def numbered(
    rows: Iterable[tuple[Any, ...]],
    number: int,
    called: Callable[[int], str],
    report: Callable[[tuple[Any, ...], FlawKind, str], None],
) -> Iterator[tuple[Any, ...]]:
    """The rows, whose column `number` counts from 0 without a gap; where it does not, the row is reported,
    and what is wrong with it. `called` is what the record of a number is called."""
    awaited = 0
    for row in rows:
        found: int = row[number]
        if found < awaited:
            report(row, FlawKind.DOUBLE, f"its {called(found)} has the number of another")
        elif found > awaited:
            gone = f"{awaited}" if found == awaited + 1 else f"{awaited} to {found - 1}"
            report(row, FlawKind.MISSING, f"before its {called(found)}, {gone} is missing")
        awaited = found + 1
        yield row
