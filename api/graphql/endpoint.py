"""GraphQL over HTTP: one body, one answer, in the media type that the client asks for."""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from time import monotonic_ns
from typing import cast

from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
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
from api.authentication import UnauthenticatedError, unauthenticated
from api.drafts.drafts import Drafts
from api.graphql.drafting import judged
from api.graphql.errors import Code, coded, is_refused, refusal, retry_after
from api.graphql.event_stream import event_stream
from api.graphql.feeding import Arrivals, answered_later, only_feeds
from api.graphql.guest import Guest, guest_of
from api.graphql.live import Live
from api.graphql.media_types import EVENT_STREAM, JSON, RESPONSE_JSON, media_type
from api.graphql.persisted import NOTHING_PERSISTED, Persisted
from api.graphql.request_body import capped, read_json, request_of
from api.graphql.schema import SCHEMA
from api.graphql.served import Door, Served
from api.graphql.websocket import Handler, Socket
from api.operation.observed import observed
from api.tenants import Tenants, no_such_tenant

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
    keep on a few others, none of which waits for facts to be kept that are all a document feeds.

    The store behind a view is asked by one caller at a time. The mutations of one document are done one after
    the other; those of several run beside one another, and what they feed at once is kept together: whoever
    needs an order waits for the answer. A long answer never keeps the server from saying that it lives.
    """

    graphql_transport_ws_handler_class = Handler
    allowances: Allowances | None
    persisted: Persisted
    websocket_adapter_class = Socket

    def __init__(
        self,
        tenants: Tenants[Door],
        *,
        drafts: Drafts,
        seconds: int = SECONDS,
        allowances: Allowances | None = None,
        persisted: Persisted = NOTHING_PERSISTED,
    ) -> None:
        super().__init__(
            SCHEMA,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=FIRST_WORD,
            max_subscriptions_per_connection=None,
        )
        self.tenants = tenants
        self.drafts = drafts
        self.live = Live(self)
        self.seconds = seconds
        self.allowances = allowances
        self.persisted = persisted
        self._arriving: Arrivals | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self.run(WebSocket(scope, receive, send))
            return
        request = Request(scope, capped(receive))
        if self.tenants.of(request) is None:
            await no_such_tenant()(scope, receive, send)
            return
        accepted = media_type(request.headers.get("accept", ""))
        try:
            if accepted is None:
                raise HTTPException(406, f"answers are {RESPONSE_JSON}, {JSON} or {EVENT_STREAM}")
            response = await (self._streamed(request) if accepted == EVENT_STREAM else self.run(request))
            if accepted == RESPONSE_JSON and (refused := getattr(request.state, "refused", None)):
                response.status_code = refused
            if (wait := getattr(request.state, "retry_after", None)) is not None:
                response.status_code = 429
                response.headers["retry-after"] = str(wait)
        except UnauthenticatedError as ended:
            # Its token was good when the request came, and is not any more.
            await unauthenticated(str(ended))(scope, receive, send)
            return
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
        served = self.served(guest_of(request, self.tenants))
        served.gone = lambda: _gone(request)
        return served

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
        return read_json(data)

    async def _streamed(self, request: Request) -> Response:
        """The answers of an operation as events."""
        asked = await self.parse_http_body(self.request_adapter_class(request))
        keeps = request.method != "GET"
        guest = guest_of(request, self.tenants)
        return await event_stream(self.live, asked, guest, keeps=keeps, gone=lambda: _gone(request))

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """The document and its variables; batches and uploads are not taken."""
        return await request_of(request, self.persisted)

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
        request.state.retry_after = retry_after(result.errors)
        code = str((result.errors[0].extensions or {}).get("code")) if result.errors else None
        if is_refused(result):
            # What is not persisted may not be asked; an id that is not known is a mistake like others.
            is_forbidden = code == Code.NOT_PERSISTED and request_data.query is not None
            request.state.refused = 403 if is_forbidden else 400
        observed(request).tell(document=request_data.query, name=request_data.operation_name, code=code)
        return result

    async def answered(
        self, asked: GraphQLRequestData, context: Served, *, keeps: bool = True
    ) -> ExecutionResult:
        """The same of any connection; nothing is kept unless it `keeps`."""
        if (unpersisted := self.persisted.refusal(asked.query)) is not None:
            return ExecutionResult(data=None, errors=[unpersisted])

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
                    threads = door.feeders if only_feeds(asked) else door.keepers
                    return await answered_later(lambda: execute(KEEPING), context, threads, self._arrivals())
            return await loop.run_in_executor(door.worker, execute, NOT_KEEPING)

        try:
            result = await asyncio.wait_for(run(), self.seconds + 1)
            if context.draft is not None:
                result = await judged(self.drafts, asked, context)
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

    def _arrivals(self) -> Arrivals:
        loop = asyncio.get_running_loop()
        if self._arriving is None or self._arriving.loop is not loop:
            self._arriving = Arrivals(loop)
        return self._arriving

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """The body of the answer."""
        response = await super().process_result(request, result)
        if getattr(request.state, "refused", None) is not None:
            response.pop("data", None)
        return response


async def _gone(request: Request) -> None:
    """Wait until the client of a request, whose body was read, has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _errors(fault: HTTPException) -> Mapping[str, object]:
    """The body of an answer to what is no GraphQL request."""
    code = Code.LIMIT_EXCEEDED if fault.status_code == 413 else Code.BAD_REQUEST
    return {"errors": [{"message": fault.reason, "extensions": {"code": code.value}}]}
