"""The server that listens: HTTP and WebSockets by uvicorn, and streams that end before it waits for them."""

import socket
from collections.abc import Awaitable, Callable
from typing import cast

import uvicorn
from starlette.applications import Starlette

from api.graphql.websocket import LARGEST_MESSAGE

ALIVE = 20.0
"""Seconds between two pings of a WebSocket, and for which a pong may take."""


class Server(uvicorn.Server):
    """Serves an application that `api.app` has made."""

    def __init__(self, application: Starlette) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                log_level="warning",
                ws="websockets-sansio",
                ws_max_size=LARGEST_MESSAGE,
                ws_ping_interval=ALIVE,
                ws_ping_timeout=ALIVE,
            )
        )
        self.leave = cast(Callable[[], Awaitable[None]], application.state.leave)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell those who listen to streams, which have no end of their own; then finish what was asked."""
        await self.leave()
        await super().shutdown(sockets)
