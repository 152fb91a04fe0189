"""Risk and graph files as GraphQL answers."""

import strawberry

from api.graphql.graph_answers import Exposure, GraphNode, Hop, UserError
from api.graphql.pages import USUAL, Connection, Paging, connect
from api.graphql.scalars import DateTime
from engine.model import risk
from engine.model.picture import Format
from engine.model.risk import OrphanKind

strawberry.enum(OrphanKind, name="OrphanKind")
strawberry.enum(Format, name="GraphFormat")

MOST_DEPTH = 100


@strawberry.type(description="What one failure takes, besides itself.")
class Loss:
    model: strawberry.Private[risk.Loss]

    @strawberry.field(description="Services that customers have.")
    def services(self, first: int = USUAL, after: str | None = None) -> Connection[GraphNode]:
        return connect(self.model.services, Paging(first=first, after=after), GraphNode.of)

    @strawberry.field(description="SLAs.")
    def agreements(self, first: int = USUAL, after: str | None = None) -> Connection[GraphNode]:
        return connect(self.model.agreements, Paging(first=first, after=after), GraphNode.of)

    @strawberry.field
    def customers(self, first: int = USUAL, after: str | None = None) -> Connection[GraphNode]:
        return connect(self.model.customers, Paging(first=first, after=after), GraphNode.of)


@strawberry.type(description="A node whose failure alone takes a service that customers have, or an SLA.")
class SingleFailure:
    node: GraphNode
    loss: Loss
    model: strawberry.Private[risk.SingleFailure]

    @classmethod
    def of(cls, found: risk.SingleFailure) -> "SingleFailure":
        """A single point of failure."""
        return cls(node=GraphNode.of(found.node), loss=Loss(model=found.loss), model=found)

    @strawberry.field(description="At risk under the SLAs whose promises are hit when it fails.")
    def money(self, first: int = USUAL, after: str | None = None) -> Connection[Exposure]:
        return connect(self.model.money, Paging(first=first, after=after), Exposure.of)


@strawberry.type(description="A supplier and what hangs on it alone; equals share a rank.")
class SupplierRank:
    rank: int
    node: GraphNode
    loss: Loss
    model: strawberry.Private[risk.SupplierRank]

    @classmethod
    def of(cls, found: risk.SupplierRank) -> "SupplierRank":
        """A supplier with its rank."""
        return cls(rank=found.rank, node=GraphNode.of(found.node), loss=Loss(model=found.loss), model=found)

    @strawberry.field(description="At risk under the SLAs whose promises are hit when it fails.")
    def money(self, first: int = USUAL, after: str | None = None) -> Connection[Exposure]:
        return connect(self.model.money, Paging(first=first, after=after), Exposure.of)


@strawberry.type(
    description="A member of a group that falls with a failure, and the way from one to the other."
)
class Leg:
    member: GraphNode
    model: strawberry.Private[risk.Leg]

    @strawberry.field
    def path(self, first: int = USUAL, after: str | None = None) -> Connection[Hop]:
        return connect(self.model.path, Paging(first=first, after=after), Hop.of)

    @classmethod
    def of(cls, leg: risk.Leg) -> "Leg":
        """A leg."""
        return cls(member=GraphNode.of(leg.member), model=leg)


@strawberry.type(description="A failure that has part in a cut.")
class Culprit:
    node: GraphNode
    model: strawberry.Private[risk.Culprit]

    @strawberry.field(description="The members of the group that it takes alone.")
    def legs(self, first: int = USUAL, after: str | None = None) -> Connection[Leg]:
        return connect(self.model.legs, Paging(first=first, after=after), Leg.of)

    @classmethod
    def of(cls, culprit: risk.Culprit) -> "Culprit":
        """A culprit."""
        return cls(node=GraphNode.of(culprit.node), model=culprit)


