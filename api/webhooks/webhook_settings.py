"""Whom webhooks may tell, and of which keys their secrets are made."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from api.webhooks.sending import Network
from api.webhooks.signing import WebhookKey
from engine.store.archive import Clock


def _never() -> int:
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """The keys by the name of the tenant; one without a key tells nobody. Networks beside the public ones
    that may be told must be `allowed`. `clock` says what time it is."""

    keys: Mapping[str, WebhookKey] = field(default_factory=dict[str, WebhookKey])
    allowed: tuple[Network, ...] = ()
    clock: Clock = _never
