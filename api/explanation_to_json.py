"""Explanations and traces as JSON: the public contract that `api/README.md` documents."""

from api.graph_to_json import place_json
from api.verdict_to_json import Json, clause_json, verdict_json
from engine.model.dependency import TraceStep
from engine.model.explanation import Explanation, Line
from engine.model.tracing import Trace


def explanation_json(explanation: Explanation) -> dict[str, Json]:
    """The verdict, the lines that lead to it, and what would have turned it."""
    return {
        "verdict": verdict_json(explanation.verdict),
        "clause": [clause_json(each) for each in explanation.clause],
        "recomputed": explanation.recomputed,
        "lines": [_line(each) for each in explanation.lines],
        "why_not": [_line(each) for each in explanation.why_not],
    }


def trace_json(step: TraceStep) -> dict[str, Json]:
    """One step, and those beneath it."""
    return {
        "role": step.role,
        "text": step.text,
        "clause": step.clause,
        "place": place_json(step.span),
        "steps": [trace_json(each) for each in step.steps],
    }


def trace_graph_json(trace: Trace) -> dict[str, Json]:
    """The graph of a trace: nodes from the words onwards, their edges, and what was left out."""
    return {
        "starts": list(trace.starts),
        "nodes": [
            {
                "id": each.id,
                "kind": each.kind.value,
                "text": each.text,
                "clause": each.clause,
                "place": place_json(each.span),
                "state": each.state.value if each.state is not None else None,
            }
            for each in trace.nodes
        ],
        "edges": [
            {"source": each.source, "edge": each.kind.value, "target": each.target} for each in trace.edges
        ],
        "states": {state.value: count for state, count in trace.states.items()},
        "left_out": trace.left_out,
        "unread": trace.unread,
        "tried": trace.tried,
    }


def _line(line: Line) -> Json:
    return {"text": line.text, "facts": list(line.facts), "lines": [_line(each) for each in line.lines]}
