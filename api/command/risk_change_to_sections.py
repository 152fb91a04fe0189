"""What two policy sets do not risk alike, as sections of a report."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from api.command.report import Entry
from api.command.risk_words import (
    concentration_words,
    cut_words,
    cycle_words,
    exposures_words,
    failure_words,
    orphan_words,
    supplier_words,
)
from engine.model.change import RiskChange, Sides
from engine.model.risk import Concentration, Cycle, Orphan, SingleFailure, SupplierRank

Found = TypeVar("Found")


def risk_entries(change: RiskChange) -> Iterator[tuple[str, list[Entry]]]:
    """What comes, goes or changes of each sort of risk, under its heading."""
    yield "Single points of failure", _entries(change.single_failures, _failure)
    yield "Suppliers by what hangs on them", _entries(change.suppliers, _supplier)
    yield "Redundancy that is not", _entries(change.concentrations, _concentration)
    yield "Cycles", _entries(change.cycles, _cycle)
    yield "What hangs on nothing", _entries(change.orphans, _orphan)


def _entries(changes: Sequence[Sides[Found]], said: Callable[[Found], Sequence[str]]) -> list[Entry]:
    """Each as it is after, and where it is another one, as it was."""
    return [_entry(each, said) for each in changes]


def _entry(change: Sides[Found], said: Callable[[Found], Sequence[str]]) -> Entry:
    headline, *details = said(change.found)
    if change.before is None or change.after is None:
        mark = "new" if change.before is None else "gone"
        return Entry(mark=mark, headline=headline, details=tuple(details))
    return Entry(mark="changed", headline=headline, details=(*details, *_before(said(change.before))))


def _before(said: Iterable[str]) -> Iterator[str]:
    return (f"before: {each}" for each in said)


def _failure(found: SingleFailure) -> tuple[str, ...]:
    return (failure_words(found), *exposures_words(found.money))


def _supplier(found: SupplierRank) -> tuple[str, ...]:
    return (supplier_words(found), *exposures_words(found.money))


def _concentration(found: Concentration) -> tuple[str, ...]:
    return (concentration_words(found), *map(cut_words, found.cuts))


def _cycle(found: Cycle) -> tuple[str, ...]:
    return (cycle_words(found),)


def _orphan(found: Orphan) -> tuple[str, ...]:
    return (orphan_words(found),)
