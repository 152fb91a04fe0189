"""GraphQL over HTTP: one body, one answer, in the media type that the client asks for."""

import asyncio
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from time import monotonic_ns
from typing import Any, cast

from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import MissingQueryError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.http.base import BaseRequestProtocol
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.execution import ExecutionResult
from strawberry.types.graphql import OperationType

from api.allowance import Allowances
from api.graphql.errors import Code, coded, is_refused, refusal, retry_after
from api.graphql.event_stream import event_stream
from api.graphql.guest import Guest, guest_of
from api.graphql.live import Live
from api.graphql.scalars import Written
from api.graphql.schema import SCHEMA
from api.graphql.served import Door, Served
from api.graphql.websocket import Handler, Socket
from api.operation.observed import observed
from api.tenants import Tenants, no_such_tenant

JSON = "application/json"
RESPONSE_JSON = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"
LARGEST_BODY = 1_000_000
SECONDS = 10
NANOSECONDS = 1_000_000_000
NOT_KEEPING = (OperationType.QUERY, OperationType.SUBSCRIPTION)
"""What may be sent by GET; a subscription is then found to be none that there is."""
KEEPING = (OperationType.MUTATION,)
MAY_KEEP = re.compile(r"\bmutation\b", re.ASCII)
"""What stands in every document that has a mutation, and in few others."""


FIRST_WORD = timedelta(seconds=10)
"""How long a WebSocket may stay open before its `connection_init`."""


class Endpoint(GraphQL[Served, None]):
    """Answers `POST`, `GET` and WebSockets; what a tenant is asked runs on its one thread, and what it is to
    keep on a few others.

    The store behind a view is asked by one caller at a time. The mutations of one document are done one after
    the other; those of several run beside one another, so that what is fed at once is kept together: whoever
    needs an order waits for the answer. A long answer never keeps the server from saying that it lives.
    """

    graphql_transport_ws_handler_class = Handler
    allowances: Allowances | None
    websocket_adapter_class = Socket

    def __init__(
        self, tenants: Tenants[Door], *, seconds: int = SECONDS, allowances: Allowances | None = None
    ) -> None:
        super().__init__(
            SCHEMA,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=FIRST_WORD,
            max_subscriptions_per_connection=None,
        )
        self.tenants = tenants
        self.live = Live(self)
        self.seconds = seconds
        self.allowances = allowances

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self.run(WebSocket(scope, receive, send))
            return
        request = Request(scope, _capped(receive))
        if self.tenants.of(request) is None:
            await no_such_tenant()(scope, receive, send)
            return
        accepted = media_type(request.headers.get("accept", ""))
        try:
            if accepted is None:
                raise HTTPException(406, f"answers are {RESPONSE_JSON}, {JSON} or {EVENT_STREAM}")
            response = await (self._streamed(request) if accepted == EVENT_STREAM else self.run(request))
            if accepted == RESPONSE_JSON and getattr(request.state, "refused", False):
                response.status_code = 400
            if (wait := getattr(request.state, "retry_after", None)) is not None:
                response.status_code = 429
                response.headers["retry-after"] = str(wait)
        except HTTPException as fault:
            accepted = JSON if accepted == EVENT_STREAM else accepted
            response = JSONResponse(_errors(fault), fault.status_code)
            if fault.status_code == 405:
                response.headers["allow"] = "POST" if request.method == "GET" else "GET, POST"
        if accepted != EVENT_STREAM:
            response.headers["content-type"] = f"{accepted or JSON}; charset=utf-8"
            response.headers["cache-control"] = "no-store"
        await response(scope, receive, send)

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        """Never: a browser gets the answer that everybody gets."""
        return False

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Served:
        """What the request is answered from, and until when."""
        if isinstance(request, WebSocket):
            # Who asks on a WebSocket may be said by its first message: its handler is given the connection.
            return cast(Served, request)
        return self.served(guest_of(request, self.tenants))

    def served(self, guest: Guest) -> Served:
        """What a guest is answered from, and until when."""
        ends_at = monotonic_ns() + self.seconds * NANOSECONDS
        return Served(
            door=guest.door,
            principal=guest.principal,
            ends_at=ends_at,
            allowances=self.allowances,
            tenants=tuple(sorted(filter(guest.principal.may_enter, self.tenants.doors))),
        )

    def decode_json(self, data: str | bytes) -> object:
        """A message of a WebSocket, of which numbers are kept as they are written."""
        return _read(data)

    async def _streamed(self, request: Request) -> Response:
        """The answers of an operation as events."""
        asked = await self.parse_http_body(self.request_adapter_class(request))
        keeps = request.method != "GET"
        return await event_stream(self.live, asked, guest_of(request, self.tenants), keeps=keeps)

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """The document and its variables; batches and uploads are not taken."""
        if request.method == "GET":
            fields: dict[str, object] = dict(request.query_params)
            for name in ("variables", "extensions"):
                text = fields.get(name)
                fields[name] = _loaded(text) if isinstance(text, str) and text else None
        else:
            if (request.content_type or "").partition(";")[0].strip().lower() != JSON:
                raise HTTPException(415, f"the body of a request is {JSON}")
            body = _loaded(await request.get_body())
            if not isinstance(body, dict):
                raise HTTPException(400, "a request is a JSON object; batches are not taken")
            fields = cast("dict[str, object]", body)
        query = _field(fields, "query", str)
        if not query:
            raise HTTPException(400, "there is no `query` in the request")
        return GraphQLRequestData(
            query=query,
            variables=_field(fields, "variables", dict),
            operation_name=_field(fields, "operationName", str) or None,
            extensions=_field(fields, "extensions", dict),
        )

    async def execute_single(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,
        sub_response: Response,
        context: Served,
        root_value: None,
        request_data: GraphQLRequestData,
    ) -> ExecutionResult:
        """Run the document on the threads of the tenant, for as long as is allowed."""
        result = await self.answered(request_data, context, keeps=request.method != "GET")
        request.state.refused = is_refused(result)
        request.state.retry_after = retry_after(result.errors)
        code = str((result.errors[0].extensions or {}).get("code")) if result.errors else None
        observed(request).tell(document=request_data.query, name=request_data.operation_name, code=code)
        return result

    async def answered(
        self, asked: GraphQLRequestData, context: Served, *, keeps: bool = True
    ) -> ExecutionResult:
        """The same of any connection; nothing is kept unless it `keeps`."""

        def execute(allowed: tuple[OperationType, ...]) -> ExecutionResult:
            return self.schema.execute_sync(
                asked.query,
                variable_values=asked.variables,
                context_value=context,
                operation_name=asked.operation_name,
                allowed_operation_types=allowed,
            )

        may_keep = keeps and MAY_KEEP.search(asked.query or "") is not None

        async def run() -> ExecutionResult:
            loop, door = asyncio.get_running_loop(), context.door
            if may_keep:
                with suppress(InvalidOperationTypeError):
                    return await loop.run_in_executor(door.keepers, execute, KEEPING)
            return await loop.run_in_executor(door.worker, execute, NOT_KEEPING)

        try:
            result = await asyncio.wait_for(run(), self.seconds + 1)
        except TimeoutError:
            words = "the answer takes longer than is allowed"
            if may_keep and context.keeping is not None:
                words += "; what was to be kept may have been: ask again under the same idempotency key"
            return ExecutionResult(data=None, errors=[refusal(Code.DEADLINE_EXCEEDED, words)])
        except MissingQueryError:
            nothing = refusal(Code.GRAPHQL_PARSE_FAILED, "there is no operation in the document")
            result = ExecutionResult(data=None, errors=[nothing])
        except InvalidOperationTypeError:
            raise HTTPException(405, "by GET one may ask, and nothing is kept: send it by POST") from None
        except CannotGetOperationTypeError:
            unknown = refusal(Code.BAD_USER_INPUT, "`operationName` names no query of the document")
            result = ExecutionResult(data=None, errors=[unknown])
        errors = coded(result.errors)
        return ExecutionResult(data=result.data, errors=errors or None, extensions=result.extensions)

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """The body of the answer."""
        response = await super().process_result(request, result)
        if getattr(request.state, "refused", False):
            response.pop("data", None)
        return response


