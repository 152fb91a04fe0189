"""Requests that come too fast, and exports beside too many others, are answered with 429 over HTTP."""

import re
from collections import Counter

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.allowance import Allowances, seconds_of
from api.authentication import PRINCIPAL
from engine.model.principal import Principal

CODE = "RATE_LIMITED"
EXPORT = re.compile(r"(?:/t/[^/]+)?/export/[^/]+")
WORDS = "too much is asked for at once"


class RateLimit:
    """Counts the requests of each principal, and its exports while they last; what is asked over a WebSocket
    is counted where it is answered."""

    def __init__(self, app: ASGIApp, *, allowances: Allowances, exports: int | None) -> None:
        self.app = app
        self.allowances = allowances
        self.exports = exports
        self.running: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        principal = scope.get(PRINCIPAL)
        if scope["type"] != "http" or not isinstance(principal, Principal):
            await self.app(scope, receive, send)
            return
        name = principal.account
        if wait := self.allowances.take_request(name):
            await limited(seconds_of(wait))(scope, receive, send)
            return
        if self.exports is None or EXPORT.fullmatch(scope["path"]) is None:
            await self.app(scope, receive, send)
            return
        if self.running[name] >= self.exports:
            words = f"one may have at most {self.exports} exports at a time"
            await limited(1, words)(scope, receive, send)
            return
        self.running[name] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.running[name] -= 1
            if not self.running[name]:
                del self.running[name]


def limited(seconds: int, words: str = WORDS) -> JSONResponse:
    """The answer to one request too many."""
    extensions = {"code": CODE, "retryAfter": seconds}
    body = {"errors": [{"message": words, "extensions": extensions}]}
    return JSONResponse(body, 429, {"retry-after": str(seconds), "cache-control": "no-store"})
