"""The doors for those who run a server: whether it lives, whether it is ready, its figures, a back-up."""

import logging
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import AbstractContextManager, suppress

from anyio import CancelScope
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from api.authentication import principal_of
from api.operation.figures_to_metrics import TenantFigures
from api.operation.log import tell
from api.operation.metrics import MEDIA_TYPE, Metrics
from api.view import Views
from api.waking import Waker
from engine.model.principal import Act
from engine.store.archive import ArchiveError, UnwritableError
from engine.tenant.published_to_snapshot import UnusablePoliciesError
from engine.tenant.tenant import NothingPublishedError

LOG = logging.getLogger("troth.operation")

BACKUP_TYPE = "application/vnd.troth.backup+gzip"


NO_WAKERS: Mapping[str, Waker] = {}


class OperationDoors:
    """The doors over the tenants of a server, by name."""

    def __init__(
        self, tenants: Mapping[str, Views], metrics: Metrics, wakers: Mapping[str, Waker] = NO_WAKERS
    ) -> None:
        self._tenants = tenants
        self._wakers = wakers
        self._metrics = metrics
        self.is_stopping = False
        TenantFigures(tenants, metrics, wakers)

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/healthz", self.healthz),
            Route("/readyz", self.readyz),
            Route("/metrics", self.metrics),
            Route("/backup", self.backup),
            Route("/t/{tenant}/backup", self.backup),
        ]

    async def healthz(self, _: Request) -> JSONResponse:
        """It lives."""
        return JSONResponse({"status": "ok"})

    async def readyz(self, _: Request) -> JSONResponse:
        """Whether every tenant can be asked. Anybody may ask this: the answer names none, the log does."""
        if self.is_stopping:
            return _not_ready("the server is stopping")
        for name, each in self._tenants.items():
            if (reason := await run_in_threadpool(_unready, name, each)) is not None:
                return _not_ready(reason)
        if any(each.pace.is_failing for each in self._wakers.values()):
            return _not_ready("the verdicts of a tenant cannot be brought up to date")
        return JSONResponse({"status": "ready"})

    async def metrics(self, request: Request) -> Response:
        """The figures, for who may operate the server."""
        if not principal_of(request).may(Act.OPERATE):
            return _forbidden()
        return Response(await run_in_threadpool(self._metrics.text), media_type=MEDIA_TYPE)

    async def backup(self, request: Request) -> Response:
        """All that a tenant keeps, as one state, for who may operate the server."""
        principal = principal_of(request)
        if not principal.may(Act.OPERATE):
            return _forbidden()
        name = str(request.path_params.get("tenant", ""))
        if not name and len(self._tenants) == 1:
            name = next(iter(self._tenants))
        context = self._tenants[name].backing_up(name) if name in self._tenants else None
        if context is None:
            return _answer(404, "BAD_REQUEST", "there is no tenant of this name that keeps anything")
        try:
            pieces = await run_in_threadpool(context.__enter__)
        except ArchiveError as error:
            tell(LOG, logging.ERROR, "no back-up", tenant=name, reason=str(error))
            return _answer(503, "UNAVAILABLE", "what the tenant keeps cannot be read now")
        tell(LOG, logging.INFO, "backing up", tenant=name, identity=principal.identity)
        return StreamingResponse(_sent(context, pieces), media_type=BACKUP_TYPE)


async def _sent(
    context: AbstractContextManager[Iterator[bytes]], pieces: Iterator[bytes]
) -> AsyncGenerator[bytes]:
    """The pieces, each read on a thread; the state that they are read from is let go however it ends."""
    try:
        while (piece := await run_in_threadpool(next, pieces, None)) is not None:
            yield piece
    finally:
        with CancelScope(shield=True), suppress(ArchiveError):
            await run_in_threadpool(context.__exit__, None, None, None)


def _unready(name: str, views: Views) -> str | None:
    """Why a tenant cannot be asked, in words that say nothing of it; the log says all."""
    try:
        views.ready()
    except NothingPublishedError as nothing:
        return str(nothing)
    except UnusablePoliciesError as error:
        reason, words = "the policies in use cannot be used as they were published", str(error)
    except UnwritableError as error:
        reason, words = "what is sent to a tenant cannot be kept now", str(error)
    except ArchiveError as error:
        reason, words = "what a tenant keeps cannot be read now", str(error)
    else:
        return None
    tell(LOG, logging.ERROR, "not ready", tenant=name, reason=words)
    return reason


def _not_ready(reason: str) -> JSONResponse:
    return JSONResponse({"status": "not ready", "reason": reason}, 503)


def _forbidden() -> JSONResponse:
    return _answer(403, "FORBIDDEN", "this is for whoever runs the server: governance of every tenant")


def _answer(status: int, code: str, message: str) -> JSONResponse:
    body = {"errors": [{"message": message, "extensions": {"code": code}}]}
    return JSONResponse(body, status, {"cache-control": "no-store"})
