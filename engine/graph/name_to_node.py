"""Finding the node that somebody means by a name: `kind:name`, or the name alone where only one bears it."""

from collections.abc import Mapping

from engine.diagnostic import Diagnostic
from engine.graph.dependency_graph import DependencyGraph, GraphAt
from engine.graph.name_to_near import did_you_mean, near
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
    return Diagnostic(
        code="unknown-name",
        message=f"nothing is named `{name}`",
        help=_meant_with_kind(graph, name) if ":" in name else did_you_mean(name, named),
    )


def find_at(view: GraphAt, name: str) -> Node | Diagnostic:
    """The node of that name; of an agreement, the version that is in force, unless a version was said."""
    found = find(view.graph, name)
    if isinstance(found, Diagnostic) or found.kind is not NodeKind.AGREEMENT or found.id in view.nodes:
        return found
    versions = view.once(_in_force)
    return found if "@" in found.name else versions.get(found.name, found)


def _meant_with_kind(graph: DependencyGraph, name: str) -> str | None:
    """What was probably meant by `kind:name`: what is near is the name, never the kind alone.

    It is of the kind that was said, unless something of another bears that very name.
    """
    kind, _, own = name.partition(":")
    said = near(kind, NodeKind)
    if said is None:
        return did_you_mean(name, graph.once(_by_name))
    wanted = own.strip().casefold()
    within: dict[str, Node] = {}
    elsewhere: list[Node] = []
    for node in graph.nodes.values():
        if node.kind == said:
            within[node.name] = node
        elif node.name.casefold() == wanted:
            elsewhere.append(node)
    found = near(own, within)
    if elsewhere and (found is None or found.casefold() != wanted):
        return f"did you mean {' or '.join(f'`{node.id}`' for node in elsewhere)}?"
    return f"did you mean `{within[found].id}`?" if found else did_you_mean(own, graph.once(_by_name))


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
