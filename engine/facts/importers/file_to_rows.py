"""One file of an export to rows: JSON, JSON lines or CSV, in the first of a mapping's shapes that fits."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import TypeAlias, cast

from engine.diagnostic import Diagnostic
from engine.model.fact_import import FileFormat, FileShape, Paths
from engine.source import Source

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"
"""What JSON holds, every number as it is written (S1.1)."""

LINES = (".ndjson", ".jsonl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row, and its place: `issues.json, issues[3]` or `incident.csv, line 7`."""

    place: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of a file in their shape; `document` is what of a JSON file stands around them."""

    name: str
    shape: FileShape
    rows: Sequence[Row]
    document: Mapping[str, Value]


def read_rows(source: Source, shapes: Sequence[FileShape]) -> Rows | Diagnostic:
    """The rows of a file, or why it has none that the mapping can read."""
    text = source.text.removeprefix("\ufeff")
    name = source.name.lower()
    if name.endswith(".csv"):
        return _csv(source.name, text, shapes)
    try:
        if name.endswith(LINES):
            lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
            documents = [(f"{source.name}, line {number}", _json(line, number)) for number, line in lines]
            return _fit(source.name, [*_line_rows(documents, shapes)], shapes)
        return _fit(source.name, [*_rows_under(source.name, _json(text, None), shapes)], shapes)
    except _UnreadableError as error:
        return Diagnostic(
            code="not-json",
            message=f"`{source.name}`{error.place} is not JSON: {error.problem}",
            help="a file whose name ends in `.csv` is read as CSV, and one in `.jsonl` line by line",
        )


def read_json(source: Source) -> "Value | Diagnostic":
    """The JSON of a file, every number as it is written, or why it is none."""
    try:
        return _json(source.text.removeprefix("\ufeff"), None)
    except _UnreadableError as error:
        return Diagnostic(
            code="not-json", message=f"`{source.name}`{error.place} is not JSON: {error.problem}"
        )


class _UnreadableError(Exception):
    def __init__(self, place: str, problem: str) -> None:
        super().__init__(problem)
        self.place, self.problem = place, problem


def _json(text: str, number: int | None) -> Value:
    try:
        found = _plain(_DECODER.decode(text))
        if "\\u" in text:
            # Half of a surrogate pair can be written in JSON, but is no text.
            json.dumps(found, ensure_ascii=False).encode()
        return found
    except UnicodeError as error:
        raise _UnreadableError("", "it holds half of a surrogate pair, which is no text") from error
    except json.JSONDecodeError as error:
        line, column = (error.lineno if number is None else number), error.colno
        raise _UnreadableError(f", line {line}, column {column},", error.msg.lower()) from error
    except RecursionError as error:
        raise _UnreadableError("", "it nests too deep") from error
    except ValueError as error:
        raise _UnreadableError("", str(error)) from error


def _no_constant(word: str) -> str:
    raise ValueError(f"`{word}` is no number of JSON")


_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_no_constant)


def _plain(value: object) -> Value:
    """Truth values as the words that they are written with; everything else as it is."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return [_plain(each) for each in cast("list[object]", value)]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in cast("dict[str, object]", value).items()}
    return cast("str | None", value)


_Candidate: TypeAlias = tuple[FileShape, list[Row], Mapping[str, Value]]


def _rows_under(name: str, document: Value, shapes: Sequence[FileShape]) -> Iterator[_Candidate]:
    """For each shape of JSON, the rows that stand where it looks for them."""
    around = document if isinstance(document, dict) else {}
    for shape in shapes:
        if shape.format is not FileFormat.JSON:
            continue
        for path in shape.rows:
            found = document if not path else look(document, path)
            items = [found] if isinstance(found, dict) else found
            if isinstance(items, list):
                single = isinstance(found, dict)
                rows = [
                    Row(place=_place(name, path, None if single else index), values=each)
                    for index, each in enumerate(items)
                    if isinstance(each, dict)
                ]
                if len(rows) == len(items):
                    yield shape, rows, around
                    break


