"""Webhooks over GraphQL: registered, removed, and an event that nobody took tried again."""

import strawberry

from api.graphql.graph_answers import UserError
from api.graphql.mutations import ONCE, Mutation, allow, done
from api.graphql.nouns import Info
from api.graphql.scalars import Duration
from api.graphql.webhook_answers import Webhook
from api.view import Keeping
from api.webhooks.signing import NoKeyError, secret_text
from engine.model.principal import Act, ApiRole
from engine.model.quantity import DAY
from engine.model.tenancy import Fault, Refused, Request
from engine.model.webhook import Topic, WebhookOrder
from engine.model.webhook import Webhook as Kept

NO_KEY = Fault(
    code="no-webhook-key",
    message="this server has no key for webhooks: start it with `--webhook-key FILE`",
)


@strawberry.input
class RegisterWebhookInput:
    idempotency_key: str = strawberry.field(description=ONCE)
    url: str = strawberry.field(description="An https address.")
    topics: list[Topic]
    ahead: Duration = strawberry.field(
        default=Duration(DAY), description="How long before it is due something is told."
    )
    agreements: list[str] = strawberry.field(default_factory=list[str], description="Only of these, by name.")
    services: list[str] = strawberry.field(default_factory=list[str], description="Only of these, by name.")
    customers: list[str] = strawberry.field(
        default_factory=list[str], description="Only what these parties see as customers."
    )
    suppliers: list[str] = strawberry.field(
        default_factory=list[str],
        description="Only what these parties see as suppliers; not with `customers`.",
    )


@strawberry.input
class RemoveWebhookInput:
    idempotency_key: str = strawberry.field(description=ONCE)
    webhook: int


@strawberry.input
class RedeliverWebhookInput:
    webhook: int
    event: int = strawberry.field(description="The number of an event that nobody took.")


@strawberry.type(description="The webhook, or why nothing was done.")
class WebhookPayload:
    webhook: Webhook | None
    secret: str | None = strawberry.field(
        description="What it verifies signatures with: told when it is registered, and never again."
    )
    user_errors: list[UserError]


@strawberry.type(description="Whether the event is tried again.")
class RedeliveryPayload:
    waits: bool
    user_errors: list[UserError]


@strawberry.type(name="Mutation", description="What is kept, each whole or not at all, one after the other.")
class WebhookMutation(Mutation):
    @strawberry.mutation(description="Tell a machine, signed, what becomes of the tenant from now on.")
    def register_webhook(self, info: Info, input: RegisterWebhookInput) -> WebhookPayload:
        allow(info, Act.NOTIFY)
        key = info.context.door.webhook_key

        def register(keeping: Keeping, request: Request) -> Kept | Refused:
            if key is None:
                return Refused(faults=(NO_KEY,))
            if input.customers and input.suppliers:
                words = "say `customers` or `suppliers`: a webhook sees a tenant as one of them"
                return Refused(faults=(Fault(code="webhook-scope", message=words, field="suppliers"),))
            role = ApiRole.CUSTOMER if input.customers else ApiRole.SUPPLIER
            parties = frozenset(input.customers or input.suppliers)
            order = WebhookOrder(
                url=input.url,
                topics=frozenset(input.topics),
                ahead=input.ahead,
                agreements=tuple(input.agreements),
                services=tuple(input.services),
                roles=frozenset({role}) if parties else frozenset(),
                parties=parties,
            )
            try:
                return keeping.tenant.telling.register(order, key.name(makes=True), request)
            except NoKeyError:
                return Refused(faults=(NO_KEY,))

        found, errors = done(info, input.idempotency_key, register, _path)
        if found is None or key is None:
            return WebhookPayload(webhook=None, secret=None, user_errors=errors)
        return WebhookPayload(
            webhook=_shown(info, found), secret=secret_text(key.secret(found)), user_errors=[]
        )

    @strawberry.mutation(description="Tell a machine nothing any more.")
    def remove_webhook(self, info: Info, input: RemoveWebhookInput) -> WebhookPayload:
        def remove(keeping: Keeping, request: Request) -> Kept | Refused:
            return keeping.tenant.telling.remove(input.webhook, request)

        allow(info, Act.NOTIFY)
        found, errors = done(info, input.idempotency_key, remove, _path)
        return WebhookPayload(webhook=_shown(info, found), secret=None, user_errors=errors)

    @strawberry.mutation(description="Try an event that nobody took again, from the beginning.")
    def redeliver_webhook(self, info: Info, input: RedeliverWebhookInput) -> RedeliveryPayload:
        allow(info, Act.NOTIFY)
        keeping = info.context.keeping
        if keeping is not None and keeping.tenant.telling.redeliver(input.webhook, input.event) is not None:
            return RedeliveryPayload(waits=True, user_errors=[])
        words = "there is no event of this number that nobody took"
        error = UserError(code="unknown-event", message=words, help=None, path=["input", "event"], row=None)
        return RedeliveryPayload(waits=False, user_errors=[error])


def _shown(info: Info, found: Kept | None) -> Webhook | None:
    keeping = info.context.keeping
    return None if found is None or keeping is None else Webhook.of(found, keeping.tenant.telling)


def _path(fault: Fault) -> list[str]:
    return ["input", *filter(None, [fault.field])]
