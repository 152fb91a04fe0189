"""Rows to cases with their histories; what a file says that it lacks is said aloud."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.facts.importers.clock import Clock
from engine.facts.importers.file_to_rows import Row, Rows, Value, look, text_at
from engine.facts.importers.said import Said
from engine.facts.spelling import shown
from engine.facts.text_to_value import Refusal
from engine.model.fact_import import ChangesShape, FileShape, ImportRemarkKind
from engine.model.quantity import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry of a history. `order` tells entries of one instant apart; none where nothing says it.
    `has_old` says whether the history tells what was before."""

    at: Instant
    order: int
    is_ordered: bool
    field: str
    thing: str
    old: str | None
    new: str | None
    has_old: bool
    place: str


@dataclass(slots=True, kw_only=True)
class Case:
    """A case with its changes, in the order of the files. `has_history` says whether they tell one at all."""

    key: str
    row: Row
    clock: Clock
    created: Instant | None
    changes: list[Change] = field(default_factory=list[Change])
    has_history: bool = False
    is_joined: bool = False
    is_cut: bool = False


def read_cases(files: Sequence[Rows], zone: str | None, said: Said) -> Sequence[Case]:
    """The cases of all files; a history in rows of its own is joined to them."""
    reader = _Reader(zone, said)
    for file in files:
        reader.completeness(file)
        for row in file.rows:
            if file.shape.key:
                reader.case(row, file.shape)
    for file in files:
        for shape in file.shape.changes:
            if shape.case:
                reader.join(file, shape)
    reader.silent()
    return list(reader.cases.values())


