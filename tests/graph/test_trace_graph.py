"""The trace as a graph: verdicts hang on words, and what followed hangs on verdicts, from either end."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.command.tree import step_to_branch, text_lines
from engine import pipeline
from engine.diagnostic import Diagnostic
from engine.graph.model_to_graph import build as dependencies
from engine.graph.trace.consequence_to_step import CONSEQUENCES
from engine.graph.trace.evaluation_to_graph import build
from engine.graph.trace.name_to_starts import find
from engine.graph.trace.name_to_trace import MOST_NODES, Enquiry, Outcomes, trace_from
from engine.graph.trace.starts_to_portion import walk
from engine.graph.trace.trace_graph import TraceGraph, verdict_node_id
from engine.model.explanation import Explanation
from engine.model.snapshot import Snapshot
from engine.model.tracing import Trace, TraceKind, TraceNode
from engine.model.verdict import Evidence, InWindow, OnTriggerFact, State, Verdict
from engine.source import Source
from tests.golden import Golden
from tests.hosting import hosting, instant
from tests.real.traced import traced

HERE = Path(__file__).parent
POLICIES = HERE.parents[1] / "policies"
AS_OF = instant("2025-04-01T00:00:00Z")
Ask = Callable[[str, bool | None], Trace | Diagnostic]


def shipped(folder: str) -> Snapshot:
    """A policy set that ships."""
    files = sorted((POLICIES / folder).glob("*.sla"))
    checked = pipeline.check([Source(name=each.name, text=each.read_text("utf-8")) for each in files])
    assert checked.snapshot is not None
    return checked.snapshot


@pytest.fixture(scope="module")
def judged() -> Iterator[tuple[TraceGraph, Ask]]:
    """The shipped hosting example over its facts: its graph, and a way to ask it."""
    snapshot = shipped("examples/hosting")
    graph = dependencies(snapshot)
    with pipeline.open_store() as store:
        pipeline.admit_facts(snapshot, POLICIES / "examples/hosting/facts", store)
        found = pipeline.evaluate(snapshot, store, as_of=AS_OF)

        def ask(name: str, back: bool | None) -> Trace | Diagnostic:
            return pipeline.trace_from(
                snapshot,
                graph,
                store,
                name,
                found.verdicts,
                found.reactions,
                lambda verdict: pipeline.explain(snapshot, store, verdict, as_of=AS_OF),
                as_of=AS_OF,
                back=back,
            )

        yield build(snapshot, graph, found.verdicts, found.reactions, {}), ask


def of_kinds(graph: TraceGraph, *kinds: TraceKind) -> set[str]:
    """The ids of the nodes of these kinds."""
    return {id for id, node in graph.nodes.items() if node.kind in kinds}


@pytest.mark.parametrize("folder", ["examples/hosting", "examples/github", "vlei"])
def test_every_verdict_is_reached_from_its_words_and_back(folder: str) -> None:
    """A verdict of each promise as each version has it: from a clause, and back to the same clause."""
    snapshot = shipped(folder)
    verdicts = [
        Verdict(
            obligation=each.terms.id,
            subject="it",
            occasion=InWindow(start=0, end=AS_OF, label=str(place)),
            state=State.MET,
            version=snapshot.agreements[each.terms.agreement].version,
        )
        for place, each in enumerate(snapshot.obligations())
    ]
    graph = build(snapshot, dependencies(snapshot), verdicts, (), {})
    back: dict[str, set[str]] = {}
    for clause in of_kinds(graph, TraceKind.CLAUSE):
        for id in walk(graph, [graph.nodes[clause]]).nodes:
            if graph.nodes[id].kind is TraceKind.VERDICT:
                back.setdefault(id, set()).add(clause)
    assert set(back) == of_kinds(graph, TraceKind.VERDICT) and len(back) == len(verdicts) > 0
    for verdict, clauses in back.items():
        whence = walk(graph, [graph.nodes[verdict]]).nodes
        assert clauses & set(whence), verdict


def test_everything_that_followed_is_reached_from_a_verdict(judged: tuple[TraceGraph, Ask]) -> None:
    graph, _ = judged
    followed = of_kinds(graph, *CONSEQUENCES)
    assert len(followed) > 5
    for id in followed:
        behind = walk(graph, [graph.nodes[id]]).nodes.values()
        assert {TraceKind.VERDICT, TraceKind.CLAUSE} <= {each.kind for each in behind}, id
    judged_ids = of_kinds(graph, TraceKind.VERDICT)
    reached = {id for each in judged_ids for id in walk(graph, [graph.nodes[each]]).nodes}
    assert followed <= reached


@pytest.mark.parametrize(
    ("folder", "as_of", "verdicts"),
    [
        ("examples/hosting", AS_OF, 37),
        ("examples/github", instant("2026-09-01T00:00:00Z"), 126),
        ("examples/volvo", instant("2012-05-21T10:00:00Z"), 3),
    ],
)
def test_no_way_ends_dead_on_what_ships_with_facts(folder: str, as_of: int, verdicts: int) -> None:
    snapshot = shipped(folder)
    with pipeline.open_store() as store:
        pipeline.admit_facts(snapshot, POLICIES / folder / "facts", store)
        found = pipeline.evaluate(snapshot, store, as_of=as_of)
    assert len(found.verdicts) == verdicts
    traced(snapshot, found)


@pytest.mark.parametrize(
    ("page", "name", "back"),
    [
        ("clause", 'msa "Schedule 3, 2.1"', None),
        ("obligation", "acme_sla.restore", None),
        ("obligation_back", "acme_sla.restore", True),
        ("fact", "outage:o-103", None),
        ("credit", "credit:acme_sla.shop_availability", None),
        ("escalation", "acme_sla.major_incident", None),
    ],
)
def test_a_page_for_each_start(
    page: str, name: str, back: bool | None, judged: tuple[TraceGraph, Ask], golden: Golden
) -> None:
    found = judged[1](name, back)
    assert isinstance(found, Trace)
    lines = text_lines([step_to_branch(each) for each in found.tree.steps], lambda _role, text: text)
    golden.text(HERE / "trace" / f"{page}.txt", "\n".join((found.tree.text, *lines)) + "\n")


def test_both_ways_are_the_same_graph(judged: tuple[TraceGraph, Ask]) -> None:
    """Only the tree turns round; and one question has one answer."""
    forward, back, again = (judged[1]("acme_sla.restore", way) for way in (False, True, False))
    assert isinstance(forward, Trace) and isinstance(back, Trace)
    assert (forward.nodes, forward.edges, forward.states) == (back.nodes, back.edges, back.states)
    assert forward == again and forward.tree.role == "trace" and back.tree.role == "trace back"


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("acme_sla.restor", "unknown-name", "did you mean `acme_sla.restore`?"),
        ("ACME_SLA.RESTORE", "unknown-name", "did you mean `acme_sla.restore`?"),
        ("outage:o-1030", "unknown-name", "did you mean `outage:o-103`?"),
    ],
)
def test_a_name_that_says_nothing(name: str, code: str, said: str, judged: tuple[TraceGraph, Ask]) -> None:
    found = judged[1](name, None)
    assert isinstance(found, Diagnostic) and found.code == code
    assert found.help is not None and said in found.help


def test_a_section_of_two_documents_must_be_chosen() -> None:
    graph = TraceGraph()
    for document in ("msa", "annex"):
        name = f'{document} "3.1"'
        graph.add(
            TraceNode(id=f"clause:{name}", kind=TraceKind.CLAUSE, text=name, also=(f"{document} 3.1", "3.1"))
        )
    found = find(graph, "3.1")
    assert isinstance(found, Diagnostic) and found.code == "ambiguous-name" and found.help is not None
    assert 'clause:msa "3.1"' in found.help and 'clause:annex "3.1"' in found.help
    assert find(graph, "msa 3.1") == (graph.nodes['clause:msa "3.1"'],)


def test_thousands_of_verdicts_are_cut_and_counted() -> None:
    policy = hosting()
    at = instant("2025-03-03T09:00:00Z")
    verdicts = [
        Verdict(
            obligation="acme_sla.restore",
            subject="shop",
            occasion=OnTriggerFact(kind="incident", key=f"i{number}", at=at),
            state=State.BREACHED if number % 10 == 0 else State.MET,
            evidence=Evidence(facts=1, ids=(f"incident:i{number}",)),
        )
        for number in range(7_554)
    ]

    def unasked(verdict: Verdict) -> Explanation:
        raise AssertionError(verdict)

    enquiry = Enquiry(
        explain=unasked, keys=lambda _kind: (), without=lambda *_: Outcomes(verdicts=(), reactions=())
    )
    outcomes = Outcomes(verdicts=verdicts, reactions=())
    found = trace_from(policy, dependencies(policy), "acme_sla.restore", outcomes, enquiry, back=None)
    assert isinstance(found, Trace)
    assert len(found.nodes) == MOST_NODES and found.left_out > 2 * 7_554 - MOST_NODES
    assert found.states == {State.BREACHED: 756, State.MET: 6_798}
    assert found.judged == {verdict_node_id(each.identity) for each in verdicts}
    kept = {each.id for each in found.nodes}
    assert all(each.source in kept and each.target in kept for each in found.edges)
    lines = list(text_lines([step_to_branch(found.tree)], lambda _role, text: text))
    assert "verdicts: 7,554 (756 BREACHED, 6,798 MET)" in "\n".join(lines)
    assert "7,534 more verdicts (736 BREACHED, 6,798 MET)" in "\n".join(lines) and len(lines) < 60


def test_a_fact_that_only_rules_out_verdicts_says_which() -> None:
    """As a notice does that ends a term: without it there would be verdicts that are not there."""
    policy = hosting()
    more = Verdict(
        obligation="acme_sla.restore",
        subject="shop",
        occasion=OnTriggerFact(kind="incident", key="i2", at=instant("2025-03-03T09:00:00Z")),
        state=State.MET,
    )

    def unasked(verdict: Verdict) -> Explanation:
        raise AssertionError(verdict)

    enquiry = Enquiry(
        explain=unasked,
        keys=lambda _kind: ("i1",),
        without=lambda *_: Outcomes(verdicts=(more,), reactions=()),
    )
    nothing = Outcomes(verdicts=(), reactions=())
    found = trace_from(policy, dependencies(policy), "incident:i1", nothing, enquiry, back=None)
    assert isinstance(found, Diagnostic) and found.code == "no-verdict"
    assert found.help == "without it there would be 1 verdict more: acme_sla.restore for shop, i2"
