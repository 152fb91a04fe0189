"""An import and what the policies make of it: what is imported must be admitted whole."""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from engine import pipeline
from engine.diagnostic import Diagnostic
from engine.model.fact_import import ImportedFacts, ImportRemarkKind, Origin
from engine.source import Source

Files = Mapping[str, object]
"""Files by name: a text, or what is to be written as JSON."""


def sources(files: Files) -> list[Source]:
    """The files as they are read."""
    return [
        Source(name=name, text=each if isinstance(each, str) else json.dumps(each, indent=1))
        for name, each in files.items()
    ]


def imported(
    origin: Origin | str, files: Files, *, zone: str | None = None, service: str | None = None
) -> ImportedFacts:
    """What an import gives, which is admitted without any refusal; the mapping is shipped, or this text."""
    found = attempt(origin, files, zone=zone, service=service)
    assert isinstance(found, ImportedFacts), found
    admit(found)
    return found


def attempt(
    origin: Origin | str, files: Files, *, zone: str | None = None, service: str | None = None
) -> ImportedFacts | tuple[Diagnostic, ...]:
    """What an import gives, or what hinders it."""
    is_shipped = isinstance(origin, Origin)
    mapping = pipeline.shipped_mapping(origin) if is_shipped else Source(name="own.yaml", text=origin)
    return pipeline.import_facts(sources(files), mapping, zone=zone, service=service)


def admit(found: ImportedFacts) -> None:
    """Admit the facts beside a policy that declares the services that they are about."""
    services = {each["service"] for rows in found.facts.values() for each in rows if "service" in each}
    lines = ["use standard", 'party somebody "Somebody"', found.kinds]
    lines += [f"service {each} {{ provider somebody }}" for each in sorted(services)]
    checked = pipeline.check([Source(name="policy.sla", text="\n".join(lines))])
    assert checked.snapshot is not None, checked.diagnostics
    with TemporaryDirectory() as folder:
        for kind, rows in found.facts.items():
            text = "".join(json.dumps(each) + "\n" for each in rows)
            (Path(folder) / f"{kind}.ndjson").write_text(text, "utf-8")
        admission = pipeline.admit_facts(checked.snapshot, Path(folder), pipeline.open_store())
    assert admission.is_whole, (admission.refused, admission.diagnostics)
    assert admission.admitted == {kind: len(rows) for kind, rows in found.facts.items()}


def rows(found: ImportedFacts, kind: str, *fields: str) -> list[tuple[str | None, ...]]:
    """These fields of the facts of a kind."""
    return [tuple(each.get(field) for field in fields) for each in found.facts[kind]]


def said(found: ImportedFacts, kind: ImportRemarkKind) -> list[str]:
    """The remarks of a kind, each with how often and where first."""
    return [f"{each.text} ({each.count}, {each.places[0]})" for each in found.remarks if each.kind is kind]
