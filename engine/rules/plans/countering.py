"""Countering: the other party's figures for windows, which dispute their verdicts until settled (S7.1)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias, assert_never

from sqlglot import exp

from engine.model.obligation import CounterFigure, Tolerance
from engine.model.quantity import Instant
from engine.model.reading import looked_up
from engine.model.verdict import Exact, Flag, Measured, Part, Range, State, Verdict
from engine.rules.plans.asked import Asked, Tables
from engine.rules.plans.expression_to_sql import scaled, value
from engine.rules.plans.intervals_to_sql import Reading, periods
from engine.rules.plans.plan_to_sql import Statement, number

OPEN = """
  SELECT target, fact, a, b, figure, divisor
  FROM countering
  WHERE holds AND NOT figure IS NULL AND NOT divisor IS NULL AND b <= $as_of
    AND (settled_at IS NULL OR settled_at > $as_of)
  ORDER BY target, fact
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What a fact of this name says, in the base of the bound's dimension."""

    fact: str
    value: Fraction
    tolerance: Tolerance | None


Figures: TypeAlias = dict[tuple[int, Instant, Instant], list[Figure]]
"""By number of the target and the time that they are for."""


def open_figures(asked: Sequence[Asked], reading: Reading, store: Tables) -> Figures:
    """The figures that are proven to be meant and not settled, for time that is over, in order of key.

    `asked` and `subject` are loaded. Targets of one statement may say different things.
    """
    numbers: dict[CounterFigure, list[int]] = {}
    for place, each in enumerate(asked):
        if each.target.countered is not None:
            numbers.setdefault(each.target.countered, []).append(place)
    found: Figures = {}
    for countered, targets in numbers.items():
        for target, fact, a, b, figure, divisor in _rows(countered, reading, store):
            if target in targets:
                exact = Fraction(figure) / divisor * _scale(countered, reading)
                found.setdefault((target, a, b), []).append(
                    Figure(fact=fact, value=exact, tolerance=countered.tolerance)
                )
    return found


def _scale(countered: CounterFigure, reading: Reading) -> Fraction:
    return scaled(countered.value, reading.scope(countered.facts)).scale


def _rows(
    countered: CounterFigure, reading: Reading, store: Tables
) -> list[tuple[int, str, Instant, Instant, int, int]]:
    facts, statement = countered.facts, Statement()
    scope = reading.scope(facts)
    figure = scaled(countered.value, scope)
    columns = {
        "figure": figure.node,
        "divisor": number(1) if figure.divisor is None else figure.divisor,
        "settled_at": value(countered.settled_at, scope),
    }
    rows = periods(facts, reading).select(*(exp.alias_(node.copy(), name) for name, node in columns.items()))
    reading.add_seen(statement, [facts.kind, *(each.kind for each in looked_up(facts.where))])
    statement.add("countering", "$rows", rows=rows)
    query = statement.sql(OPEN, as_of=number(reading.as_of))
    reading.load_clocks(store, [facts])
    return store.run(query)


def disputed(verdict: Verdict, figures: Sequence[Figure]) -> Verdict:
    """The verdict, flagged and with the figures for its window that lie on the other side of its bound."""
    if verdict.bound is None or verdict.state not in (State.MET, State.BREACHED):
        return verdict
    is_met = verdict.state is State.MET
    parts = [
        Part(name="countered by", text=each.fact)
        for each in figures
        if verdict.bound.holds(each.value) is not is_met and not _is_near(each, verdict.measured)
    ]
    if not parts:
        return verdict
    flags = tuple(flag for flag in Flag if flag in (*verdict.flags, Flag.DISPUTED))
    return replace(verdict, flags=flags, parts=(*verdict.parts, *parts))


def _is_near(figure: Figure, measured: Measured | None) -> bool:
    """Whether what was measured, widened by the tolerance, holds the figure. As a share is below 1, what the
    values inside a range allow lies between what its ends do."""
    if figure.tolerance is None or measured is None:
        return False
    match measured:
        case Exact(value=value):
            low = high = value
        case Range(low=low, high=high):
            pass
        case _:
            assert_never(measured)
    limit = figure.tolerance.limit
    below, above = (abs(low), abs(high)) if figure.tolerance.relative else (1, 1)
    return low - limit * below <= figure.value <= high + limit * above
