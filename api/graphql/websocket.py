"""The graphql-transport-ws protocol: what is no message of it closes the socket, with the right code."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from typing import Any, Protocol, cast

from graphql import GraphQLError
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http import GraphQLRequestData
from strawberry.http.exceptions import NonJsonMessageReceived, NonTextMessageReceived, WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    SubscribeMessage,
)

from api.allowance import Allowances
from api.authentication import FORBIDDEN_FRAME, NOT_ALLOWED, SCHEME, UnauthenticatedError, admitted
from api.graphql.errors import Code, is_refused, refusal, too_fast
from api.graphql.guest import Guest, NoSuchTenantError, guest_of
from api.graphql.live import Live, Stream
from api.graphql.persisted import NO_SUCH_ID, NOT_AN_ID, Persisted, is_id
from api.graphql.served import Door, Served
from api.tenants import Tenants
from engine.model.principal import Act

LOG = logging.getLogger("troth.graphql")

LARGEST_MESSAGE = 1_000_000
MOST_OPERATIONS = 50
"""Of one connection at a time: subscriptions, and queries that are not answered yet."""
LONGEST_ID = 200
LONGEST_REASON = 120
"""Bytes: a close frame has no room for more."""

NEEDED_HERE = 'a bearer token is needed: {"authorization": "Bearer TOKEN"} in connection_init'

GOING_AWAY = 1001
TOO_LARGE = 1009
INTERNAL_ERROR = 1011


class Doors(Protocol):
    """The endpoint that a connection came to."""

    live: Live
    tenants: Tenants[Door]
    allowances: Allowances | None
    persisted: Persisted

    def decode_json(self, data: str | bytes) -> object:
        """A message; the error of what is none is a ValueError."""
        ...


class Socket(ASGIWebSocketAdapter):
    """Frames as messages."""

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object]:
        """Each message as it comes, until either side closes."""
        while self._is_open():
            frame = await self.ws.receive()
            if frame["type"] == "websocket.disconnect":
                return
            text = frame.get("text")
            if text is None:
                raise NonTextMessageReceived
            if len(text) > LARGEST_MESSAGE:
                await self.close(TOO_LARGE, f"a message is at most {LARGEST_MESSAGE:,} characters")
                return
            try:
                message = cast(Doors, self.view).decode_json(text)  # pyright: ignore[reportUnknownMemberType]
            except ValueError as fault:
                raise NonJsonMessageReceived from fault
            yield message

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send a message, as soon as there is room for it on the way."""
        await self.send_text(json.dumps(message, separators=(",", ":")))

    async def send_text(self, text: str) -> None:
        """The same, of a message that is JSON already."""
        if not self._is_open():
            raise WebSocketDisconnected
        try:
            await self.ws.send_text(text)
        except WebSocketDisconnect as gone:
            raise WebSocketDisconnected from gone

    async def close(self, code: int, reason: str) -> None:
        """Close, unless that was done."""
        if self._is_open():
            try:
                await self.ws.close(code, reason.encode()[:LONGEST_REASON].decode(errors="ignore"))
            except WebSocketDisconnect as gone:
                raise WebSocketDisconnected from gone

    def _is_open(self) -> bool:
        return self.ws.application_state is self.ws.client_state is WebSocketState.CONNECTED


