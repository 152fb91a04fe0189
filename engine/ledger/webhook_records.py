"""Whether entries and the webhooks that they record, registered or removed, are there for one another."""

from collections.abc import Callable
from json import loads
from typing import Any, cast
from urllib.parse import urlsplit

from engine.ledger.records import members, salted_digest
from engine.model.canonical_json import Json
from engine.model.ledger import EntryKind, Flaw, FlawKind
from engine.store.archive import Reading

Report = Callable[[Flaw], None]

REGISTERED = """
SELECT w.seq, w.entry, w.registered_at, w.registered_by, e.recorded_at, e.kind, e.actor, e.body,
       w.url, w.asks, w.salt
FROM webhook w LEFT JOIN entry e ON e.seq = w.entry ORDER BY w.seq
"""
REMOVED = """
SELECT r.webhook, r.entry, r.removed_at, r.removed_by, e.recorded_at, e.kind, e.actor, e.body
FROM webhook_removed r LEFT JOIN entry e ON e.seq = r.entry ORDER BY r.webhook
"""


def check_webhooks(reading: Reading, report: Report) -> None:
    """Report the webhooks that are not as they were recorded, and the entries of those that are gone. Which
    key signs is in no entry."""
    taken: set[int] = set()
    if _are_there(reading):
        for row in reading.run(REGISTERED):
            _check(row[:8], "register", lambda said, row=row: _is_whole(said, row[8:]), taken, report)
        for row in reading.run(REMOVED):
            _check(row, "remove", lambda _: True, taken, report)
    for seq, recorded_at, body in reading.run(
        "SELECT seq, recorded_at, body FROM entry WHERE kind = ? ORDER BY seq", (EntryKind.WEBHOOK.value,)
    ):
        if seq in taken:
            continue
        match members(body or "").get("do"):
            case "register":
                kind, what = FlawKind.WITHOUT_RECORD, "the webhook that it records is not there"
            case "remove":
                kind, what = FlawKind.WITHOUT_RECORD, "the end of a webhook that it records is gone"
            case _:
                kind, what = FlawKind.UNREADABLE, "its body does not say what it records"
        report(_flaw(kind, seq, EntryKind.WEBHOOK, recorded_at, what))


def _are_there(reading: Reading) -> bool:
    """Whether there are tables of webhooks; an archive of an older version has none, and no entries."""
    rows = reading.run(
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()"
        " AND table_name IN ('webhook', 'webhook_removed')"
    )
    return rows[0][0] == 2


def _check(
    row: tuple[Any, ...],
    deed: str,
    is_whole: Callable[[dict[str, Json]], bool],
    taken: set[int],
    report: Report,
) -> None:
    webhook, entry, at, by, recorded_at, kind, actor, body = row
    said = members(body or "")
    named = f"webhook {webhook}" if deed == "register" else f"the end of webhook {webhook}"
    if kind != EntryKind.WEBHOOK or said.get("do") != deed or entry in taken:
        what = f"{named} names this entry, which {'is not there' if kind is None else 'records another'}"
        report(_flaw(FlawKind.WITHOUT_ENTRY, entry, kind, recorded_at, what))
        return
    taken.add(entry)
    if (at, by, webhook) != (recorded_at, actor, said.get("webhook")) or not is_whole(said):
        report(_flaw(FlawKind.ALTERED, entry, kind, recorded_at, f"{named} is not as it was recorded"))


def _is_whole(said: dict[str, Json], row: tuple[Any, ...]) -> bool:
    """Whether what is asked for is what the salted digest in the entry is of, and so the host."""
    url, asks, salt = row
    try:
        is_asked = said.get("asks") == salted_digest(salt, [url, cast(Json, loads(asks))])
        return is_asked and said.get("host") == urlsplit(str(url)).hostname
    except (TypeError, ValueError):
        return False


def _flaw(kind: FlawKind, seq: int | None, entry_kind: str | None, at: int | None, what: str) -> Flaw:
    return Flaw(kind=kind, first=seq, last=seq, entry_kind=entry_kind, recorded_at=at, what=what)
