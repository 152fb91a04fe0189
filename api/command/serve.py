"""`troth serve`: GraphQL over one policy set and its facts, or over tenants."""

import logging
import os
import re
import signal
import socket
from argparse import ArgumentParser, Namespace
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from api.command.clock import now
from api.command.console import Console
from api.command.doorman import Chosen, at_odds, choose, take_tokens
from api.command.exits import Exit
from api.command.options import instant, port, take_actor, take_facts, take_policies, take_tenant
from api.command.persisted import persisted_words, read_persisted
from api.command.settings import LEAST_MEMORY, Address
from api.command.settings_in_force import in_force
from api.command.signing_keys import key_of, unsigned
from api.command.take_settings import take_settings
from api.command.webhook_keys import webhook_key
from api.command.workspace import workspace
from api.operation.log import LogFormat, configure, tell
from engine.model.instants import iso_text
from engine.model.quantity import Instant
from engine.store.shown_place import secrets_of

if TYPE_CHECKING:
    from api.graphql.persisted import Persisted
    from api.view import Views

LOG = logging.getLogger("troth.server")
NAMED = re.compile(r"([a-z][a-z0-9_]{0,39})=(.+)")

MEGABYTE = 1_000_000
USUAL_MEMORY = 1_000 * MEGABYTE
"""What DuckDB may hold for a tenant at most, where nothing is said."""

SERVER = "troth"
"""Who signs where nobody is named: the server itself, as it judges."""

DESCRIPTION = """Answer GraphQL queries about one policy set and its facts, or about tenants.

The server listens on this machine only, unless --listen says otherwise and tokens are declared, and whoever
asks needs a token: one of an issuer that --tokens declares, one that `troth token` made, or, where there is
neither, the one that is told when the server starts. POLICIES and --facts are read once, when it starts, and
nothing is kept. A tenant, in the --archive, is answered for as it stands: what is fed or published is seen by
the next request. What is sent is kept as the doing of whom the token names, of --actor with the one that is
told. Several archives, each said as NAME=FILE_OR_URL, are as many tenants, at /t/NAME/graphql.

Whatever the options say can stand in a --config file, or in the environment as TROTH_…: options go before the
environment, that before the file; --print-config shows what is in force and where it came from. SIGTERM or
Ctrl-C stop it: nothing more is accepted, what was accepted is answered, streams are closed."""
EXITS = """exit codes:
  0    it was told to stop (SIGTERM), and all that it had accepted was answered
  1    it was told to stop, and not all was answered in the time that it has
  2    it could not serve: the policies, an archive, a setting or the command is not as it must be
  130  it was interrupted by Ctrl-C
"""
EXAMPLE = """troth serve policies/examples/hosting --facts policies/examples/hosting/facts \\
      --as-of 2025-04-01T00:00:00Z --port 8000"""


def arguments(parser: ArgumentParser) -> None:
    """POLICIES and the facts, or the archive; the instants, and the port."""
    take_policies(parser, needed=False)
    take_facts(parser, needed=False)
    parser.add_argument(
        "--archive",
        action="append",
        default=[],
        metavar="[NAME=]FILE_OR_URL",
        help="serve a tenant: a file, made where there is none, or a PostgreSQL; may be said again",
    )
    take_tenant(parser)
    take_actor(parser, needed=False)
    take_tokens(parser)
    parser.add_argument(
        "--as-of",
        type=instant,
        metavar="INSTANT",
        help="what time it is (default: now, read once)",
    )
    parser.add_argument("--known-at", type=instant, metavar="INSTANT", help="what had been recorded by then")
    take_settings(parser)
    parser.add_argument(
        "--sign",
        type=Path,
        metavar="FILE",
        help="sign heads of the ledger with the key in this file, or of each tenant with NAME.key in this"
        " folder: a minute after what was kept, at the end",
    )
    parser.add_argument("--port", type=port, help="of --listen; 0 takes a free one")
    parser.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")