class Handler(BaseGraphQLTransportWSHandler[Served, None]):
    """One connection. Its context is the connection; who asks is known once it is acknowledged."""

    guest: Guest

    @property
    def live(self) -> Live:
        """What answers."""
        return cast(Doors, self.view).live

    async def handle(self) -> None:
        """Serve it until it closes."""
        self.live.connections.add(self)
        try:
            await super().handle()
        finally:
            self.live.connections.discard(self)

    async def leave(self) -> None:
        """Close it because the server stops: a client comes back and goes on after its last cursor."""
        with suppress(WebSocketDisconnected):
            await self.websocket.close(GOING_AWAY, "the server stops; go on after your last cursor")

    async def handle_message(self, message: Message) -> None:
        """Do what a message says, if it is one."""
        if said := fault_of(message):
            await self.handle_invalid_message(said)
            return
        # A payload that is null is one that is not there.
        known = {name: value for name, value in message.items() if value is not None}
        await super().handle_message(cast(Message, known))

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Let in who says who asks, in the message or in the header before it."""
        payload = message.get("payload") or {}
        said = next((value for name, value in payload.items() if name.lower() == "authorization"), None)
        try:
            if not self.connection_init_received:
                self.guest = await self._admitted(said)
        except (UnauthenticatedError, NoSuchTenantError) as refused:
            await self.websocket.close(FORBIDDEN_FRAME, str(refused))
            return
        await super().handle_connection_init(message)

    async def _admitted(self, said: object) -> Guest:
        connection = cast(WebSocket, self.context)
        token = None
        if said is not None:
            scheme, _, token = said.partition(" ") if isinstance(said, str) else ("", "", "")
            if scheme.lower() != SCHEME:
                raise UnauthenticatedError(NEEDED_HERE)
            principal = await admitted(connection, token.strip())
            if not principal.may(Act.READ):
                raise UnauthenticatedError(NOT_ALLOWED)
        return guest_of(connection, cast(Doors, self.view).tenants, token)

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Begin an operation, unless there is no room for it or nothing that it could run."""
        id, payload = message["id"], message["payload"]
        if self.connection_acknowledged and id not in self.operations:
            try:
                payload["query"] = self._document(cast("dict[str, Any]", payload))
            except GraphQLError as refused:
                await self.send_message({"id": id, "type": "error", "payload": [refused.formatted]})
                return
        await super().handle_subscribe(message)

    def _document(self, payload: Mapping[str, Any]) -> str:
        """The text of what is asked; raises a refusal."""
        if len(self.operations) >= MOST_OPERATIONS:
            words = f"a connection has at most {MOST_OPERATIONS} operations at a time"
            raise refusal(Code.LIMIT_EXCEEDED, words)
        doors = cast(Doors, self.view)
        name = self.guest.principal.account
        if doors.allowances is not None and (wait := doors.allowances.take_request(name)):
            raise too_fast(wait)
        if (asked := payload.get("documentId")) is None:
            return payload["query"]
        if not is_id(asked):
            raise refusal(Code.BAD_REQUEST, NOT_AN_ID)
        if (text := doors.persisted.text(asked)) is None:
            raise refusal(Code.NOT_PERSISTED, NO_SUCH_ID)
        return text

    async def run_operation(self, operation: Operation[Served, None]) -> None:
        """Answer an operation; whatever is wrong with it is its own error, and the connection stays."""
        asked = GraphQLRequestData(
            query=operation.query,
            variables=operation.variables,
            operation_name=operation.operation_name or None,
            extensions=None,
        )
        try:
            try:
                await self._answer(operation, asked)
            except GraphQLError as error:
                await operation.send_initial_errors([error])
            except UnauthenticatedError as ended:
                await self.websocket.close(FORBIDDEN_FRAME, str(ended))
        except WebSocketDisconnected:
            return

    def _task_done(self, task: "asyncio.Task[None]") -> None:
        """A fault of ours closes the connection, and stands in the log."""
        if not task.cancelled() and (fault := task.exception()) is not None:
            LOG.error("fault while answering over a WebSocket", exc_info=fault)
            self._closing = asyncio.create_task(self._give_up())

    async def _give_up(self) -> None:
        with suppress(WebSocketDisconnected):
            await self.websocket.close(INTERNAL_ERROR, "internal error")

    async def _answer(self, operation: Operation[Served, None], asked: GraphQLRequestData) -> None:
        began = await self.live.begin(asked, self.guest)
        if isinstance(began, Stream):
            head = f'{{"id":{json.dumps(operation.id)},"type":"next","payload":'
            socket = cast(Socket, self.websocket)
            async with aclosing(self.live.payloads(began)) as payloads:
                async for payload in payloads:
                    await socket.send_text(f"{head}{payload}}}")
            if self.live.is_leaving:
                return
        elif is_refused(began):
            await operation.send_initial_errors(began.errors or [])
            return
        else:
            await operation.send_next(began)
        await operation.send_operation_message({"id": operation.id, "type": "complete"})


def fault_of(message: object) -> str | None:
    """What is wrong with the form of a message, in few words.

    >>> fault_of({"type": "ping"}), fault_of([1]), fault_of({"type": "complete", "id": ""})
    (None, 'a message is a JSON object', 'an `id` is a text of 1 to 200 characters')
    """
    if not isinstance(message, dict):
        return "a message is a JSON object"
    known = cast("dict[str, Any]", message)
    match known.get("type"):
        case "connection_init" | "ping" | "pong":
            return None if isinstance(known.get("payload"), dict | None) else "`payload` is an object"
        case "complete":
            return _fault_of_id(known)
        case "subscribe":
            return _fault_of_id(known) or _fault_of_operation(known.get("payload"))
        case _:
            return "there is no message of this type"


def _fault_of_id(message: Mapping[str, Any]) -> str | None:
    id = message.get("id")
    is_one = isinstance(id, str) and 0 < len(id) <= LONGEST_ID
    return None if is_one else f"an `id` is a text of 1 to {LONGEST_ID} characters"


def _fault_of_operation(payload: object) -> str | None:
    if not isinstance(payload, dict):
        return "`payload` is an object"
    known = cast("dict[str, Any]", payload)
    for name in ("query", "documentId", "operationName"):
        if not isinstance(known.get(name), str | None):
            return f"`{name}` is a text"
    # Clients that cannot leave `query` out send an empty one beside an id.
    if known.get("query") if known.get("documentId") is not None else known.get("query") is None:
        return "there is either a `query` or a `documentId`"
    if not all(isinstance(known.get(name), dict | None) for name in ("variables", "extensions")):
        return "`variables` and `extensions` are objects"
    return None
