"""`troth webhook list`: who is told what of a tenant, and which events nobody took."""

import json
from argparse import ArgumentParser, Namespace

from api.command.console import Console
from api.command.exits import Exit
from api.command.options import take_archive, take_text_or_json
from api.webhook_to_json import webhook_json
from engine.model.instants import iso_text
from engine.model.webhook import Delivery, Webhook, WebhookEvent

DESCRIPTION = """List the webhooks of a tenant: who is told, since when, and what waits or nobody took, with
the reason. Nothing is written, and no secret is shown."""
EXAMPLE = "troth webhook list acme.duckdb"
EXITS = """exit codes:
  0  they were listed, if there are any
  2  could not tell: the archive or the command is not as it must be
"""


def arguments(parser: ArgumentParser) -> None:
    """ARCHIVE, and how the answer is shown."""
    take_archive(parser)
    take_text_or_json(parser)


def run(options: Namespace, console: Console) -> Exit:
    """Read and show them."""
    from api.command.ledger_files import UnusableError, opened
    from engine.store.archive import ArchiveError
    from engine.tenant.webhook_events import events
    from engine.tenant.webhooks import webhooks

    try:
        with opened(options) as archive, archive.reading() as reading:
            found = [
                (
                    each,
                    [
                        event
                        for state in (Delivery.DEAD, Delivery.WAITING)
                        for event in events(reading, each.seq, state=state)
                    ],
                )
                for each in webhooks(reading)
                if each.end is None
            ]
    except (UnusableError, ArchiveError) as error:
        console.note(f"troth webhook list: {error}")
        return Exit.NOT_EVALUATED
    if options.format == "json":
        said = {"webhooks": [webhook_json(webhook, events) for webhook, events in found]}
        console.print_data(json.dumps(said, ensure_ascii=False, indent=2))
    elif not found:
        console.print("there is no webhook")
    else:
        console.print("\n".join(_shown(webhook, events) for webhook, events in found))
    return Exit.KEPT


def _shown(webhook: Webhook, events: list[WebhookEvent]) -> str:
    order = webhook.order
    by = f"registered by {webhook.registered_by} at {iso_text(webhook.registered_at)}"
    lines = [f"webhook {webhook.seq}, {by}: {order.url}", f"  told  {', '.join(sorted(order.topics))}"]
    lines += [
        f"  {each.state.value}  event {each.seq}, {each.topic.value}, tried {each.tries} times"
        + (f": {each.reason}" if each.reason else "")
        for each in events
    ]
    return "\n".join(lines)
