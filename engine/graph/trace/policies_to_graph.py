"""What the policies say of a trace: clauses, promises, measures, and what these read (S10.3)."""

from collections.abc import Iterable
from dataclasses import replace

from engine.graph.dependency_graph import DependencyGraph, node_id
from engine.graph.obligation_to_words import describe
from engine.graph.trace.trace_graph import TraceGraph, fact_node_id
from engine.graph.trace.verdict_to_steps import obligation_text, source_text, words_of
from engine.model.citation import Citation
from engine.model.dependency import EdgeKind, NodeKind
from engine.model.derived import followups
from engine.model.obligation import Obligation
from engine.model.reading import kinds_read
from engine.model.snapshot import Snapshot
from engine.model.tracing import TraceKind, TraceLink, TraceNode

Measures = dict[tuple[str, str | None], str]
"""The ids of measures, by promise and version."""


def add_policies(built: TraceGraph, snapshot: Snapshot, graph: DependencyGraph) -> Measures:
    """Every clause, agreement, obligation and measure, with the sources and the kinds of facts that it reads;
    of versions the latest names the agreement and the obligation."""
    # The latest version bears the agreement's own name, which comes before `name@version`.
    measures: Measures = {}
    for name in sorted(snapshot.agreements):
        agreement = snapshot.agreements[name]
        whole = built.add(
            TraceNode(
                id=agreement_node_id(agreement.identity),
                kind=TraceKind.AGREEMENT,
                text=f"{agreement.kind.value} {agreement.identity}, {agreement.title}:"
                f" {agreement.provider} for {agreement.customer}",
                clause=agreement.cites[0].clause if agreement.cites else None,
                span=agreement.span,
            )
        )
        add_words(built, agreement.cites, whole)
        for obligation in agreement.obligations:
            key = (obligation.terms.id, agreement.version)
            measures[key] = _promise(built, snapshot, graph, obligation, agreement.version)
            built.link(whole, TraceLink.PROMISES, f"{TraceKind.OBLIGATION}:{obligation.terms.id}")
    return measures


def agreement_node_id(name: str) -> str:
    """The id of an agreement's node, which all its versions share."""
    return f"{TraceKind.AGREEMENT}:{name}"


def words_of_consequences(snapshot: Snapshot) -> dict[str, tuple[Citation, ...]]:
    """What is cited by escalations, ladders, rights and improvements, by their ids, in any version."""
    found: dict[str, dict[Citation, None]] = {}
    for agreement in snapshot.agreements.values():
        for each in (*agreement.escalations, *followups(agreement)):
            found.setdefault(each.id, {}).update(dict.fromkeys(each.cites))
    return {id: tuple(cites) for id, cites in found.items()}


def add_words(built: TraceGraph, cites: Iterable[Citation], id: str) -> None:
    """The clauses that say what a node is."""
    for each in cites:
        built.link(_clause(built, each), TraceLink.ENCODED_BY, id)


def _promise(
    built: TraceGraph, snapshot: Snapshot, graph: DependencyGraph, obligation: Obligation, version: str | None
) -> str:
    """The words, the obligation, its measure, and what it reads; the id of the measure."""
    terms = obligation.terms
    cites = words_of(snapshot, obligation)
    here = built.add(
        TraceNode(
            id=f"{TraceKind.OBLIGATION}:{terms.id}",
            kind=TraceKind.OBLIGATION,
            text=obligation_text(snapshot, obligation),
            clause=cites[0].clause if cites else None,
            span=terms.span,
            also=terms.other_names,
        )
    )
    add_words(built, cites, here)
    name = terms.id if version is None else f"{terms.id}@{version}"
    measure = built.add(
        TraceNode(
            id=f"{TraceKind.MEASURE}:{name}",
            kind=TraceKind.MEASURE,
            text=describe(obligation) if version is None else f"{describe(obligation)}, version {version}",
            span=terms.span,
        )
    )
    built.link(here, TraceLink.MEASURED_BY, measure)
    for link in graph.out_of(node_id(NodeKind.OBLIGATION, terms.id)):
        node = graph.nodes[link.edge.target]
        if link.edge.kind is EdgeKind.MEASURED_BY and node.kind is NodeKind.SOURCE:
            source = TraceNode(
                id=f"{TraceKind.SOURCE}:{node.name}",
                kind=TraceKind.SOURCE,
                text=source_text(graph, node),
                span=node.span,
            )
            built.link(measure, TraceLink.READS, built.add(source))
    for kind in kinds_read(obligation):
        built.link(measure, TraceLink.READS, add_kind(built, snapshot, kind))
    return measure


def _clause(built: TraceGraph, citation: Citation) -> str:
    """A clause with all the words of it that are cited."""
    name = citation.clause
    id, words = f"{TraceKind.CLAUSE}:{name}", f'"{citation.words}"'
    known = built.nodes.get(id)
    if known is None:
        return built.add(
            TraceNode(
                id=id,
                kind=TraceKind.CLAUSE,
                text=f"{name}: {words}",
                clause=name,
                span=citation.span,
                also=(f"{citation.document} {citation.section}", citation.section),
            )
        )
    if words not in known.text.removeprefix(name):
        built.nodes[id] = replace(known, text=f"{known.text}, {words}")
    return id


def add_kind(built: TraceGraph, snapshot: Snapshot, name: str) -> str:
    """A kind of fact, with the place where it is declared."""
    if (id := f"{TraceKind.FACT_KIND}:{name}") in built.nodes:
        return id
    declared = snapshot.kinds.get(name)
    return built.add(
        TraceNode(
            id=id,
            kind=TraceKind.FACT_KIND,
            text=name,
            span=None if declared is None else declared.span,
        )
    )


def add_fact(built: TraceGraph, snapshot: Snapshot, reference: str) -> str:
    """A fact (`kind:key`), held by its kind."""
    kind, _, key = reference.partition(":")
    id = fact_node_id(reference)
    if id not in built.nodes:
        built.add(TraceNode(id=id, kind=TraceKind.FACT, text=reference, also=(key,)))
        built.link(add_kind(built, snapshot, kind), TraceLink.HOLDS, id)
    return id
