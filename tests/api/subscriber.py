"""A subscriber in the tests: graphql-transport-ws over the client of a door."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from anyio import fail_after
from starlette.testclient import TestClient, WebSocketTestSession

PATIENCE = 10
"""Seconds in which a message has come, or never does."""

PROTOCOL = "graphql-transport-ws"


class Subscriber:
    """One connection that was acknowledged, with one operation at a time."""

    def __init__(self, socket: WebSocketTestSession) -> None:
        self.socket = socket
        self._early: list[Any] = []

    def subscribe(self, query: str, *, name: str = "1", **variables: object) -> None:
        """Begin an operation, and come back once the server has begun it."""
        self.socket.send_json(
            {"id": name, "type": "subscribe", "payload": {"query": query, "variables": variables}}
        )
        self.barrier()

    def barrier(self) -> None:
        """Come back once the server has done what was sent before: queries are answered in their order."""
        self.socket.send_json({"id": "barrier", "type": "subscribe", "payload": {"query": "{ __typename }"}})
        wanted = ["next", "complete"]
        while wanted:
            message = self._received()
            if message["id"] == "barrier":
                assert message["type"] == wanted.pop(0), message
            else:
                self._early.append(message)

    def message(self) -> Any:
        """The next message."""
        return self._early.pop(0) if self._early else self._received()

    def event(self) -> Any:
        """The next event: the one field of its data."""
        message = self.message()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        (event,) = message["payload"]["data"].values()
        return event

    def events(self, many: int) -> list[Any]:
        """The next so many."""
        return [self.event() for _ in range(many)]

    def closed(self) -> int:
        """The code with which the server closes."""
        message = self._frame()
        assert message["type"] == "websocket.close", message
        return message["code"]

    def _received(self) -> Any:
        frame = self._frame()
        assert frame["type"] == "websocket.send", frame
        return json.loads(frame["text"])

    def _frame(self) -> Any:
        async def soon() -> Any:
            with fail_after(PATIENCE):
                return await self.socket._send_rx.receive()

        return self.socket.portal.call(soon)


@contextmanager
def subscriber(
    client: TestClient, *, token: str | None = None, path: str = "/graphql"
) -> Generator[Subscriber]:
    """A connection that says its token in its first message."""
    with client.websocket_connect(f"ws://localhost{path}", subprotocols=[PROTOCOL]) as socket:
        payload = None if token is None else {"authorization": f"Bearer {token}"}
        socket.send_json({"type": "connection_init", "payload": payload})
        assert socket.receive_json() == {"type": "connection_ack"}
        yield Subscriber(socket)
