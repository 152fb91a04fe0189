"""The clause that an exclusion, a permission, a mode or a pause cites is told wherever it excuses (S10)."""

from pathlib import Path

import pytest

from engine.graph.trace.verdict_to_steps import words_of
from engine.model.dependency import EdgeKind
from engine.model.snapshot import Snapshot
from engine.model.viability import FindingKind, Viability
from engine.pipeline import check, graph, viability
from engine.source import Source

EXAMPLES = Path(__file__).parents[2] / "policies" / "examples"


def shipped(*parts: str) -> Snapshot:
    path = EXAMPLES.joinpath(*parts)
    snapshot = check([Source(name=path.name, text=path.read_text("utf-8"))]).snapshot
    assert snapshot is not None
    return snapshot


def test_edges_of_an_exclusion_tell_its_own_clause() -> None:
    built = graph(shipped("hosting", "hosting.sla"))
    node = "exclusion:acme_sla.announced_maintenance"
    clauses = {
        (link.edge.kind, link.edge.clause)
        for id in built.nodes
        for link in built.out_of(id)
        if node in (link.edge.source, link.edge.target)
    }
    assert clauses == {
        (EdgeKind.DECLARES, 'msa "Schedule 3, 2.4"'),
        (EdgeKind.EXCUSED_BY, 'msa "Schedule 3, 2.4"'),
        (EdgeKind.CITES, 'msa "Schedule 3, 2.4"'),
    }


@pytest.mark.parametrize(
    ("promise", "clauses"),
    [
        ("acme_sla.shop_availability", ['msa "Schedule 3, 2.1"', 'msa "Schedule 3, 2.4"']),
        ("acme_sla.reports_availability", ['msa "Schedule 3, 2.2"']),
    ],
)
def test_the_words_of_a_promise_are_also_those_that_excuse_it(promise: str, clauses: list[str]) -> None:
    snapshot = shipped("hosting", "hosting.sla")
    obligation = snapshot.obligation(promise)
    assert obligation is not None
    assert [each.clause for each in words_of(snapshot, obligation)] == clauses


def test_viability_tells_the_clause_that_excuses_the_supplier() -> None:
    found = viability(shipped("hosting_gaps", "tickets.sla"))
    assert isinstance(found, Viability)
    (finding,) = (each for each in found.findings if each.kind is FindingKind.EXCUSED_BENEATH)
    assert [(each.name, each.clause) for each in finding.beneath] == [
        ("northwind_uc.hosting_availability", 'host_uc "4.1"'),
        ("supplier_maintenance", 'host_uc "4.3"'),
    ]


def test_an_exclusion_that_cites_an_unknown_document_is_refused() -> None:
    text = (EXAMPLES / "hosting" / "hosting.sla").read_text("utf-8")
    wrong = text.replace('cites msa "Schedule 3, 2.4"', 'cites nowhere "Schedule 3, 2.4"')
    found = check([Source(name="p.sla", text=wrong)])
    assert len([each for each in found.diagnostics if "nowhere" in each.message]) == 1, found.diagnostics
    assert found.snapshot is None
