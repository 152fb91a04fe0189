"""The trace as a graph that is being built: nodes by id, and the edges out of and into each."""

from dataclasses import dataclass, field

from engine.graph.trace.parts_to_name import name_of
from engine.model.tracing import TraceEdge, TraceKind, TraceLink, TraceNode
from engine.model.verdict import State

Identity = tuple[str, str, str]
"""Of a verdict: obligation, subject, and window label or trigger key (S7.4)."""


WORST_FIRST = (
    State.BREACHED,
    State.UNMEASURED,
    State.PENDING,
    State.EXCUSED,
    State.MET,
    State.NOT_APPLICABLE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceGraph:
    """Nodes by id, and the edges out of and into each, all in the order in which they were found."""

    nodes: dict[str, TraceNode] = field(default_factory=dict[str, TraceNode])
    out: dict[str, dict[TraceEdge, None]] = field(default_factory=dict[str, "dict[TraceEdge, None]"])
    into: dict[str, dict[TraceEdge, None]] = field(default_factory=dict[str, "dict[TraceEdge, None]"])

    def add(self, node: TraceNode) -> str:
        """A node, unless it is there; its id."""
        self.nodes.setdefault(node.id, node)
        return node.id

    def link(self, source: str, kind: TraceLink, target: str) -> None:
        """An edge between nodes that are there, once."""
        edge = TraceEdge(source=source, target=target, kind=kind)
        self.out.setdefault(source, {})[edge] = None
        self.into.setdefault(target, {})[edge] = None


def verdict_node_id(identity: Identity) -> str:
    """The id of a verdict's node: obligation, subject and occasion."""
    return f"{TraceKind.VERDICT}:{name_of(*identity)}"


def fact_node_id(reference: str) -> str:
    """The id of the node of a fact (`kind:key`); no kind has a colon in its name, so that the key may."""
    return f"{TraceKind.FACT}:{reference}"
