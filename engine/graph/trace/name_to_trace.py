"""A trace from anything that an auditor holds: a clause, a promise, a fact, or what followed (S10.3)."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from engine.diagnostic import Diagnostic
from engine.graph.dependency_graph import DependencyGraph
from engine.graph.name_to_near import near
from engine.graph.trace.consequence_to_step import CONSEQUENCES, consequence_step
from engine.graph.trace.evaluation_to_graph import Bearing, badness, build
from engine.graph.trace.name_to_starts import find
from engine.graph.trace.portion_to_tree import ORDER, tree
from engine.graph.trace.promises_concerned import fact_named, of_kind, promises_read, reads_outcomes
from engine.graph.trace.reaction_to_causes import Causes
from engine.graph.trace.starts_to_portion import Portion, walk
from engine.graph.trace.trace_graph import WORST_FIRST, Identity, TraceGraph, fact_node_id, verdict_node_id
from engine.graph.trace.verdict_to_steps import trace
from engine.model.dependency import TraceStep
from engine.model.explanation import Explanation
from engine.model.reaction import EscalationStep, Reaction, RenewalCase, UpdateCase
from engine.model.snapshot import Snapshot
from engine.model.tracing import Trace, TraceKind, TraceLink, TraceNode
from engine.model.verdict import Verdict

MOST_NODES = 1_000
"""How many nodes an answer holds: what the policies say, and then the nearest to what was asked about."""

MOST_EXPLAINED = 20
"""How many verdicts are computed again to see what they read of what followed from others."""

FEW = 3
"""How many verdicts are computed again to show what they rest on."""

SAID = (
    TraceKind.CLAUSE,
    TraceKind.AGREEMENT,
    TraceKind.OBLIGATION,
    TraceKind.MEASURE,
    TraceKind.SOURCE,
    TraceKind.FACT_KIND,
)
"""What the policies say; an answer holds all of it that was walked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """Verdicts and what followed from them."""

    verdicts: Sequence[Verdict]
    reactions: Sequence[Reaction]


