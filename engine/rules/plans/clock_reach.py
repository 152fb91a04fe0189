"""How far the tables of clocks must reach: over the instants in the facts and the durations in the policy."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace

from sqlglot import exp

from engine.model.deadline import ByBusinessDay, Within
from engine.model.expression import BusinessDays, CalendarDays, ClockDuration, Duration, Months
from engine.model.fact import FactKind, InstantType
from engine.model.obligation import Duty, Obligation
from engine.model.period import WindowUnit
from engine.model.quantity import DAY, Instant
from engine.rules.plans.asked import Tables
from engine.rules.plans.civil_time import FIRST, LAST
from engine.rules.plans.clock_tables import ClockTables
from engine.rules.plans.duty_shape import read_length
from engine.rules.plans.expression_to_sql import scale_of
from engine.rules.plans.plan_to_sql import DIALECT, column, number

MOST_DAYS = {
    WindowUnit.DAY: 1,
    WindowUnit.WEEK: 7,
    WindowUnit.MONTH: 31,
    WindowUnit.QUARTER: 92,
    WindowUnit.YEAR: 366,
}
"""How many days a civil unit has at most."""


def load_clocks(
    store: Tables,
    tables: ClockTables,
    kinds: Iterable[FactKind],
    as_of: Instant,
    edges: Iterable[Instant],
    obligations: Sequence[Obligation],
    further: int = 0,
) -> None:
    """Make the tables that statements over these kinds of facts join; they are empty where none is needed.

    `edges` are further instants that are not in facts, those of windows. `further` are days by which a start
    may lie beyond all of them: clocks and days alike must reach on from there.
    """
    known = [as_of, *edges]
    if tables.is_needed:
        known += (instant for kind in kinds for instant in _extent(store, kind, as_of))
    lengths = [*_durations(obligations)]
    if tables.is_needed:
        lengths += (each for limit in _read(obligations) for each in _longest(limit, store))
    tables.load(
        store,
        max(min(known), FIRST),
        min(max(known) + further * DAY, LAST),
        counted=max((each.length for each in lengths if isinstance(each, ClockDuration)), default=0),
        days=max((_days(each) for each in lengths), default=0),
    )


def _extent(store: Tables, kind: FactKind, as_of: Instant) -> Iterator[Instant]:
    """The first and the last instant in each field of a kind, in whatever version, as far as they are seen.

    What is not planned is unseen beyond `as of` (S2.5): a breach that a term without end has in store dates
    from where dates end, and no table must reach so far.
    """
    fields = [field for field in kind.fields if isinstance(field.type, InstantType)]
    ends = [exp.func(name, column(field.name, "f")) for field in fields for name in ("MIN", "MAX")]
    facts = exp.alias_(exp.to_table(f"fact_{kind.name}", quoted=True), "f", table=True)
    (row,) = store.run(exp.select(*ends).from_(facts).sql(DIALECT))
    for field, *found in zip(fields, row[::2], row[1::2], strict=True):
        yield from (each if field.planned else min(each, as_of) for each in found if each is not None)


def _read(obligations: Sequence[Obligation]) -> Iterator[Within]:
    """The limits whose length a fact says."""
    for each in obligations:
        if isinstance(each, Duty) and isinstance(each.limit, Within) and each.limit.read is not None:
            yield each.limit


def _longest(limit: Within, store: Tables) -> Iterator[Duration]:
    """The longest length that any fact says, in whatever version, and that can be meant."""
    read, unit = read_length(limit), limit.duration
    assert read is not None
    each = scale_of(read.field.type) * read.unit
    field = column(read.field.field, "f")
    facts = exp.alias_(exp.to_table(f"fact_{read.field.kind}", quoted=True), "f", table=True)
    query = exp.select(exp.func("MAX", field)).from_(facts).where(field <= number(int(read.most / each)))
    ((found,),) = store.run(query.sql(DIALECT))
    length = 0 if found is None else int(found * each)
    match unit:
        case ClockDuration():
            yield replace(unit, length=length)
        case CalendarDays() | BusinessDays():
            yield replace(unit, days=length)
        case Months():
            yield replace(unit, months=length)


def _durations(of: object) -> Iterator[object]:
    """Every duration in a part of a policy, and every `by business day N`, which has no other length."""
    if isinstance(of, ClockDuration | CalendarDays | BusinessDays | Months | ByBusinessDay):
        yield of
    elif is_dataclass(of):
        for each in fields(of):
            yield from _durations(getattr(of, each.name))
    elif isinstance(of, Mapping):
        yield from (length for each in of.values() for length in _durations(each))  # pyright: ignore
    elif isinstance(of, tuple | list):
        yield from (length for each in of for length in _durations(each))  # pyright: ignore


def _days(duration: object) -> int:
    """At most so many days."""
    match duration:
        case CalendarDays(days=days) | BusinessDays(days=days):
            return days
        case Months(months=months):
            return 31 * months
        case ByBusinessDay(unit=unit, shift=shift):
            return MOST_DAYS[unit] * (abs(shift) + 1)
        case _:
            return 0
