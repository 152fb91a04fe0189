"""Answers from the dependency graph: impact, trace, and diagnostics of a draft."""

from collections.abc import Mapping, Sequence

import strawberry
from strawberry import ID

from api.graphql.nouns import Info
from api.graphql.opaque import global_id
from api.graphql.pages import USUAL, Connection, Paging, connect
from api.graphql.scalars import DateTime, Money, money_text
from api.graphql.values import AnsweredTerm, Place
from engine import diagnostic
from engine.model import dependency
from engine.model.dependency import EdgeKind, NodeKind

strawberry.enum(NodeKind, name="GraphNodeKind")
strawberry.enum(EdgeKind, name="GraphEdgeKind")
strawberry.enum(diagnostic.Level, name="DiagnosticLevel")

NOUNS = {
    NodeKind.PARTY: "Party",
    NodeKind.SERVICE: "Service",
    NodeKind.AGREEMENT: "Agreement",
    NodeKind.OBLIGATION: "Obligation",
}
"""The nodes that `node(id)` knows, by the name of their type."""


@strawberry.type(description="A node of the dependency graph.")
class GraphNode:
    graph_id: str = strawberry.field(description="`kind:name`, as `impact` takes it.")
    kind: NodeKind
    name: str
    title: str
    place: Place | None
    needed: int | None = strawberry.field(description="How many members must stand, where it is a group.")
    node_id: ID | None = strawberry.field(description="The id for `node`, where the thing has one.")

    @classmethod
    def of(cls, node: dependency.Node) -> "GraphNode":
        """A node of the graph."""
        noun = NOUNS.get(node.kind)
        return cls(
            graph_id=node.id,
            kind=node.kind,
            name=node.name,
            title=node.title,
            place=Place.of(node.span) if node.span else None,
            needed=node.needed,
            node_id=global_id(noun, node.name) if noun else None,
        )


@strawberry.type(description="One step of a path: the edge, its clause, and the node at which it arrives.")
class Hop:
    kind: EdgeKind
    clause: str | None
    place: Place | None
    term: AnsweredTerm | None
    node: GraphNode

    @classmethod
    def of(cls, hop: dependency.Hop) -> "Hop":
        """A step of a path."""
        edge = hop.edge
        return cls(
            kind=edge.kind,
            clause=edge.clause,
            place=Place.of(edge.span) if edge.span else None,
            term=AnsweredTerm.of(edge.term) if edge.term else None,
            node=GraphNode.of(hop.node),
        )


@strawberry.type(description="A node that is hit, with one shortest path to it.")
class Hit:
    node: GraphNode
    degree: int
    for_want_of_measuring: bool = strawberry.field(
        description="Whether nothing but a source leads to it: a promise is unmeasured, and not lost."
    )
    model: strawberry.Private[dependency.Hit]

    @strawberry.field
    def path(self, info: Info, first: int = USUAL, after: str | None = None) -> Connection[Hop]:
        info.context.check_deadline()
        return connect(tuple(self.model.path), Paging(first=first, after=after), Hop.of)

    @classmethod
    def of(cls, hit: dependency.Hit) -> "Hit":
        """A hit."""
        return cls(
            node=GraphNode.of(hit.node),
            degree=hit.degree,
            for_want_of_measuring=hit.for_want_of_measuring,
            model=hit,
        )


@strawberry.type(description="How many nodes of a kind are hit.")
class KindCount:
    kind: NodeKind
    count: int


@strawberry.type(
    description="The most that the credits of one agreement in one currency could come to together."
)
class Exposure:
    agreement: str
    currency: str
    amount: Money | None = strawberry.field(description="Null where it is not known, or has no end.")
    unbounded: bool
    said: str = strawberry.field(description="How it was found, promise by promise, then the caps.")

    @classmethod
    def of(cls, exposure: dependency.Exposure) -> "Exposure":
        """What is at risk under an agreement."""
        promises = [f"{each.obligation}: {each.said}" for each in exposure.promises]
        return cls(
            agreement=exposure.agreement,
            currency=exposure.currency,
            amount=Money(money_text(exposure.amount)) if exposure.amount else None,
            unbounded=exposure.unbounded,
            said="; ".join((*promises, *exposure.said)),
        )


