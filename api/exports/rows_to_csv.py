"""Rows of verdicts as CSV (RFC 4180) that no spreadsheet takes for formulas."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from api.exports.table import Table, header
from api.exports.verdict_to_row import verdict_row

PIECE = 500
"""Rows of one piece."""

COLUMNS = (
    *("as_of", "known_at", "policy_version", "engine_version"),
    *("obligation", "subject", "for_each"),
    *("window_start", "window_end", "window_label", "trigger_kind", "trigger_key", "trigger_at"),
    *("state", "flags"),
    *("measured_value", "measured_exact", "measured_unit", "measured_low", "measured_high"),
    *("rounded_value", "rounded_exact", "rounded_unit"),
    *("bound_comparison", "bound_value", "bound_exact", "bound_unit"),
    *("bound_upper_value", "bound_upper_exact", "bound_upper_unit"),
    *("margin_value", "margin_exact", "margin_unit"),
    *("due_at", "due_inclusive", "due_date", "due_last_moment"),
    *("fulfilled_at", "fulfilled_by", "late_by_value", "late_by_exact", "late_by_unit"),
    *("excused_by", "judged_by", "parts", "window_parts", "counts", "missing"),
    *("evidence_facts", "evidence_ids", "evidence_digest", "clause", "version"),
)
"""Those of the Parquet file but `evidence_query`, which is long and the same for many rows."""

PAIRS = frozenset({"for_each", "counts"})
NUMBER = re.compile(r"-?\d+([./]\d+)?", re.A)
BEGINNINGS = frozenset("=+-@\t\r\n'\uff1d\uff0b\uff0d\uff20")
"""With what a spreadsheet may take a text for a formula (also in full width), and the mark of a text here."""

WITHIN = re.compile(f'(?<=[;\t\r\n])(?=["{re.escape("".join(sorted(BEGINNINGS)))}])')
"""Where a formula, or a quotation before one, would begin in a text for a spreadsheet that splits rows at `;`
or tabs: it may know nothing of our quotes, so that a line of a text begins a row."""


def csv_file(table: Table) -> Iterator[bytes]:
    """The pieces of the file, in UTF-8, the names of the columns first."""
    yield _lines([COLUMNS])
    said = header(table)
    for start in range(0, len(table.verdicts), PIECE):
        rows: list[Mapping[str, Any]] = [
            {**verdict_row(each), **said} for each in table.verdicts[start : start + PIECE]
        ]
        yield _lines([[cell(name, row.get(name)) for name in COLUMNS] for row in rows])


def cell(name: str, value: Any) -> str:
    """A value as text: nothing for what is absent or empty, instants in ISO 8601, lists and pairs as JSON. A
    text that begins like a formula, or with an apostrophe, gets an apostrophe before it, and so does what
    stands so behind a semicolon, a tab or the end of a line; in lists a semicolon is written as JSON may.

    >>> cell("subject", "=1+1"), cell("subject", "'tis"), cell("margin_exact", "-1/10"), cell("flags", [])
    ("'=1+1", "''tis", '-1/10', '')
    >>> cell("subject", "x;=1+1"), cell("subject", "one; two")
    ("x;'=1+1", 'one; two')
    """
    match value:
        case None | "" | []:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            is_text = value[0] in BEGINNINGS and not NUMBER.fullmatch(value)
            text = WITHIN.sub("'", value)
            return f"'{text}" if is_text else text
        case list():
            items = cast("list[Any]", value)
            found = dict(items) if name in PAIRS else items
            text = json.dumps(found, ensure_ascii=False, separators=(",", ":"), default=_plain)
            return text.replace(";", "\\u003b")
        case _:
            return _plain(value)


def _plain(value: Any) -> str:
    match value:
        case datetime():
            return f"{value.replace(tzinfo=None).isoformat()}Z"
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case int():
            return str(value)
        case _:
            raise TypeError(f"no cell holds a {type(value).__name__}")


def _lines(rows: list[Any]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")
