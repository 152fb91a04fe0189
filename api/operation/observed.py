"""What is seen of each request: its id, its line in the log, and its place in the figures."""

import logging
import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from time import monotonic_ns

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.authentication import PRINCIPAL
from api.operation.log import REQUEST_ID, tell
from api.operation.metrics import KINDS, NO_TENANT, OTHER, Metrics, bounded, door_of
from engine.model.principal import Principal

LOG = logging.getLogger("troth.access")

OBSERVED = "troth.observed"
"""Where the scope of a connection holds what is seen of it."""

HEADER = "x-request-id"
TAKEN = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
"""What is taken over as the id of a request; anything else gets a new one."""

QUIET = frozenset({"healthz", "readyz", "metrics"})
"""Doors that machines ask all the time: told in the log only at level debug, unless they fail."""

ABORTED = 499
"""The status of a request whose answer could not be sent: the client had gone."""

_KIND = re.compile(r"\A[\s,]*\{|(?:\A|\})[\s,]*(query|mutation|subscription)\b\s*(\w*)")
_COMMENT = re.compile(r"#[^\n]*")


@dataclass(slots=True, kw_only=True)
class Observed:
    """What is seen of one request; a door may tell more of it."""

    id: str
    kind: str | None = None
    code: str | None = None
    operation: str | None = None

    def tell(self, *, document: str | None, name: str | None, code: str | None) -> None:
        """A GraphQL document was answered: with which code, None without an error."""
        self.kind = kind_of(document or "", name)
        self.operation = name
        self.code = code or "OK"


def observed(connection: HTTPConnection) -> Observed:
    """What is seen of a connection; nothing keeps what is told of one that is not watched."""
    found = connection.scope.get(OBSERVED)
    return found if isinstance(found, Observed) else Observed(id="")


class Observation:
    """Watches every connection: outermost, so that it sees what the others refuse."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, tenants: Collection[str]) -> None:
        self.app = app
        self.metrics = metrics
        self.tenants = tenants
        # Asked of the machine each time, an id would let every other thread go first.
        self._ids = Random()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and tell of it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope).get(HEADER, "")
        seen = Observed(id=asked if TAKEN.fullmatch(asked) else f"{self._ids.getrandbits(128):032x}")
        scope[OBSERVED] = seen
        door, began, status = door_of(scope["path"]), monotonic_ns(), ABORTED

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = seen.id
            elif message["type"] == "websocket.accept":
                status = 101
                MutableHeaders(scope=message)[HEADER] = seen.id
            elif message["type"] == "websocket.close" and status == ABORTED:
                status = 403  # what a server answers where a WebSocket is not accepted
            await send(message)

        within = REQUEST_ID.set(seen.id)
        self.metrics.begin(door)
        try:
            await self.app(scope, receive, sending)
        except BaseException as fault:
            if isinstance(fault, Exception) and status == ABORTED:
                status = 500
            raise
        finally:
            took = monotonic_ns() - began
            self.metrics.end(door, status, took)
            self._tell(scope, seen, door, status, took)
            with suppress(ValueError):  # a stream may end in another context than it began
                REQUEST_ID.reset(within)

    def _tell(self, scope: Scope, seen: Observed, door: str, status: int, took: int) -> None:
        named = scope.get("path_params", {}).get("tenant")
        only = next(iter(self.tenants)) if len(self.tenants) == 1 else None
        tenant = bounded(named or only, self.tenants, NO_TENANT)
        if seen.kind is not None and seen.code is not None:
            self.metrics.operation(tenant, bounded(seen.kind, KINDS, OTHER), seen.code, took)
            if seen.code == "UNAVAILABLE":
                self.metrics.archive_error(tenant)
        principal = scope.get(PRINCIPAL)
        is_quiet = door in QUIET and status < 500
        tell(
            LOG,
            logging.DEBUG if is_quiet else logging.ERROR if status == 500 else logging.INFO,
            "answered",
            door=door,
            method=scope.get("method", "WEBSOCKET"),
            status=status,
            duration_us=took // 1_000,
            tenant=tenant or None,
            identity=principal.identity if isinstance(principal, Principal) else None,
            kind=seen.kind,
            operation=seen.operation,
            code=seen.code,
        )


def kind_of(document: str, name: str | None) -> str:
    """Whether a document asks, changes or listens, for the figures: by its words, for it need not be sound.

    >>> kind_of("# all\\nmutation M { a }", None), kind_of("{ a }", None)
    ('mutation', 'query')
    >>> kind_of("query Q {a} mutation M {b}", "M")
    'mutation'
    """
    found = [(each[1] or "query", each[2] or "") for each in _KIND.finditer(_COMMENT.sub("", document))]
    for kind, named in found:
        if name is None or named == name:
            return kind
    return "query"
