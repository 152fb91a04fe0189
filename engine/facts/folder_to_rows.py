"""A folder or a file of facts to rows that a tenant is fed: read and admitted as an evaluation reads them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import pyarrow
import pyarrow.compute as compute

from engine.diagnostic import Diagnostic
from engine.facts.admission import RefusedRow
from engine.facts.columns_to_fields import match_columns
from engine.facts.contents import Contents
from engine.facts.file_to_table import read
from engine.facts.folder_to_uses import Use, find_uses
from engine.facts.table_to_facts import sift
from engine.facts.value_to_text import spell
from engine.model.snapshot import Snapshot
from engine.model.tenancy import FactBatch, Row
from engine.store.database import UNRECORDED


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRows:
    """What a file holds of one kind, in its order: rows in the kind's own fields, or why there are none.

    `says_when`: it says when facts were recorded, which whoever keeps them says instead.
    """

    file: str
    batch: FactBatch
    refused: tuple[RefusedRow, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    says_when: bool = False


def find_rows(
    snapshot: Snapshot, path: Path, *, corrections: bool
) -> tuple[tuple[FileRows, ...], tuple[Diagnostic, ...]]:
    """The rows of each file of a folder, or of one file, and findings about what is not read. Rows may be
    `corrections`, and those of a feed that says so are."""
    folder = path.parent if path.is_file() else path
    uses, diagnostics = find_uses(snapshot, folder)
    if path.is_file():
        uses = tuple(use for use in uses if use.file == path.name)
        diagnostics = () if uses else (_unread(path.name),)
    found: list[FileRows] = []
    for file, together in groupby(uses, key=lambda use: use.file):
        alike = tuple(together)
        contents = read(folder / file, file)
        found += (_rows(snapshot, contents, use, corrections=corrections) for use in alike)
    return tuple(found), diagnostics


def batches(of: FactBatch, key: str, most: int) -> Iterator[FactBatch]:
    """The rows, in order, at most so many in a batch, and no key twice in one: the later is a version later.

    >>> rows = [{"id": "a"}, {"id": "b"}, {"id": "a"}]
    >>> [len(each.rows) for each in batches(FactBatch(kind="outage", rows=rows), "id", 10)]
    [2, 1]
    """
    batch: list[Row] = []
    keys: set[object] = set()
    for row in of.rows:
        if len(batch) == most or row[key] in keys:
            yield replace(of, rows=batch)
            batch, keys = [], set()
        batch.append(row)
        keys.add(row[key])
    if batch:
        yield replace(of, rows=batch)


def _unread(name: str) -> Diagnostic:
    return Diagnostic(
        code="facts-file-unread",
        message=f"`{name}` is not read: it is called as no kind that is fed, and no feed reads it",
        help="call it by its kind, as in `outage.csv` or `outage.ndjson`, or declare a feed that reads it",
    )


def _rows(snapshot: Snapshot, contents: Contents | Diagnostic, use: Use, *, corrections: bool) -> FileRows:
    corrects = corrections or (use.feed is not None and use.feed.corrections)
    nothing = FileRows(file=use.file, batch=FactBatch(kind=use.kind.name, rows=(), corrections=corrects))
    if isinstance(contents, Diagnostic):
        labels = () if use.feed is None else ((use.feed.span, "read by this feed"),)
        return replace(nothing, diagnostics=(replace(contents, labels=labels),))
    matching = match_columns(contents.table, use, snapshot)
    if matching.diagnostics:
        return replace(nothing, diagnostics=tuple(matching.diagnostics))
    taken = None if corrects else pyarrow.array([], pyarrow.string())
    sifted = sift(contents, matching.sources, use, taken=taken, progress=lambda file, done, total: None)
    fields = use.kind.fields
    columns = [sifted.table[field.name].to_pylist() for field in fields]
    rows: Sequence[dict[str, object]] = [
        {field.name: spell(value, field.type) for field, value in zip(fields, values, strict=True)}
        for values in zip(*columns, strict=True)
    ]
    return replace(
        nothing,
        batch=replace(nothing.batch, rows=rows),
        refused=sifted.refused,
        says_when=bool(compute.any(compute.not_equal(sifted.table["known_from"], UNRECORDED)).as_py()),
    )