def _line_rows(documents: list[tuple[str, Value]], shapes: Sequence[FileShape]) -> Iterator[_Candidate]:
    for shape in shapes:
        rows = [Row(place=place, values=each) for place, each in documents if isinstance(each, dict)]
        if shape.format is FileFormat.JSON and len(rows) == len(documents):
            yield shape, rows, {}


def _place(name: str, path: str, index: int | None) -> str:
    inside = path if index is None else f"{path}[{index}]"
    return f"{name}, {inside}" if inside else name


def _csv(name: str, text: str, shapes: Sequence[FileShape]) -> Rows | Diagnostic:
    candidates: list[_Candidate] = []
    for shape in shapes:
        if shape.format is not FileFormat.CSV:
            continue
        reader = csv.reader(StringIO(text, newline=""), delimiter=shape.delimiter, strict=True)
        rows: list[Row] = []
        try:
            header = next(reader, list[str]())
            if not set(shape.has) <= set(header):
                continue
            for cells in reader:
                place = f"{name}, line {reader.line_num}"
                # The tools end each line with the delimiter or do not, and their header likewise.
                if len(cells) > len(header) and not any(cells[len(header) :]):
                    cells = cells[: len(header)]
                if len(cells) != len(header) and any(cells):
                    message = f"{place} has {len(cells)} fields where the header has {len(header)}"
                    return Diagnostic(code="not-csv", message=message)
                if any(cells):
                    rows.append(Row(place=place, values=_named(header, cells)))
        except csv.Error as error:
            message = f"`{name}`, line {reader.line_num}, is not CSV: {error}"
            return Diagnostic(code="not-csv", message=message)
        candidates.append((shape, rows, {}))
    return _fit(name, candidates, shapes)


def _named(header: Sequence[str], cells: Sequence[str]) -> dict[str, Value]:
    """The cells by the names of their columns: absent where empty, and a list where several bear one name."""
    found: dict[str, Value] = {}
    for column, cell in zip(header, cells, strict=True):
        if column in found and cell:
            before = found[column]
            found[column] = (
                [*before, cell] if isinstance(before, list) else [before, cell] if before else cell
            )
        else:
            found.setdefault(column, cell or None)
    return found


def _fit(name: str, candidates: Sequence[_Candidate], shapes: Sequence[FileShape]) -> Rows | Diagnostic:
    """The first candidate whose rows have what its shape asks for."""
    for shape, rows, document in candidates:
        if all(_has(row, shape) for row in rows):
            return Rows(name=name, shape=shape, rows=rows, document=document)
    stray = next(
        (
            row.place
            for shape, rows, _ in candidates
            if rows and _has(rows[0], shape)
            for row in rows
            if not _has(row, shape)
        ),
        None,
    )
    wanted = "; ".join(f"{each.name}: {', '.join(each.has)}" for each in shapes)
    return Diagnostic(
        code="import-shape",
        message=f"`{name}` has none of the shapes that the mapping reads"
        + (f": {stray} is unlike the rows before it" if stray else ""),
        help=f"all rows must have the fields of one shape: {wanted}",
    )


def _has(row: Row, shape: FileShape) -> bool:
    return all(_is_there(row.values, path) for path in shape.has) and all(
        text is None or text.isdigit() for path in shape.digits for text in [text_at(row.values, (path,))]
    )


def _is_there(value: "Value | Mapping[str, Value]", path: str) -> bool:
    """Whether something stands there, be it null. A column of CSV may have points in its name."""
    if isinstance(value, Mapping) and path in value:
        return True
    before, _, last = path.rpartition(".")
    around = look(value, before) if before else value
    return isinstance(around, Mapping) and last in around


def look(value: "Value | Mapping[str, Value]", path: str) -> Value:
    """What stands under a path, or nothing."""
    if isinstance(value, Mapping) and path in value:
        return value[path]
    found: Value | Mapping[str, Value] = value
    for step in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return cast(Value, found)


def text_at(values: "Value | Mapping[str, Value]", paths: Paths) -> str | None:
    """The text under the first of the paths that holds one; an empty text is none."""
    for path in paths:
        found = look(values, path) if path else values
        if isinstance(found, str) and found:
            return found
    return None
