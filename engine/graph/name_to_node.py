"""Finding the node that somebody means by a name: `kind:name`, or the name alone where only one bears it."""

from collections.abc import Mapping
from difflib import get_close_matches

from engine.diagnostic import Diagnostic
from engine.graph.dependency_graph import DependencyGraph, GraphAt
from engine.model.dependency import Node, NodeKind


def find(graph: DependencyGraph, name: str) -> Node | Diagnostic:
    """The node of that name, or why there is none: nobody bears it, or more than one does."""
    if name in graph.nodes:
        return graph.nodes[name]
    named = graph.once(_by_name)
    bearers = named.get(name, ())
    if len(bearers) == 1:
        return bearers[0]
    if bearers:
        return Diagnostic(
            code="ambiguous-name",
            message=f"`{name}` names {len(bearers)} things",
            labels=tuple((node.span, f"this {node.kind.value}") for node in bearers if node.span),
            help=f"say which: {' or '.join(f'`{node.id}`' for node in bearers)}",
        )
    close = get_close_matches(name, graph.nodes if ":" in name else named, n=1)
    return Diagnostic(
        code="unknown-name",
        message=f"nothing is named `{name}`",
        help=f"did you mean `{close[0]}`?" if close else None,
    )


def find_at(view: GraphAt, name: str) -> Node | Diagnostic:
    """The node of that name; of an agreement, the version that is in force, unless a version was said."""
    found = find(view.graph, name)
    if isinstance(found, Diagnostic) or found.kind is not NodeKind.AGREEMENT or found.id in view.nodes:
        return found
    versions = view.once(_in_force)
    return found if "@" in found.name else versions.get(found.name, found)


def _by_name(graph: DependencyGraph) -> Mapping[str, tuple[Node, ...]]:
    named: dict[str, tuple[Node, ...]] = {}
    for node in graph.nodes.values():
        named[node.name] = (*named.get(node.name, ()), node)
    return named


def _in_force(view: GraphAt) -> Mapping[str, Node]:
    """The version in force of each agreement, by the name that all its versions share."""
    return {
        node.name.partition("@")[0]: node for node in view.nodes.values() if node.kind is NodeKind.AGREEMENT
    }
