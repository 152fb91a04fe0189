"""What is asked of the server itself: who asks, and what it answers from."""

import strawberry

from api.graphql.graph_answers import (
    Diagnostic,
)
from api.graphql.nouns import Info
from api.graphql.pages import USUAL, Connection, Paging, connect
from api.graphql.scalars import DateTime
from api.graphql.viewer import RateLimit, Viewer


@strawberry.type(description="Who asks, and what is served.")
class ServedQuestions:
    @strawberry.field(description="Who asks, as what, and whether it is shown a part only.")
    def viewer(self, info: Info) -> Viewer:
        return Viewer.of(info.context.principal)

    @strawberry.field(description="How much more may be asked for.")
    def rate_limit(self, info: Info) -> RateLimit:
        return RateLimit.of(info)

    @strawberry.field(description="The digest of the policy set that answers.")
    def policy_version(self, info: Info) -> str:
        return info.context.view.snapshot.version

    @strawberry.field(description="The instant as of which verdicts are given unless another is asked for.")
    def as_of(self, info: Info) -> DateTime:
        return DateTime(info.context.view.revision.as_of)

    @strawberry.field(description="The instant up to which records are read; absent: all of them.")
    def known_at(self, info: Info) -> DateTime | None:
        known_at = info.context.view.revision.known_at
        return DateTime(known_at) if known_at is not None else None

    @strawberry.field(
        description="How many rows of facts were refused: no verdict rests on them. Null for who sees a part."
    )
    def refused_rows(self, info: Info) -> int | None:
        return info.context.view.refused_rows

    @strawberry.field(description="What every verdict should be read with: findings about the facts.")
    def warnings(self, info: Info, first: int = USUAL, after: str | None = None) -> Connection[Diagnostic]:
        view = info.context.view
        found = (*view.warnings, *view.revision.warnings)
        return connect(found, Paging(first=first, after=after), Diagnostic.of)
