"""What is asked of the facts: targets with their agreements and windows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Protocol

from engine.model.agreement import Agreement
from engine.model.measure import is_total
from engine.model.obligation import PartWindow, Target
from engine.model.partition import Combination
from engine.model.period import Window
from engine.model.quantity import Bound


class Tables(Protocol):
    """Where the facts are: statements run there, and rows are loaded beside the facts."""

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Run one statement and give its rows."""
        ...

    def load(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[object]]) -> None:
        """Make a temporary table."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A target and its windows, at least one, in order; behind them the parts that modes make of them."""

    target: Target
    agreement: Agreement
    windows: tuple[Window, ...]
    parts: tuple[Window, ...] = ()
    combination: Combination = ()

    @property
    def measured(self) -> tuple[Window, ...]:
        """Everything that is measured: whole windows, then parts."""
        return (*self.windows, *self.parts)

    def held_in(self, window: Window) -> "Asked":
        """What is asked in one window: of a part of one, by convention, a total in proportion (S2.6)."""
        target = self.target
        if not (is_total(target.measure) and window.share < 1 and target.part_windows is PartWindow.PRORATED):
            return self
        warns, share = target.warns, window.share
        held = replace(
            target,
            bound=_shared(target.bound, share),
            warns=None if warns is None else _shared(warns, share),
            mode_bounds=tuple(replace(each, bound=_shared(each.bound, share)) for each in target.mode_bounds),
        )
        return replace(self, target=held)

    @property
    def starts_at(self) -> int:
        """The start of the first window."""
        return self.windows[0].start

    @property
    def ends_at(self) -> int:
        """The end of the last one."""
        return max(window.end for window in self.windows)


def _shared(bound: Bound, share: Fraction) -> Bound:
    """Both ends of a bound in proportion."""
    upper = None if bound.upper is None else bound.upper * share
    return replace(bound, value=bound.value * share, upper=upper)


def load_subjects(store: Tables, asked: Iterable[tuple[int, Asked]]) -> None:
    """`subject(target, subject)`: whose facts each target reads (S2.7)."""
    rows = [(number, subject) for number, each in asked for subject in each.target.terms.subjects]
    store.load("subject", {"target": "BIGINT", "subject": "VARCHAR"}, rows)
