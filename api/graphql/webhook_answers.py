"""Webhooks as GraphQL shows them to who may register them: whom a tenant tells what, and what arrived."""

import strawberry

from api.graphql.errors import bad_input
from api.graphql.opaque import seal, unseal
from api.graphql.pages import USUAL, Connection, Cut, Paging, size_of_page
from api.graphql.scalars import DateTime, Decimal, Duration
from engine.model.principal import ApiRole
from engine.model.webhook import Delivery, Topic, WebhookEvent
from engine.model.webhook import Webhook as Kept
from engine.tenant.telling import Telling

strawberry.enum(Topic, name="WebhookTopic", description="What a webhook is told.")
strawberry.enum(Delivery, name="WebhookDelivery", description="Where an event of a webhook stands.")

ORDER = "event"


@strawberry.type(name="WebhookEvent", description="Something that a webhook is told, without its body.")
class Event:
    event: int = strawberry.field(description="Its number among those of the webhook.")
    id: str = strawberry.field(description="As `webhook-id` has it.")
    topic: Topic
    made_at: DateTime
    state: Delivery
    tries: int
    next_at: DateTime | None = strawberry.field(description="When it is tried next; null unless it waits.")
    ended_at: DateTime | None
    reason: str | None = strawberry.field(description="Why the last try failed.")

    @classmethod
    def of(cls, found: WebhookEvent) -> "Event":
        """The event."""
        return cls(
            event=found.seq,
            id=found.id,
            topic=found.topic,
            made_at=DateTime(found.made_at),
            state=found.state,
            tries=found.tries,
            next_at=DateTime(found.next_at) if found.state is Delivery.WAITING else None,
            ended_at=None if found.ended_at is None else DateTime(found.ended_at),
            reason=found.reason,
        )


@strawberry.type(description="A machine that is told what becomes of the tenant.")
class Webhook:
    webhook: int = strawberry.field(description="Its number, from 0.")
    entry: Decimal = strawberry.field(description="The entry of the ledger that records it, from 0.")
    registered_at: DateTime
    registered_by: str
    url: str
    topics: list[Topic]
    ahead: Duration = strawberry.field(description="How long before it is due something is told.")
    agreements: list[str] = strawberry.field(description="Only of these, by name; of all, if none is named.")
    services: list[str] = strawberry.field(description="Only of these, by name; of all, if none is named.")
    sees_as: list[ApiRole] = strawberry.field(
        description="As what it sees the tenant; as a whole if as nothing."
    )
    parties: list[str] = strawberry.field(description="Whose part it sees.")
    removed_at: DateTime | None
    removed_by: str | None
    telling: strawberry.Private[Telling]

    @strawberry.field(
        description="What it is told, in order, of one state if it is said; nothing once it is removed."
    )
    def events(
        self, state: Delivery | None = None, first: int = USUAL, after: str | None = None
    ) -> Connection[Event]:
        most = size_of_page(Paging(first=first))
        start = -1 if after is None else _place(after)
        found = self.telling.events(self.webhook, after=start, first=most + 1, state=state)
        return Connection(
            page=Cut(
                items=found[:most],
                cursor=lambda event: seal((ORDER, event.seq)),
                earlier=after is not None,
                later=len(found) > most,
                total=self.telling.count(self.webhook, state=state),
            ),
            show=Event.of,
        )

    @classmethod
    def of(cls, found: Kept, telling: Telling) -> "Webhook":
        """The webhook."""
        order, end = found.order, found.end
        return cls(
            webhook=found.seq,
            entry=Decimal(str(found.entry)),
            registered_at=DateTime(found.registered_at),
            registered_by=found.registered_by,
            url=order.url,
            topics=sorted(order.topics),
            ahead=Duration(order.ahead),
            agreements=list(order.agreements),
            services=list(order.services),
            sees_as=sorted(order.roles),
            parties=sorted(order.parties),
            removed_at=None if end is None else DateTime(end.removed_at),
            removed_by=None if end is None else end.removed_by,
            telling=telling,
        )


def _place(cursor: str) -> int:
    match unseal(cursor, "cursor"):
        case (found, int(seq)) if found == ORDER and 0 <= seq < 2**63:
            return seq
        case _:
            raise bad_input("this cursor belongs to another list")
