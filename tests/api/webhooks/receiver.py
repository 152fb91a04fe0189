"""A machine that is told something: a real server on the loopback interface, answering as it is told."""

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic, sleep
from typing import Any


@dataclass(slots=True)
class Got:
    """A request that came."""

    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        """What the body says."""
        return json.loads(self.body)


@dataclass(slots=True)
class Receiver:
    """What came, and what is answered: the first of `answers`, the last of which stays."""

    port: int
    got: list[Got] = field(default_factory=list[Got])
    answers: list[int] = field(default_factory=lambda: [204])
    headers: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/in?of=acme"


@contextmanager
def receiver(port: int = 0) -> Generator[Receiver]:
    """A receiver, on a free port unless one is said."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            made.got.append(Got({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(made.answers.pop(0) if len(made.answers) > 1 else made.answers[0])
            for name, value in made.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is told."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    made = Receiver(server.server_address[1])
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds, which it soon does."""
    give_up = monotonic() + 8
    while not holds():
        assert monotonic() < give_up, "it never came"
        sleep(0.01)
