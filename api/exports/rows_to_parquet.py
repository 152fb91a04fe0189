"""Rows of verdicts as a Parquet file, for whoever has millions of them."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from api.exports.table import Table, header
from api.exports.verdict_to_row import verdict_row
from engine.model.instants import moment_of

GROUP = 5_000
"""Rows of one group: what is held at a time."""

_INSTANT = pa.timestamp("us", "UTC")
_VALUE = pa.decimal128(38, 9)
_CLAUSE = pa.struct([(name, pa.string()) for name in ("document", "section", "words")])
_PART = pa.struct([("name", pa.string()), ("text", pa.string()), ("at", _INSTANT)])
_WINDOW_PART = pa.struct(
    [
        (name, pa.string())
        for name in (
            *("mode", "length", "bound_comparison", "bound_exact", "bound_unit"),
            *("measured_low", "measured_high", "state"),
        )
    ]
)

SCHEMA = pa.schema(
    [
        ("as_of", _INSTANT),
        ("known_at", _INSTANT),
        ("policy_version", pa.string()),
        ("engine_version", pa.string()),
        ("obligation", pa.string()),
        ("subject", pa.string()),
        ("for_each", pa.map_(pa.string(), pa.string())),
        ("window_start", _INSTANT),
        ("window_end", _INSTANT),
        ("window_label", pa.string()),
        ("trigger_kind", pa.string()),
        ("trigger_key", pa.string()),
        ("trigger_at", _INSTANT),
        ("state", pa.string()),
        ("flags", pa.list_(pa.string())),
        ("measured_value", _VALUE),
        ("measured_exact", pa.string()),
        ("measured_unit", pa.string()),
        ("measured_low", pa.string()),
        ("measured_high", pa.string()),
        ("rounded_value", _VALUE),
        ("rounded_exact", pa.string()),
        ("rounded_unit", pa.string()),
        ("bound_comparison", pa.string()),
        ("bound_value", _VALUE),
        ("bound_exact", pa.string()),
        ("bound_unit", pa.string()),
        ("bound_upper_value", _VALUE),
        ("bound_upper_exact", pa.string()),
        ("bound_upper_unit", pa.string()),
        ("margin_value", _VALUE),
        ("margin_exact", pa.string()),
        ("margin_unit", pa.string()),
        ("due_at", _INSTANT),
        ("due_inclusive", pa.bool_()),
        ("due_date", pa.date32()),
        ("due_last_moment", _INSTANT),
        ("fulfilled_at", _INSTANT),
        ("fulfilled_by", pa.string()),
        ("late_by_value", _VALUE),
        ("late_by_exact", pa.string()),
        ("late_by_unit", pa.string()),
        ("excused_by", pa.string()),
        ("judged_by", pa.string()),
        ("parts", pa.list_(_PART)),
        ("window_parts", pa.list_(_WINDOW_PART)),
        ("counts", pa.map_(pa.string(), pa.string())),
        ("missing", pa.list_(pa.string())),
        ("evidence_facts", pa.int64()),
        ("evidence_ids", pa.list_(pa.string())),
        ("evidence_digest", pa.string()),
        ("evidence_query", pa.string()),
        ("clause", pa.list_(_CLAUSE)),
        ("version", pa.string()),
    ]
)
"""The names of the JSON contract, joined by `_` where it nests; what is null there is null here."""


def parquet(table: Table) -> Iterator[bytes]:
    """The pieces of the file, a group of rows each; its metadata say what the rows say of the evaluation."""
    said = header(table)
    metadata = {name: value for name, value in said.items() if isinstance(value, str)}
    shared = {
        **said,
        "as_of": moment_of(table.as_of),
        "known_at": None if table.known_at is None else moment_of(table.known_at),
    }
    sink = _Sink()
    with pq.ParquetWriter(sink, SCHEMA.with_metadata(metadata)) as writer:
        for start in range(0, len(table.verdicts), GROUP):
            columns: dict[str, list[Any]] = {name: [] for name in SCHEMA.names}
            for verdict in table.verdicts[start : start + GROUP]:
                row = {**shared, **verdict_row(verdict)}
                for name, column in columns.items():
                    column.append(row.get(name))
            writer.write_table(pa.table(columns, schema=SCHEMA))
            yield sink.taken()
    yield sink.taken()


class _Sink:
    """A file that is given away as it is written."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        """Take a piece."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """It stays to be taken from."""

    def taken(self) -> bytes:
        """What was written since this was asked before."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken
