"""The live situation as GraphQL answers: what is out, what that takes, and what is due next."""

import strawberry

from api.graphql.graph_answers import Impact, UserError
from api.graphql.pages import USUAL, Connection, Paging, connect
from api.graphql.scalars import DateTime
from engine.model import situation
from engine.model.situation import Awaited

strawberry.enum(Awaited, name="Awaited")


@strawberry.type(description="A fact of what counts as down that has begun and is not over.")
class OpenOutage:
    fact: str = strawberry.field(description="`kind:key`.")
    subject: str
    since: DateTime
    is_known: bool = strawberry.field(description="Whether the policies name a service or component so.")

    @classmethod
    def of(cls, outage: situation.OpenOutage) -> "OpenOutage":
        """An open outage."""
        return cls(
            fact=outage.fact,
            subject=outage.subject,
            since=DateTime(outage.since),
            is_known=outage.is_known,
        )


@strawberry.type(description="What is due next, or overdue, of a promise or an agreement that is hit.")
class DueNext:
    at: DateTime = strawberry.field(description="The last moment, or the instant at which it happens.")
    what: Awaited
    who: str = strawberry.field(description="The party or role from which, or to which, it is due.")
    of: str = strawberry.field(description="The promise or escalation.")
    subject: str | None
    occasion: str = strawberry.field(description="The window's label, or the trigger's key.")
    is_overdue: bool

    @classmethod
    def of_model(cls, due: situation.DueNext) -> "DueNext":
        """What is due next."""
        return cls(
            at=DateTime(due.at),
            what=due.what,
            who=due.who,
            of=due.of,
            subject=due.subject,
            occasion=due.occasion,
            is_overdue=due.is_overdue,
        )


@strawberry.type(description="Who is affected at an instant, and what is due next.")
class Situation:
    as_of: DateTime
    known_at: DateTime | None
    policy_version: str
    model: strawberry.Private[situation.Situation]

    @strawberry.field(description="What is out, by kind of fact, then by key.")
    def outages(self, first: int = USUAL, after: str | None = None) -> Connection[OpenOutage]:
        return connect(self.model.outages, Paging(first=first, after=after), OpenOutage.of)

    @strawberry.field(description="What falls or is hit; null where nothing that the policies name is out.")
    def impact(self) -> Impact | None:
        found = self.model.impact
        if found is None:
            return None
        return Impact(as_of=self.as_of, policy_version=self.policy_version, model=found)

    @strawberry.field(description="The first first; what is overdue is marked.")
    def due(self, first: int = USUAL, after: str | None = None) -> Connection[DueNext]:
        return connect(self.model.due, Paging(first=first, after=after), DueNext.of_model)


@strawberry.type(description="The situation, or why it cannot be said.")
class SituationAnswer:
    situation: Situation | None
    user_errors: list[UserError]
