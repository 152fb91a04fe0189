"""A portion of the graph as GraphML."""

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from engine.graph.exports.characters import allowed_in_xml
from engine.model.dependency import Edge, Node
from engine.model.instants import iso_text
from engine.model.picture import SINGLE, Portion
from engine.source import Span

NODE_KEYS = ("kind", "name", "title", "needed", "place", "mark", "health", "single")
EDGE_KEYS = ("kind", "clause", "place", "from", "through")
GRAPH_KEYS = ("as_of", "policy_version")


def write(portion: Portion) -> str:
    """The text of a GraphML file, the same on every run; parallel edges have ids of their own."""
    root = Element("graphml", {"xmlns": "http://graphml.graphdrawing.org/xmlns"})
    for domain, keys in (("graph", GRAPH_KEYS), ("node", NODE_KEYS), ("edge", EDGE_KEYS)):
        for key in keys:
            kind = "int" if key == "needed" else "string"
            named = {"id": f"{domain}_{key}", "for": domain, "attr.name": key, "attr.type": kind}
            SubElement(root, "key", named)
    graph = SubElement(root, "graph", {"id": "troth", "edgedefault": "directed"})
    _say(graph, "graph", (("as_of", iso_text(portion.at)), ("policy_version", portion.policy_version)))
    for node in portion.nodes:
        element = SubElement(graph, "node", {"id": allowed_in_xml(node.id)})
        mark, health = portion.marks.get(node.id), portion.health.get(node.id)
        single = SINGLE if node.id in portion.single else None
        _say(element, "node", (*_of_node(node), ("mark", mark), ("health", health), ("single", single)))
    for number, edge in enumerate(portion.edges):
        ends = {"source": allowed_in_xml(edge.source), "target": allowed_in_xml(edge.target)}
        _say(SubElement(graph, "edge", {"id": f"e{number}", **ends}), "edge", _of_edge(edge))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _say(element: Element, domain: str, said: Iterable[tuple[str, str | None]]) -> None:
    """What is known, each under its key."""
    for key, value in said:
        if value is not None:
            SubElement(element, "data", {"key": f"{domain}_{key}"}).text = allowed_in_xml(value)


def _of_node(node: Node) -> Iterator[tuple[str, str | None]]:
    yield "kind", node.kind.value
    yield "name", node.name
    yield "title", node.title
    yield "needed", None if node.needed is None else str(node.needed)
    yield "place", _place(node.span)


def _of_edge(edge: Edge) -> tuple[tuple[str, str | None], ...]:
    term = edge.term
    return (
        ("kind", edge.kind.value),
        ("clause", edge.clause),
        ("place", _place(edge.span)),
        ("from", term.start.isoformat() if term else None),
        ("through", term.through.isoformat() if term and term.through else None),
    )


def _place(span: Span | None) -> str | None:
    return None if span is None else f"{span.source}:{span.line}"
