"""Rows that arrive as objects to facts as an archive keeps them: each whole, or refused with its reasons."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow

from engine.facts.admission import RefusedRow
from engine.facts.columns_to_fields import match_columns, plain_reading
from engine.facts.folder_to_uses import Use
from engine.facts.ndjson_to_table import objects_to_contents, text_of
from engine.facts.spelling import meant, shown
from engine.facts.table_to_facts import Sifted, sift
from engine.facts.text_to_value import Refusal, parse
from engine.facts.value_to_text import spell
from engine.model.canonical_json import Json, canonical_json, is_text
from engine.model.fact import RECORDED_AT, FactKind, Lasts
from engine.model.fact_version import Wording
from engine.model.snapshot import Snapshot
from engine.store.database import POSITION
from engine.store.encoding import Encoded

LONGEST_KEY = 500
"""Characters of a fact's key: what an index of PostgreSQL takes, whatever they are."""

FEW = 300
"""Up to so many rows are read value by value: to read whole columns costs more than it spares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """The facts that were admitted, with the numbers of their rows from 1; and why other rows were not."""

    wordings: tuple[Wording, ...]
    numbers: tuple[int, ...]
    refused: tuple[RefusedRow, ...]


def word(snapshot: Snapshot, kind: FactKind, rows: Sequence[Mapping[str, object]]) -> Worded:
    """Admit rows as facts of a kind, each of another key. A member is a text (numbers, too, as they were
    written), yes or no, or absent; anything else is refused with its row."""
    found = _word_few(snapshot, kind, rows) if len(rows) <= FEW else None
    return _word_columns(snapshot, kind, rows) if found is None else found


def _word_few(snapshot: Snapshot, kind: FactKind, rows: Sequence[Mapping[str, object]]) -> Worded | None:
    """What `_word_columns` gives of rows that are all admitted, one by one; None where one may not be."""
    readings = [(field, plain_reading(field.type, snapshot)) for field in kind.fields]
    names = {field.name for field in kind.fields}
    keys: set[Encoded] = set()
    wordings: list[Wording] = []
    for row in rows:
        if not names.issuperset(row):
            return None
        values: dict[str, Encoded] = {}
        texts: dict[str, Json] = {}
        for field, reading in readings:
            given = row.get(field.name)
            if given is None and field.optional:
                continue
            written = text_of(given)
            value = None if written is None or not is_text(written) else parse(written, reading)
            if value is None or isinstance(value, Refusal):
                return None
            values[field.name], texts[field.name] = value, spell(value, field.type)
        key = values.get(kind.key)
        if key is None or key == "" or key in keys or len(str(row[kind.key])) > LONGEST_KEY:
            return None
        if isinstance(kind.timing, Lasts) and _ends_early(values, kind.timing):
            return None
        keys.add(key)
        wordings.append(Wording(kind=kind.name, key=str(texts[kind.key]), content=canonical_json(texts)))
    return Worded(wordings=tuple(wordings), numbers=tuple(range(1, len(rows) + 1)), refused=())


def _ends_early(values: Mapping[str, Encoded], timing: Lasts) -> bool:
    start, end = values.get(timing.start), values.get(timing.end)
    return isinstance(start, int) and isinstance(end, int) and end < start


def _word_columns(snapshot: Snapshot, kind: FactKind, rows: Sequence[Mapping[str, object]]) -> Worded:
    """The same in whole columns, and why rows are refused."""
    unfit = list(_unfit(kind, rows))
    cells = {(each.row, each.column) for each in unfit}
    fit = [
        {name: None if (number, name) in cells else value for name, value in row.items()}
        for number, row in enumerate(rows, start=1)
    ]
    sifted = admit(snapshot, kind, fit, range(1, len(rows) + 1), repeats=False)
    unknown = [*_unknown(kind, rows), *unfit]
    wrong = {each.row for each in unknown}
    refused = [each for each in sifted.refused if (each.row, each.column) not in cells]
    columns = [sifted.table[field.name].to_pylist() for field in kind.fields]
    numbers: list[int] = [place + 1 for place in sifted.table[POSITION].to_pylist()]
    worded = {
        number: _wording(kind, values)
        for number, values in zip(numbers, zip(*columns, strict=True), strict=True)
        if number not in wrong
    }
    return Worded(
        wordings=tuple(worded.values()),
        numbers=tuple(worded),
        refused=tuple(sorted((*refused, *unknown), key=lambda each: each.row)),
    )


def admit(
    snapshot: Snapshot,
    kind: FactKind,
    rows: Sequence[Mapping[str, object]],
    numbers: Sequence[int],
    *,
    repeats: bool,
) -> Sifted:
    """Sift rows of which only the members count that are fields of the kind; `repeats` of a key are versions
    of one fact, or else refused."""
    known = [{field.name: row.get(field.name) for field in kind.fields} for row in rows]
    contents = objects_to_contents(known, numbers, {})
    use = Use(file=kind.name, kind=kind, feed=None)
    matching = match_columns(contents.table, use, snapshot)
    assert not matching.diagnostics, "there is a column of texts for every field"
    taken = None if repeats else pyarrow.array([], pyarrow.string())
    return sift(contents, matching.sources, use, taken=taken, progress=lambda file, done, total: None)


def _unknown(kind: FactKind, rows: Sequence[Mapping[str, object]]) -> Iterator[RefusedRow]:
    """A refusal for each member that is no field of the kind."""
    fields = [field.name for field in kind.fields]
    derived = {matrix.field for matrix in kind.matrices}
    for number, row in enumerate(rows, start=1):
        for name in row:
            if name in fields:
                continue
            if name == RECORDED_AT:
                reason = "a fact is recorded when it is kept; a row cannot say when"
            elif name in derived:
                reason = f"{shown(name)} is derived by a matrix, and never fed"
            else:
                hint = meant(name, fields)
                reason = f"`{kind.name}` has no field {shown(name)}" + (f"; {hint}" if hint else "")
            yield RefusedRow(file=kind.name, row=number, column=name, reason=reason, code="unknown-column")


def _unfit(kind: FactKind, rows: Sequence[Mapping[str, object]]) -> Iterator[RefusedRow]:
    """A refusal for each value that no column holds as it is: it would be lost, or break a database."""
    for number, row in enumerate(rows, start=1):
        for field in kind.fields:
            value = row.get(field.name)
            reason = None
            if isinstance(value, str):
                if not is_text(value):
                    reason = "the value holds a character that is none: a NUL or half a surrogate pair"
                elif field.name == kind.key and len(value) > LONGEST_KEY:
                    reason = f"a key has at most {LONGEST_KEY} characters, and this one has {len(value):,}"
            elif value is not None and not isinstance(value, bool | list | dict):
                reason = f"{shown(str(value))} is no text; a number is given as the text of it"
            if reason is not None:
                yield RefusedRow(
                    file=kind.name, row=number, column=field.name, reason=reason, code="bad-value"
                )


def _wording(kind: FactKind, values: Sequence[Encoded]) -> Wording:
    texts = {
        field.name: text
        for field, value in zip(kind.fields, values, strict=True)
        if (text := spell(value, field.type)) is not None
    }
    return Wording(kind=kind.name, key=texts[kind.key], content=canonical_json(texts))
