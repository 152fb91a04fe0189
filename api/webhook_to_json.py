"""A webhook to JSON, without its secret and salt."""

from collections.abc import Sequence

from engine.model.canonical_json import Json
from engine.model.instants import iso_text
from engine.model.quantity import SECOND
from engine.model.webhook import Webhook, WebhookEvent


def webhook_json(webhook: Webhook, events: Sequence[WebhookEvent]) -> dict[str, Json]:
    """Who is told what, and the events that are given with it."""
    order = webhook.order
    return {
        "webhook": webhook.seq,
        "entry": webhook.entry,
        "registered_at": iso_text(webhook.registered_at),
        "registered_by": webhook.registered_by,
        "url": order.url,
        "topics": sorted(order.topics),
        "ahead_seconds": order.ahead // SECOND,
        "agreements": list(order.agreements),
        "services": list(order.services),
        "sees_as": sorted(order.roles),
        "parties": sorted(order.parties),
        "events": [event_json(each) for each in events],
    }


def event_json(event: WebhookEvent) -> dict[str, Json]:
    """How one event stands."""
    return {
        "number": event.seq,
        "id": event.id,
        "topic": event.topic.value,
        "made_at": iso_text(event.made_at),
        "state": event.state.value,
        "tries": event.tries,
        "reason": event.reason,
    }
