"""One verdict from the contract's words to what followed, and back again (S10.3)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.graph.dependency_graph import DependencyGraph, node_id
from engine.graph.obligation_to_edges import inside
from engine.graph.obligation_to_words import bound_text, describe, quantity_text
from engine.model.citation import Citation
from engine.model.dependency import EdgeKind, Node, NodeKind, TraceStep
from engine.model.explanation import Explanation, Line
from engine.model.instants import iso_text
from engine.model.obligation import Obligation
from engine.model.reading import kinds_read
from engine.model.snapshot import Snapshot
from engine.model.verdict import Exact, Range, Verdict


def trace(
    snapshot: Snapshot,
    graph: DependencyGraph,
    verdict: Verdict,
    explanation: Explanation,
    followed: Sequence[TraceStep],
    *,
    back: bool = False,
) -> TraceStep:
    """The steps of one verdict, in order: the clause, the obligation, its measure, the sources and fact kinds
    read, the facts, the arithmetic, the verdict, and what `followed` (S10.3).

    With `back` the same steps, from what followed to the words. The obligation of the verdict must be one of
    the snapshot's.
    """
    obligation = snapshot.obligation_of(verdict)
    assert obligation is not None, verdict.obligation
    steps = (
        *_words(snapshot, obligation),
        _obligation(snapshot, graph, obligation),
        TraceStep(role="measure", text=describe(obligation), span=obligation.terms.span),
        *_sources(snapshot, graph, obligation),
        _facts(verdict, explanation),
        TraceStep(role="arithmetic", text=arithmetic_text(explanation), steps=_lines(explanation.lines)),
        _verdict(verdict, explanation),
        *followed,
    )
    occasion = verdict.identity[2]
    return TraceStep(
        role="trace back" if back else "trace",
        text=f"{verdict.obligation} for {verdict.subject}, {occasion}",
        steps=tuple(reversed(steps)) if back else steps,
    )


def _words(snapshot: Snapshot, obligation: Obligation) -> Iterator[TraceStep]:
    """The words of the contract that the obligation encodes."""
    for citation in words_of(snapshot, obligation):
        yield TraceStep(role="clause", text=f'"{citation.words}"', clause=citation.clause, span=citation.span)


def words_of(snapshot: Snapshot, obligation: Obligation) -> tuple[Citation, ...]:
    """The clauses that a promise cites, else those of its agreement; then those of what excuses it."""
    own = obligation.terms.cites or snapshot.agreements[obligation.terms.agreement].cites
    return tuple(dict.fromkeys((*own, *inside(obligation, Citation))))


def _obligation(snapshot: Snapshot, graph: DependencyGraph, obligation: Obligation) -> TraceStep:
    """The promise: whom it binds, to whom it is owed, what it serves and what serves it."""
    terms, cites = obligation.terms, words_of(snapshot, obligation)
    id = node_id(NodeKind.OBLIGATION, terms.id)
    served = [link.edge for link in graph.out_of(id) if link.edge.kind is EdgeKind.CARRIES]
    serving = [link.edge for link in graph.into(id) if link.edge.kind is EdgeKind.CARRIES]
    return TraceStep(
        role="obligation",
        text=obligation_text(snapshot, obligation),
        clause=cites[0].clause if cites else None,
        span=terms.span,
        steps=(
            *(
                TraceStep(
                    role="serves", text=graph.nodes[edge.target].name, clause=edge.clause, span=edge.span
                )
                for edge in served
            ),
            *(
                TraceStep(
                    role="served by", text=graph.nodes[edge.source].name, clause=edge.clause, span=edge.span
                )
                for edge in serving
            ),
        ),
    )


def obligation_text(snapshot: Snapshot, obligation: Obligation) -> str:
    """The promise, who owes it, to whom, and through whom it is kept."""
    terms = obligation.terms
    agreement = snapshot.agreements[terms.agreement]
    obliged = terms.obliges or agreement.provider
    through = ", ".join(dict.fromkeys(each.party for each in agreement.kept_through(terms)))
    owes = f"{obliged} owes it to {agreement.owed(terms)}" + (f", through {through}" if through else "")
    return f"{terms.kind.value} {terms.id}, {terms.title}: {owes}"


def _sources(snapshot: Snapshot, graph: DependencyGraph, obligation: Obligation) -> Iterator[TraceStep]:
    """Where the figures come from: declared sources and feeds, then each fact kind as it is declared."""
    id = node_id(NodeKind.OBLIGATION, obligation.terms.id)
    for link in graph.out_of(id):
        node = graph.nodes[link.edge.target]
        if link.edge.kind is EdgeKind.MEASURED_BY and node.kind is NodeKind.SOURCE:
            yield TraceStep(role="source", text=source_text(graph, node), span=node.span)
    for name in kinds_read(obligation):
        if name in snapshot.kinds:
            yield TraceStep(role="fact kind", text=name, span=snapshot.kinds[name].span)


def source_text(graph: DependencyGraph, source: Node) -> str:
    """A source, and who runs it, where that is said."""
    runs = (link.edge for link in graph.into(source.id) if link.edge.kind is EdgeKind.RUNS)
    parties = dict.fromkeys(graph.nodes[edge.source].name for edge in runs)
    return source.name if not parties else f"{source.name}, run by {' and '.join(parties)}"


def _facts(verdict: Verdict, explanation: Explanation) -> TraceStep:
    """The facts that the verdict rests on, those of its evidence first, then those of the arithmetic."""
    ids = dict.fromkeys((*verdict.evidence.ids, *facts_in((*explanation.lines, *explanation.why_not))))
    digest = f", digest {verdict.evidence.digest}" if verdict.evidence.digest else ""
    return TraceStep(
        role="facts",
        text=f"{verdict.evidence.facts} read{digest}",
        steps=tuple(TraceStep(role="fact", text=id) for id in ids),
    )


def facts_in(lines: Sequence[Line]) -> Iterator[str]:
    """The facts (`kind:key`) that lines of arithmetic rest on, in their order."""
    for line in lines:
        yield from line.facts
        yield from facts_in(line.lines)


def arithmetic_text(explanation: Explanation) -> str:
    """Who did the sums (S7.5)."""
    return "computed again from the facts" if explanation.recomputed else "the plan's numbers, not recomputed"


def _lines(lines: Sequence[Line]) -> tuple[TraceStep, ...]:
    return tuple(TraceStep(role="line", text=line.text, steps=_lines(line.lines)) for line in lines)


def _verdict(verdict: Verdict, explanation: Explanation) -> TraceStep:
    """The state with its figures, and why it is no better."""
    return TraceStep(
        role="verdict",
        text=verdict_text(verdict),
        steps=tuple(replace(step, role="why not") for step in _lines(explanation.why_not)),
    )


def verdict_text(verdict: Verdict) -> str:
    """The state, with the figures that say so."""
    figures: list[str] = []
    match verdict.measured:
        case Exact(value=value, unit=unit):
            figures.append(f"measured {quantity_text(value, unit, verdict.bound)}")
        case Range(low=low, high=high, unit=unit):
            low_text, high_text = (quantity_text(end, unit, verdict.bound) for end in (low, high))
            figures.append(f"measured between {low_text} and {high_text}")
        case None:
            pass
    if verdict.bound is not None:
        figures.append(f"bound {bound_text(verdict.bound)}")
    if verdict.due is not None:
        figures.append(f"due {verdict.due.date or iso_text(verdict.due.at)}")
    if verdict.fulfilled_at is not None:
        figures.append(f"fulfilled {iso_text(verdict.fulfilled_at)} by {verdict.fulfilled_by or 'itself'}")
    if verdict.excused_by is not None:
        figures.append(f"excused by {verdict.excused_by}")
    figures += (flag.value for flag in verdict.flags)
    return ", ".join((verdict.state.value, *figures))
