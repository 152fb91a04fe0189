"""A part of the graph, written in one of the formats."""

from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

from engine.diagnostic import Diagnostic
from engine.graph.dependency_graph import DependencyGraph
from engine.graph.exports import (
    portion_to_cytoscape,
    portion_to_dot,
    portion_to_graphml,
    portion_to_mermaid,
)
from engine.graph.exports.verdicts_to_health import health
from engine.graph.exports.view_to_portion import take
from engine.graph.name_to_node import find_at
from engine.model.dependency import NodeKind
from engine.model.picture import Format, Mark
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.model.verdict import Verdict


def export(
    snapshot: Snapshot,
    graph: DependencyGraph,
    *,
    at: Instant,
    format: Format,
    around: str | None = None,
    depth: int = 2,
    kinds: Sequence[NodeKind] | None = None,
    failed: Sequence[str] = (),
    verdicts: Iterable[Verdict] = (),
    since: Instant | None = None,
    risks: bool = False,
) -> str | Diagnostic:
    """The text of a file, or which name says nothing.

    It holds what lies at most `depth` edges `around` a node (all, if none is named), of these kinds; what
    falls with the nodes that `failed` is marked, and so is how promises stand by `verdicts` that reach beyond
    `since`; `risks` marks the single points of failure.
    """
    marks = _marks(graph, failed, at)
    view = graph.at(at)
    middle = find_at(view, around) if around is not None else None
    for problem in (marks, middle):
        if isinstance(problem, Diagnostic):
            return problem
    assert not isinstance(marks, Diagnostic) and not isinstance(middle, Diagnostic)
    if middle is not None and middle.id not in view.nodes:
        return Diagnostic(
            code="not-there",
            message=f"`{middle.id}` is not there at that instant",
            help="ask for a day within the term of what declares it",
        )
    portion = take(
        view,
        at=at,
        policy_version=snapshot.version,
        around=middle,
        depth=depth,
        kinds=tuple(NodeKind) if kinds is None else kinds,
        marks=marks,
        health=health(snapshot, verdicts, since),
        single=_single(snapshot, graph, at) if risks else (),
    )
    match format:
        case Format.DOT:
            return portion_to_dot.write(portion)
        case Format.MERMAID:
            return portion_to_mermaid.write(portion)
        case Format.GRAPHML:
            return portion_to_graphml.write(portion)
        case Format.CYTOSCAPE:
            return portion_to_cytoscape.write(portion)
        case Format.SVG:
            from engine.graph.exports import portion_to_svg  # NetworkX takes half a second to load

            return portion_to_svg.write(snapshot, portion)
        case _:
            assert_never(format)


def _single(snapshot: Snapshot, graph: DependencyGraph, at: Instant) -> frozenset[str]:
    """The ids of what takes a service of customers, or an SLA, alone."""
    from engine.graph.risk.assess import assess  # NetworkX again

    return frozenset(each.node.id for each in assess(snapshot, graph, at).single_failures)


def _marks(graph: DependencyGraph, failed: Sequence[str], at: Instant) -> Mapping[str, Mark] | Diagnostic:
    """What becomes of everything that these failures reach."""
    if not failed:
        return {}
    from engine.graph.impact import impact  # NumPy takes a sixth of a second to load

    found = impact(graph, failed, at)
    if isinstance(found, Diagnostic):
        return found
    return {
        **{hit.node.id: Mark.STANDS_ON_LESS for hit in found.standing},
        **{hit.node.id: Mark.LOST for hit in found.hits if not hit.for_want_of_measuring},
        **{node.id: Mark.FAILS for node in found.failed},
    }