class _Reader:
    def __init__(self, zone: str | None, said: Said) -> None:
        self.zone = zone
        self.said = said
        self.cases: dict[str, Case] = {}
        self.rows_told: dict[str, int] = {}

    def clock(self, shape: FileShape) -> Clock:
        """What the shape says of its zone goes before what was asked for."""
        return Clock(shape, shape.zone or self.zone)

    def completeness(self, file: Rows) -> None:
        """Whether the file says that there is more than it holds."""
        shape, count = file.shape, len(file.rows)
        told = text_at(file.document, (shape.whole,)) if shape.whole else None
        if told is not None and told.isdigit():
            self.rows_told[shape.name] = self.rows_told.get(shape.name, 0) + count
            if int(told) > self.rows_told[shape.name]:
                self.incomplete(
                    f"the file holds {count:,} of {int(told):,} rows: fetch the other pages", file.name
                )
        if shape.last and text_at(file.document, (shape.last,)) == "false":
            self.incomplete("the file is not the last page: fetch the others", file.name)
        if shape.at_most is not None and count == shape.at_most:
            self.incomplete(
                f"the file holds {count:,} rows, the most that the source gives: older ones may be missing",
                file.name,
            )

    def incomplete(self, text: str, place: str) -> None:
        self.said.remark(ImportRemarkKind.INCOMPLETE, text, place)

    def case(self, row: Row, shape: FileShape) -> None:
        """Take up a case, once."""
        key = text_at(row.values, shape.key)
        if key is None:
            self.said.mistake(row.place, f"it has no {' or '.join(f'`{each}`' for each in shape.key)}")
            return
        if key in self.cases:
            if self.cases[key].row.values == row.values:
                text = "a case that is there twice, word for word"
            else:
                text = f"a second {shown(key)}, which differs from the one at {self.cases[key].row.place}"
            self.said.remark(ImportRemarkKind.LOST, text, row.place)
            return
        clock = self.clock(shape)
        case = Case(
            key=key, row=row, clock=clock, created=self.instant(row.values, shape.created, clock, row.place)
        )
        self.cases[key] = case
        for changes in shape.changes:
            if changes.list is not None and not changes.case:
                self.nested(case, changes)

    def instant(
        self, values: Mapping[str, Value], paths: tuple[str, ...], clock: Clock, place: str
    ) -> Instant | None:
        text = text_at(values, paths)
        found = None if text is None else clock.instant(text)
        if isinstance(found, Refusal):
            self.said.mistake(f"{place}, {_first_path(values, paths)}", found.reason, _zone_help(found))
            return None
        return found

    def nested(self, case: Case, shape: ChangesShape) -> None:
        """The history inside a case."""
        assert shape.list is not None, "a nested history stands in a list"
        entries = look(case.row.values, shape.list)
        if not isinstance(entries, list):
            return
        case.has_history = True
        total = text_at(case.row.values, (shape.total,)) if shape.total else None
        if total is not None and total.isdigit() and int(total) > len(entries):
            case.is_cut = True
            self.incomplete(
                f"the history of {shown(case.key)} is cut off: {len(entries):,} of {int(total):,} entries are"
                " there",
                case.row.place,
            )
        for index, entry in enumerate(entries):
            place = f"{case.row.place}.{shape.list}[{index}]"
            if isinstance(entry, dict):
                rank = len(entries) - index if shape.newest_first else index
                case.changes += self.changes(entry, shape, case.clock, place, rank)
            else:
                self.said.mistake(place, "an entry of a history is an object")

    def changes(
        self, entry: Mapping[str, Value], shape: ChangesShape, clock: Clock, place: str, rank: int
    ) -> Iterator[Change]:
        """What one entry of a history changed."""
        items = look(entry, shape.items) if shape.items else [dict(entry)]
        if items is None:
            return
        before = len(self.said.mistakes)
        at = self.instant(entry, shape.at, clock, place)
        if at is None:
            if len(self.said.mistakes) == before:
                self.said.mistake(place, f"it has no {' or '.join(f'`{each}`' for each in shape.at)}")
            return
        order = text_at(entry, shape.order)
        is_ordered = order is not None and order.isascii() and order.isdigit()
        for index, item in enumerate(items if isinstance(items, list) else [items]):
            if not isinstance(item, dict):
                self.said.mistake(f"{place}.{shape.items}[{index}]", "what changed is an object")
                continue
            name = shape.sets or text_at(item, shape.field)
            if name is None:
                self.said.mistake(place, f"it says in no {' or '.join(shape.field)} what changed")
                continue
            yield Change(
                at=at,
                order=int(order) if order is not None and is_ordered else rank,
                is_ordered=is_ordered or shape.list is not None,
                field=dict(shape.names).get(name, name),
                thing=text_at(item, shape.of) or "",
                old=text_at(item, shape.old),
                new=text_at(item, shape.new),
                has_old=bool(shape.old),
                place=place,
            )

    def silent(self) -> None:
        """Cases of which a history in rows of its own tells nothing: perhaps it was not exported."""
        for case in self.cases.values():
            if case.is_joined and not case.changes:
                text = "a case of which the history tells nothing: taken never to have changed"
                self.said.remark(ImportRemarkKind.ASSUMED, text, case.row.place)

    def join(self, file: Rows, shape: ChangesShape) -> None:
        """A history in rows of its own."""
        by_key: dict[str, Case] = {}
        for case in self.cases.values():
            case.has_history = case.is_joined = True
            for path in shape.joins:
                key = text_at(case.row.values, (path,))
                if key is not None:
                    by_key.setdefault(key, case)
        clock = self.clock(file.shape)
        for rank, row in enumerate(file.rows):
            case = by_key.get(text_at(row.values, shape.case) or "")
            if case is None:
                text = "changes of cases that no file holds"
                self.said.remark(ImportRemarkKind.LOST, text, row.place)
                continue
            entry, place = row.values, row.place
            if shape.list is not None:
                entries = look(entry, shape.list)
                for index, each in enumerate(entries if isinstance(entries, list) else []):
                    if isinstance(each, dict):
                        inside = f"{place}.{shape.list}[{index}]"
                        case.changes += self.changes(each, shape, clock, inside, index)
            else:
                case.changes += self.changes(entry, shape, clock, place, rank)


def _first_path(values: Mapping[str, Value], paths: tuple[str, ...]) -> str:
    return next((path for path in paths if text_at(values, (path,)) is not None), paths[0])


def _zone_help(found: Refusal) -> str | None:
    if "in which zone" not in found.reason:
        return None
    return "say it with `--zone Europe/Berlin`, or in the mapping with `zone: Europe/Berlin`"
