"""A trace from anything that an auditor holds: a clause, a promise, a fact, or what followed (S10.3)."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from difflib import get_close_matches

from engine.diagnostic import Diagnostic
from engine.graph.dependency_graph import DependencyGraph
from engine.graph.trace.consequence_to_step import CONSEQUENCES
from engine.graph.trace.evaluation_to_graph import build, verdict_node_id
from engine.graph.trace.name_to_starts import find
from engine.graph.trace.portion_to_tree import ORDER, WORST_FIRST, tree
from engine.graph.trace.starts_to_portion import Portion, walk
from engine.graph.trace.verdict_to_steps import trace
from engine.model.dependency import TraceStep
from engine.model.derived import kinds_behind
from engine.model.explanation import Explanation
from engine.model.reaction import Reaction
from engine.model.snapshot import Snapshot
from engine.model.tracing import Trace, TraceKind, TraceNode
from engine.model.verdict import Verdict

MOST_NODES = 1_000
"""How many nodes an answer holds; the nearest to what was asked about."""

MOST_EXPLAINED = 100
"""How many verdicts are computed again to see whether they rest on a fact."""

FEW = 3
"""How many verdicts are computed again to show what they rest on, where no fact was asked about."""

Explain = Callable[[Verdict], Explanation]


def concerned(snapshot: Snapshot, graph: DependencyGraph, name: str) -> frozenset[str] | None:
    """The promises whose verdicts a name is about, as far as the policies alone say; absent: perhaps all."""
    kind = _fact_kind(snapshot, name)
    if kind is not None:
        return frozenset(
            each.terms.id for each in snapshot.obligations() if kind in kinds_behind(snapshot, each)
        )
    built = build(snapshot, graph, (), (), {})
    found = find(built, name)
    if isinstance(found, Diagnostic) or any(
        each.kind not in (TraceKind.CLAUSE, TraceKind.OBLIGATION) for each in found
    ):
        return None
    portion = walk(built, found)
    return frozenset(each.name for each in portion.nodes.values() if each.kind is TraceKind.OBLIGATION)


def trace_from(
    snapshot: Snapshot,
    graph: DependencyGraph,
    name: str,
    verdicts: Sequence[Verdict],
    reactions: Sequence[Reaction],
    explain: Explain,
    keys: Callable[[str], Collection[str]],
    *,
    back: bool | None,
) -> Trace | Diagnostic:
    """The tree and the graph of what a name is about, or which name says nothing.

    Read onwards, or `back`; where neither is said, back from what followed, and onwards from all else. A
    window's facts are known where its verdict is computed again: where a fact is asked about, for those that
    may rest on it; else for a few.
    """
    kind = _fact_kind(snapshot, name)
    explanations = {}
    unread = 0
    if kind is not None:
        reading = {each.terms.id for each in snapshot.obligations() if kind in kinds_behind(snapshot, each)}
        may = [each for each in verdicts if each.obligation in reading and not each.evidence.ids]
        unread = max(0, len(may) - MOST_EXPLAINED)
        explanations = {each.identity: explain(each) for each in may[:MOST_EXPLAINED]}
    built = build(snapshot, graph, verdicts, reactions, explanations)
    found = find(built, name)
    if isinstance(found, Diagnostic):
        return found if kind is None else _no_fact(name, keys(kind))
    portion = walk(built, found)
    judged = _judged(portion)
    if kind is None and 0 < len(judged) <= FEW:
        by_id = {verdict_node_id(each.identity): each for each in verdicts}
        explanations = {by_id[id].identity: explain(by_id[id]) for id in sorted(judged)}
        built = build(snapshot, graph, verdicts, reactions, explanations)
        portion = walk(built, [built.nodes[id] for id in portion.starts])
    if back is None:
        back = all(each.kind in CONSEQUENCES for each in found)
    return _answer(portion, tree(portion, _title(found, name), back=back), unread)


def trace_of(
    snapshot: Snapshot,
    graph: DependencyGraph,
    explanation: Explanation,
    reactions: Sequence[Reaction],
    *,
    back: bool = False,
) -> Trace:
    """One verdict in full: its tree line by line, and the graph around it."""
    verdict = explanation.verdict
    built = build(snapshot, graph, [verdict], reactions, {verdict.identity: explanation})
    return _answer(
        walk(built, [built.nodes[verdict_node_id(verdict.identity)]]),
        trace(snapshot, graph, verdict, explanation, reactions, back=back),
    )


def _answer(portion: Portion, tree: TraceStep, unread: int = 0) -> Trace:
    """The nearest of the nodes, in the order of the way, and the edges between them."""
    kept = dict(list(portion.nodes.items())[:MOST_NODES])
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
    )


def _judged(portion: Portion) -> frozenset[str]:
    return frozenset(id for id, each in portion.nodes.items() if each.kind is TraceKind.VERDICT)


def _title(found: Sequence[TraceNode], name: str) -> str:
    return f"{found[0].kind.value} {found[0].name}" if len(found) == 1 else name


def _no_fact(name: str, keys: Collection[str]) -> Diagnostic:
    """Why a fact leads nowhere: there is none of that key, or no verdict rests on it."""
    kind, _, key = name.strip().removeprefix(f"{TraceKind.FACT}:").partition(":")
    if key in keys:
        return Diagnostic(code="no-verdict", message=f"no verdict here rests on `{kind}:{key}`")
    close = get_close_matches(key, keys, n=1)
    return Diagnostic(
        code="unknown-name",
        message=f"there is no fact `{kind}:{key}`",
        help=f"did you mean `{kind}:{close[0]}`?" if close else None,
    )


def _fact_kind(snapshot: Snapshot, name: str) -> str | None:
    """The kind in `kind:key` or `fact:kind:key`, if facts of it are fed."""
    kind, separator, _ = name.strip().removeprefix(f"{TraceKind.FACT}:").partition(":")
    return kind if separator and kind in snapshot.kinds and not snapshot.kinds[kind].derived else None
