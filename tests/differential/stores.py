"""Facts put into a store for a while."""

import atexit
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache

from engine.facts.facts_to_store import fill, hold
from engine.model.fact import Fact, FactKind
from engine.store.database import Store
from tests.differential.kinds import KINDS


@contextmanager
def stored(facts: Mapping[str, Sequence[Fact]], kinds: Mapping[str, FactKind] = KINDS) -> Generator[Store]:
    """A store in memory that holds the facts, with a table for every kind; it is empty again afterwards."""
    with _empty(tuple(kinds.values())).trial() as store:
        fill(kinds, facts, store)
        yield store


@cache
def _empty(kinds: tuple[FactKind, ...]) -> Store:
    """Opening a store and making its tables takes as long as many an evaluation: once for all tests."""
    store = Store.open(None)
    hold({kind.name: kind for kind in kinds}, {}, store)
    return store


# A connection that outlives the interpreter is complained about.
atexit.register(_empty.cache_clear)
