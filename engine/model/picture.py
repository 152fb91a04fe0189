"""What is exported of a graph: a portion of it, and what is marked in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from engine.model.dependency import Edge, Node
from engine.model.quantity import Instant


class Mark(StrEnum):
    """What happens to a node when others fail; the words that a picture uses."""

    FAILS = "fails"
    LOST = "lost with it"
    STANDS_ON_LESS = "stands on less"


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

    `left_out` is how many nodes of the graph are not in it. `marks` are by id of node.
    """

    at: Instant
    policy_version: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: int
    marks: Mapping[str, Mark]
