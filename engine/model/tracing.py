"""The nouns of a trace as a graph: from the contract's words to what followed (S10.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.model.dependency import TraceStep
from engine.model.verdict import State
from engine.source import Span


class TraceKind(StrEnum):
    """What a node of a trace stands for, in the order in which one leads to the next."""

    CLAUSE = "clause"
    AGREEMENT = "agreement"
    OBLIGATION = "obligation"
    MEASURE = "measure"
    SOURCE = "source"
    FACT_KIND = "fact kind"
    FACT = "fact"
    RENEWAL = "renewal"
    ARITHMETIC = "arithmetic"
    VERDICT = "verdict"
    SEVERITY = "severity"
    ESCALATION = "escalation"
    UPDATE = "update"
    CREDIT = "credit"
    NOTICE = "notice"
    LADDER = "ladder"
    RIGHT = "right"
    IMPROVEMENT = "improvement"


class TraceLink(StrEnum):
    """What an edge of a trace says; it reads from its source, which is nearer to the words, to its target."""

    ENCODED_BY = "encoded by"
    PROMISES = "promises"
    MEASURED_BY = "measured by"
    READS = "reads"
    HOLDS = "holds"
    READ_FOR = "read for"
    COUNTED_IN = "counted in"
    BEARS_ON = "bears on"
    STANDS_AS = "stands as"
    RENEWED_FOR = "renewed for"
    JUDGED = "judged"
    LED_TO = "led to"
    BECAME = "became"


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceNode:
    """A node; `id` is `kind:name`, in which a slash parts what the name is made of. `clause` is `document
    "section"`; `state` is that of a verdict; `also` are other names by which it may be asked for, such as the
    escalation of which it is a level; `lines` are its own steps in a tree: the arithmetic of a credit, the
    transitions of a ladder."""

    id: str
    kind: TraceKind
    text: str
    clause: str | None = None
    span: Span | None = field(compare=False, default=None)
    state: State | None = None
    also: tuple[str, ...] = ()
    lines: tuple[TraceStep, ...] = ()

    @property
    def name(self) -> str:
        """The id without its kind."""
        return self.id.partition(":")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceEdge:
    """One thing leads to another."""

    source: str
    target: str
    kind: TraceLink


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A tree for people, and for programs all that was walked: nodes from the words onwards, and their edges.

    `starts` are the ids of what was asked about. `judged` are the ids of the verdicts that were walked, all
    of them, and `states` counts them; `left_out` is how many nodes a limit left out of `nodes`. `unread` is
    how many verdicts may have read what followed from others but were too many to be computed again, the
    best of them. `tried` is how many verdicts were judged again without the fact that was asked about.
    """

    tree: TraceStep
    starts: tuple[str, ...]
    judged: frozenset[str]
    nodes: tuple[TraceNode, ...]
    edges: tuple[TraceEdge, ...]
    states: Mapping[State, int]
    left_out: int = 0
    unread: int = 0
    tried: int | None = None
