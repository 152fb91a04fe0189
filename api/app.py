"""The web application: GraphQL, its schema, and whether the server lives and is ready."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from api.graphql.endpoint import SECONDS, Endpoint
from api.graphql.schema import export
from api.graphql.served import Revisions
from api.view import ComplianceView
from engine.model.instants import iso_text

LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")


def app(view: ComplianceView, *, hosts: Sequence[str] = LOOPBACK, seconds: int = SECONDS) -> Starlette:
    """The doors that are open over HTTP.

    There is no authorisation yet: bind to loopback only. `hosts` are the names under which the server
    answers, so that a page elsewhere cannot reach it by pointing a name of its own at this machine.
    `seconds` is how long one answer may take.
    """
    schema = export()

    async def healthz(_: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> JSONResponse:
        return JSONResponse(
            {
                "status": "ready",
                "policyVersion": view.snapshot.version,
                "asOf": iso_text(view.revision.as_of),
            }
        )

    async def schema_text(_: Request) -> PlainTextResponse:
        return PlainTextResponse(schema)

    return Starlette(
        routes=[
            Route("/graphql", Endpoint(Revisions(view=view), seconds=seconds)),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/schema.graphql", schema_text),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))],
    )
