"""What must hold of the trace of any policy set over any facts, checked in time linear in it."""

from collections import deque
from collections.abc import Iterable

from engine import pipeline
from engine.graph.trace.evaluation_to_graph import build
from engine.graph.trace.trace_graph import TraceGraph, fact_node_id, verdict_node_id
from engine.graph.trace.verdict_to_steps import words_of
from engine.model.snapshot import Snapshot
from engine.model.tracing import TraceKind
from engine.pipeline import Evaluation

FOLLOWED = tuple(TraceKind)[tuple(TraceKind).index(TraceKind.VERDICT) + 1 :]


def traced(snapshot: Snapshot, found: Evaluation) -> TraceGraph:
    """The graph, in which no way ends dead.

    Ends of edges exist; every verdict hangs on every clause of its promise and on every fact of its evidence;
    what followed is reached from verdicts; from clauses and kinds of facts all is reached, and back from the
    ends.
    """
    built = build(snapshot, pipeline.graph(snapshot), found.verdicts, found.reactions, {})
    assert {each.target for edges in built.out.values() for each in edges} | set(built.out) <= set(
        built.nodes
    )
    kinds = {kind: [id for id, each in built.nodes.items() if each.kind is kind] for kind in TraceKind}
    assert len(kinds[TraceKind.VERDICT]) == len(found.verdicts)
    assert sum(len(kinds[each]) for each in (*FOLLOWED, TraceKind.RENEWAL)) == len(set(found.reactions))
    for verdict in found.verdicts:
        promise = snapshot.obligation_of(verdict)
        assert promise is not None
        id, words = verdict_node_id(verdict.identity), words_of(snapshot, promise)
        (measure,) = (each for each in _behind(built, id) if built.nodes[each].kind is TraceKind.MEASURE)
        assert f"obligation:{verdict.obligation}" in _behind(built, measure)
        clauses = {f"clause:{each.clause}" for each in words}
        assert clauses and clauses <= _behind(built, f"obligation:{verdict.obligation}")
        assert {fact_node_id(each) for each in verdict.evidence.ids} <= _behind(built, id)
    onwards = {id: {each.target for each in edges} for id, edges in built.out.items()}
    backwards = {id: {each.source for each in edges} for id, edges in built.into.items()}
    begun = [*kinds[TraceKind.CLAUSE], *kinds[TraceKind.FACT_KIND]]
    assert _reached(begun, onwards) == set(built.nodes)
    ends = [id for id in built.nodes if id not in onwards]
    assert _reached(ends, backwards) == set(built.nodes)
    judged = _reached(kinds[TraceKind.VERDICT], onwards)
    assert {id for kind in FOLLOWED for id in kinds[kind]} <= judged
    return built


def _behind(built: TraceGraph, id: str) -> set[str]:
    return {each.source for each in built.into[id]}


def _reached(begun: Iterable[str], beside: dict[str, set[str]]) -> set[str]:
    waiting = deque(begun)
    found = set(waiting)
    while waiting:
        for other in beside.get(waiting.popleft(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found
