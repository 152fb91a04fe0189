"""The verdicts of a small agreement over tables of facts, which both evaluators must give alike."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

from engine import definition, pipeline
from engine.model.instants import parse_instant
from engine.model.verdict import Evidence, Verdict
from engine.source import Source
from tests.dsl.resolving import agreement


def told(
    body: str, kinds: str, tables: dict[str, str], *, as_of: str, conventions: str | None = None
) -> tuple[Verdict, ...]:
    """What both evaluators say, of the whole agreement; each verdict is explained, too."""
    said = () if conventions is None else (conventions,)
    source = Source(name="it.sla", text=dedent(kinds) + agreement(dedent(body), *said))
    checked = pipeline.check([source])
    assert checked.snapshot is not None, [each.message for each in checked.diagnostics]
    at = parse_instant(as_of)
    assert at is not None
    with TemporaryDirectory() as folder, pipeline.open_store() as store:
        for name, table in tables.items():
            (Path(folder) / f"{name}.csv").write_text(table, "utf-8")
        admission = pipeline.admit_facts(checked.snapshot, Path(folder), store)
        assert admission.is_whole, (admission.refused, admission.diagnostics)
        found = pipeline.evaluate(checked.snapshot, store, as_of=at).verdicts
        facts = {name: store.facts(kind, None) for name, kind in checked.snapshot.kinds.items()}
        for each in found:
            pipeline.explain(checked.snapshot, store, each, as_of=at)
    defined = definition.evaluate(checked.snapshot, facts, at)
    assert [replace(each, evidence=Evidence(facts=0)) for each in found] == [
        replace(each, evidence=Evidence(facts=0)) for each in defined
    ]
    return found
