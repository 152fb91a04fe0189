"""A server over real sockets, on a free port of the loopback interface, in a thread of the tests."""

import socket
from collections.abc import Generator
from contextlib import contextmanager
from threading import Thread

from starlette.applications import Starlette

from api.command.listening import Server

LONG = 3_600
"""Seconds that it may take to stop: beyond them a server ends its process, here that of the tests."""


@contextmanager
def live_server(application: Starlette) -> Generator[str]:
    """The address at which an application is served, such as `http://127.0.0.1:43211`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(application, stop_seconds=LONG)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="live server")
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
