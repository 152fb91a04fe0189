"""News changes verdicts only where it is said to touch them, and what is touched is judged as a whole
evaluation judges it."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pyarrow
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter

from engine import pipeline
from engine.facts.facts_to_store import rows_to_table
from engine.model.fact import Fact
from engine.model.fact_version import FactVersion
from engine.model.verdict import Verdict
from engine.store.database import Store
from tests.differential import strata_worlds
from tests.differential.starts import IS_LONG
from tests.differential.stores import stored
from tests.differential.strata_worlds import ALL_KINDS
from tests.differential.test_evaluators_agree import SHAPES, worlds
from tests.differential.worlds import World, rows

EXAMPLES = 500 if IS_LONG else 4
"""Worlds of each group of shapes."""

TOLD = 1
"""The instant at which the news is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A world, and what is told of its facts then: other values, or none."""

    world: World
    told: Mapping[tuple[str, str], Fact | None]

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        """The world, then the news."""
        printer.pretty(self.world)
        for (kind, key), fact in self.told.items():
            printer.text(f"\n  told of {kind} {key}: {fact and dict(fact.values)}")

    def versions(self) -> list[FactVersion]:
        """What an archive says of it."""
        return [
            FactVersion(
                seq=seq,
                entry=0,
                kind=kind,
                key=key,
                content=None,
                digest="",
                known_from=TOLD,
                is_retraction=fact is None,
            )
            for seq, ((kind, key), fact) in enumerate(self.told.items())
        ]


def news(shapes: Sequence[str]) -> st.SearchStrategy[News]:
    """News of a world of one of the shapes."""
    drawn = st.sampled_from(shapes)
    return drawn.flatmap(
        lambda shape: news_of(strata_worlds.worlds() if shape == "strata" else worlds(shape))
    )


@st.composite
def news_of(draw: st.DrawFn, worlds: st.SearchStrategy[World]) -> News:
    """A world, and one or two facts that are told, corrected or retracted."""
    world = draw(worlds)
    kinds = sorted(kind for kind, known in world.facts.items() if known or kind != "figure")
    told: dict[tuple[str, str], Fact | None] = {}
    for _ in range(draw(st.integers(1, 2))):
        kind = draw(st.sampled_from(kinds))
        known = [each.key for each in world.facts[kind]]
        others = draw(rows(kind, at_least=1)) if kind != "figure" else ()
        key = draw(st.sampled_from([*known, f"{kind}-new"]))
        said = draw(st.sampled_from((*others, *others, None))) if others else None
        if said is not None:
            field = ALL_KINDS[kind].key
            told[kind, key] = replace(said, key=key, values={**said.values, field: key})
        elif key in known:
            told[kind, key] = None
    return News(world=world, told=told)


@contextmanager
def told(news: News, store: Store) -> Generator[None]:
    """The store, in which the facts of the world are, holds the news as well."""
    for (kind, key), fact in news.told.items():
        of = ALL_KINDS[kind]
        if fact is None:
            store.retract(of, [key], [TOLD])
        else:
            table = rows_to_table(of, [fact])
            place = table.column_names.index("known_from")
            known = table.set_column(place, "known_from", pyarrow.array([TOLD], pyarrow.int64()))
            store.append(of, known, corrections=True)
    yield


def touches(case: News, untouched: list[int]) -> None:
    """Both laws."""
    world = case.world
    with stored(world.facts, ALL_KINDS) as store:
        before = pipeline.evaluate(world.snapshot, store, as_of=world.as_of).verdicts
        with told(case, store):
            after = pipeline.evaluate(world.snapshot, store, as_of=world.as_of).verdicts
            touched = pipeline.touched(world.snapshot, store, case.versions(), as_of=world.as_of)
            anew = pipeline.evaluate(world.snapshot, store, as_of=world.as_of, touched=touched).verdicts
    were, are = _by_identity(before), _by_identity(after)
    for identity in were.keys() | are.keys():
        was, now = were.get(identity), are.get(identity)
        if was != now:
            assert all(each is None or touched.is_of(each) for each in (was, now)), (was, now)
    assert anew == tuple(each for each in after if touched.is_of(each))
    untouched.append(sum(not touched.is_of(each) for each in after))


def _by_identity(verdicts: Sequence[Verdict]) -> dict[tuple[str, str, str], Verdict]:
    return {each.identity: each for each in verdicts}


SEVERAL = (*SHAPES, "strata")


@pytest.mark.parametrize("shapes", [(each,) for each in SEVERAL] if IS_LONG else [SEVERAL[:17], SEVERAL[17:]])
def test_news_changes_what_it_touches_and_nothing_else(shapes: tuple[str, ...]) -> None:
    untouched: list[int] = []

    def holds(case: News) -> None:
        touches(case, untouched)

    run = settings(max_examples=EXAMPLES)(given(news(shapes))(holds))
    (run if IS_LONG else seed(1)(run))()
    assert IS_LONG or any(untouched), "everything is always touched"
