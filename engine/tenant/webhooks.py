"""Webhooks of a tenant: registered and removed with an entry of the ledger each."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from engine.dsl.names import did_you_mean
from engine.ledger.log import append
from engine.ledger.records import new_salt, salted_digest
from engine.model.canonical_json import Json, canonical_json, is_text
from engine.model.ledger import Deed, EntryKind
from engine.model.principal import NARROWED, ApiRole
from engine.model.quantity import DAY
from engine.model.snapshot import Snapshot
from engine.model.tenancy import Fault, Refused, Request
from engine.model.webhook import Topic, Webhook, WebhookEnd, WebhookOrder
from engine.store.archive import Archive, Reading
from engine.tenant.requests import NO_TEXT, Before, before, remember

LONGEST_URL = 2_000
MOST_WEBHOOKS = 100
"""Webhooks of one tenant at a time: what is told to each is looked for by itself."""
MOST_NAMES = 100
LONGEST_AHEAD = 366 * DAY

WEBHOOKS = """
SELECT w.seq, w.entry, w.registered_at, w.registered_by, w.url, w.asks, w.salt, w.signer,
       r.entry, r.removed_at, r.removed_by
FROM webhook w LEFT JOIN webhook_removed r ON r.webhook = w.seq
"""


def register(
    archive: Archive, snapshot: Snapshot | None, order: WebhookOrder, signer: str, request: Request
) -> Webhook | Refused:
    """Tell a machine what is ordered, from now on. The ledger keeps who ordered it, the host, and a salted
    digest of the rest: an address may hold what only its owner may know."""
    if faults := _unfit(order, snapshot):
        return Refused(faults=faults)
    written = _written(order)
    asks: Json = {"do": "webhook", "url": order.url, "asks": written, "signer": signer}
    with archive.writing() as writing:
        asked = before(writing, request, asks)
        if isinstance(asked, Refused):
            return asked
        if isinstance(asked, Before):
            return _webhook(writing, asked.answer["webhook"])
        if len([each for each in webhooks(writing) if each.end is None]) >= MOST_WEBHOOKS:
            words = f"a tenant has at most {MOST_WEBHOOKS} webhooks: remove one first"
            return Refused(faults=(Fault(code="too-many-webhooks", message=words),))
        last = writing.run("SELECT max(seq) FROM webhook")[0][0]
        seq, salt = 0 if last is None else last + 1, new_salt()
        said: Json = {
            "do": "register",
            "webhook": seq,
            "host": urlsplit(order.url).hostname,
            "asks": salted_digest(salt, [order.url, written]),
        }
        deed = Deed(kind=EntryKind.WEBHOOK, actor=request.actor, subject=f"webhook {seq}", body=said)
        (entry,) = append(writing, [deed])
        columns = ["seq", "entry", "registered_at", "registered_by", "url", "asks", "salt", "signer"]
        row = (seq, entry.seq, writing.at, request.actor, order.url, canonical_json(written), salt, signer)
        writing.insert("webhook", columns, [row])
        # What was so before is no news to it.
        through = writing.run("SELECT coalesce(max(seq), -1) FROM verdict_change")[0][0]
        writing.insert("webhook_place", ["webhook", "through", "server", "until"], [(seq, through, "", 0)])
        remember(writing, request, asks, {"webhook": seq})
        return _webhook(writing, seq)


def remove(archive: Archive, seq: int, request: Request) -> Webhook | Refused:
    """Tell a machine nothing any more; what it was not told yet it is not told."""
    asks: Json = {"do": "remove webhook", "webhook": str(seq)}
    with archive.writing() as writing:
        asked = before(writing, request, asks)
        if isinstance(asked, Refused):
            return asked
        if isinstance(asked, Before):
            return _webhook(writing, asked.answer["webhook"])
        found = next((each for each in webhooks(writing) if each.seq == seq), None)
        if found is None or found.end is not None:
            words = f"there is no webhook {seq}" if found is None else f"webhook {seq} was removed before"
            return Refused(faults=(Fault(code="unknown-webhook", message=words, field="webhook"),))
        said: Json = {"do": "remove", "webhook": seq}
        deed = Deed(kind=EntryKind.WEBHOOK, actor=request.actor, subject=f"webhook {seq}", body=said)
        (entry,) = append(writing, [deed])
        columns = ["webhook", "entry", "removed_at", "removed_by"]
        writing.insert("webhook_removed", columns, [(seq, entry.seq, writing.at, request.actor)])
        writing.run("DELETE FROM webhook_event WHERE webhook = ?", (seq,))
        writing.run("DELETE FROM webhook_place WHERE webhook = ?", (seq,))
        remember(writing, request, asks, {"webhook": seq})
        return _webhook(writing, seq)


def webhooks(reading: Reading) -> tuple[Webhook, ...]:
    """Every webhook that was registered, in order."""
    return tuple(_read(row) for row in reading.run(f"{WEBHOOKS} ORDER BY w.seq"))


def _unfit(order: WebhookOrder, snapshot: Snapshot | None) -> tuple[Fault, ...]:
    """Why nothing can be told as ordered."""
    faults: list[Fault] = []
    if (why := _unfit_url(order.url)) is not None:
        faults.append(Fault(code="webhook-url", message=why, field="url"))
    if not order.topics or Topic.TEST in order.topics:
        words = "say what is to be told: some of due_soon, at_risk, breached, escalated"
        faults.append(Fault(code="webhook-topics", message=words, field="topics"))
    if not 0 <= order.ahead <= LONGEST_AHEAD:
        words = "what comes due is told at most 366 days ahead"
        faults.append(Fault(code="webhook-ahead", message=words, field="ahead"))
    if bool(order.roles) != bool(order.parties) or not order.roles <= NARROWED:
        words = "whoever is to see a part is a customer or a supplier, and speaks for parties: say both"
        faults.append(Fault(code="webhook-scope", message=words, field="parties"))
    if snapshot is not None:
        for field, names, known in (
            ("agreements", order.agreements, snapshot.agreements),
            ("services", order.services, snapshot.services),
            ("parties", tuple(sorted(order.parties)), snapshot.parties),
        ):
            if len(names) > MOST_NAMES:
                words = f"a webhook names at most {MOST_NAMES} {field}"
                faults.append(Fault(code="webhook-names", message=words, field=field))
            for name in names:
                if name not in known:
                    near = did_you_mean(name, known)
                    words = f"the policies have no `{name}` among their {field}" + (
                        f"; {near}" if near else ""
                    )
                    faults.append(Fault(code="unknown-name", message=words, field=field))
    return tuple(faults)


def _unfit_url(url: str) -> str | None:
    if not 0 < len(url) <= LONGEST_URL or not is_text(url):
        return f"an address has 1 to {LONGEST_URL:,} characters" if is_text(url) else f"the address {NO_TEXT}"
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "this is no address: write one like https://example.com/hooks"
    if parts.scheme not in ("https", "http") or not parts.hostname or not url.isascii() or " " in url:
        return "this is no address: write one like https://example.com/hooks"
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "an address has no user, password or fragment: requests are signed instead"
    return None


def _written(order: WebhookOrder) -> dict[str, Json]:
    return {
        "topics": sorted(order.topics),
        "ahead": order.ahead,
        "agreements": list(order.agreements),
        "services": list(order.services),
        "roles": sorted(order.roles),
        "parties": sorted(order.parties),
    }


def _webhook(reading: Reading, seq: Json) -> Webhook:
    return _read(reading.run(f"{WEBHOOKS} WHERE w.seq = ?", (seq,))[0])


def _read(row: Sequence[Any]) -> Webhook:
    seq, entry, registered_at, registered_by, url, asks, salt, signer, *end = row
    written: dict[str, Any] = json.loads(asks)
    return Webhook(
        seq=seq,
        entry=entry,
        registered_at=registered_at,
        registered_by=registered_by,
        order=WebhookOrder(
            url=url,
            topics=frozenset(Topic(each) for each in written["topics"]),
            ahead=written["ahead"],
            agreements=tuple(written["agreements"]),
            services=tuple(written["services"]),
            roles=frozenset(ApiRole(each) for each in written["roles"]),
            parties=frozenset(written["parties"]),
        ),
        salt=salt,
        signer=signer,
        end=None if end[0] is None else WebhookEnd(entry=end[0], removed_at=end[1], removed_by=end[2]),
    )
