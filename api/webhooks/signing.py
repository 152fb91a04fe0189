"""What is sent is signed as Standard Webhooks 1.0 has it: https://www.standardwebhooks.com.

The signature is HMAC-SHA256 over `ID.TIMESTAMP.BODY`, with a secret that a webhook and its receiver share.
Secrets are kept nowhere: each is made, whenever it is needed, of a random salt in the archive and of a key in
a file beside it. Who has the archive, or a back-up of it, can sign nothing; nor can who has the key
alone. Without the key no secret is made again: its webhooks are registered anew.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes

from engine.model.webhook import Webhook

PREFIX = "whsec_"
"""With what a secret begins, as others show it."""

KEY_BYTES = 32


class NoKeyError(Exception):
    """The key of which secrets are made cannot be used; the message is for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookKey:
    """The key of a tenant's webhooks, in a file; `keep` writes one that is not there, for its owner alone."""

    path: Path
    keep: Callable[[Path, str], None]

    def name(self, *, makes: bool = False) -> str:
        """By what the key is known: a digest of it. With `makes`, one that is not there is made. Raises
        NoKeyError."""
        if makes and not self.path.exists():
            try:
                self.keep(self.path, b64encode(token_bytes(KEY_BYTES)).decode())
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                raise NoKeyError(f"the key `{self.path}` cannot be made: {reason}") from None
        return sha256(b"troth webhook key name\0" + self._key()).hexdigest()[:16]

    def secret(self, webhook: Webhook) -> bytes:
        """The secret of a webhook: 32 bytes. Raises NoKeyError."""
        if webhook.signer != self.name():
            raise NoKeyError(f"webhook {webhook.seq} was registered with another key than `{self.path}`")
        return hmac.digest(self._key(), f"troth webhook secret\0{webhook.salt}".encode(), "sha256")

    def _key(self) -> bytes:
        try:
            key = b64decode(self.path.read_text(encoding="utf-8"), validate=False)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no key of webhooks"
            raise NoKeyError(f"the key `{self.path}` cannot be read: {(reason or '').lower()}") from None
        if len(key) != KEY_BYTES:
            raise NoKeyError(f"`{self.path}` is no key of webhooks")
        return key


def secret_text(secret: bytes) -> str:
    """A secret as a receiver is given it."""
    return PREFIX + b64encode(secret).decode()


def signed_headers(secret: bytes, id: str, seconds: int, body: bytes) -> dict[str, str]:
    """What goes with a body: its id, when it is sent, in seconds since 1970, and the signature."""
    signed = f"{id}.{seconds}.".encode() + body
    signature = b64encode(hmac.digest(secret, signed, "sha256")).decode()
    return {"webhook-id": id, "webhook-timestamp": str(seconds), "webhook-signature": f"v1,{signature}"}
