"""Nodes and edges of the dependency graph in words."""

from engine.model.dependency import Hop, Node, NodeKind


def hop_words(hop: Hop) -> str:
    """The edge as it reads, and the clause that made it."""
    clause = f" ({hop.edge.clause})" if hop.edge.clause else ""
    return f"{_name(hop.edge.source)} {hop.edge.kind.value} {_name(hop.edge.target)}{clause}"


def hop_place(hop: Hop) -> str:
    """The line that made the edge; nothing where it has none."""
    span = hop.edge.span
    return "" if span is None else f"[{span.source}:{span.line}]"


def node_words(node: Node) -> str:
    """What a node is, and its name: `service shop`."""
    return _name(node.id) if node.kind is NodeKind.GROUP else f"{node.kind.value} {node.name}"


def _name(id: str) -> str:
    kind, _, name = id.partition(":")
    if kind != NodeKind.GROUP:
        return name
    service, _, place = name.partition("/")
    return f"group {place} of {service}"
