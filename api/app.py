"""The web application: GraphQL, its schema, and whether the server lives and is ready."""

import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute

from api.authentication import Authentication, Doorman, Open
from api.graphql.endpoint import SECONDS, Endpoint
from api.graphql.schema import export
from api.graphql.served import Door
from api.tenants import Tenants
from api.view import Views
from engine.store.archive import ArchiveError
from engine.tenant.tenant import NothingPublishedError

LOG = logging.getLogger("troth.http")

NOBODY_ASKED = Open()
ONLY = "main"
"""What the one tenant is called where no other name is said."""

LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")


def app(
    views: Views | Mapping[str, Views],
    *,
    doorman: Doorman = NOBODY_ASKED,
    hosts: Sequence[str] = LOOPBACK,
    seconds: int = SECONDS,
) -> Starlette:
    """The doors that are open over HTTP, of one tenant or of several by name.

    `doorman` lets in who has a token; without one everybody is let in: bind to loopback only then. `hosts`
    are the names under which the server answers, so that a page elsewhere cannot reach it by pointing a name
    of its own at this machine. `seconds` is how long one answer may take.
    """
    schema = export()
    served = views if isinstance(views, Mapping) else {ONLY: views}
    tenants = Tenants(doors={name: Door(views=each) for name, each in served.items()})
    endpoint = Endpoint(tenants, seconds=seconds)

    async def healthz(_: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> JSONResponse:
        # Whoever asks this needs no token: the answer names no tenant and nothing of what one says.
        for each in served.values():
            try:
                await run_in_threadpool(each.ready)
            except NothingPublishedError as nothing:
                return JSONResponse({"status": "not ready", "reason": str(nothing)}, 503)
            except ArchiveError as error:
                LOG.error("not ready: %s", error)
                reason = "what a tenant keeps cannot be read now"
                return JSONResponse({"status": "not ready", "reason": reason}, 503)
        return JSONResponse({"status": "ready"})

    async def schema_text(_: Request) -> PlainTextResponse:
        return PlainTextResponse(schema)

    @asynccontextmanager
    async def living(_: Starlette) -> AsyncGenerator[None]:
        yield
        for each in tenants.doors.values():
            await run_in_threadpool(each.finish)

    application = Starlette(
        routes=[
            Route("/graphql", endpoint),
            Route("/t/{tenant}/graphql", endpoint),
            WebSocketRoute("/graphql", endpoint),
            WebSocketRoute("/t/{tenant}/graphql", endpoint),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/schema.graphql", schema_text),
        ],
        lifespan=living,
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts)),
            Middleware(Authentication, doorman=doorman),
        ],
    )
    application.state.leave = endpoint.live.leave
    return application
