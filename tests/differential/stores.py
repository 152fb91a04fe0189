"""Facts of a random world, put into a store as admission would."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from engine.model.fact import Fact
from engine.store.database import POSITION, UNRECORDED, Store
from engine.store.encoding import column_type, encode
from tests.differential.kinds import KINDS


def stored(facts: Mapping[str, Sequence[Fact]]) -> Store:
    """A store in memory that holds the facts, with a table for every kind."""
    store = Store.open(None)
    for name, kind in KINDS.items():
        store.create(kind)
        rows = facts.get(name, ())
        if not rows:
            continue
        columns = {
            field.name: [encode(row.values[field.name], field.type) for row in rows] for field in kind.fields
        }
        columns["known_from"] = [UNRECORDED] * len(rows)
        columns[POSITION] = list(range(len(rows)))
        store.append(kind, pa.table(columns, schema=_schema(columns, name)), corrections=False)
    return store


def _schema(columns: Mapping[str, object], kind: str) -> pa.Schema:
    """Typed even where every value is absent."""
    arrow = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "INTEGER": pa.int32(), "BOOLEAN": pa.bool_()}
    types = {field.name: arrow[column_type(field.type)] for field in KINDS[kind].fields}
    return pa.schema([(name, types.get(name, pa.int64())) for name in columns])
