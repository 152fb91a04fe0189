"""Answers to where a promise's words lead, and back: a tree to read, and a graph to walk (S10.3)."""

import strawberry

from api.graphql.graph_answers import TraceStep, UserError
from api.graphql.nouns import Info
from api.graphql.pages import USUAL, Connection, Paging, connect
from api.graphql.values import Place
from engine.model import tracing
from engine.model.tracing import TraceKind, TraceLink
from engine.model.verdict import State

strawberry.enum(TraceKind, name="TraceKind")
strawberry.enum(TraceLink, name="TraceLink")


@strawberry.type(description="A thing on the way from the contract's words to what followed.")
class TraceNode:
    graph_id: str = strawberry.field(description="`kind:name`, as `traceFrom` takes it.")
    kind: TraceKind
    text: str
    clause: str | None
    place: Place | None
    state: State | None = strawberry.field(description="Of a verdict.")

    @classmethod
    def of(cls, node: tracing.TraceNode) -> "TraceNode":
        """A node of a trace."""
        return cls(
            graph_id=node.id,
            kind=node.kind,
            text=node.text,
            clause=node.clause,
            place=Place.of(node.span) if node.span else None,
            state=node.state,
        )


@strawberry.type(description="One thing leads to another; `source` is nearer to the words. Both are ids.")
class TraceEdge:
    kind: TraceLink
    source: str
    target: str

    @classmethod
    def of(cls, edge: tracing.TraceEdge) -> "TraceEdge":
        """An edge of a trace."""
        return cls(kind=edge.kind, source=edge.source, target=edge.target)


@strawberry.type(description="The way between the contract's words and what followed.")
class Trace:
    role: str
    text: str
    clause: str | None
    place: Place | None
    left_out: int = strawberry.field(description="How many nodes lie beyond the nearest ones given.")
    unread: int = strawberry.field(
        description="How many verdicts may have read what followed from these: too many to compute again."
    )
    tried: int | None = strawberry.field(
        description="How many verdicts were judged again without the fact that was asked about."
    )
    truncated: bool
    model: strawberry.Private[tracing.Trace]

    @strawberry.field(description="The tree, as people read it.")
    def steps(self, info: Info, first: int = USUAL, after: str | None = None) -> Connection[TraceStep]:
        info.context.check_deadline()
        return connect(self.model.tree.steps, Paging(first=first, after=after), TraceStep.of)

    @strawberry.field(description="The graph's nodes, from the words onwards.")
    def nodes(
        self, first: int = USUAL, after: str | None = None, kinds: list[TraceKind] | None = None
    ) -> Connection[TraceNode]:
        chosen = tuple(each for each in self.model.nodes if kinds is None or each.kind in kinds)
        return connect(chosen, Paging(first=first, after=after), TraceNode.of)

    @strawberry.field(description="The graph's edges.")
    def edges(self, first: int = USUAL, after: str | None = None) -> Connection[TraceEdge]:
        return connect(self.model.edges, Paging(first=first, after=after), TraceEdge.of)

    @classmethod
    def of(cls, found: tracing.Trace) -> "Trace":
        """A trace."""
        tree = found.tree
        return cls(
            role=tree.role,
            text=tree.text,
            clause=tree.clause,
            place=Place.of(tree.span) if tree.span else None,
            left_out=found.left_out,
            unread=found.unread,
            tried=found.tried,
            truncated=found.left_out > 0 or found.unread > 0,
            model=found,
        )


@strawberry.type(description="The trace, or why there is none.")
class TraceAnswer:
    trace: Trace | None
    user_errors: list[UserError]
