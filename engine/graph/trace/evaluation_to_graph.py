"""The words, the promises, their verdicts and what followed as one graph (S10.3); linear in what there is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.graph.dependency_graph import DependencyGraph, node_id
from engine.graph.obligation_to_edges import clause_name
from engine.graph.obligation_to_words import describe
from engine.graph.trace.consequence_to_step import consequence_node
from engine.graph.trace.verdict_to_steps import (
    arithmetic_text,
    facts_in,
    obligation_text,
    verdict_text,
)
from engine.model.dependency import EdgeKind, NodeKind
from engine.model.explanation import Explanation
from engine.model.obligation import Citation, Obligation
from engine.model.reaction import (
    EscalationStep,
    ImprovementCase,
    LadderCase,
    NoticeCase,
    Reaction,
    RenewalCase,
    RightArisen,
    UpdateCase,
)
from engine.model.reading import kinds_read
from engine.model.snapshot import Snapshot
from engine.model.tracing import TraceEdge, TraceKind, TraceLink, TraceNode
from engine.model.verdict import Occasion, Verdict

Identity = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceGraph:
    """Nodes by id, and the edges out of and into each, all in the order in which they were found."""

    nodes: dict[str, TraceNode] = field(default_factory=dict[str, TraceNode])
    out: dict[str, dict[TraceEdge, None]] = field(default_factory=dict[str, "dict[TraceEdge, None]"])
    into: dict[str, dict[TraceEdge, None]] = field(default_factory=dict[str, "dict[TraceEdge, None]"])

    def add(self, node: TraceNode) -> str:
        """A node, unless it is there; its id."""
        self.nodes.setdefault(node.id, node)
        return node.id

    def link(self, source: str, kind: TraceLink, target: str) -> None:
        """An edge between nodes that are there, once."""
        edge = TraceEdge(source=source, target=target, kind=kind)
        self.out.setdefault(source, {})[edge] = None
        self.into.setdefault(target, {})[edge] = None


def verdict_node_id(identity: Identity) -> str:
    """The id of a verdict's node: obligation, subject and occasion."""
    return f"{TraceKind.VERDICT}:{'/'.join(identity)}"


def fact_node_id(reference: str) -> str:
    """The id of the node of a fact (`kind:key`)."""
    return f"{TraceKind.FACT}:{reference}"


def build(
    snapshot: Snapshot,
    graph: DependencyGraph,
    verdicts: Sequence[Verdict],
    reactions: Sequence[Reaction],
    explanations: Mapping[Identity, Explanation],
) -> TraceGraph:
    """Every clause, obligation and measure, with these verdicts, what followed from them, and the facts that
    are their evidence; of a window these are known where it is explained."""
    built = TraceGraph()
    measures: dict[tuple[str, str | None], str] = {}
    for obligation in sorted(snapshot.obligations(), key=lambda each: each.terms.agreement, reverse=True):
        version = snapshot.agreements[obligation.terms.agreement].version
        measures[obligation.terms.id, version] = _promise(built, snapshot, graph, obligation, version)
    for verdict in verdicts:
        id = built.add(
            TraceNode(
                id=verdict_node_id(verdict.identity),
                kind=TraceKind.VERDICT,
                text=f"{verdict.obligation} for {verdict.subject}, {verdict.identity[2]}:"
                f" {verdict_text(verdict)}",
                state=verdict.state,
            )
        )
        built.link(measures[verdict.obligation, verdict.version], TraceLink.JUDGED, id)
        for reference in verdict.evidence.ids:
            built.link(_fact(built, reference), TraceLink.READ_FOR, id)
        if (explanation := explanations.get(verdict.identity)) is not None:
            _explained(built, verdict, id, explanation)
    _followed(built, verdicts, reactions)
    return built


