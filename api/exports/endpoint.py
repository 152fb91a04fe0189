"""Verdicts over HTTP as files, around the executor of GraphQL and with its authorisation."""

import asyncio
import logging
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic_ns

from graphql import GraphQLError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from api.authentication import principal_of
from api.exports.asked import Asked, asked
from api.exports.rows_to_csv import csv_file
from api.exports.rows_to_ndjson import ndjson
from api.exports.table import Table, header
from api.graphql.compliance import ORDERS, VerdictOrderField, select
from api.graphql.errors import Code
from api.graphql.served import Door, Served
from api.tenants import Tenants, no_such_tenant
from engine.model.exporting import Export
from engine.model.instants import iso_text
from engine.model.ledger import Hash
from engine.model.principal import Act
from engine.store.archive import ArchiveError

LOG = logging.getLogger("troth.http")

SECONDS = 600
"""How long the evaluation of another instant is waited for in the queue of the tenant's one thread."""
STATUS: Mapping[str, int] = {
    Code.BAD_USER_INPUT: 400,
    Code.FORBIDDEN: 403,
    Code.NOTHING_PUBLISHED: 503,
    Code.UNAVAILABLE: 503,
}
NO_STORE = {"cache-control": "no-store"}


def _parquet(table: Table) -> Iterator[bytes]:
    # PyArrow is loaded by whoever asks for it first.
    from api.exports.rows_to_parquet import parquet

    return parquet(table)


FORMS: Mapping[str, tuple[str, Callable[[Table], Iterator[bytes]]]] = {
    "csv": ("text/csv; charset=utf-8; header=present", csv_file),
    "ndjson": ("application/x-ndjson", ndjson),
    "parquet": ("application/vnd.apache.parquet", _parquet),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """How long a file is, and its digest."""

    size: int
    digest: Hash


class Exports:
    """`GET /export/verdicts.{csv,ndjson,parquet}`.

    A file is made twice, piece by piece, and never held: once for its length and its digest, which are
    recorded before anything is sent, then to be sent. What it is made of does not change in between.
    """

    def __init__(self, tenants: Tenants[Door]) -> None:
        self.tenants = tenants

    async def verdicts(self, request: Request) -> Response:
        """The verdicts that are asked for as a file."""
        door = self.tenants.of(request)
        if door is None:
            return no_such_tenant()
        found = FORMS.get(request.path_params["form"])
        if found is None:
            return _refused(404, Code.BAD_REQUEST, f"verdicts come as {', '.join(FORMS)}")
        if not principal_of(request).may(Act.EXPORT):
            return _refused(403, Code.FORBIDDEN, "this token does not let anybody export")
        try:
            return await self._file(request, door, *found)
        except GraphQLError as error:
            code = Code((error.extensions or {}).get("code", Code.INTERNAL_ERROR))
            return _refused(STATUS.get(code, 500), code, error.message)
        except ArchiveError as error:
            LOG.error("no archive while exporting: %s", error)
            words = "what the tenant keeps cannot be read or written now"
            return _refused(503, Code.UNAVAILABLE, words)

    async def _file(
        self, request: Request, door: Door, media_type: str, write: Callable[[Table], Iterator[bytes]]
    ) -> Response:
        ask = asked(request.query_params)
        ends_at = monotonic_ns() + SECONDS * 1_000_000_000
        served = Served(door=door, principal=principal_of(request), ends_at=ends_at)
        # The one thread of the tenant judges; what it gives is read by any.
        table = await asyncio.get_running_loop().run_in_executor(door.worker, lambda: _table(served, ask))
        sums = await _summed(request, write(table))
        if sums is None:
            return Response(status_code=400, headers=NO_STORE)  # nobody is there any more to read it
        headers = _headers(table, request.path_params["form"], sums)
        if headers["etag"] in (each.strip() for each in request.headers.get("if-none-match", "").split(",")):
            return Response(status_code=304, headers=headers)
        headers |= {"content-type": media_type, "content-length": str(sums.size)}
        if request.method == "HEAD":
            return Response(headers=headers)
        if (keeping := served.keeping) is not None:
            principal = served.principal
            export = Export(
                form=request.path_params["form"],
                asked=ask.given,
                as_of=table.as_of,
                known_at=table.known_at,
                policy_version=table.policy_version,
                parties=tuple(sorted(principal.parties)) if principal.is_narrowed else None,
                rows=len(table.verdicts),
                size=sums.size,
                digest=sums.digest,
            )
            await run_in_threadpool(keeping.tenant.record_export, export, keeping.actor)
        return StreamingResponse(write(table), headers=headers)


def _table(served: Served, ask: Asked) -> Table:
    """The verdicts, in the order of their identities, as who asks may see them."""
    served.check_deadline()
    revision, view = served.at(ask.as_of, ask.known_at), served.view
    order = VerdictOrderField.OBLIGATION
    verdicts = select(revision.ordered(order.value, ORDERS[order]), ask.filter(view.snapshot))
    return Table(
        as_of=revision.as_of,
        known_at=revision.known_at,
        policy_version=view.snapshot.version,
        verdicts=verdicts,
    )


async def _summed(request: Request, pieces: Iterator[bytes]) -> Sums | None:
    """The length and the digest of a file; None where whoever asked went away in the meantime."""
    whole, size = sha256(), 0
    while (piece := await run_in_threadpool(next, pieces, None)) is not None:
        whole.update(piece)
        size += len(piece)
        if await request.is_disconnected():
            return None
    return Sums(size=size, digest=whole.digest())


def _headers(table: Table, form: str, sums: Sums) -> dict[str, str]:
    said = header(table)
    at = iso_text(table.as_of).replace("-", "").replace(":", "")
    headers = {
        "etag": f'"{sums.digest.hex()}"',
        "repr-digest": f"sha-256=:{b64encode(sums.digest).decode()}:",
        "content-disposition": f'attachment; filename="verdicts-{at}.{form}"',
        "cache-control": "private, no-cache",
        "troth-rows": str(len(table.verdicts)),
    }
    for name, value in said.items():
        if isinstance(value, str):
            headers[f"troth-{name.replace('_', '-')}"] = value
    return headers


def _refused(status: int, code: Code, message: str) -> JSONResponse:
    body = {"errors": [{"message": message, "extensions": {"code": code.value}}]}
    return JSONResponse(body, status, NO_STORE)
