"""Where the key of a tenant's webhooks is."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.webhooks.signing import WebhookKey


def webhook_key(location: str, named: Path | None) -> "WebhookKey | None":
    """The key that is named, else the one beside an archive; None beside one that is no file."""
    from api.command.secret_files import keep_secret
    from api.webhooks.signing import WebhookKey

    if named is None and "://" in location:
        return None
    return WebhookKey(path=named or Path(f"{location}.webhook-key"), keep=keep_secret)
