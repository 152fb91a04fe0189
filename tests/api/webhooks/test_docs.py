"""The page on webhooks verifies what is sent, with the code that it shows."""

import re
from pathlib import Path
from typing import Any

from api.command.secret_files import keep_secret
from api.webhooks.signing import WebhookKey, secret_text, signed_headers
from engine.model.webhook import Topic, Webhook, WebhookOrder

PAGE = Path(__file__).parents[3] / "docs" / "webhooks.md"


def test_the_example_verifies_what_is_sent_and_nothing_else(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    shown: dict[str, Any] = {}
    exec(code, shown)
    key = WebhookKey(path=tmp_path / "key", keep=keep_secret)
    webhook = Webhook(
        seq=0,
        entry=0,
        registered_at=0,
        registered_by="ann",
        order=WebhookOrder(url="https://example.com", topics=frozenset({Topic.BREACHED}), ahead=0),
        salt="00" * 16,
        signer=key.name(makes=True),
    )
    secret, body = key.secret(webhook), b'{"type":"test"}'
    headers = signed_headers(secret, "evt_1", 1_741_564_800, body)
    verified, text = shown["verified"], secret_text(secret)
    assert verified(text, headers, body, 1_741_564_900)
    assert not verified(text, headers, body + b" ", 1_741_564_900)
    assert not verified(text, headers | {"webhook-id": "evt_2"}, body, 1_741_564_900)
    assert not verified(text, headers, body, 1_741_565_200)
    assert not verified(secret_text(b"0" * 32), headers, body, 1_741_564_900)