class Untold(Collection[str]):
    """Keys of which nobody is told whether there are such: each may be one, and none is listed."""

    def __contains__(self, key: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Enquiry:
    """What a trace may ask while it is made: the explanation of a verdict, the keys of the facts of a kind,
    and what some promises (absent: all) come to `without` a fact of this kind and key."""

    explain: Callable[[Verdict], Explanation]
    keys: Callable[[str], Collection[str]]
    without: Callable[[str, str, Collection[str] | None], Outcomes]


def trace_from(
    snapshot: Snapshot,
    graph: DependencyGraph,
    name: str,
    judged: Outcomes,
    enquiry: Enquiry,
    *,
    back: bool | None,
    only: Collection[Identity] | None = None,
) -> Trace | Diagnostic:
    """The tree and the graph of what a name is about among the verdicts asked for (absent: all that were
    judged), or which name says nothing.

    Read onwards, or `back`; where neither is said, back from what followed, and onwards from all else. Which
    verdicts a fact touches is found by judging without it. What verdicts read of what followed from others is
    known where they are computed again: the worst of those on the way.
    """
    verdicts = [each for each in judged.verdicts if only is None or each.identity in only]
    reactions = judged.reactions
    kind, key = fact_named(snapshot, name)
    keys = () if kind is None else enquiry.keys(kind)
    bearing, tried, ruled_out = None, None, ()
    if kind is not None and key in keys:
        asked = of_kind(snapshot, kind)
        tried = sum(asked is None or each.obligation in asked for each in verdicts)
        without = enquiry.without(kind, key, asked)
        bearing = _bearing(f"{kind}:{key}", judged, without, asked)
        ruled_out = _ruled_out(judged, without) if only is None else ()
    built = build(snapshot, graph, verdicts, reactions, {}, bearing)
    found = find(built, name if bearing is None else fact_node_id(bearing.reference))
    if isinstance(found, Diagnostic):
        return found if kind is None else _no_fact(kind, key, keys)
    if bearing is not None and not built.out.get(found[0].id):
        return _touches_nothing(bearing.reference, tried or 0, ruled_out)
    portion = walk(built, found)
    again, unread = _to_explain(snapshot, verdicts, portion)
    if again:
        explanations = {each.identity: enquiry.explain(each) for each in again}
        built = build(snapshot, graph, verdicts, reactions, explanations, bearing)
        portion = walk(built, [built.nodes[id] for id in portion.starts])
    if back is None:
        back = all(each.kind in (*CONSEQUENCES, TraceKind.RENEWAL) for each in found)
    steps = tree(portion, _title(found, name), back=back)
    if ruled_out:
        step = TraceStep(role="ruled out", text=_ruled_out_text(ruled_out))
        steps = replace(steps, steps=(*steps.steps, step))
    return _answer(portion, steps, unread, tried)


def trace_of(
    snapshot: Snapshot,
    graph: DependencyGraph,
    explanation: Explanation,
    judged: Outcomes,
    *,
    back: bool = False,
) -> Trace:
    """One verdict in full: its tree line by line, and the graph around it."""
    verdict, (verdicts, reactions) = explanation.verdict, (judged.verdicts, judged.reactions)
    built = build(snapshot, graph, verdicts, reactions, {verdict.identity: explanation})
    id, causes = verdict_node_id(verdict.identity), Causes(snapshot, verdicts)
    followed = (
        *(consequence_step(each) for each in reactions if id in causes.of(each)),
        *_readers(built, id),
    )
    return _answer(
        walk(built, [built.nodes[id]]), trace(snapshot, graph, verdict, explanation, followed, back=back)
    )


def _bearing(reference: str, judged: Outcomes, without: Outcomes, asked: Collection[str] | None) -> Bearing:
    """What is otherwise without a fact, of the promises that were judged again."""
    then = {each.identity: each for each in without.verdicts}
    still = set(without.reactions)
    return Bearing(
        reference=reference,
        verdicts=frozenset(
            each.identity
            for each in judged.verdicts
            if (asked is None or each.obligation in asked) and then.get(each.identity) != each
        ),
        reactions=frozenset(each for each in judged.reactions if _is_of(each, asked) and each not in still),
    )


def _ruled_out(judged: Outcomes, without: Outcomes) -> Sequence[Identity]:
    """The verdicts that there would be without a fact, and that are not there."""
    known = {each.identity for each in judged.verdicts}
    return [each.identity for each in without.verdicts if each.identity not in known]


def _ruled_out_text(identities: Sequence[Identity]) -> str:
    noun = "verdict" if len(identities) == 1 else "verdicts"
    obligation, subject, occasion = identities[0]
    such = f"{obligation} for {subject}, {occasion}"
    return f"without it there would be {len(identities):,} {noun} more: {such}" + (
        " and others" if len(identities) > 1 else ""
    )


def _is_of(reaction: Reaction, asked: Collection[str] | None) -> bool:
    """Whether a reaction is told where these promises are judged: escalations and renewals always are."""
    if asked is None or isinstance(reaction, EscalationStep | UpdateCase | RenewalCase):
        return True
    return reaction.obligation in asked


def _to_explain(
    snapshot: Snapshot, verdicts: Sequence[Verdict], portion: Portion
) -> tuple[Sequence[Verdict], int]:
    """The verdicts to compute again, and how many more there were: all on the way where they are few, and
    those that may have read what followed from these, the worst first."""
    walked = _judged(portion)
    on_the_way = [each for each in verdicts if verdict_node_id(each.identity) in walked]
    reading = _may_read(snapshot, verdicts, on_the_way)
    few = on_the_way if len(on_the_way) <= FEW else []
    chosen = {each.identity: each for each in (*few, *reading[:MOST_EXPLAINED])}
    return list(chosen.values()), max(0, len(reading) - MOST_EXPLAINED)


def _may_read(
    snapshot: Snapshot, verdicts: Sequence[Verdict], on_the_way: Sequence[Verdict]
) -> Sequence[Verdict]:
    """Verdicts that may have read what followed from some on the way, or that are on it and read such facts;
    the worst first."""
    walked = {each.obligation for each in on_the_way}
    reading = {
        each.terms.id
        for each in snapshot.obligations()
        if reads_outcomes(snapshot, each)
        and (each.terms.id in walked or not walked.isdisjoint(promises_read(snapshot, each)))
    }
    return sorted((each for each in verdicts if each.obligation in reading), key=badness)


def _readers(built: TraceGraph, id: str) -> Iterator[TraceStep]:
    """What has read what a verdict became."""
    for fact in built.out.get(id, ()):
        if fact.kind is not TraceLink.BECAME:
            continue
        for edge in built.out.get(fact.target, ()):
            node = built.nodes[edge.target]
            if node.kind is TraceKind.ARITHMETIC:
                node = built.nodes[next(iter(built.out[node.id])).target]
            yield TraceStep(role="read by", text=node.text)


def _answer(portion: Portion, tree: TraceStep, unread: int = 0, tried: int | None = None) -> Trace:
    """What the policies say, and the nearest of the other nodes, in the order of the way, with the edges
    between them."""
    nearest = sorted(portion.nodes.values(), key=lambda each: each.kind not in SAID)
    kept = {each.id: each for each in nearest[:MOST_NODES]}
    states = Counter(each.state for each in portion.nodes.values() if each.state is not None)
    return Trace(
        tree=tree,
        starts=portion.starts,
        judged=_judged(portion),
        nodes=tuple(sorted(kept.values(), key=lambda each: (ORDER[each.kind], each.id))),
        edges=tuple(
            sorted(
                (each for each in portion.edges if each.source in kept and each.target in kept),
                key=lambda each: (each.source, each.target, each.kind.value),
            )
        ),
        states={state: states[state] for state in WORST_FIRST if states[state]},
        left_out=len(portion.nodes) - len(kept),
        unread=unread,
        tried=tried,
    )


def _judged(portion: Portion) -> frozenset[str]:
    return frozenset(id for id, each in portion.nodes.items() if each.kind is TraceKind.VERDICT)


def _title(found: Sequence[TraceNode], name: str) -> str:
    return f"{found[0].kind.value} {found[0].name}" if len(found) == 1 else name


def _touches_nothing(reference: str, tried: int, ruled_out: Sequence[Identity]) -> Diagnostic:
    """A fact leads nowhere: what was tried."""
    if ruled_out:
        help = _ruled_out_text(ruled_out)
    elif tried:
        noun = "verdict" if tried == 1 else "verdicts"
        help = f"judged again without it, {tried:,} {noun} and what followed came out the same"
    else:
        help = "nothing that was judged reads facts of its kind"
    return Diagnostic(code="no-verdict", message=f"no verdict here rests on `{reference}`", help=help)


def _no_fact(kind: str, key: str, keys: Collection[str]) -> Diagnostic:
    """There is no fact of that key."""
    close = near(key, keys)
    return Diagnostic(
        code="unknown-name",
        message=f"there is no fact `{kind}:{key}`",
        help=f"did you mean `{kind}:{close}`?" if close is not None else None,
    )
