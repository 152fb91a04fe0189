"""A file's rows to facts of a kind: each row whole, or refused with every reason (S2.2, S2.5)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import pyarrow
import pyarrow.compute as compute

from engine.facts.admission import Progress, RefusedRow
from engine.facts.array_to_column import Column, arrow_type, encode_array
from engine.facts.columns_to_fields import FieldSource, FromColumn, FromConstant
from engine.facts.contents import Contents
from engine.facts.folder_to_uses import Use
from engine.facts.spelling import shown
from engine.facts.text_to_value import Refusal
from engine.model.fact import RECORDED_AT, FactKind, Lasts
from engine.model.instants import iso_text
from engine.store.database import POSITION, UNRECORDED

_STRETCH = 65_536
"""How many rows are encoded at once."""

Fault: TypeAlias = tuple[int, str, Refusal]
"""The place of a row in the table, the field at fault, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """The rows that may be stored, encoded as `Store.append` wants them, and why others may not."""

    table: Any
    refused: tuple[RefusedRow, ...]


def sift(
    contents: Contents,
    sources: Sequence[FieldSource],
    use: Use,
    *,
    taken: Any | None,
    progress: Progress,
) -> Sifted:
    """Sift the rows of a file, whose fields come from `sources`, `recorded_at` among them.

    `taken` are keys (an Arrow column) that no row may bear, and then no two rows may bear one key: the first
    stands. Where rows may correct others, `taken` is None.
    """
    kind = use.kind
    columns = _encode(contents, sources, use.file, progress)
    faults = [*_unreadable(columns, contents, sources), *_missing(columns, contents, sources, kind.key)]
    faults += _early_ends(columns, kind)
    if taken is not None:
        wrong = {place for place, _, _ in faults}
        faults += _repeated(columns[kind.key].values, kind.key, wrong, taken, contents)
    table = pyarrow.table(
        {field.name: columns[field.name].values for field in kind.fields}
        | {
            "known_from": compute.fill_null(columns[RECORDED_AT].values, UNRECORDED),
            POSITION: pyarrow.array(range(len(contents.table)), pyarrow.int64()),
        }
    )
    return Sifted(
        table=_without(table, {place for place, _, _ in faults}),
        refused=_refused(faults, contents, sources, use.file),
    )


def _encode(
    contents: Contents, sources: Sequence[FieldSource], file: str, progress: Progress
) -> dict[str, Column]:
    """The encoded column of each field."""
    total = len(contents.table)
    stretches: dict[str, list[Any]] = {source.field.name: [] for source in sources}
    refused: dict[str, dict[int, Refusal]] = {source.field.name: {} for source in sources}
    for start in range(0, total, _STRETCH):
        stretch = contents.table.slice(start, _STRETCH)
        for source in sources:
            encoded = _encode_stretch(stretch, source)
            stretches[source.field.name].append(encoded.values)
            refused[source.field.name] |= {start + place: why for place, why in encoded.refused.items()}
        progress(file, min(start + _STRETCH, total), total)
    columns: dict[str, Column] = {}
    for source in sources:
        name, type = source.field.name, arrow_type(source.field.type)
        values = pyarrow.chunked_array(stretches[name], type).combine_chunks()
        columns[name] = Column(values=values, refused=refused[name])
    return columns


def _encode_stretch(stretch: Any, source: FieldSource) -> Column:
    match source:
        case FromColumn(column=column, reading=reading):
            return encode_array(stretch[column].combine_chunks(), reading)
        case FromConstant(field=field, value=value):
            constant = pyarrow.scalar(value, arrow_type(field.type))
            return Column(values=pyarrow.repeat(constant, len(stretch)), refused={})


def _unreadable(
    columns: Mapping[str, Column], contents: Contents, sources: Sequence[FieldSource]
) -> Iterator[Fault]:
    """Every value that is there and cannot be read."""
    nested = Refusal(code="bad-value", reason="the value is a list or an object")
    for source in sources:
        name = source.field.name
        yield from ((place, name, why) for place, why in columns[name].refused.items())
        if isinstance(source, FromColumn):
            yield from ((place, name, nested) for place in contents.nested.get(source.column, ()))


def _missing(
    columns: Mapping[str, Column], contents: Contents, sources: Sequence[FieldSource], key: str
) -> Iterator[Fault]:
    """Every value that a fact needs and the row has not; a key of no letters is none."""
    for source in sources:
        column = columns[source.field.name]
        absent = column.values.is_null()
        if source.field.name == key:
            absent = compute.or_kleene(absent, compute.equal(column.values, ""))
        elif source.field.optional:
            continue
        nested = contents.nested.get(source.column, ()) if isinstance(source, FromColumn) else ()
        for place in compute.indices_nonzero(absent).to_pylist():
            if place not in column.refused and place not in nested:
                reason = "the key is empty" if source.field.name == key else "the value is missing"
                yield place, source.field.name, Refusal(code="missing-value", reason=reason)


def _early_ends(columns: Mapping[str, Column], kind: FactKind) -> Iterator[Fault]:
    """Every end that lies before its start (S2.2)."""
    if not isinstance(kind.timing, Lasts):
        return
    start, end = columns[kind.timing.start].values, columns[kind.timing.end].values
    for place in compute.indices_nonzero(compute.less(end, start)).to_pylist():
        reason = (
            f"the end {iso_text(end[place].as_py())} lies before the start {iso_text(start[place].as_py())}"
        )
        yield place, kind.timing.end, Refusal(code="early-end", reason=reason)


def _repeated(keys: Any, key: str, wrong: Collection[int], taken: Any, contents: Contents) -> Iterator[Fault]:
    """Every key that an admitted fact, or an earlier row that is not wrong, bears already."""
    held = compute.is_in(keys, taken)
    if compute.count_distinct(keys, mode="all").as_py() == len(keys) and not compute.any(held).as_py():
        return
    first: dict[str, int] = {}
    for place, (text, is_held) in enumerate(zip(keys.to_pylist(), held.to_pylist(), strict=True)):
        if place in wrong:
            continue
        if is_held or text in first:
            where = "by an earlier fact" if is_held else f"in row {contents.numbers[first[text]]}"
            reason = f"the key {shown(text)} is taken {where}; a feed may say `corrections by key`"
            yield place, key, Refusal(code="duplicate-key", reason=reason)
        first.setdefault(text, place)


def _without(table: Any, wrong: Collection[int]) -> Any:
    """The table without the rows at these places."""
    if not wrong:
        return table
    return table.filter(compute.invert(compute.is_in(table[POSITION], pyarrow.array(sorted(wrong)))))


def _refused(
    faults: Iterable[Fault], contents: Contents, sources: Sequence[FieldSource], file: str
) -> tuple[RefusedRow, ...]:
    """The faults as people count rows and name columns, in the order of the rows and of the kind's fields."""
    columns = {
        source.field.name: source.column if isinstance(source, FromColumn) else source.field.name
        for source in sources
    }
    order = {name: place for place, name in enumerate(columns)}
    rows = [(contents.numbers[place].as_py(), order[name], columns[name], why) for place, name, why in faults]
    rows += [(row, -1, None, why) for row, why in contents.broken.items()]
    return tuple(
        RefusedRow(file=file, row=row, column=column, reason=why.reason, code=why.code)
        for row, _, column, why in sorted(rows, key=lambda each: each[:2])
    )
