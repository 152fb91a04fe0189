"""The server that listens: HTTP and WebSockets by uvicorn, and streams that end before it waits for them."""

import logging
import os
import socket
from collections.abc import Awaitable, Callable
from threading import Timer
from time import monotonic_ns
from typing import cast

import uvicorn
from starlette.applications import Starlette

from api.command.exits import Exit
from api.graphql.websocket import LARGEST_MESSAGE
from api.operation.log import tell

LOG = logging.getLogger("troth.server")

ALIVE = 20.0
"""Seconds between two pings of a WebSocket, and for which a pong may take."""


LAST_SECONDS = 5
"""Seconds beyond those of answering, in which what runs on a tenant's thread may still end."""


class Server(uvicorn.Server):
    """Serves an application that `api.app` has made."""

    def __init__(self, application: Starlette, *, stop_seconds: int) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                log_config=None,  # as this process logs
                access_log=False,
                timeout_graceful_shutdown=stop_seconds,
                ws="websockets-sansio",
                ws_max_size=LARGEST_MESSAGE,
                ws_ping_interval=ALIVE,
                ws_ping_timeout=ALIVE,
            )
        )
        self.leave = cast(Callable[[], Awaitable[None]], application.state.leave)
        self.stop_seconds = stop_seconds
        self.is_cut_short = False
        """Whether it stopped before all that it had accepted was answered."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell those who listen to streams, which have no end of their own; then finish what was asked."""
        tell(LOG, logging.INFO, "stopping", seconds=self.stop_seconds)
        began = monotonic_ns()
        last = Timer(self.stop_seconds + LAST_SECONDS, _give_up)
        last.daemon = True
        last.start()
        await self.leave()
        await super().shutdown(sockets)
        self.is_cut_short = monotonic_ns() - began >= self.stop_seconds * 1_000_000_000


def _give_up() -> None:
    """End at once, as a power cut would: whatever was answered is kept, and nothing is kept by half."""
    tell(LOG, logging.ERROR, "stopped before all was done")
    os._exit(Exit.BREACHED)
