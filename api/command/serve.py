"""`troth serve`: GraphQL over one policy set and its facts, or over a tenant, for this machine only."""

import socket
from argparse import ArgumentParser, Namespace
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from api.command.clock import now
from api.command.console import Console
from api.command.exits import Exit
from api.command.options import instant, port, take_actor, take_facts, take_policies, take_tenant
from api.command.workspace import workspace
from engine.model.instants import iso_text
from engine.model.quantity import Instant

if TYPE_CHECKING:
    from api.view import Views

LOOPBACK = "127.0.0.1"

DESCRIPTION = """Answer GraphQL queries about one policy set and its facts, or about a tenant.

The server listens on this machine only, and whoever can reach it may ask everything: there are no tokens
yet. POLICIES and --facts are read once, when it starts, and nothing is kept. A tenant, in the --archive, is
answered for as it stands: what is fed or published is seen by the next request. With --actor it keeps what
is sent to it, from whoever can reach it, and records that as the doing of that actor."""
EXAMPLE = """troth serve policies/examples/hosting --facts policies/examples/hosting/facts \\
      --as-of 2025-04-01T00:00:00Z --port 8000"""


def arguments(parser: ArgumentParser) -> None:
    """POLICIES and the facts, or the archive; the instants, and the port."""
    take_policies(parser, needed=False)
    take_facts(parser, needed=False)
    parser.add_argument(
        "--archive",
        metavar="FILE_OR_URL",
        help="serve a tenant: a file, made where there is none, or the URL of a PostgreSQL",
    )
    take_tenant(parser)
    take_actor(parser, needed=False)
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
    if said := _at_odds(options):
        console.note(f"troth serve: {said}")
        return Exit.NOT_EVALUATED
    opened = _files(options, console) if options.archive is None else _tenant(options, console)
    with opened as views:
        return Exit.NOT_EVALUATED if views is None else _serve(views, options, console)


def _at_odds(options: Namespace) -> str | None:
    """What of the command does not go together."""
    if options.archive is None:
        if options.actor is not None:
            return "--actor needs an --archive: over POLICIES and --facts nothing is kept"
        if not options.policies or options.facts is None:
            return "say POLICIES and --facts DIR, or --archive FILE_OR_URL"
    elif options.policies or options.facts or options.as_of is not None or options.known_at is not None:
        return "an --archive has its policies and facts, and each query says its instants"
    return None


@contextmanager
def _files(options: Namespace, console: Console) -> "Generator[Views | None]":
    """POLICIES and --facts, read once."""
    as_of: Instant = options.as_of if options.as_of is not None else now()
    with workspace(options, console) as ready:
        if ready is None:
            yield None
        else:
            from api.command.workspace_to_view import compliance_view

            yield compliance_view(ready, as_of=as_of, known_at=options.known_at)


@contextmanager
def _tenant(options: Namespace, console: Console) -> "Generator[Views | None]":
    """The tenant of --archive."""
    from api.command.tenant_to_views import TenantViews
    from engine.store.archive import ArchiveError
    from engine.store.open_archive import open_archive
    from engine.tenant.tenant import Tenant

    try:
        archive = open_archive(options.archive, now, tenant=options.tenant)
    except ArchiveError as error:
        console.note(f"troth serve: {error}")
        yield None
        return
    with Tenant(archive) as tenant:
        views = TenantViews(tenant, now, actor=options.actor)
        try:
            yield views
        finally:
            views.close()


def _serve(views: "Views", options: Namespace, console: Console) -> Exit:
    """Open the doors."""
    # The web application is loaded only when there is something to serve.
    import uvicorn

    from api.app import app

    application = app(views)
    try:
        listener = socket.create_server((LOOPBACK, options.port))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        console.note(f"troth serve: port {options.port} cannot be used: {reason}; choose another with --port")
        return Exit.NOT_EVALUATED
    with listener:
        number = listener.getsockname()[1]
        when = f" as of {iso_text(views.ready()[1])}" if options.archive is None else ""
        console.note(f"GraphQL at http://{LOOPBACK}:{number}/graphql{when}; Ctrl-C stops it.")
        also = "" if views.keeping is None else f", and send what is kept as the doing of {options.actor}"
        console.note(f"No tokens are asked for: everyone on this machine may read everything{also}.")
        uvicorn.Server(uvicorn.Config(application, log_level="warning")).run(sockets=[listener])
    return Exit.KEPT
