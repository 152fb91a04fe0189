"""`troth serve`: GraphQL over one policy set and its facts, for this machine only."""

import socket
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime

from api.command.console import Console
from api.command.exits import Exit
from api.command.options import instant, port, take_facts, take_policies
from api.command.workspace import workspace
from engine.model.instants import instant_of, iso_text
from engine.model.quantity import Instant

LOOPBACK = "127.0.0.1"

DESCRIPTION = """Answer GraphQL queries about one policy set and its facts.

The server listens on this machine only, and whoever can reach it may ask everything: there are no tokens
yet. Policies and facts are read once, when it starts."""
EXAMPLE = """troth serve policies/examples/hosting --facts policies/examples/hosting/facts \\
      --as-of 2025-04-01T00:00:00Z --port 8000"""


def arguments(parser: ArgumentParser) -> None:
    """POLICIES, the facts, the instants, and the port."""
    take_policies(parser)
    take_facts(parser)
    parser.add_argument(
        "--as-of",
        type=instant,
        metavar="INSTANT",
        help="what time it is (default: now, read once)",
    )
    parser.add_argument("--known-at", type=instant, metavar="INSTANT", help="what had been recorded by then")
    parser.add_argument("--port", type=port, default=8000, help="default: 8000; 0 takes a free one")
    parser.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")


def run(options: Namespace, console: Console) -> Exit:
    """Serve until interrupted."""
    as_of: Instant = options.as_of if options.as_of is not None else _now()
    with workspace(options, console) as ready:
        if ready is None:
            return Exit.NOT_EVALUATED
        # The web application is loaded only when there is something to serve.
        import uvicorn

        from api.app import app
        from api.command.workspace_to_view import compliance_view

        application = app(compliance_view(ready, as_of=as_of, known_at=options.known_at))
        try:
            listener = socket.create_server((LOOPBACK, options.port))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            console.note(
                f"troth serve: port {options.port} cannot be used: {reason}; choose another with --port"
            )
            return Exit.NOT_EVALUATED
        with listener:
            number = listener.getsockname()[1]
            console.note(
                f"GraphQL at http://{LOOPBACK}:{number}/graphql as of {iso_text(as_of)}; Ctrl-C stops it."
            )
            console.note("No tokens are asked for: everyone on this machine may read everything.")
            uvicorn.Server(uvicorn.Config(application, log_level="warning")).run(sockets=[listener])
    return Exit.KEPT


def _now() -> Instant:
    # A server answers about the present; everywhere else the instant is an argument.
    return instant_of(datetime.now(UTC))  # noqa: TID251
