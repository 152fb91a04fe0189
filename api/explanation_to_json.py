"""Explanations, impacts and traces as JSON: the public contract that `api/README.md` documents."""

from api.verdict_to_json import Json, clause_json, verdict_json
from engine.model.dependency import Hit, Hop, Impact, Node, TraceStep
from engine.model.explanation import Explanation, Line
from engine.source import Span


def explanation_json(explanation: Explanation) -> dict[str, Json]:
    """The verdict, the lines that lead to it, and what would have turned it."""
    return {
        "verdict": verdict_json(explanation.verdict),
        "clause": [clause_json(each) for each in explanation.clause],
        "recomputed": explanation.recomputed,
        "lines": [_line(each) for each in explanation.lines],
        "why_not": [_line(each) for each in explanation.why_not],
    }


def impact_json(impact: Impact) -> dict[str, Json]:
    """What failed, what falls with it, and which services lose something yet stand."""
    return {
        "failed": [node_json(each) for each in impact.failed],
        "hits": [_hit(each) for each in impact.hits],
        "standing": [_hit(each) for each in impact.standing],
    }


def trace_json(step: TraceStep) -> dict[str, Json]:
    """One step, and those beneath it."""
    return {
        "role": step.role,
        "text": step.text,
        "clause": step.clause,
        "place": _place(step.span),
        "steps": [trace_json(each) for each in step.steps],
    }


def _line(line: Line) -> Json:
    return {"text": line.text, "facts": list(line.facts), "lines": [_line(each) for each in line.lines]}


def node_json(node: Node) -> dict[str, Json]:
    """A node of the graph."""
    return {"id": node.id, "kind": node.kind.value, "name": node.name, "title": node.title}


def _hit(hit: Hit) -> Json:
    return {**node_json(hit.node), "degree": hit.degree, "path": [hop_json(each) for each in hit.path]}


def hop_json(hop: Hop) -> Json:
    """One step of a path, as the edge reads."""
    return {
        "source": hop.edge.source,
        "edge": hop.edge.kind.value,
        "target": hop.edge.target,
        "clause": hop.edge.clause,
        "place": _place(hop.edge.span),
    }


def _place(span: Span | None) -> Json:
    return None if span is None else {"source": span.source, "line": span.line, "column": span.column}
