"""A file's columns to the fields of a kind, as its feed maps them or by their own names."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from engine.diagnostic import Diagnostic
from engine.facts.array_to_column import accepts
from engine.facts.folder_to_uses import Use
from engine.facts.spelling import meant
from engine.facts.text_to_value import Reading, Refusal, parse
from engine.model.fact import RECORDED_AT, FactKind, Field, FieldType, InstantType, ReferenceType, Referent
from engine.model.feed import Feed
from engine.model.snapshot import Snapshot
from engine.source import Span
from engine.store.encoding import Encoded

RECORDING = Field(name=RECORDED_AT, type=InstantType(), optional=True)
"""The column that says when a row was recorded; no field of a kind, but of every version (S2.5)."""

_MARK = re.compile(r"[;|\t]")
"""What may stand between the cells of a file that is called CSV and is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FromColumn:
    """A field that a column feeds."""

    field: Field
    column: str
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class FromConstant:
    """A field that has one value in all rows; absent where neither column nor constant feeds it."""

    field: Field
    value: Encoded


FieldSource = FromColumn | FromConstant


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Where each field of a kind comes from, and last `recorded_at`; and what is wrong with the file."""

    sources: tuple[FieldSource, ...]
    diagnostics: tuple[Diagnostic, ...]


def match_columns(table: Any, use: Use, snapshot: Snapshot) -> Matching:
    """Match the columns of an Arrow table with the fields of the kind that the file is read as.

    A column that nothing reads is a mistake of the file, and so is one that is needed and not there: all rows
    would be wrong. A file without any row may lack columns.
    """
    matcher = _Matcher(
        names=list(table.column_names),
        schema=table.schema,
        kind=use.kind,
        feed=use.feed,
        snapshot=snapshot,
        file=use.file,
    )
    diagnostics = list(matcher.duplicates())
    sources: list[FieldSource] = []
    for field in (*use.kind.fields, RECORDING):
        source = matcher.source(field)
        if not isinstance(source, Diagnostic):
            sources.append(source)
        elif len(table):
            diagnostics.append(source)
        else:
            sources.append(FromConstant(field=field, value=None))
    diagnostics += matcher.unread()
    return Matching(sources=tuple(sources), diagnostics=tuple(diagnostics))


def plain_reading(type: FieldType, snapshot: Snapshot) -> Reading:
    """How a value of a type is read where no feed says otherwise."""
    return Reading(type=type, among=_declared(type, snapshot))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Matcher:
    names: Sequence[str]
    schema: Any
    kind: FactKind
    feed: Feed | None
    snapshot: Snapshot
    file: str

    def source(self, field: Field) -> FieldSource | Diagnostic:
        """Where a field comes from: a constant, the column that the feed names, or that of its own name."""
        feed = self.feed
        reading = self._reading(field.type)
        constant = dict(feed.constants).get(field.name) if feed else None
        if constant is not None:
            value = parse(constant, reading)
            if isinstance(value, Refusal):
                return self._finding("feed-constant", f"cannot fill `{field.name}`: {value.reason}")
            return FromConstant(field=field, value=value)
        mapped = next((each for each in feed.columns if each.field == field.name), None) if feed else None
        column = mapped.source if mapped else field.name
        if column not in self.names:
            if mapped is None and field.optional:
                return FromConstant(field=field, value=None)
            return self._finding(
                "missing-column",
                f"has no column `{column}`, which "
                + (f"the feed `{feed.name}` reads" if mapped and feed else f"`{self.kind.name}` needs"),
                help=meant(column, self.names),
            )
        place = self.names.index(column)
        fault = accepts(field.type, self.schema.field(place).type, reading.decimals)
        if fault is not None:
            wants = "say `read with n decimals` in a feed" if "floating" in fault else None
            return self._finding(
                "column-type",
                f"has a column `{column}` that {fault}: it cannot feed `{field.name}`",
                help=wants,
            )
        if mapped:
            reading = replace(reading, words=mapped.values)
        return FromColumn(field=field, column=column, reading=reading)

    def _reading(self, type: FieldType) -> Reading:
        plain, feed = plain_reading(type, self.snapshot), self.feed
        if feed is None:
            return plain
        zone = ZoneInfo(feed.zone) if feed.zone else None
        return replace(plain, zone=zone, local_time=feed.local_time, decimals=feed.decimals)

    def unread(self) -> Iterator[Diagnostic]:
        """A finding for each column that nothing reads."""
        feed = self.feed
        if feed and feed.ignores_others:
            return
        mapped = {each.field: each.source for each in feed.columns} if feed else {}
        constant = {name for name, _ in feed.constants} if feed else set[str]()
        fields = [*(each.name for each in self.kind.fields), RECORDED_AT]
        read = {mapped.get(name, name) for name in fields if name not in constant}
        ignored = set(feed.ignores) if feed else set[str]()
        derived = {matrix.field for matrix in self.kind.matrices}
        for place, name in enumerate(self.names, start=1):
            if name in read | ignored:
                continue
            if name in derived:
                help = f"`{name}` is derived by a matrix; leave the column out, or let a feed ignore it"
            elif len(self.names) == 1 and (mark := _MARK.search(name)):
                help = f"the cells of CSV stand apart by commas, not by `{mark[0]}`"
            else:
                others = [each for each in read if each not in self.names]
                help = meant(name, others) or "a feed may map it to a field, or ignore it"
            shown = f"`{name}`" if name else f"without a name, its column {place}"
            yield self._finding(
                "unknown-column", f"has a column {shown}, which `{self.kind.name}` has not", help=help
            )

    def duplicates(self) -> Iterator[Diagnostic]:
        """A finding for each name that several columns bear."""
        for name in dict.fromkeys(name for name in self.names if self.names.count(name) > 1):
            yield self._finding("duplicate-column", f"has more than one column `{name}`")

    def _finding(self, code: str, what: str, help: str | None = None) -> Diagnostic:
        labels: tuple[tuple[Span, str], ...] = ()
        if self.feed:
            labels = ((self.feed.span, "read by this feed"),)
        return Diagnostic(code=code, message=f"`{self.file}` {what}", labels=labels, help=help)


def _declared(type: FieldType, snapshot: Snapshot) -> Collection[str] | None:
    """The names that a reference may bear; None where it is the key of a fact, which may yet come."""
    if not isinstance(type, ReferenceType):
        return None
    match type.to:
        case Referent.SERVICE:
            return snapshot.services.keys()
        case Referent.COMPONENT:
            return snapshot.components.keys()
        case Referent.PARTY:
            return snapshot.parties.keys()
        case Referent.AGREEMENT:
            return snapshot.agreements.keys()
        case Referent.SEVERITY:
            return snapshot.severities.keys()
        case Referent.OBLIGATION:
            return {each.terms.id for each in snapshot.obligations()}
        case _:
            return None
