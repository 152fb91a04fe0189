"""The YAML of a mapping to its nouns, with the place of every mistake (PyYAML's home for facts)."""

from collections.abc import Mapping
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from engine.diagnostic import Diagnostic
from engine.facts.importers.yaml_to_rules import RuleReader
from engine.facts.importers.yaml_to_values import ValueReader
from engine.model.fact_import import (
    ChangesShape,
    FactMapping,
    FileFormat,
    FileShape,
    Rounds,
    SampleField,
    SampleRule,
    Timeline,
)
from engine.model.feed import LocalTime
from engine.source import Source

TOP = {"name", "services", "kinds", "files", "timelines", "facts", "samples"}
FILE = {
    "name",
    "format",
    "rows",
    "has",
    "digits",
    "delimiter",
    "key",
    "created",
    "zone",
    "twice",
    "written",
    "whole",
    "last",
    "at most",
    "changes",
    "ignores",
}
CHANGES = {
    "list",
    "items",
    "case",
    "joins",
    "at",
    "order",
    "newest first",
    "field",
    "sets",
    "names",
    "of",
    "old",
    "new",
    "total",
}
SAMPLES = ("kind", "at", "service", "label", "fields")
SAMPLE_FIELD = {"query", "asks", "rounds"}
TIMELINE = {"of", "means", "of things"}


def read_mapping(source: Source) -> FactMapping | tuple[Diagnostic, ...]:
    """The mapping, or every mistake in it."""
    try:
        node = cast("yaml.Node | None", yaml.compose(source.text, Loader=yaml.SafeLoader))  # pyright: ignore[reportUnknownMemberType]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = str(getattr(error, "problem", None) or "it cannot be read")
        labels = ((source.span(mark.index, mark.index), "here"),) if mark is not None else ()
        return (
            Diagnostic(code="not-yaml", message=f"`{source.name}` is not YAML: {problem}", labels=labels),
        )
    except RecursionError:
        return (Diagnostic(code="not-yaml", message=f"`{source.name}` nests too deep to be read"),)
    if node is None:
        return (Diagnostic(code="mapping", message=f"`{source.name}` is empty"),)
    reader = _MappingReader(source)
    mapping = reader.mapping(node)
    return tuple(sorted(reader.found, key=_start)) or mapping


def _start(found: Diagnostic) -> int:
    return found.primary.start if found.primary else 0