@strawberry.type(description="What falls when something fails.")
class Impact:
    as_of: DateTime
    policy_version: str
    model: strawberry.Private[dependency.Impact]

    @strawberry.field
    def failed(self, first: int = USUAL, after: str | None = None) -> Connection[GraphNode]:
        return connect(self.model.failed, Paging(first=first, after=after), GraphNode.of)

    @strawberry.field(description="What falls or is lost, by kind, then by how many hops away it is.")
    def hits(
        self,
        first: int = USUAL,
        after: str | None = None,
        max_degree: int | None = None,
        kinds: list[NodeKind] | None = None,
    ) -> Connection[Hit]:
        return connect(_within(self.model.hits, max_degree, kinds), Paging(first=first, after=after), Hit.of)

    @strawberry.field(description="Services that lose a member of a group and still stand.")
    def standing(self, first: int = USUAL, after: str | None = None) -> Connection[Hit]:
        return connect(self.model.standing, Paging(first=first, after=after), Hit.of)

    @strawberry.field(description="The hits counted, without any of them.")
    def counts(self) -> list[KindCount]:
        return _counted(self.model.counts)

    @strawberry.field(description="How many services lose a member of a group and still stand.")
    def standing_count(self) -> int:
        return self.model.standing_count

    @strawberry.field(description="How many nodes the question left out of `hits` and `standing`.")
    def left_out(self) -> int:
        return self.model.left_out

    @strawberry.field(description="What failed but is not in force at the instant: nothing falls with it.")
    def not_there(self, first: int = USUAL, after: str | None = None) -> Connection[GraphNode]:
        return connect(self.model.not_there, Paging(first=first, after=after), GraphNode.of)

    @strawberry.field(description="The most that the credits of what is hit could come to, by agreement.")
    def money(self, first: int = USUAL, after: str | None = None) -> Connection[Exposure]:
        return connect(self.model.money, Paging(first=first, after=after), Exposure.of)


@strawberry.type(description="What something rests on; its paths lead down, and groups are among the hits.")
class Foundation:
    as_of: DateTime
    policy_version: str
    model: strawberry.Private[dependency.Foundation]

    @strawberry.field
    def node(self) -> GraphNode:
        return GraphNode.of(self.model.node)

    @strawberry.field(description="What is not in force at the instant rests on nothing.")
    def is_there(self) -> bool:
        return self.model.is_there

    @strawberry.field(description="What it rests on, by kind, then by how many hops down it is.")
    def hits(
        self,
        first: int = USUAL,
        after: str | None = None,
        max_degree: int | None = None,
        kinds: list[NodeKind] | None = None,
    ) -> Connection[Hit]:
        return connect(_within(self.model.hits, max_degree, kinds), Paging(first=first, after=after), Hit.of)

    @strawberry.field(description="The hits counted, without any of them.")
    def counts(self) -> list[KindCount]:
        return _counted(self.model.counts)


def _within(
    hits: Sequence[dependency.Hit], max_degree: int | None, kinds: list[NodeKind] | None
) -> Sequence[dependency.Hit]:
    """The hits within the limits that were asked for."""
    if max_degree is None and kinds is None:
        return hits
    return tuple(
        hit
        for hit in hits
        if (max_degree is None or hit.degree <= max_degree) and (kinds is None or hit.node.kind in kinds)
    )


def _counted(counts: Mapping[NodeKind, int]) -> list[KindCount]:
    return [KindCount(kind=kind, count=counts[kind]) for kind in NodeKind if kind in counts]


@strawberry.type(description="Something in the question that cannot be answered, or in the input, kept.")
class UserError:
    code: str
    message: str
    help: str | None
    path: list[str]
    row: int | None = strawberry.field(
        default=None, description="Which of the rows or files that were sent, from 1."
    )


@strawberry.type(description="The impact, or why there is none.")
class ImpactAnswer:
    impact: Impact | None
    user_errors: list[UserError]


@strawberry.type(description="What something rests on, or why that cannot be said.")
class FoundationAnswer:
    foundation: Foundation | None
    user_errors: list[UserError]


@strawberry.type(description="One step between the contract's words and what followed.")
class TraceStep:
    role: str
    text: str
    clause: str | None
    place: Place | None
    model: strawberry.Private[dependency.TraceStep]

    @strawberry.field
    def steps(self, info: Info, first: int = USUAL, after: str | None = None) -> Connection["TraceStep"]:
        info.context.check_deadline()
        return connect(self.model.steps, Paging(first=first, after=after), TraceStep.of)

    @classmethod
    def of(cls, step: dependency.TraceStep) -> "TraceStep":
        """A step of a trace."""
        return cls(
            role=step.role,
            text=step.text,
            clause=step.clause,
            place=Place.of(step.span) if step.span else None,
            model=step,
        )


@strawberry.type(description="A word on a place in a text.")
class Label:
    place: Place
    text: str


@strawberry.type(description="A finding about a policy's text, or about facts.")
class Diagnostic:
    code: str
    level: diagnostic.Level
    message: str
    help: str | None
    model: strawberry.Private[diagnostic.Diagnostic]

    @strawberry.field(description="The places that it is about, the first one foremost.")
    def labels(self, first: int = USUAL, after: str | None = None) -> Connection[Label]:
        return connect(
            self.model.labels,
            Paging(first=first, after=after),
            lambda each: Label(place=Place.of(each[0]), text=each[1]),
        )

    @classmethod
    def of(cls, found: diagnostic.Diagnostic) -> "Diagnostic":
        """A finding."""
        return cls(code=found.code, level=found.level, message=found.message, help=found.help, model=found)
