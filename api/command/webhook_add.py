"""`troth webhook add`: another machine is told, signed, what becomes of a tenant."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from api.command.console import Console
from api.command.exits import Exit
from api.command.tenant_archive import asked, show_faults, take_archive_and_actor, tenant_of
from api.command.token import duration
from api.command.webhook_keys import webhook_key
from engine.model.principal import NARROWED, ApiRole
from engine.model.quantity import SECOND
from engine.model.tenancy import Refused
from engine.model.webhook import Topic, WebhookOrder

DESCRIPTION = """Have a server tell another machine what becomes of a tenant, from now on: what comes due
soon, is at risk, is breached, or is escalated.

What is sent is signed with a secret that is shown once: it is kept nowhere, but made again, when something is
signed, of the archive and the key beside it, FILE.webhook-key, or that of --key. With --see only what a
customer or a supplier of the --party sees is told. While a server has a DuckDB file open, register by GraphQL
(registerWebhook)."""
EXAMPLE = """troth webhook add https://example.com/hooks --topic breached --topic due_soon --ahead 4h \\
      --archive acme.duckdb --actor ann"""
EXITS = """exit codes:
  0  it was registered, and its secret printed
  2  it was not: the archive, the key or the command is not as it must be
"""
TOPICS = tuple(each.value for each in Topic if each is not Topic.TEST)


def arguments(parser: ArgumentParser) -> None:
    """The address, what is told, the archive and who acts."""
    parser.add_argument("url", metavar="URL", help="an https address")
    parser.add_argument("--topic", action="append", choices=TOPICS, help="one of them; all, if none is said")
    parser.add_argument(
        "--ahead",
        type=duration,
        default=86_400,
        metavar="TIME",
        help="how long before it is due (default: 1d)",
    )
    for name in ("agreement", "service"):
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar="NAME", help=f"only of this {name}; repeatable"
        )
    parser.add_argument("--see", choices=[each.value for each in NARROWED], help="as whom it sees the tenant")
    parser.add_argument("--party", action="append", default=[], metavar="NAME", help="of --see; repeatable")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the key, made if it is not there")
    parser.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")
    take_archive_and_actor(parser)


def run(options: Namespace, console: Console) -> Exit:
    """Register it, and print its secret."""
    from api.webhooks.signing import NoKeyError, secret_text
    from engine.store.archive import ArchiveError

    key = webhook_key(options.archive, options.key)
    if key is None:
        console.note("troth webhook add: beside a PostgreSQL there is no key: say --key FILE")
        return Exit.NOT_EVALUATED
    order = WebhookOrder(
        url=options.url,
        topics=frozenset(Topic(each) for each in options.topic or TOPICS),
        ahead=options.ahead * SECOND,
        agreements=tuple(options.agreement),
        services=tuple(options.service),
        roles=frozenset({ApiRole(options.see)} if options.see else ()),
        parties=frozenset(options.party),
    )
    try:
        with tenant_of(options) as tenant:
            found = tenant.telling.register(order, key.name(makes=True), asked(options))
            if isinstance(found, Refused):
                show_faults("webhook add", "the webhook", found, console, done="registered")
                return Exit.NOT_EVALUATED
            console.print_data(secret_text(key.secret(found)))
    except (ArchiveError, NoKeyError) as error:
        console.note(f"troth webhook add: {error}")
        return Exit.NOT_EVALUATED
    console.note(f"webhook {found.seq} was registered; its secret is shown this once")
    return Exit.KEPT