def run(options: Namespace, console: Console) -> Exit:
    """Serve until interrupted."""
    force = in_force(options, os.environ)
    if force.mistakes:
        sources = {} if force.source is None else {force.source.name: force.source}
        console.findings(force.mistakes, sources)
        return Exit.NOT_EVALUATED
    if options.print_config:
        for line in force.lines():
            console.print(line)
        return Exit.KEPT
    archives = _archives(options)
    said = archives if isinstance(archives, str) else _at_odds(options) or at_odds(options)
    if said is not None or isinstance(archives, str):
        console.note(f"troth serve: {said}")
        return Exit.NOT_EVALUATED
    chosen = choose(options, archives, console)
    if chosen is None:
        return Exit.NOT_EVALUATED
    persisted = read_persisted(options, console)
    if persisted is None:
        return Exit.NOT_EVALUATED
    if (unsafe := _unsafe(options, chosen)) is not None:
        console.note(f"troth serve: {unsafe}")
        return Exit.NOT_EVALUATED
    with ExitStack() as opened:
        tenants: dict[str, Views] = {}
        for name, location in archives.items():
            views = opened.enter_context(_tenant(name, location, options, console))
            if views is None:
                return Exit.NOT_EVALUATED
            tenants[name] = views
        if archives:
            return _serve(tenants, "", chosen, persisted, options, console)
        files = opened.enter_context(_files(options, console))
        if files is None:
            return Exit.NOT_EVALUATED
        return _serve(files, f" as of {iso_text(files.ready()[1])}", chosen, persisted, options, console)


def _archives(options: Namespace) -> dict[str, str] | str:
    """Where the archive of each tenant lies, by the tenant's name, or why that cannot be said."""
    found: dict[str, str] = {}
    for each in options.archive:
        named = NAMED.fullmatch(each)
        name, location = (named[1], named[2]) if named else (options.tenant, each)
        if name in found:
            return f"two archives are called `{name}`: say each as NAME=FILE_OR_URL"
        found[name] = location
    return found


def _at_odds(options: Namespace) -> str | None:
    """What of the command does not go together."""
    if options.sign is not None and (what := unsigned(_archives(options), options.sign)) is not None:
        return what
    if options.persisted_only and options.persisted is None:
        return "--persisted-only (`persisted.only`) answers documents of --persisted (`persisted.documents`)"
    if not options.archive:
        if options.actor is not None:
            return "--actor needs an --archive: over POLICIES and --facts nothing is kept"
        if not options.policies or options.facts is None:
            return "say POLICIES and --facts DIR, or --archive FILE_OR_URL"
    elif options.policies or options.facts or options.as_of is not None or options.known_at is not None:
        return "an --archive has its policies and facts, and each query says its instants"
    return None


def _unsafe(options: Namespace, chosen: Chosen) -> str | None:
    """Why doors would be open that should not be."""
    address: Address = options.listen
    if not address.is_loopback and not chosen.is_declared:
        return (
            f"it listens on {address} only with tokens that are declared (`tokens.issuers`, `tokens.key`, or"
            " those of `troth token`): everybody who reaches this machine could ask"
        )
    if not address.is_loopback and not options.hosts:
        return f"it listens on {address}: say under which names it is asked (`hosts`, --host-name)"
    if options.open and "*" in options.hosts:
        return (
            "it asks for no tokens: name the `hosts` (--host-name), for under any name a page elsewhere could"
            " reach it by a name of its own"
        )
    if chosen.is_told and options.log_format is LogFormat.JSON:
        return (
            "a token that is told would stand in the log: with `log.format` json say which tokens are taken"
            " (`tokens.issuers`, `tokens.key`), or `tokens.open`"
        )
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