@strawberry.type(description="Failures that together fell a group.")
class Cut:
    model: strawberry.Private[tuple[risk.Culprit, ...]]

    @strawberry.field
    def culprits(self, first: int = USUAL, after: str | None = None) -> Connection[Culprit]:
        return connect(self.model, Paging(first=first, after=after), Culprit.of)


@strawberry.type(description="A group that falls with fewer failures than it says.")
class Concentration:
    service: GraphNode
    group: GraphNode
    nominal: int = strawberry.field(description="The failures that it seems to take.")
    least: int = strawberry.field(description="It takes at least so many.")
    most: int = strawberry.field(description="And at most so many; equal to `least` if all sets were tried.")
    model: strawberry.Private[risk.Concentration]

    @strawberry.field
    def members(self, first: int = USUAL, after: str | None = None) -> Connection[GraphNode]:
        return connect(self.model.members, Paging(first=first, after=after), GraphNode.of)

    @strawberry.field(description="Sets of `most` failures: every single one, or one set of several.")
    def cuts(self, first: int = USUAL, after: str | None = None) -> Connection[Cut]:
        return connect(self.model.cuts, Paging(first=first, after=after), lambda cut: Cut(model=cut))

    @classmethod
    def of(cls, found: risk.Concentration) -> "Concentration":
        """A concentration."""
        return cls(
            service=GraphNode.of(found.service),
            group=GraphNode.of(found.group),
            nominal=found.nominal,
            least=found.least,
            most=found.most,
            model=found,
        )


@strawberry.type(description="A shortest way from a node back to itself.")
class Cycle:
    start: GraphNode
    entangled: int = strawberry.field(description="How many nodes lie on this or any way round.")
    model: strawberry.Private[risk.Cycle]

    @strawberry.field
    def path(self, first: int = USUAL, after: str | None = None) -> Connection[Hop]:
        return connect(self.model.path, Paging(first=first, after=after), Hop.of)

    @classmethod
    def of(cls, cycle: risk.Cycle) -> "Cycle":
        """A cycle."""
        return cls(start=GraphNode.of(cycle.start), entangled=cycle.entangled, model=cycle)


@strawberry.type(description="A node that hangs on nothing.")
class Orphan:
    node: GraphNode
    kind: OrphanKind
    reason: str

    @classmethod
    def of(cls, orphan: risk.Orphan) -> "Orphan":
        """An orphan."""
        return cls(node=GraphNode.of(orphan.node), kind=orphan.kind, reason=orphan.kind.value)


@strawberry.type(description="What a policy set risks at an instant, the gravest first.")
class Risk:
    as_of: DateTime
    policy_version: str
    model: strawberry.Private[risk.Risk]

    @strawberry.field
    def single_failures(self, first: int = USUAL, after: str | None = None) -> Connection[SingleFailure]:
        return connect(self.model.single_failures, Paging(first=first, after=after), SingleFailure.of)

    @strawberry.field
    def suppliers(self, first: int = USUAL, after: str | None = None) -> Connection[SupplierRank]:
        return connect(self.model.suppliers, Paging(first=first, after=after), SupplierRank.of)

    @strawberry.field(description="Redundancy that is not.")
    def concentrations(self, first: int = USUAL, after: str | None = None) -> Connection[Concentration]:
        return connect(self.model.concentrations, Paging(first=first, after=after), Concentration.of)

    @strawberry.field
    def cycles(self, first: int = USUAL, after: str | None = None) -> Connection[Cycle]:
        return connect(self.model.cycles, Paging(first=first, after=after), Cycle.of)

    @strawberry.field
    def orphans(self, first: int = USUAL, after: str | None = None) -> Connection[Orphan]:
        return connect(self.model.orphans, Paging(first=first, after=after), Orphan.of)


@strawberry.type(description="The graph as the text of a file, or why there is none.")
class GraphFile:
    as_of: DateTime
    policy_version: str
    text: str | None
    user_errors: list[UserError]
