"""A portion of the graph as Cytoscape JSON, which Cytoscape and Cytoscape.js read."""

import json

from engine.model.dependency import Edge, Node
from engine.model.instants import iso_text
from engine.model.picture import SINGLE, Portion
from engine.source import Span

Data = dict[str, str | int | None]


def write(portion: Portion) -> str:
    """The text of a Cytoscape JSON file, the same on every run."""
    document = {
        "format_version": "1.0",
        "generated_by": "troth",
        "target_cytoscapejs_version": "~3",
        "data": {
            "name": "troth",
            "as_of": iso_text(portion.at),
            "policy_version": portion.policy_version,
            "left_out": portion.left_out,
        },
        "elements": {
            "nodes": [{"data": _of_node(node, portion)} for node in portion.nodes],
            "edges": [{"data": _of_edge(edge, number)} for number, edge in enumerate(portion.edges)],
        },
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _of_node(node: Node, portion: Portion) -> Data:
    mark, health = portion.marks.get(node.id), portion.health.get(node.id)
    return {
        "id": node.id,
        "name": node.name,
        "title": node.title,
        "kind": node.kind.value,
        "needed": node.needed,
        "place": _place(node.span),
        "mark": mark.value if mark else None,
        "health": health.value if health else None,
        "single": SINGLE if node.id in portion.single else None,
    }


def _of_edge(edge: Edge, number: int) -> Data:
    term = edge.term
    return {
        "id": f"e{number}",
        "source": edge.source,
        "target": edge.target,
        "interaction": edge.kind.value,
        "clause": edge.clause,
        "place": _place(edge.span),
        "from": term.start.isoformat() if term else None,
        "through": term.through.isoformat() if term and term.through else None,
    }


def _place(span: Span | None) -> str | None:
    return None if span is None else f"{span.source}:{span.line}"
