"""Instants read of one version of a fact, and the stretches of time that it makes."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from engine.model.exclusion import Exclusion, IntervalSource, NamedPeriod
from engine.model.expression import (
    Earliest,
    Expression,
    FieldOf,
    Latest,
    Literal,
    UntilNext,
)
from engine.model.fact import FactKind, Lasts
from engine.model.quantity import Instant
from engine.model.touched import EVERYTHING, NOTHING, Stretch, Touch

Row = Mapping[str, Any]
"""The fields of a version of a fact, as the store holds them."""


class Facts(Protocol):
    """Facts beside the news."""

    def keys_with(self, kind: str, named_field: str, values: frozenset[str]) -> frozenset[str]:
        """The keys of all facts that bear one of the values in a field, in any version."""
        ...

    def readings_of(self, kind: str, keys: frozenset[str]) -> Sequence[Row]:
        """Every version of facts, as it reads."""
        ...


class UnreadableError(Exception):
    """An expression reads more than one fact, or is more than an instant of it."""


def instant_of(expression: Expression, variable: str, row: Row) -> Instant | None:
    """The instant that an expression says of a fact; UnreadableError where the fact alone does not say."""
    match expression:
        case FieldOf(variable=own, field=name) if own == variable and name in row:
            return row[name]
        case Literal(value=int() as value):
            return value
        case Latest(of=of) | Earliest(of=of):
            found = [instant_of(each, variable, row) for each in of]
            known = [each for each in found if each is not None]
            if len(known) < len(found):
                return None
            return max(known) if isinstance(expression, Latest) else min(known)
        case _:
            raise UnreadableError


def at(instant: Instant) -> Touch:
    """The windows that hold an instant."""
    return during((instant, instant))


def during(stretch: Stretch) -> Touch:
    """The windows that meet a stretch of time."""
    return Touch(stretches=frozenset({stretch}))


def period_of(kind: FactKind, row: Row) -> Touch:
    """The windows that a fact meets."""
    start = row[kind.start_field]
    return during((start, row[kind.timing.end] if isinstance(kind.timing, Lasts) else start))


def interval_of(source: IntervalSource, kind: FactKind, row: Row) -> Touch:
    """The windows that meet an interval of a period, an exclusion or a mode, for which the kind is read."""
    made = source.intervals
    others = [each.kind for each in (source.of,) if each] if isinstance(source, NamedPeriod) else []
    if isinstance(source, Exclusion) and source.approval is not None:
        others.append(source.approval.given.kind)
    if kind.name in others or isinstance(made.until, UntilNext):
        return EVERYTHING
    try:
        start = instant_of(made.start, made.facts.variable, row)
        end = instant_of(made.until, made.facts.variable, row)
    except UnreadableError:
        return EVERYTHING
    return NOTHING if start is None else during((start, end))
