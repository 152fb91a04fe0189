"""The words, the promises, their verdicts and what followed as one graph (S10.3); linear in what there is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain

from engine.graph.dependency_graph import DependencyGraph
from engine.graph.model_to_graph import midnight
from engine.graph.trace.consequence_to_step import consequence_node
from engine.graph.trace.outcome_to_facts import facts_of_reaction, facts_of_verdict
from engine.graph.trace.policies_to_graph import (
    add_fact,
    add_policies,
    add_words,
    agreement_node_id,
    words_of_consequences,
)
from engine.graph.trace.reaction_to_causes import Causes
from engine.graph.trace.trace_graph import WORST_FIRST, Identity, TraceGraph, fact_node_id, verdict_node_id
from engine.graph.trace.verdict_to_steps import arithmetic_text, facts_in, verdict_text
from engine.model.explanation import Explanation
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
from engine.model.snapshot import Snapshot
from engine.model.tracing import TraceKind, TraceLink, TraceNode
from engine.model.verdict import InWindow, OnTriggerFact, Verdict

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearing:
    """What would be otherwise without a fact: `reference` is `kind:key`; verdicts by identity."""

    reference: str
    verdicts: frozenset[Identity]
    reactions: frozenset[Reaction]


def badness(verdict: Verdict) -> tuple[int, Identity]:
    """Worst verdicts first, and then by identity."""
    return WORST_FIRST.index(verdict.state), verdict.identity


def build(
    snapshot: Snapshot,
    graph: DependencyGraph,
    verdicts: Sequence[Verdict],
    reactions: Sequence[Reaction],
    explanations: Mapping[Identity, Explanation],
    bearing: Bearing | None = None,
) -> TraceGraph:
    """Every clause, obligation and measure, with these verdicts, what followed from them, and the facts that
    are their evidence; of a window these are known where it is explained."""
    built = TraceGraph()
    measures = add_policies(built, snapshot, graph)
    for verdict in sorted(verdicts, key=badness):
        id = built.add(
            TraceNode(
                id=verdict_node_id(verdict.identity),
                kind=TraceKind.VERDICT,
                text=f"{verdict.obligation} for {verdict.subject}, {verdict.identity[2]}:"
                f" {verdict_text(verdict)}",
                state=verdict.state,
                also=tuple(facts_of_verdict(verdict)),
            )
        )
        built.link(measures[verdict.obligation, verdict.version], TraceLink.JUDGED, id)
        for reference in verdict.evidence.ids:
            built.link(add_fact(built, snapshot, reference), TraceLink.READ_FOR, id)
        if (explanation := explanations.get(verdict.identity)) is not None:
            _explained(built, snapshot, verdict, id, explanation)
    ids = _followed(built, snapshot, verdicts, reactions)
    if bearing is not None:
        _bears_on(built, snapshot, bearing, ids)
    _became(built, verdicts, ids)
    return built


def _explained(
    built: TraceGraph, snapshot: Snapshot, verdict: Verdict, id: str, explanation: Explanation
) -> None:
    """The arithmetic between the facts and the verdict."""
    arithmetic = built.add(
        TraceNode(
            id=f"{TraceKind.ARITHMETIC}:{id.partition(':')[2]}",
            kind=TraceKind.ARITHMETIC,
            text=arithmetic_text(explanation),
        )
    )
    built.link(arithmetic, TraceLink.JUDGED, id)
    for reference in facts_in((*explanation.lines, *explanation.why_not)):
        built.link(add_fact(built, snapshot, reference), TraceLink.COUNTED_IN, arithmetic)


def _followed(
    built: TraceGraph, snapshot: Snapshot, verdicts: Sequence[Verdict], reactions: Sequence[Reaction]
) -> dict[Reaction, str]:
    """What each verdict led to, and the renewals that keep promises in force; the ids of their nodes.

    An escalation is there also where no promise is about its trigger.
    """
    ids: dict[Reaction, str] = {}
    if not reactions:
        return ids
    causes, words = Causes(snapshot, verdicts), words_of_consequences(snapshot)
    for reaction in reactions:
        before = causes.of(reaction)
        if not before and not isinstance(reaction, EscalationStep | UpdateCase | RenewalCase):
            continue
        ids[reaction] = id = _added(built, consequence_node(reaction))
        for cause in before:
            built.link(cause, TraceLink.LED_TO, id)
        for reference in _facts_read(reaction):
            built.link(add_fact(built, snapshot, reference), TraceLink.READ_FOR, id)
        for name in built.nodes[id].also:
            add_words(built, words.get(name, ()), id)
        match reaction:
            case RenewalCase(agreement=agreement):
                built.link(agreement_node_id(agreement), TraceLink.STANDS_AS, id)
                _renewed_for(built, snapshot, verdicts, reaction, id)
            case EscalationStep(escalation=name) | UpdateCase(escalation=name) if not before:
                built.link(agreement_node_id(name.partition(".")[0]), TraceLink.LED_TO, id)
                if isinstance(at := reaction.occasion, OnTriggerFact):
                    trigger = add_fact(built, snapshot, f"{at.kind}:{at.key}")
                    built.link(trigger, TraceLink.READ_FOR, id)
            case _:
                pass
    return ids


def _added(built: TraceGraph, node: TraceNode) -> str:
    """A node of its own, also where something else bears its name: two notices to one party of one breach."""
    number, own = 1, node
    while built.nodes.get(own.id, own) != own:
        number += 1
        own = replace(node, id=f"{node.id}/{number}")
    return built.add(own)


def _renewed_for(
    built: TraceGraph, snapshot: Snapshot, verdicts: Sequence[Verdict], case: RenewalCase, id: str
) -> None:
    """The verdicts in terms after the first: without a renewal there were none."""
    if case.renewed == 0:
        return
    ends = {
        version.version: midnight(version.renewal.through + ONE_DAY, version.zone)
        for version in snapshot.versions(case.agreement)
        if version.renewal is not None
    }
    for verdict in verdicts:
        end = ends.get(verdict.version)
        if end is not None and verdict.obligation.partition(".")[0] == case.agreement:
            at = verdict.occasion
            if end < (at.end if isinstance(at, InWindow) else at.at + 1):
                built.link(id, TraceLink.RENEWED_FOR, verdict_node_id(verdict.identity))


def _bears_on(built: TraceGraph, snapshot: Snapshot, bearing: Bearing, ids: Mapping[Reaction, str]) -> None:
    """What would be otherwise without a fact, but for what is so only because a verdict would be."""
    fact = add_fact(built, snapshot, bearing.reference)
    touched = {verdict_node_id(identity) for identity in bearing.verdicts}
    for id in sorted(touched & built.nodes.keys()):
        behind = [edge.source for edge in built.into[id]]
        sums = [each for each in behind if built.nodes[each].kind is TraceKind.ARITHMETIC]
        counted = [edge.source for each in sums for edge in built.into.get(each, ())]
        if fact not in (*behind, *counted):
            built.link(fact, TraceLink.BEARS_ON, id)
    for reaction, id in ids.items():
        if reaction in bearing.reactions:
            behind = {edge.source for edge in built.into.get(id, ())}
            if fact not in behind and not behind & touched:
                built.link(fact, TraceLink.BEARS_ON, id)


def _became(built: TraceGraph, verdicts: Sequence[Verdict], ids: Mapping[Reaction, str]) -> None:
    """What followed as facts that something has read, behind what they follow from (S9)."""
    followed = chain(
        ((verdict_node_id(each.identity), one) for each in verdicts for one in facts_of_verdict(each)),
        ((id, one) for reaction, id in ids.items() for one in facts_of_reaction(reaction)),
    )
    for id, reference in followed:
        if (fact := fact_node_id(reference)) in built.nodes:
            built.link(id, TraceLink.BECAME, fact)


def _facts_read(reaction: Reaction) -> Iterator[str]:
    """The facts that what followed rests on itself."""
    match reaction:
        case LadderCase():
            for step in reaction.steps:
                yield from step.facts
        case UpdateCase(given_by=by) | RightArisen(exercised_by=by) | NoticeCase(sent_by=by):
            if by is not None:
                yield by
        case RenewalCase(notice=by) | ImprovementCase(recorded_by=by):
            if by is not None:
                yield by
        case _:
            pass
