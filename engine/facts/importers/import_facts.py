"""Files of an export and a mapping to facts: the whole way, and what is not carried over."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.diagnostic import Diagnostic
from engine.facts.importers.cases_to_facts import FactMaker
from engine.facts.importers.cases_to_steps import Steps
from engine.facts.importers.file_to_rows import Rows, Value, read_rows
from engine.facts.importers.matrix_to_samples import import_samples
from engine.facts.importers.rows_to_cases import Case, read_cases
from engine.facts.importers.said import Said
from engine.facts.spelling import shown
from engine.model.fact import FactKind
from engine.model.fact_import import (
    EachItem,
    EachStay,
    FactMapping,
    FromField,
    ImportedFacts,
    ImportRemarkKind,
)
from engine.source import Source


def import_facts(
    sources: Sequence[Source],
    mapping: FactMapping,
    kinds: Mapping[str, FactKind],
    *,
    zone: str | None = None,
    service: str | None = None,
) -> ImportedFacts | tuple[Diagnostic, ...]:
    """The facts of an export by kind, or everything that hinders them.

    `zone` is that of local times where the shape of a file says none, `service` that of what names none.
    """
    if mapping.samples is not None:
        return import_samples(sources, mapping, mapping.samples, kinds[mapping.samples.kind], service)
    read = [read_rows(source, mapping.shapes) for source in sources]
    hindrances = tuple(each for each in read if isinstance(each, Diagnostic))
    if hindrances:
        return hindrances
    files = [each for each in read if isinstance(each, Rows)]
    said = Said()
    cases = read_cases(files, zone, said)
    if said.mistakes:
        return said.shown_mistakes
    steps = Steps(cases, mapping.timelines, said)
    facts = FactMaker(mapping, kinds, service, steps, said).facts(cases)
    if said.mistakes:
        return said.shown_mistakes
    _unread_fields(files, mapping, said)
    _unread_changes(cases, mapping, said)
    return ImportedFacts(facts=facts, remarks=said.remarks)


def _unread_fields(files: Sequence[Rows], mapping: FactMapping, said: Said) -> None:
    """One remark for each file: the fields that are there and that nothing reads."""
    by_rules = {
        path
        for rule in mapping.rules
        for take in rule.takes.values()
        if isinstance(take.source, FromField)
        for path in take.source.paths
    }
    by_rules |= {path for rule in mapping.rules for path, _ in rule.where}
    by_rules |= {
        path for rule in mapping.rules if isinstance(rule.each, EachStay) for path in rule.each.ends_with
    }
    by_rules |= {rule.each.list for rule in mapping.rules if isinstance(rule.each, EachItem)}
    by_rules |= {
        path for each in mapping.timelines.values() for paths in each.fields.values() for path in paths
    }
    by_rules |= {
        path for shape in mapping.shapes for each in shape.changes if each.case for path in each.joins
    }
    for file in files:
        shape = file.shape
        read = {*by_rules, *shape.key, *shape.created, *shape.digits, *shape.ignores}
        for changes in shape.changes:
            own = (*changes.at, *changes.order, *changes.field, *changes.of, *changes.old, *changes.new)
            read |= {changes.list or "", changes.total or "", *changes.case}
            read |= set(own) if changes.list is None else set()
        unread: dict[str, None] = {}
        paths = _paths(read)
        for row in file.rows:
            unread.update(dict.fromkeys(_beside(row.values, paths, "")))
        if unread:
            names = ", ".join(f"`{each}`" for each in unread)
            said.remark(ImportRemarkKind.LOST, f"fields that the mapping does not read: {names}", file.name)


@dataclass(frozen=True, slots=True)
class _Paths:
    """Paths that are read, and of each object that they lead through the members that they name."""

    whole: set[str]
    inside: Mapping[str, set[str]]


def _beside(values: Mapping[str, Value], read: _Paths, before: str) -> Iterator[str]:
    """The fields of a row that lie on no path that is read."""
    for name, value in values.items():
        path = f"{before}{name}"
        if path in read.whole:
            continue
        inside = read.inside.get(path)
        if inside is None:
            if value is not None and value != [] and value != {}:
                yield path
        elif isinstance(value, dict) and len(inside) > 1:
            yield from _beside(value, read, f"{path}.")
        # Where one member of an object is all that is read of it, the others are its trimmings.


def _paths(read: set[str]) -> _Paths:
    inside: dict[str, set[str]] = {}
    for path in read:
        steps = path.split(".")
        for count in range(1, len(steps)):
            inside.setdefault(".".join(steps[:count]), set()).add(steps[count])
    return _Paths(read, inside)


def _unread_changes(cases: Sequence[Case], mapping: FactMapping, said: Said) -> None:
    known = {name for each in mapping.timelines.values() for name in each.fields}
    for case in cases:
        for change in case.changes:
            if change.field not in known:
                said.remark(ImportRemarkKind.LOST, f"changes of {shown(change.field)}", change.place)
