"""Facts that are already values, put into a store: those of worked examples."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from engine.model.fact import Fact, FactKind
from engine.store.database import POSITION, UNRECORDED, Store
from engine.store.encoding import column_type, encode

ARROW = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "INTEGER": pa.int32(), "BOOLEAN": pa.bool_()}


def hold(kinds: Mapping[str, FactKind], facts: Mapping[str, Sequence[Fact]], store: Store) -> None:
    """Make a table for every kind, and put in the facts as known all along; every key is new (S2.5)."""
    for kind in kinds.values():
        store.create(kind)
    fill(kinds, facts, store)


def fill(kinds: Mapping[str, FactKind], facts: Mapping[str, Sequence[Fact]], store: Store) -> None:
    """Put the facts into the tables that there are, as known all along; every key is new (S2.5)."""
    for name, kind in kinds.items():
        if rows := facts.get(name, ()):
            store.append(kind, rows_to_table(kind, rows), corrections=False)


def rows_to_table(kind: FactKind, rows: Sequence[Fact]) -> pa.Table:
    """Encoded columns, typed even where every value is absent, as known all along."""
    columns = {
        field.name: pa.array(
            [encode(row.values[field.name], field.type) for row in rows], ARROW[column_type(field.type)]
        )
        for field in kind.fields
    }
    columns["known_from"] = pa.array([UNRECORDED] * len(rows), pa.int64())
    columns[POSITION] = pa.array(range(len(rows)), pa.int64())
    return pa.table(columns)