def _memory(options: Namespace) -> int:
    """How many bytes DuckDB may hold for a tenant."""
    said: int | None = options.database_megabytes
    if said is not None:
        return said * MEGABYTE
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(min(machine // 4, USUAL_MEMORY), LEAST_MEMORY * MEGABYTE)


@contextmanager
def _tenant(name: str, location: str, options: Namespace, console: Console) -> "Generator[Views | None]":
    """The tenant of an archive, whose heads are signed where there is a key."""
    from api.command.ledger_files import UnusableError, signing_key
    from api.command.tenant_to_views import TenantViews
    from engine.store.archive import ArchiveError
    from engine.store.open_archive import open_archive
    from engine.tenant.tenant import Tenant

    try:
        archive = open_archive(location, now, tenant=name, memory=_memory(options))
    except ArchiveError as error:
        console.note(f"troth serve: {error}")
        yield None
        return
    with Tenant(archive) as tenant:
        views = TenantViews(tenant, now)
        with ExitStack() as signing:
            if options.sign is not None:
                from api.signing import HeadSigner
                from engine.ledger.log import LedgerError

                try:
                    key = signing_key(key_of(name, options.sign))
                    signing.enter_context(HeadSigner(tenant, key, options.actor or SERVER))
                except (UnusableError, LedgerError, ArchiveError) as error:
                    console.note(f"troth serve: {error}")
                    yield None
                    return
            try:
                yield views
            finally:
                views.close()


def _serve(
    views: "Views | Mapping[str, Views]",
    when: str,
    chosen: Chosen,
    persisted: "Persisted",
    options: Namespace,
    console: Console,
) -> Exit:
    """Open the doors."""
    # The web application is loaded only when there is something to serve.
    from api.allowance import Rates
    from api.app import LOOPBACK, app
    from api.command.listening import Server
    from api.drafts.drafts import Drafts
    from api.webhooks.webhook_settings import WebhookSettings

    archives = _archives(options)
    assert not isinstance(archives, str), "it was looked at before"
    keys = {
        name: key
        for name, place in archives.items()
        if (key := webhook_key(place, options.webhook_key)) is not None
    }
    address: Address = options.listen
    application = app(
        views,
        doorman=chosen.doorman,
        hosts=(*LOOPBACK, *options.hosts),
        seconds=options.answer_seconds,
        rates=Rates(requests=options.requests_per_minute or None, points=options.points_per_minute or None),
        most_exports=options.exports or None,
        drafts=Drafts(most=options.drafts),
        webhooks=WebhookSettings(keys=keys, allowed=options.webhook_allow, clock=now),
        persisted=persisted,
    )
    try:
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        listener = socket.create_server((address.host, address.port), family=family)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        console.note(f"troth serve: port {address.port} cannot be used: {reason}; choose another with --port")
        return Exit.NOT_EVALUATED
    with listener:
        at = f"http://{replace(address, port=listener.getsockname()[1])}"
        paths = [f"/t/{name}/graphql" for name in views] if isinstance(views, Mapping) else []
        where = ", ".join(f"{at}{path}" for path in (paths if len(paths) > 1 else ("/graphql",)))
        server = Server(application, stop_seconds=options.stop_seconds)
        # The server stops on the signal, before it serves, too, and raises it again when it has stopped.
        signal.signal(signal.SIGTERM, server.handle_exit)
        secrets = {each for place in options.archive for each in secrets_of(place.partition("=")[2])}
        configure(options.log_format, options.log_level, secrets=secrets)
        if options.log_format is LogFormat.JSON:
            many = len(persisted.documents)
            tell(LOG, logging.INFO, "serving", at=where, tokens=" ".join(chosen.said), persisted=many)
        else:
            console.note(f"GraphQL at {where}{when}; Ctrl-C stops it.")
            if options.persisted is not None:
                console.note(persisted_words(persisted))
            for line in chosen.said:
                console.note(line)
        server.run(sockets=[listener])
    return Exit.BREACHED if server.is_cut_short else Exit.KEPT
