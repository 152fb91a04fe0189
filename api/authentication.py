"""Who asks over HTTP: every connection gets its principal before any door sees it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from engine.model.principal import LOCAL, Act, Principal

PRINCIPAL = "troth.principal"
"""Where the scope of a connection holds who asks."""

DOORMAN = "troth.doorman"
"""Where it holds who is asked to let somebody in."""

FREE = ("/healthz", "/readyz")
"""What anybody may ask: whether the server lives, and whether it is ready."""

CALENDAR = re.compile(r"(?:/t/[^/]+)?/calendar/([^/]+)\.ics")
"""The paths of calendars, whose readers cannot send a header: their token may stand in the address."""

SCHEME = "bearer"
IN_ADDRESS = "token"
"""The parameter of an address that holds it."""

NEEDED = "a bearer token is needed: `Authorization: Bearer TOKEN`"
ELSEWHERE = "a page of another origin may not ask here, where no tokens are asked for"
NOT_ALLOWED = "this token lets nobody read here: it has no role"

UNAUTHORISED_FRAME = 4401
FORBIDDEN_FRAME = 4403
"""With what a WebSocket is closed, as graphql-transport-ws has it."""


class UnauthenticatedError(Exception):
    """Nobody is let in; the message is for whoever asked, and says nothing that helps to guess."""


class Doorman(Protocol):
    """Who lets in whom."""

    @property
    def waits(self) -> bool:
        """Whether letting somebody in may take as long as another machine takes."""
        ...

    @property
    def free(self) -> Principal | None:
        """As whom everybody is let in, where no tokens are asked for."""
        ...

    def principal(self, token: str) -> Principal:
        """Who asks with this token. Raises UnauthenticatedError."""
        ...

    def subscriber(self, token: str, calendar: str) -> Principal:
        """Who asks for a calendar with this token, which opens that one and nothing else. Raises
        UnauthenticatedError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """No tokens are asked for: everybody is let in as the same principal."""

    free: Principal = LOCAL
    waits: bool = False

    def principal(self, token: str) -> Principal:
        """The one that there is."""
        return self.free

    def subscriber(self, token: str, calendar: str) -> Principal:
        """The one that there is."""
        return self.free


class Authentication:
    """Puts who asks into the scope of each connection, or answers it with 401 or 403.

    A browser cannot send a header with a WebSocket: one without a token goes on without a principal, and its
    door asks for one with the first frame (`admitted`). Where no tokens are asked for, a browser would ask
    for any page that it shows: what it sends for one of another origin is answered with 403.
    """

    def __init__(self, app: ASGIApp, *, doorman: Doorman) -> None:
        self.app = app
        self.doorman = doorman

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or scope["path"] in FREE:
            await self.app(scope, receive, send)
            return
        scope[DOORMAN] = self.doorman
        connection = HTTPConnection(scope)
        is_socket = scope["type"] == "websocket"
        if is_socket and self.doorman.free is None and "authorization" not in connection.headers:
            await self.app(scope, receive, send)
            return
        try:
            principal = self.doorman.free or await self._asking(connection)
        except UnauthenticatedError as refused:
            answer = WebSocketClose(UNAUTHORISED_FRAME) if is_socket else unauthenticated(str(refused))
            await answer(scope, receive, send)
            return
        if self.doorman.free is not None and _is_elsewhere(connection):
            answer = WebSocketClose(FORBIDDEN_FRAME) if is_socket else _answer(403, "FORBIDDEN", ELSEWHERE)
            await answer(scope, receive, send)
            return
        if not principal.may(Act.READ):
            answer = WebSocketClose(FORBIDDEN_FRAME) if is_socket else _answer(403, "FORBIDDEN", NOT_ALLOWED)
            await answer(scope, receive, send)
            return
        scope[PRINCIPAL] = principal
        await self.app(scope, receive, send)

    async def _asking(self, connection: HTTPConnection) -> Principal:
        """Who asks by a header; for a calendar by its address, if there is no header. Raises
        UnauthenticatedError."""
        calendar = CALENDAR.fullmatch(connection.scope["path"])
        tokens = connection.query_params.getlist(IN_ADDRESS)
        if calendar is None or "authorization" in connection.headers or not tokens:
            return await admitted(connection, bearer(connection))
        # From here on nothing can tell it to anybody.
        connection.scope["query_string"] = b""
        if len(tokens) != 1:
            raise UnauthenticatedError(NEEDED)
        return await _checked(self.doorman, lambda: self.doorman.subscriber(tokens[0], calendar[1]))


def principal_of(connection: HTTPConnection) -> Principal:
    """Who asks. Raises UnauthenticatedError for a WebSocket that has not said it yet."""
    found = connection.scope.get(PRINCIPAL)
    if not isinstance(found, Principal):
        raise UnauthenticatedError(NEEDED)
    return found


async def admitted(connection: HTTPConnection, token: str) -> Principal:
    """Who asks with a token, from now on the connection's principal. Raises UnauthenticatedError."""
    doorman: Doorman = connection.scope[DOORMAN]
    principal = await _checked(doorman, lambda: doorman.principal(token))
    connection.scope[PRINCIPAL] = principal
    return principal


async def _checked(doorman: Doorman, check: Callable[[], Principal]) -> Principal:
    return await run_in_threadpool(check) if doorman.waits else check()


def bearer(connection: HTTPConnection) -> str:
    """The token of the one `Authorization` header. Raises UnauthenticatedError."""
    said = connection.headers.getlist("authorization")
    scheme, _, token = said[0].partition(" ") if len(said) == 1 else ("", "", "")
    if scheme.lower() != SCHEME or not token.strip():
        raise UnauthenticatedError(NEEDED)
    return token.strip()


def _is_elsewhere(connection: HTTPConnection) -> bool:
    """Whether a browser says that it asks for a page of another origin, or was sent here by one; other
    programs say nothing of the kind."""
    headers = connection.headers
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and origin.lower().partition("://")[2] != headers.get("host", "").lower()


def unauthenticated(message: str) -> JSONResponse:
    """The answer to whoever is not let in."""
    answer = _answer(401, "UNAUTHENTICATED", message)
    # Whoever sent no token is told nothing of what was wrong with it (RFC 6750, 3.1).
    wrong = "" if message == NEEDED else ', error="invalid_token"'
    answer.headers["www-authenticate"] = f'Bearer realm="troth"{wrong}'
    return answer


def _answer(status: int, code: str, message: str) -> JSONResponse:
    body = {"errors": [{"message": message, "extensions": {"code": code}}]}
    return JSONResponse(body, status, {"cache-control": "no-store"})
