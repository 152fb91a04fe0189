"""Who asks, as it is told to whom it is, and how much more may be asked for."""

import strawberry

from api.allowance import Standing
from api.graphql.nouns import Info, Party
from api.graphql.pages import USUAL, Connection, Paging, connect
from api.graphql.scalars import DateTime, Duration
from engine.model.principal import Act, ApiRole, Principal

strawberry.enum(ApiRole)
strawberry.enum(Act)

MICROSECOND = 1_000
"""In nanoseconds."""


@strawberry.type(description="Who asks.")
class Viewer:
    identity: str = strawberry.field(description="As the ledger has it for what is sent.")
    roles: list[ApiRole]
    may: list[Act] = strawberry.field(description="What it may do, each as far as it sees.")
    sees_part: bool = strawberry.field(
        description="Whether all that is answered is of the agreements of its parties only."
    )
    expires_at: DateTime | None = strawberry.field(
        description="From when on its token lets nobody in; null where it has no end of its own."
    )
    model: strawberry.Private[Principal]

    @strawberry.field(description="Whom it speaks for, of the parties that it sees.")
    def parties(self, info: Info, first: int = USUAL, after: str | None = None) -> Connection[Party]:
        declared = info.context.view.snapshot.parties
        found = [declared[name] for name in sorted(self.model.parties) if name in declared]
        return connect(found, Paging(first=first, after=after), Party.of)

    @strawberry.field(description="The tenants of this server that it may enter.")
    def tenants(self, info: Info, first: int = USUAL, after: str | None = None) -> Connection[str]:
        return connect(info.context.tenants, Paging(first=first, after=after), str)

    @classmethod
    def of(cls, principal: Principal) -> "Viewer":
        """Who asks."""
        return cls(
            identity=principal.identity,
            roles=sorted(principal.roles),
            may=[act for act in Act if principal.may(act)],
            sees_part=principal.is_narrowed,
            expires_at=None if principal.expires_at is None else DateTime(principal.expires_at),
            model=principal,
        )


@strawberry.type(description="How much may be asked for in a minute, and how much of that is left.")
class Allowance:
    limit: int
    remaining: int
    resets_in: Duration = strawberry.field(description="In how long all of it is there again.")

    @classmethod
    def of(cls, standing: Standing | None) -> "Allowance | None":
        """How it stands; None where there is no limit."""
        if standing is None:
            return None
        resets_in = Duration(-(-standing.resets_in // MICROSECOND))
        return cls(limit=standing.limit, remaining=standing.remaining, resets_in=resets_in)


@strawberry.type(description="What is left to who asks; this request is counted already.")
class RateLimit:
    requests: Allowance | None = strawberry.field(description="Null where their number is not limited.")
    points: Allowance | None = strawberry.field(
        description="What documents cost, each field one times the sizes of the pages around it; null where "
        "that is not limited."
    )

    @classmethod
    def of(cls, info: Info) -> "RateLimit":
        """What is left."""
        context = info.context
        left, name = context.allowances, context.principal.account
        return cls(
            requests=None if left is None else Allowance.of(left.requests(name)),
            points=None if left is None else Allowance.of(left.points(name)),
        )
