"""The web application: GraphQL, its schema, and whether the server lives and is ready."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from time import monotonic_ns

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute

from api.allowance import Allowances, Nanoseconds, Rates
from api.authentication import Authentication, Doorman, Open
from api.calendars import Calendars
from api.drafts.drafts import Drafts
from api.exports.endpoint import Exports
from api.graphql.endpoint import SECONDS, Endpoint
from api.graphql.persisted import NOTHING_PERSISTED, Persisted
from api.graphql.schema import export
from api.graphql.served import Door
from api.operation.doors import OperationDoors
from api.operation.metrics import Metrics
from api.operation.observed import Observation
from api.rate_limit import RateLimit
from api.tenants import Tenants
from api.view import ComplianceView, Views
from api.waking import Waker
from api.webhooks.notifier import Notifier
from api.webhooks.signing import WebhookKey
from api.webhooks.webhook_settings import WebhookSettings
from engine.model.principal import Principal
from engine.tenant.tenant import Tenant

NOBODY_ASKED = Open()
UNLIMITED = Rates()
ONLY = "main"
"""What the one tenant is called where no other name is said."""

NO_WEBHOOKS = WebhookSettings()

LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")


def app(
    views: Views | Mapping[str, Views],
    *,
    doorman: Doorman = NOBODY_ASKED,
    hosts: Sequence[str] = LOOPBACK,
    seconds: int = SECONDS,
    wakes: bool = True,
    rates: Rates = UNLIMITED,
    most_exports: int | None = None,
    ticks: Callable[[], Nanoseconds] = monotonic_ns,
    webhooks: WebhookSettings = NO_WEBHOOKS,
    persisted: Persisted = NOTHING_PERSISTED,
    drafts: Drafts | None = None,
) -> Starlette:
    """The doors that are open over HTTP, of one tenant or of several by name.

    `doorman` lets in who has a token; without one everybody is let in: bind to loopback only then. `hosts`
    are the names under which the server answers, so that a page elsewhere cannot reach it by pointing a name
    of its own at this machine. `seconds` is how long one answer may take.
    `rates` are how much each principal may ask for in a minute by `ticks`, `most_exports` how many
    files may be made for it at a time.
    Where it `wakes`, what is kept and what comes due is judged by itself, and how verdicts change is kept;
    else verdicts are judged when they are asked for. `webhooks` says of which tenants others' machines are
    told. `persisted` documents are answered by their ids. `drafts` are the
    processes that judge drafts, and are ended with the application; without them it has its own.
    """
    schema = export()
    served = views if isinstance(views, Mapping) else {ONLY: views}
    tenants = Tenants(
        doors={name: Door(views=each, webhook_key=webhooks.keys.get(name)) for name, each in served.items()}
    )
    allowances = Allowances(rates, ticks)
    drafts = Drafts() if drafts is None else drafts
    endpoint = Endpoint(tenants, drafts=drafts, seconds=seconds, allowances=allowances, persisted=persisted)
    exports = Exports(tenants)
    calendars = Calendars(tenants)

    metrics = Metrics()
    wakers: dict[str, Waker] = {}
    notifiers: list[Notifier] = []
    operation = OperationDoors(served, metrics, wakers)

    async def schema_text(_: Request) -> PlainTextResponse:
        return PlainTextResponse(schema)

    @asynccontextmanager
    async def living(_: Starlette) -> AsyncGenerator[None]:
        for name, each in tenants.doors.items():
            if wakes and (waker := each.views.waker(each.run)) is not None:
                wakers[name] = waker
                waker.start()
            keeper, key = each.views.keeper, each.webhook_key
            if wakes and keeper is not None and key is not None:
                notifiers.append(_notifier(name, each, keeper, key, webhooks, metrics))
                notifiers[-1].start()
        yield
        for notifier in notifiers:
            await run_in_threadpool(notifier.stop)
        for waker in wakers.values():
            await run_in_threadpool(waker.stop)
        await run_in_threadpool(drafts.stop)
        for each in tenants.doors.values():
            await run_in_threadpool(each.finish)

    application = Starlette(
        routes=[
            Route("/graphql", endpoint),
            Route("/t/{tenant}/graphql", endpoint),
            WebSocketRoute("/graphql", endpoint),
            WebSocketRoute("/t/{tenant}/graphql", endpoint),
            Route("/export/verdicts.{form}", exports.verdicts),
            Route("/t/{tenant}/export/verdicts.{form}", exports.verdicts),
            Route("/calendar/{calendar}.ics", calendars.calendar),
            Route("/t/{tenant}/calendar/{calendar}.ics", calendars.calendar),
            *operation.routes(),
            Route("/schema.graphql", schema_text),
        ],
        lifespan=living,
        middleware=[
            Middleware(Observation, metrics=metrics, tenants=served.keys()),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts)),
            Middleware(Authentication, doorman=doorman),
            Middleware(RateLimit, allowances=allowances, exports=most_exports),
        ],
    )

    async def leave() -> None:
        operation.is_stopping = True
        await endpoint.live.leave()

    application.state.leave = leave
    return application


def _notifier(
    name: str,
    door: Door,
    tenant: Tenant,
    key: WebhookKey,
    settings: WebhookSettings,
    metrics: Metrics,
) -> Notifier:
    """What tells the webhooks of a tenant."""

    def seen(principal: Principal) -> ComplianceView:
        return door.present(principal).view

    return Notifier(
        name,
        tenant,
        settings.clock,
        run=door.run,
        seen=seen,
        key=key,
        allowed=settings.allowed,
        tally=metrics,
    )