def media_type(accept: str) -> str | None:
    """The type to answer in: the one wanted most, JSON where nothing is said; None where none is wanted.

    >>> media_type("application/graphql-response+json; charset=utf-8, application/json;q=0.9")
    'application/graphql-response+json'
    >>> media_type("*/*"), media_type("text/event-stream"), media_type("text/html")
    ('application/json', 'text/event-stream', None)
    """
    ranks = dict(_ranked(each) for each in (accept if accept.strip() else "*/*").lower().split(","))
    wanted = {
        EVENT_STREAM: ranks.get(EVENT_STREAM, 0),
        RESPONSE_JSON: ranks.get(RESPONSE_JSON, 0),
        JSON: next((ranks[name] for name in (JSON, "application/*", "*/*") if name in ranks), 0),
    }
    # Of those that are wanted alike the first stands.
    best = max(wanted, key=lambda name: wanted[name])
    return best if wanted[best] else None


def _ranked(wanted: str) -> tuple[str, int]:
    """A media type and how much it is wanted, in thousandths: HTTP gives at most three decimals."""
    name, *parameters = (part.strip() for part in wanted.split(";"))
    quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
    whole, _, decimals = quality.partition(".")
    digits = f"{whole}{decimals:0<3.3}"
    return name, int(digits) if digits.isascii() and digits.isdecimal() else 0


def _capped(receive: Receive) -> Receive:
    """A body that is refused as soon as it is too large."""
    received = 0

    async def capped() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > LARGEST_BODY:
            raise HTTPException(413, f"a request is at most {LARGEST_BODY:,} bytes")
        return message

    return capped


def _errors(fault: HTTPException) -> Mapping[str, object]:
    """The body of an answer to what is no GraphQL request."""
    code = Code.LIMIT_EXCEEDED if fault.status_code == 413 else Code.BAD_REQUEST
    return {"errors": [{"message": fault.reason, "extensions": {"code": code.value}}]}


def _loaded(text: str | bytes) -> object:
    """A JSON text; one that is nested too deep or holds numbers too long is none."""
    try:
        return _read(text)
    except ValueError:
        raise HTTPException(400, "the request is no JSON that can be read") from None


def _read(text: str | bytes) -> object:
    try:
        return json.loads(text, parse_float=Written, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _no_constant(word: str) -> None:
    raise ValueError(f"`{word}` is no JSON")


def _field(fields: Mapping[str, object], name: str, kind: type) -> Any:
    """A field of the request, null and absent being one."""
    value = fields.get(name)
    if value is not None and not isinstance(value, kind):
        raise HTTPException(400, f"`{name}` has the wrong form")
    return value
