"""CSV in UTF-8, with or without a byte order mark, to a table of texts; an empty cell is absent."""

import csv
import re
from collections.abc import Iterator, Sequence
from io import BytesIO, StringIO
from itertools import count
from typing import Any

import pyarrow
import pyarrow.compute as compute
import pyarrow.csv

from engine.diagnostic import Diagnostic
from engine.facts.contents import Contents, broken, torn
from engine.facts.text_to_value import Refusal

_FIRST_ROW = 2
_MARK = b"\xef\xbb\xbf"
_TIDY = re.compile(
    rb"""[^"]*+(?:(?<![^,\r\n])"[^"]*+(?:""[^"]*+)*+"(?=[,\r\n]|\Z)[^"]*+)*+"""
)  # every quote opens a cell, closes one, or is doubled inside of one
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_csv(content: bytes, name: str) -> Contents | Diagnostic:
    """The cells of a CSV file under its header."""
    if content.startswith(_WIDE_MARKS):
        return torn(name, "is UTF-16 text", "save it as CSV in UTF-8")
    content = content.removeprefix(_MARK)
    if b"\0" in content:
        return torn(name, "is no text: it holds zero bytes", "CSV is read as UTF-8 text")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return torn(name, f"is not UTF-8 text: line {line} holds other bytes", "save it as CSV in UTF-8")
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, list[str]())
    except csv.Error as error:
        return torn(name, f"has a header that cannot be read: {_reason(error)}")
    if not header:
        return torn(name, "has no header", "its first row names the columns")
    if len(header) > 1 and _TIDY.fullmatch(content):
        try:
            return _all_at_once(content, header)
        except pyarrow.ArrowInvalid:
            pass  # a row is too long or too short, and is found below
    return _row_by_row(reader, header)


def _all_at_once(content: bytes, header: Sequence[str]) -> Contents:
    """The cells of a file whose quotes all open or close a cell, so that readers agree on what is a cell."""
    places = [str(place) for place in range(len(header))]
    table = pyarrow.csv.read_csv(
        BytesIO(content),
        read_options=pyarrow.csv.ReadOptions(column_names=places),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(places, pyarrow.string()), strings_can_be_null=True, null_values=[""]
        ),
    ).slice(1)
    return _without_blanks(
        table.columns, header, pyarrow.array(range(_FIRST_ROW, _FIRST_ROW + len(table))), {}
    )


def _row_by_row(reader: Iterator[list[str]], header: Sequence[str]) -> Contents:
    """The cells of any file, with what is wrong with a row."""
    rows: list[Sequence[str | None]] = []
    numbers: list[int] = []
    faults: dict[int, Refusal] = {}
    for number in count(_FIRST_ROW):
        try:
            row = next(reader, None)
        except csv.Error as error:
            faults[number] = broken(_reason(error))
            continue
        if row is None:
            break
        if row and len(row) != len(header):
            faults[number] = broken(f"the row has {len(row)} cells, and the header {len(header)}")
        elif row:
            rows.append([cell or None for cell in row])
            numbers.append(number)
    columns: list[Sequence[str | None]] = list(zip(*rows, strict=True)) if rows else [[] for _ in header]
    cells = [pyarrow.array(column, pyarrow.string()) for column in columns]
    return _without_blanks(cells, header, pyarrow.array(numbers, pyarrow.int64()), faults)


def _without_blanks(
    columns: Sequence[Any], header: Sequence[str], numbers: Any, faults: dict[int, Refusal]
) -> Contents:
    """The rows that have any cell at all; a spreadsheet saves the others when it is tidy."""
    table = pyarrow.table(columns, names=list(header))
    filled = columns[0].is_valid()
    for column in columns[1:]:
        filled = compute.or_(filled, column.is_valid())
    return Contents(table=table.filter(filled), numbers=numbers.filter(filled), broken=faults)


def _reason(error: csv.Error) -> str:
    """What the csv module says, in our words where it says it ours."""
    if "field larger" in str(error):
        return "a cell is too long"
    return "a quoted cell is not closed" if "end of data" in str(error) else "a quote stands inside a cell"
