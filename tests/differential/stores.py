"""Facts put into a store as admission would."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from engine.model.fact import Fact, FactKind
from engine.store.database import POSITION, UNRECORDED, Store
from engine.store.encoding import column_type, encode
from tests.differential.kinds import KINDS

ARROW = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "INTEGER": pa.int32(), "BOOLEAN": pa.bool_()}


def stored(facts: Mapping[str, Sequence[Fact]], kinds: Mapping[str, FactKind] = KINDS) -> Store:
    """A store in memory that holds the facts, with a table for every kind."""
    store = Store.open(None)
    for name, kind in kinds.items():
        store.create(kind)
        rows = facts.get(name, ())
        if rows:
            store.append(kind, _table(kind, rows), corrections=False)
    return store


def _table(kind: FactKind, rows: Sequence[Fact]) -> pa.Table:
    """Encoded columns, typed even where every value is absent."""
    columns = {
        field.name: pa.array(
            [encode(row.values[field.name], field.type) for row in rows], ARROW[column_type(field.type)]
        )
        for field in kind.fields
    }
    columns["known_from"] = pa.array([UNRECORDED] * len(rows), pa.int64())
    columns[POSITION] = pa.array(range(len(rows)), pa.int64())
    return pa.table(columns)
