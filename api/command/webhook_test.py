"""`troth webhook test`: a webhook is sent something now; or an event that nobody took is tried again."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from secrets import token_hex

from api.command.clock import now
from api.command.console import Console
from api.command.exits import Exit
from api.command.settings import read_network
from api.command.tenant_archive import take_archive_and_actor, tenant_of
from api.command.webhook_keys import webhook_key
from engine.model.quantity import SECOND
from engine.model.webhook import Told, Topic

DESCRIPTION = """Send a webhook an event of type `test`, signed as the others are, and show what came of it.
With --redeliver nothing is sent now: the server tries the event of that number, which nobody took, again."""
EXAMPLE = "troth webhook test 0 --archive acme.duckdb --actor ann"
EXITS = """exit codes:
  0  it was taken; or the event is tried again
  1  it was not taken
  2  it could not be sent: the archive, the key or the command is not as it must be
"""


def arguments(parser: ArgumentParser) -> None:
    """Which, the key, the archive and who acts."""
    parser.add_argument("webhook", type=int, metavar="NUMBER", help="of `troth webhook list`")
    parser.add_argument("--redeliver", type=int, metavar="NUMBER", help="the event that nobody took")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the key of the webhooks")
    parser.add_argument(
        "--webhook-allow",
        action="append",
        default=[],
        type=read_network,
        metavar="NETWORK",
        help="a network beside the public ones that may be told; repeatable",
    )
    parser.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")
    take_archive_and_actor(parser)


def run(options: Namespace, console: Console) -> Exit:
    """Send it."""
    from api.webhooks.sending import send
    from api.webhooks.signing import NoKeyError, signed_headers
    from engine.store.archive import ArchiveError
    from engine.tenant.webhook_events import body_of

    key = webhook_key(options.archive, options.key)
    try:
        with tenant_of(options) as tenant:
            found = [
                each for each in tenant.telling.webhooks() if each.seq == options.webhook and not each.end
            ]
            revived = bool(found) and options.redeliver is not None
            if found and options.redeliver is not None:
                revived = tenant.telling.redeliver(options.webhook, options.redeliver) is not None
        if not found or key is None:
            words = "say --key FILE" if key is None else f"there is no webhook {options.webhook}"
            console.note(f"troth webhook test: {words}")
            return Exit.NOT_EVALUATED
        if options.redeliver is not None:
            words = "is tried again" if revived else "is none that nobody took"
            console.note(f"troth webhook test: event {options.redeliver} {words}")
            return Exit.KEPT if revived else Exit.NOT_EVALUATED
        (webhook,) = found
        at = now()
        told = Told(topic=Topic.TEST, about=(), occasion="", data={"tenant": options.tenant})
        body = body_of(webhook, -1, told, at).encode()
        headers = signed_headers(key.secret(webhook), f"evt_test_{token_hex(16)}", at // SECOND, body)
    except (ArchiveError, NoKeyError) as error:
        console.note(f"troth webhook test: {error}")
        return Exit.NOT_EVALUATED
    tried = send(webhook.order.url, body, headers, options.webhook_allow)
    console.note(f"webhook {webhook.seq}: {tried.failure or 'it was taken'}")
    return Exit.KEPT if tried.failure is None else Exit.BREACHED