def _promise(
    built: TraceGraph, snapshot: Snapshot, graph: DependencyGraph, obligation: Obligation, version: str | None
) -> str:
    """The words, the obligation, its measure, and what it reads; the id of the measure."""
    terms = obligation.terms
    cites = terms.cites or snapshot.agreements[terms.agreement].cites
    here = built.add(
        TraceNode(
            id=f"{TraceKind.OBLIGATION}:{terms.id}",
            kind=TraceKind.OBLIGATION,
            text=obligation_text(snapshot, obligation),
            clause=clause_name(cites[0]) if cites else None,
            span=terms.span,
            also=terms.other_names,
        )
    )
    for citation in cites:
        built.link(_clause(built, citation), TraceLink.ENCODED_BY, here)
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
                id=f"{TraceKind.SOURCE}:{node.name}", kind=TraceKind.SOURCE, text=node.name, span=node.span
            )
            built.link(measure, TraceLink.READS, built.add(source))
    for kind in kinds_read(obligation):
        if kind in snapshot.kinds:
            built.link(measure, TraceLink.READS, _kind(built, kind, snapshot))
    return measure


def _clause(built: TraceGraph, citation: Citation) -> str:
    name = clause_name(citation)
    return built.add(
        TraceNode(
            id=f"{TraceKind.CLAUSE}:{name}",
            kind=TraceKind.CLAUSE,
            text=f'{name}: "{citation.words}"',
            clause=name,
            span=citation.span,
            also=(f"{citation.document} {citation.section}", citation.section),
        )
    )


def _kind(built: TraceGraph, name: str, snapshot: Snapshot | None = None) -> str:
    span = None if snapshot is None else snapshot.kinds[name].span
    return built.add(
        TraceNode(id=f"{TraceKind.FACT_KIND}:{name}", kind=TraceKind.FACT_KIND, text=name, span=span)
    )


def _fact(built: TraceGraph, reference: str) -> str:
    kind, _, key = reference.partition(":")
    id = fact_node_id(reference)
    if id not in built.nodes:
        built.add(TraceNode(id=id, kind=TraceKind.FACT, text=reference, also=(key,)))
        built.link(_kind(built, kind), TraceLink.HOLDS, id)
    return id


def _explained(built: TraceGraph, verdict: Verdict, id: str, explanation: Explanation) -> None:
    """The arithmetic between the facts and the verdict."""
    arithmetic = TraceNode(
        id=f"{TraceKind.ARITHMETIC}:{'/'.join(verdict.identity)}",
        kind=TraceKind.ARITHMETIC,
        text=arithmetic_text(explanation),
    )
    built.add(arithmetic)
    built.link(arithmetic.id, TraceLink.JUDGED, id)
    for reference in facts_in(explanation.lines):
        built.link(_fact(built, reference), TraceLink.COUNTED_IN, arithmetic.id)


def _followed(built: TraceGraph, verdicts: Sequence[Verdict], reactions: Sequence[Reaction]) -> None:
    """What each verdict led to: as `follows` says, without asking it of every pair."""
    own: dict[tuple[str, str, Occasion], list[str]] = {}
    together: dict[tuple[str, Occasion], list[str]] = {}
    by_label: dict[Identity, str] = {}
    for verdict in verdicts:
        id = verdict_node_id(verdict.identity)
        own.setdefault((verdict.obligation, verdict.subject, verdict.occasion), []).append(id)
        together.setdefault((verdict.obligation.partition(".")[0], verdict.occasion), []).append(id)
        by_label[verdict.identity] = id
    for reaction in reactions:
        if isinstance(reaction, RenewalCase):
            continue
        if isinstance(reaction, EscalationStep | UpdateCase):
            causes = together.get((reaction.escalation.partition(".")[0], reaction.occasion), [])
        else:
            causes = own.get((reaction.obligation, reaction.subject, reaction.occasion), [])
        if isinstance(reaction, LadderCase | ImprovementCase):
            windows = ((reaction.obligation, reaction.subject, label) for label in reaction.joined)
            causes = [*causes, *(by_label[each] for each in windows if each in by_label)]
        if causes:
            id = built.add(consequence_node(reaction))
            for cause in causes:
                built.link(cause, TraceLink.LED_TO, id)
            for reference in _facts_read(reaction):
                built.link(_fact(built, reference), TraceLink.READ_FOR, id)


def _facts_read(reaction: Reaction) -> Iterator[str]:
    """The facts that what followed rests on itself."""
    match reaction:
        case LadderCase():
            for step in reaction.steps:
                yield from step.facts
        case RightArisen(exercised_by=by) | UpdateCase(given_by=by) | NoticeCase(sent_by=by):
            if by is not None:
                yield by
        case ImprovementCase(recorded_by=by):
            if by is not None:
                yield by
        case _:
            pass
