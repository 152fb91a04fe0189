"""What may be waited for: each event with the cursor from which to go on after a break."""

from typing import Annotated

import strawberry

from api.graphql.compliance import VerdictFilter
from api.graphql.deadlines import Approaching, DeadlineNews
from api.graphql.errors import bad_input
from api.graphql.mutations import Publication
from api.graphql.nouns import Info
from api.graphql.opaque import seal, unseal
from api.graphql.scalars import DateTime, Duration
from api.graphql.verdict_news import VerdictNews, let_through, place_in
from api.news import Following, News
from engine.model.quantity import Instant
from engine.model.tenancy import Published

After = Annotated[
    str | None,
    strawberry.argument(description="Go on after the event of this cursor: nothing is lost or told twice."),
]
Since = Annotated[
    DateTime | None,
    strawberry.argument(description="Begin after this instant, the `asOf` of an answer say; else with now."),
]


@strawberry.type(description="A policy set was put in use.")
class PolicyPublished:
    cursor: str
    known_from: DateTime = strawberry.field(description="Since when it is in use.")
    policy_version: str
    publication: Publication | None = strawberry.field(
        description="Who published what; null for those who see only what is theirs."
    )


@strawberry.type(description="What may be waited for, over graphql-transport-ws or as text/event-stream.")
class Subscription:
    @strawberry.field(description="Every policy set that is put in use.")
    def policy_published(self, info: Info, after: After = None, since: Since = None) -> PolicyPublished:
        is_narrowed = info.context.principal.is_narrowed

        def show(told: Published) -> PolicyPublished:
            return PolicyPublished(
                cursor=seal(("published", told.published_at)),
                known_from=DateTime(told.published_at),
                policy_version=told.version,
                publication=None if is_narrowed else Publication.of(told),
            )

        return info.context.tells(lambda news: _publications(news, _instant(after, since)), show)

    @strawberry.field(
        description="Every change of a verdict, as soon as it is judged, by new facts or policies or by time."
    )
    def verdict_changes(
        self, info: Info, filter: VerdictFilter | None = None, after: After = None, since: Since = None
    ) -> VerdictNews:
        lets = let_through(filter or VerdictFilter())
        return info.context.tells(
            lambda news: Following(tail=news.changes, after=place_in(news, after, since, info), lets=lets),
            lambda told: VerdictNews.seen(told, info),
        )

    @strawberry.field(
        description="Every deadline of a verdict that is pending, once it is `within` so long and not done: "
        "first those that are so already. What is done while nobody listens is told no more."
    )
    def deadlines_approaching(self, info: Info, within: Duration, after: After = None) -> DeadlineNews:
        return info.context.tells(
            lambda news: Approaching.of(news, info.context, within, after),
            lambda told: DeadlineNews.of(told),
        )


def _publications(news: News, since: Instant | None) -> Following[Published]:
    tail = news.publications
    after = tail.end(since)
    return Following(tail=tail, after=after, lets=_everything)


def _instant(after: str | None, since: DateTime | None) -> Instant | None:
    """After which publication to go on: no two are of one instant."""
    if after is None:
        return since
    match unseal(after, "cursor"):
        case ("published", int(at)):
            return at
        case _:
            raise bad_input("this cursor belongs to another subscription")


def _everything(_: Published) -> bool:
    """Who may ask is told of each: its version stands in every answer."""
    return True