class _MappingReader(ValueReader):
    """A mapping while it is read."""

    def mapping(self, node: yaml.Node) -> FactMapping:
        samples = self.members(node, None).get("samples")
        said = self.members(
            node, TOP, needed=("name",) if samples is not None else ("name", "files", "facts")
        )
        timelines = {
            name: self.timeline(name, each)
            for name, each in self.members(said.get("timelines"), None).items()
        }
        rules = RuleReader(self.source, timelines)
        facts = tuple(rules.rule(each) for each in self.nodes(said.get("facts")))
        self.found += rules.found
        return FactMapping(
            name=self.text(said.get("name")) or "",
            services=self.table(said.get("services")),
            kinds=self.text(said.get("kinds")) or "",
            shapes=tuple(self.shape(each) for each in self.nodes(said.get("files"))),
            timelines=timelines,
            rules=facts,
            samples=None if samples is None else self.samples(samples),
        )

    def samples(self, node: yaml.Node) -> SampleRule:
        said = self.members(node, SAMPLES, needed=tuple(SAMPLES))
        return SampleRule(
            kind=self.text(said.get("kind")) or "",
            at=self.text(said.get("at")) or "",
            service=self.text(said.get("service")) or "",
            label=self.text(said.get("label")) or "",
            fields={
                name: self.sample_field(each) for name, each in self.members(said.get("fields"), None).items()
            },
            span=self.span(node),
        )

    def sample_field(self, node: yaml.Node) -> SampleField:
        said = self.members(node, SAMPLE_FIELD, needed=("query",))
        rounds = self.one_of(said.get("rounds"), list(Rounds))
        return SampleField(
            query=self.text(said.get("query")) or "",
            asks=self.text(said.get("asks")),
            rounds=Rounds(rounds) if rounds else None,
        )

    def shape(self, node: yaml.Node) -> FileShape:
        said = self.members(node, FILE, needed=("name", "format"))
        changes = tuple(self.changes(each) for each in self.nodes(said.get("changes")))
        key, rows = self.texts(said.get("key")), self.texts(said.get("rows")) or ("",)
        if not key and not changes:
            self.fault(node, "says neither the `key` of its cases nor `changes`")
        return FileShape(
            name=self.text(said.get("name")) or "",
            format=FileFormat(self.one_of(said.get("format"), list(FileFormat)) or FileFormat.JSON),
            rows=rows,
            has=self.texts(said.get("has")),
            digits=self.texts(said.get("digits")),
            delimiter=self.delimiter(said.get("delimiter")),
            key=key,
            created=self.texts(said.get("created")),
            zone=self.zone(said.get("zone")),
            local_time=LocalTime(self.one_of(said.get("twice"), ["earlier", "later"]) or LocalTime.REFUSE),
            written=self.texts(said.get("written")),
            whole=self.text(said.get("whole")),
            last=self.text(said.get("last")),
            at_most=self.number(said.get("at most")),
            changes=changes,
            ignores=self.texts(said.get("ignores")),
        )

    def changes(self, node: yaml.Node) -> ChangesShape:
        said = self.members(node, CHANGES, needed=("at", "new"))
        if ("field" in said) == ("sets" in said):
            self.fault(node, "says either `field`, where the name of what changed stands, or what it `sets`")
        if ("case" in said) != ("joins" in said):
            self.fault(node, "says both `case` and what in a case it `joins`, or neither")
        if "case" not in said and "list" not in said:
            self.fault(node, "says in which `list` of a case the changes stand, or which `case` each is of")
        return ChangesShape(
            list=self.text(said.get("list")),
            items=self.text(said.get("items")),
            case=self.texts(said.get("case")),
            joins=self.texts(said.get("joins")),
            at=self.texts(said.get("at")),
            order=self.texts(said.get("order")),
            newest_first=self.one_of(said.get("newest first"), ["yes", "no"]) == "yes",
            field=self.texts(said.get("field")),
            sets=self.text(said.get("sets")),
            names=tuple(self.table(said.get("names")).items()),
            of=self.texts(said.get("of")),
            old=self.texts(said.get("old")),
            new=self.texts(said.get("new")),
            total=self.text(said.get("total")),
        )

    def timeline(self, name: str, node: yaml.Node) -> Timeline:
        said = self.members(node, TIMELINE, needed=("of",))
        fields: Mapping[str, tuple[str, ...]]
        of = said.get("of")
        if isinstance(of, yaml.MappingNode):
            fields = {each: self.texts(path) for each, path in self.members(of, None).items()}
        else:
            fields = dict.fromkeys(self.texts(of), ())
        return Timeline(
            name=name,
            fields=fields,
            means=self.table(said.get("means")),
            of_things=self.one_of(said.get("of things"), ["yes", "no"]) == "yes",
        )

    def zone(self, node: yaml.Node | None) -> str | None:
        name = self.text(node)
        if name is not None and node is not None and not is_zone(name):
            self.fault(node, f"`{name}` is no time zone; write one like `Europe/Berlin`")
        return name

    def delimiter(self, node: yaml.Node | None) -> str:
        found = self.text(node)
        if found is None or len(found) == 1:
            return found or ","
        if node is not None:
            self.fault(node, "a delimiter is one character")
        return ","

    def number(self, node: yaml.Node | None) -> int | None:
        text = self.text(node)
        if text is None or (text.isascii() and text.isdigit()):
            return None if text is None else int(text)
        if node is not None:
            self.fault(node, f"`{text}` is no whole number")
        return None


def is_zone(name: str) -> bool:
    """Whether there is a time zone of that name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
