"""What is exported of a graph: a portion of it, and what is marked in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.model.dependency import Edge, Node
from engine.model.quantity import Instant


class Mark(StrEnum):
    """What happens to a node when others fail; the words that a picture uses."""

    FAILS = "fails"
    LOST = "lost with it"
    STANDS_ON_LESS = "stands on less"


class Health(StrEnum):
    """How the promises of something stand, the worst first; the words that a picture uses. What is still
    pending shows only where nothing is decided yet."""

    BREACHED = "breached"
    AT_RISK = "at risk"
    UNMEASURED = "unmeasured"
    EXCUSED = "excused"
    MET = "met"
    PENDING = "pending"


SINGLE = "single point of failure"
"""The words that a picture uses for what takes a service of customers, or an SLA, alone."""


class Format(StrEnum):
    """The formats in which a graph is written."""

    DOT = "dot"
    MERMAID = "mermaid"
    GRAPHML = "graphml"
    CYTOSCAPE = "cytoscape"
    SVG = "svg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Nodes of a graph at an instant with the edges between them, both in the graph's order.

    `left_out` is how many nodes of the graph are not in it. What is marked is by id of node: what becomes of
    it (`marks`), how its promises stand (`health`), and what is a `single` point of failure.
    """

    at: Instant
    policy_version: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: int
    marks: Mapping[str, Mark]
    health: Mapping[str, Health] = field(default_factory=dict[str, Health])
    single: frozenset[str] = frozenset()

    def said(self, id: str) -> tuple[str, ...]:
        """All that is marked at a node, in words."""
        marked = (self.marks.get(id), self.health.get(id), SINGLE if id in self.single else None)
        return tuple(str(each) for each in marked if each is not None)
