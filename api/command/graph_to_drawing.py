"""A graph as the file that the doors are asked for."""

from api.view import Drawing
from engine import pipeline
from engine.diagnostic import Diagnostic
from engine.graph.dependency_graph import DependencyGraph
from engine.model.snapshot import Snapshot


def drawn(snapshot: Snapshot, graph: DependencyGraph, drawing: Drawing) -> str | Diagnostic:
    """The text of the file, or which name says nothing."""
    return pipeline.export(
        snapshot,
        graph,
        at=drawing.at,
        format=drawing.format,
        around=drawing.around,
        depth=drawing.depth,
        failed=drawing.failed,
        verdicts=drawing.verdicts,
        since=drawing.since,
        risks=drawing.risks,
    )
