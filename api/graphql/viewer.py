"""Who asks, as it is told to whom it is."""

import strawberry

from api.graphql.nouns import Info, Party
from api.graphql.pages import USUAL, Connection, Paging, connect
from engine.model.principal import ApiRole, Principal

strawberry.enum(ApiRole)


@strawberry.type(description="Who asks.")
class Viewer:
    identity: str = strawberry.field(description="As the ledger has it for what is sent.")
    roles: list[ApiRole]
    sees_part: bool = strawberry.field(
        description="Whether all that is answered is of the agreements of its parties only."
    )
    model: strawberry.Private[Principal]

    @strawberry.field(description="Whom it speaks for, of the parties that it sees.")
    def parties(self, info: Info, first: int = USUAL, after: str | None = None) -> Connection[Party]:
        declared = info.context.view.snapshot.parties
        found = [declared[name] for name in sorted(self.model.parties) if name in declared]
        return connect(found, Paging(first=first, after=after), Party.of)

    @classmethod
    def of(cls, principal: Principal) -> "Viewer":
        """Who asks."""
        return cls(
            identity=principal.identity,
            roles=sorted(principal.roles),
            sees_part=principal.is_narrowed,
            model=principal,
        )
