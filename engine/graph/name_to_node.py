"""Finding the node that somebody means by a name: `kind:name`, or the name alone where only one bears it."""

from difflib import get_close_matches

from engine.diagnostic import Diagnostic
from engine.graph.dependency_graph import DependencyGraph
from engine.model.dependency import Node


def find(graph: DependencyGraph, name: str) -> Node | Diagnostic:
    """The node of that name, or why there is none: nobody bears it, or more than one does."""
    if name in graph.nodes:
        return graph.nodes[name]
    bearers = [node for node in graph.nodes.values() if node.name == name]
    if len(bearers) == 1:
        return bearers[0]
    if bearers:
        return Diagnostic(
            code="ambiguous-name",
            message=f"`{name}` names {len(bearers)} things",
            labels=tuple((node.span, f"this {node.kind.value}") for node in bearers if node.span),
            help=f"say which: {' or '.join(f'`{node.id}`' for node in bearers)}",
        )
    known = graph.nodes if ":" in name else {node.name: None for node in graph.nodes.values()}
    close = get_close_matches(name, known, n=1)
    return Diagnostic(
        code="unknown-name",
        message=f"nothing is named `{name}`",
        help=f"did you mean `{close[0]}`?" if close else None,
    )
