"""Verdicts as NDJSON: the evaluation first, then each verdict by the JSON contract."""

import json
from collections.abc import Iterator

from api.exports.table import Table, header
from api.verdict_to_json import verdict_json

PIECE = 500
"""Rows of one piece."""


def ndjson(table: Table) -> Iterator[bytes]:
    """The pieces of the file; `row` says of what each line is."""
    yield _line({"row": "evaluation", **header(table)})
    for start in range(0, len(table.verdicts), PIECE):
        verdicts = table.verdicts[start : start + PIECE]
        yield b"".join(_line({"row": "verdict", **verdict_json(each)}) for each in verdicts)


def _line(row: object) -> bytes:
    return f"{json.dumps(row, ensure_ascii=False)}\n".encode("utf-8", "surrogatepass")
