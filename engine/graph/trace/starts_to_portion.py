"""The part of a trace that hangs together with what was asked about, on and back."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.graph.trace.consequence_to_step import CONSEQUENCES
from engine.graph.trace.trace_graph import TraceGraph
from engine.model.tracing import TraceEdge, TraceKind, TraceNode

SHARED = (TraceKind.SOURCE, TraceKind.FACT_KIND)
"""Where a walk ends unless it begins there: what many promises read says nothing of one of them."""

GROUNDS = (TraceKind.FACT, TraceKind.ARITHMETIC)
"""What a verdict rests on besides the words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Nodes by id, those that were asked about first, then as the walks came upon them; with every edge of
    the graph between them."""

    starts: tuple[str, ...]
    nodes: Mapping[str, TraceNode]
    edges: Sequence[TraceEdge]


def walk(built: TraceGraph, starts: Sequence[TraceNode]) -> Portion:
    """On from the starts, back from them, and back from every verdict on the way, each node once; of what
    followed also the facts that it read.

    From a source or a kind of facts also on from every measure that reads it. From a fact the other facts
    beside it are left aside, and the way back begins also from what it bears on itself.
    """
    begun = [each.id for each in starts]
    reading = [edge.source for each in starts if each.kind in SHARED for edge in built.into.get(each.id, ())]
    onwards = _reach(
        built, [*begun, *reading], begun, lambda id: (each.target for each in built.out.get(id, ()))
    )

    def behind(id: str) -> Iterable[str]:
        return (each.source for each in built.into.get(id, ()))

    def words_behind(id: str) -> Iterable[str]:
        return (each for each in behind(id) if built.nodes[each].kind not in GROUNDS)

    is_of_facts = any(each.kind in (*SHARED, *GROUNDS) for each in starts)
    back = words_behind if is_of_facts else behind
    ends = [id for id in onwards if built.nodes[id].kind is TraceKind.VERDICT]
    ends += [edge.target for id in begun for edge in built.out.get(id, ()) if is_of_facts]
    followed = [id for id in onwards if built.nodes[id].kind in CONSEQUENCES and not is_of_facts]
    ends += [id for each in followed for id in behind(each) if built.nodes[id].kind is TraceKind.FACT]
    backwards = _reach(built, [*begun, *ends], begun if not is_of_facts else (), back)
    whence = [each for id in begun for each in behind(id)] if is_of_facts else []
    found = dict.fromkeys((*begun, *onwards, *whence, *backwards))
    return Portion(
        starts=tuple(begun),
        nodes={id: built.nodes[id] for id in found},
        edges=tuple(edge for id in found for edge in built.out.get(id, ()) if edge.target in found),
    )


def _reach(
    built: TraceGraph,
    begun: Sequence[str],
    through: Collection[str],
    beside: Callable[[str], Iterable[str]],
) -> dict[str, None]:
    """What a walk comes upon, nearest first; what many share ends it, unless it was asked for."""
    found = dict.fromkeys(begun)
    waiting = deque(found)
    passed = set(through)
    while waiting:
        id = waiting.popleft()
        if built.nodes[id].kind in SHARED and id not in passed:
            continue
        for other in beside(id):
            if other not in found:
                found[other] = None
                waiting.append(other)
    return found
