"""The web application: GraphQL, its schema, and whether the server lives and is ready."""

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from api.authentication import Authentication
from api.graphql.endpoint import SECONDS, Endpoint
from api.graphql.schema import export
from api.view import Views
from engine.model.instants import iso_text
from engine.store.archive import ArchiveError
from engine.tenant.tenant import NothingPublishedError

LOG = logging.getLogger("troth.http")

LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")


def app(views: Views, *, hosts: Sequence[str] = LOOPBACK, seconds: int = SECONDS) -> Starlette:
    """The doors that are open over HTTP.

    There is no authorisation yet: bind to loopback only. `hosts` are the names under which the server
    answers, so that a page elsewhere cannot reach it by pointing a name of its own at this machine.
    `seconds` is how long one answer may take.
    """
    schema = export()
    endpoint = Endpoint(views, seconds=seconds)

    async def healthz(_: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> JSONResponse:
        try:
            version, as_of = await run_in_threadpool(views.ready)
        except NothingPublishedError as nothing:
            return JSONResponse({"status": "not ready", "reason": str(nothing)}, 503)
        except ArchiveError as error:
            LOG.error("not ready: %s", error)
            reason = "what the tenant keeps cannot be read now"
            return JSONResponse({"status": "not ready", "reason": reason}, 503)
        return JSONResponse({"status": "ready", "policyVersion": version, "asOf": iso_text(as_of)})

    async def schema_text(_: Request) -> PlainTextResponse:
        return PlainTextResponse(schema)

    @asynccontextmanager
    async def living(_: Starlette) -> AsyncGenerator[None]:
        yield
        await run_in_threadpool(endpoint.finish)

    return Starlette(
        routes=[
            Route("/graphql", endpoint),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/schema.graphql", schema_text),
        ],
        lifespan=living,
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts)),
            Middleware(Authentication),
        ],
    )
