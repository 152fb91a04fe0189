"""`for each`: a promise apart for each combination of values, each with the windows that have it (S6.6)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from sqlglot import exp

from engine.model.expression import Selection
from engine.model.fact import FactKind, Lasts
from engine.model.obligation import Target
from engine.model.partition import Combination, Partition, subject_text
from engine.model.period import Window
from engine.model.quantity import Instant
from engine.rules.plans.asked import Asked, Tables
from engine.rules.plans.expression_to_sql import holds
from engine.rules.plans.intervals_to_sql import Reading
from engine.rules.plans.plan_to_sql import Statement, snippet, text


def apart(asked: Asked, reading: Reading, store: Tables) -> Iterator[Asked]:
    """What is asked, once for each combination of a target `for each` value."""
    partition = asked.target.partition
    if partition is None:
        yield asked
        return
    for combination, windows in _combinations(partition, asked, reading, store):
        if windows:
            target = _target(asked.target, combination)
            yield replace(asked, target=target, windows=windows, combination=combination)


def _target(target: Target, combination: Combination) -> Target:
    bound = target.bound if target.bounds is None else target.bounds.bound_of(combination)
    subject = subject_text(target.terms.subject, combination)
    return replace(target, terms=replace(target.terms, subject=subject), bound=bound)


def _combinations(
    partition: Partition, asked: Asked, reading: Reading, store: Tables
) -> Iterator[tuple[Combination, tuple[Window, ...]]]:
    if partition.register is None:
        for declared in partition.declared:
            yield declared, asked.windows
        return
    found = uses(partition, partition.register, asked.target.terms.subjects, reading, store)
    for combination in sorted(found):
        yield combination, tuple(each for each in asked.windows if is_used(each, found[combination]))


Uses: TypeAlias = Sequence[tuple[Instant, Instant | None]]
"""From when until when a combination is in use; without an end it still is."""


def uses(
    partition: Partition, register: Selection, subjects: Sequence[str], reading: Reading, store: Tables
) -> dict[Combination, Uses]:
    """When each combination of a register is in use."""
    reading.load_clocks(store, [register])
    found: dict[Combination, list[tuple[Instant, Instant | None]]] = {}
    for starts_at, ends_at, *values in store.run(_in_use(partition, register, subjects, reading)):
        combination = tuple(zip(partition.fields, values, strict=True))
        found.setdefault(combination, []).append((starts_at, ends_at))
    return {**found}


def is_used(window: Window, uses: Uses) -> bool:
    """Whether a combination is in use in some of a window."""
    return any(start < window.end and (end is None or window.start < end) for start, end in uses)


def _in_use(partition: Partition, register: Selection, subjects: Sequence[str], reading: Reading) -> str:
    """From when until when each fact of the register is in use; one that may be is not left out."""
    kind: FactKind = reading.kinds[register.kind]
    scope = reading.scope(register)
    row = scope.fact(register.variable)
    statement = Statement()
    reading.add_seen(statement, [register.kind])
    ends_at = row.field(kind.timing.end) if isinstance(kind.timing, Lasts) else exp.null()
    rows = exp.select(row.instant, ends_at, *(row.field(field) for field in partition.fields))
    rows = rows.from_(exp.to_table(f"seen_{register.kind}").as_(row.alias))
    rows = rows.where(snippet("NOT $c IS FALSE", c=exp.Paren(this=holds(register.where, scope))))
    if subjects and kind.about is not None:
        rows = rows.where(exp.In(this=row.field(kind.about), expressions=[text(each) for each in subjects]))
    statement.add("used", "$rows", rows=rows)
    return statement.sql("SELECT * FROM used")


def load_parts(store: Tables, asked: Sequence[Asked]) -> None:
    """`part(target, …)`: the combination of each target, a column for each field."""
    load_combinations(store, [each.combination for each in asked])


def load_combinations(store: Tables, combinations: Sequence[Combination]) -> None:
    """The same of any promises, by their numbers."""
    fields = [field for field, _ in combinations[0]]
    rows = [(number, *(value for _, value in each)) for number, each in enumerate(combinations)]
    if fields:
        store.load("part", {"target": "BIGINT", **{f"of_{field}": "VARCHAR" for field in fields}}, rows)
