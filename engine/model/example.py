"""Worked examples that live in the policy."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from engine.model.fact import Fact
from engine.model.partition import Combination
from engine.model.quantity import Bound, Instant, Money
from engine.model.verdict import State, Verdict
from engine.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What the author expects of one verdict. `occasion` picks it by window label or trigger key; absent, the
    only verdict. `combination` holds the values of `for each` that it must have, perhaps not of each field.
    `measured` is meant exactly: its comparison says nothing. `late_by` is as in Verdict.
    `credit` is the sum of the credits of that occasion; `counts` are those of the verdict that the author
    names, lengths in microseconds.
    """

    state: State
    occasion: str | None
    due: date | Instant | None
    measured: Bound | None
    span: Span = field(compare=False)
    late_by: Fraction | None = None
    credit: Money | None = None
    counts: tuple[tuple[str, Fraction], ...] = ()
    combination: Combination = ()

    def is_of(self, verdict: Verdict) -> bool:
        """Whether the verdict is one of those that the expectation may mean."""
        is_there = self.occasion in (None, verdict.identity[2])
        return is_there and set(self.combination) <= set(verdict.combination)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Facts given, an instant, and the verdicts expected of one obligation (its id)."""

    name: str
    obligation: str
    given: tuple[Fact, ...]
    as_of: Instant
    expects: tuple[Expectation, ...]
    span: Span = field(compare=False)
