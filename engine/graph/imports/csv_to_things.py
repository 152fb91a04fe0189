"""A CSV file of edges as services that need one another."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO

from engine.diagnostic import Diagnostic
from engine.model.imported import EdgeColumns, Remark, RemarkKind, Thing, ThingKind
from engine.source import Source


def read(source: Source, columns: EdgeColumns) -> tuple[Sequence[Thing], Sequence[Remark]] | Diagnostic:
    """Each row says that a source needs a target, and perhaps who provides the source."""
    reader = csv.reader(StringIO(source.text, newline=""), strict=True)
    try:
        header = next(reader, list[str]())
        wanted = [columns.source, columns.target, *([columns.provider] if columns.provider else [])]
        for name in wanted:
            if header.count(name) != 1:
                return Diagnostic(
                    code="no-such-column",
                    message=f"`{source.name}` has {header.count(name) or 'no'} column `{name}`",
                    help=f"say which is meant; it has {', '.join(f'`{each}`' for each in header) or 'none'}",
                )
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        return Diagnostic(
            code="not-csv", message=f"`{source.name}`, line {reader.line_num}, is not CSV: {error}"
        )
    return _Edges(header=header, columns=columns).read(rows)


class _Edges:
    """The rows while they are read."""

    def __init__(self, header: list[str], columns: EdgeColumns) -> None:
        self.source, self.target = header.index(columns.source), header.index(columns.target)
        self.provider = header.index(columns.provider) if columns.provider else None
        self.unread = [
            name for name in header if name not in (columns.source, columns.target, columns.provider)
        ]
        self.width = len(header)
        self.remarks = list[Remark]()
        self.lines = dict[str, int]()
        self.needs = dict[str, list[str]]()
        self.providers = dict[str, str]()

    def read(self, rows: Sequence[tuple[int, list[str]]]) -> tuple[Sequence[Thing], Sequence[Remark]]:
        for name in self.unread:
            self.lose(f"the column `{name}`", 1)
        for line, row in rows:
            if len(row) != self.width:
                self.lose(f"a row of {len(row)} fields where the header has {self.width}", line)
            else:
                self.row(line, row)
        return tuple(self.things()), tuple(self.remarks)

    def row(self, line: int, row: list[str]) -> None:
        source, target = row[self.source].strip(), row[self.target].strip()
        if not source:
            self.lose("a row that names no source", line)
            return
        for name in filter(None, (source, target)):
            self.lines.setdefault(name, line)
        if target:
            self.needs.setdefault(source, []).append(target)
        provider = row[self.provider].strip() if self.provider is not None else ""
        if provider and self.providers.setdefault(source, provider) != provider:
            self.lose(f"`{source}` is provided by `{provider}`, too", line)

    def things(self) -> Iterator[Thing]:
        for name in dict.fromkeys(self.providers.values()):
            yield Thing(key=_party(name), kind=ThingKind.PARTY, name=name, title=name)
        for name, line in self.lines.items():
            provider = self.providers.get(name)
            yield Thing(
                key=_service(name),
                kind=ThingKind.SERVICE,
                name=name,
                title=name,
                line=line,
                provider=_party(provider) if provider else None,
                needs=tuple(map(_service, self.needs.get(name, ()))),
            )

    def lose(self, text: str, line: int) -> None:
        self.remarks.append(Remark(kind=RemarkKind.LOST, text=text, line=line))


# A provider and a service may bear one name, whatever it is.


def _party(name: str) -> str:
    return f"party:{name}"


def _service(name: str) -> str:
    return f"service:{name}"
