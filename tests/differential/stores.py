"""Facts put into a store of their own."""

from collections.abc import Mapping, Sequence

from engine.facts.facts_to_store import hold
from engine.model.fact import Fact, FactKind
from engine.store.database import Store
from tests.differential.kinds import KINDS


def stored(facts: Mapping[str, Sequence[Fact]], kinds: Mapping[str, FactKind] = KINDS) -> Store:
    """A store in memory that holds the facts, with a table for every kind."""
    store = Store.open(None)
    hold(kinds, facts, store)
    return store
