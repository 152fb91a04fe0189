"""Who asks over HTTP: every connection gets its principal before any door sees it."""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.model.principal import LOCAL, Principal

PRINCIPAL = "troth.principal"
"""Where the scope of a connection holds who asks."""


class Authentication:
    """Puts who asks into the scope of each connection."""

    def __init__(self, app: ASGIApp, *, local: Principal = LOCAL) -> None:
        self.app = app
        self.local = local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            scope[PRINCIPAL] = self.local
        await self.app(scope, receive, send)


def principal_of(connection: HTTPConnection) -> Principal:
    """Who asks."""
    found = connection.scope[PRINCIPAL]
    assert isinstance(found, Principal), "what passed the middleware has a principal"
    return found
