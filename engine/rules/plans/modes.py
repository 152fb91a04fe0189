"""The modes that targets are under, as intervals (S6.5, S7.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.model.exclusion import Mode
from engine.model.obligation import Target
from engine.model.quantity import Instant
from engine.rules.plans.asked import Tables
from engine.rules.plans.intervals_to_sql import Reading, intervals, names_in, together
from engine.rules.plans.plan_to_sql import Statement, number, snippet


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """One interval of a mode, the target's `place`th, proven or not, and the fields that would prove it.

    One that is still open ends at `as of`.
    """

    place: int
    name: str
    a: Instant
    b: Instant
    is_open: bool
    is_proven: bool
    missing: tuple[str, ...]


def modes_of(target: Target) -> tuple[Mode, ...]:
    """The modes that a target is under: they excuse it, or give it other bounds."""
    return target.modes or tuple(each.mode for each in target.mode_bounds)


def spells_statement(modes: Sequence[Mode], reading: Reading) -> str:
    """(target, mode, a, b, is_open, holds, missing) of the modes, in order of declaration, start and key."""
    statement = Statement()
    reading.add_seen(statement, {each.intervals.facts.kind for each in modes})
    selects = [
        snippet(
            "SELECT r.target, $place AS place, r.fact, r.a, coalesce(r.b, $as_of) AS b,"
            " r.b IS NULL AS is_open, r.holds, r.missing"
            " FROM ($rows) AS r WHERE NOT r.holds IS FALSE",
            place=number(place),
            as_of=number(reading.as_of),
            rows=intervals(mode, reading),
        )
        for place, mode in enumerate(modes)
    ]
    statement.add("spell", "$rows", rows=together(selects))
    return statement.sql(
        "SELECT target, place, a, b, is_open, holds, missing FROM spell ORDER BY place, a, fact"
    )


def spells(query: str, names: Mapping[int, Sequence[str]], store: Tables) -> dict[int, list[Spell]]:
    """By target, the intervals of its modes; `names` are those modes' names in each target."""
    found: dict[int, list[Spell]] = {}
    for target, place, a, b, is_open, holds, missing in store.run(query):
        named = names.get(target)
        if named is not None:
            spell = Spell(
                place=int(place),
                name=named[int(place)],
                a=a,
                b=b,
                is_open=is_open,
                is_proven=bool(holds),
                missing=names_in(missing),
            )
            found.setdefault(target, []).append(spell)
    return found
