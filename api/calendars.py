"""What is due, over HTTP, for programs that subscribe to calendars: as `troth calendar` writes it."""

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from time import monotonic_ns
from typing import TypeAlias

from graphql import GraphQLError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.authentication import principal_of
from api.graphql.errors import Code
from api.graphql.served import Door, Served
from api.tenants import Tenants, no_such_tenant
from engine import pipeline
from engine.model.agenda import Entry
from engine.model.principal import ApiRole
from engine.model.quantity import MINUTE, Instant
from engine.source import Source
from engine.store.archive import ArchiveError

LOG = logging.getLogger("troth.http")

EVERYBODY = "all"
"""The calendar of everything that is due, from whomever."""

SECONDS = 60
"""How long the queue of the tenant's one thread is waited for."""

KEPT = 32
"""Of how many calendars that were asked last the text is kept, which the next one revises."""

MEDIA_TYPE = "text/calendar; charset=utf-8"
HEADERS = {
    "cache-control": "private, no-cache",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
ABSENT = "there is no such calendar: one has the name of a role or a party, or is `all`"

Asked: TypeAlias = tuple[str, str, frozenset[ApiRole], frozenset[str]]
"""Of which tenant, which calendar, and who sees it: roles, and parties."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What a calendar tells; its revision is the minute since 1970 in which the last of it was kept."""

    entries: tuple[Entry, ...]
    as_of: Instant
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A calendar as it was laid out last."""

    entries: tuple[Entry, ...]
    text: str
    etag: str


class Calendars:
    """`GET /calendar/NAME.ics`: what is due from a role or a party, or, as `all`, from anybody, as far as who
    asks sees it.

    The text, and with it the ETag, stays what it is as long as nothing of it changes. Events keep their UID.
    The SEQUENCE of one that changes is the minute in which the last that it rests on was kept, or, if that is
    not more, one more than it was: so it does not fall where another process answers, which does not know
    what was told before. An event that is no longer due is told as cancelled by the process that told it.
    """

    def __init__(self, tenants: Tenants[Door]) -> None:
        self._tenants = tenants
        self._names = {id(door): name for name, door in tenants.doors.items()}
        self._laid: OrderedDict[Asked, Laid] = OrderedDict()
        self._lock = Lock()

    async def calendar(self, request: Request) -> Response:
        """The calendar of the name in the path."""
        door = self._tenants.of(request)
        if door is None:
            return no_such_tenant()
        principal, name = principal_of(request), str(request.path_params["calendar"])
        ends_at = monotonic_ns() + SECONDS * 1_000_000_000
        served = Served(door=door, principal=principal, ends_at=ends_at)
        try:
            # The one thread of the tenant judges; what it gives is read by any.
            due = await asyncio.get_running_loop().run_in_executor(door.worker, lambda: _due(served, name))
        except GraphQLError as error:
            code = Code((error.extensions or {}).get("code", Code.INTERNAL_ERROR))
            return _refused(503 if code is Code.NOTHING_PUBLISHED else 403, code, error.message)
        except ArchiveError as error:
            LOG.error("no archive for a calendar: %s", error)
            return _refused(503, Code.UNAVAILABLE, "what the tenant keeps cannot be read now")
        if due is None:
            return _refused(404, Code.BAD_USER_INPUT, ABSENT)
        asked = (self._names[id(door)], name, principal.roles, principal.parties)
        laid = await run_in_threadpool(self._lay_out, asked, due)
        headers = {**HEADERS, "etag": laid.etag}
        known = [each.strip().removeprefix("W/") for each in _known(request)]
        if laid.etag in known or known == ["*"]:
            return Response(status_code=304, headers=headers)
        return Response(laid.text, headers=headers, media_type=MEDIA_TYPE)

    def _lay_out(self, asked: Asked, due: Due) -> Laid:
        """The calendar as the next revision of the one that was told last."""
        with self._lock:
            before = self._laid.pop(asked, None)
            if before is None or before.entries != due.entries:
                tenant, name, *_ = asked
                text = pipeline.calendar(
                    due.entries,
                    due.as_of,
                    name="Troth" if name == EVERYBODY else f"Troth: {name}",
                    space=tenant,
                    before=None if before is None else Source(name="before", text=before.text),
                    revision=due.revision,
                )
                assert isinstance(text, str), "what was laid out before is a calendar of ours"
                digest = sha256(text.encode()).hexdigest()
                before = Laid(entries=due.entries, text=text, etag=f'"{digest}"')
            self._laid[asked] = before
            while len(self._laid) > KEPT:
                self._laid.popitem(last=False)
            return before


def _due(served: Served, name: str) -> Due | None:
    """What is due; None where nobody of that name is seen."""
    served.check_deadline()
    view = served.view
    snapshot, revision = view.snapshot, view.revision
    if name != EVERYBODY and name not in snapshot.roles and name not in snapshot.parties:
        return None
    entries = pipeline.agenda(snapshot, revision.verdicts, revision.reactions, revision.as_of)
    if name != EVERYBODY:
        entries = pipeline.entries_of(snapshot, entries, [name])
    return Due(entries=entries, as_of=revision.as_of, revision=(revision.known_at or 0) // MINUTE)


def _known(request: Request) -> list[str]:
    """The ETags that whoever asks has already."""
    return ",".join(request.headers.getlist("if-none-match")).split(",")


def _refused(status: int, code: Code, message: str) -> JSONResponse:
    body = {"errors": [{"message": message, "extensions": {"code": code.value}}]}
    return JSONResponse(body, status, {"cache-control": "no-store"})
