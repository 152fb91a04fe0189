"""What is said of the ledger as JSON: entries, heads, and what came of verifying it."""

from base64 import b64encode

from engine.model.instants import iso_text
from engine.model.ledger import CheckedHead, Entry, Flaw, TreeHead, Verified
from engine.model.quantity import Instant


def entry_json(entry: Entry) -> dict[str, object]:
    """An entry; `body` is its canonical JSON as text, which is what was hashed."""
    return {
        "seq": entry.seq,
        "recorded_at": instant_text(entry.recorded_at),
        "kind": entry.kind,
        "actor": entry.actor,
        "subject": entry.subject,
        "body": entry.body,
    }


def head_json(head: TreeHead) -> dict[str, object]:
    """The head of a tree; `root` is in base64, as in its signed note."""
    return {"size": head.size, "root": b64encode(head.root).decode()}


def verified_json(verified: Verified) -> dict[str, object]:
    """All that came of verifying a ledger; `flaws` are the first of `found`."""
    return {
        "entries": verified.entries,
        "head": None if verified.head is None else head_json(verified.head),
        "fact_versions": verified.versions,
        "erased": verified.erased,
        "found": verified.found,
        "flaws": [_flaw_json(each) for each in verified.flaws],
        "heads": [_checked_json(each) for each in verified.heads],
    }


def instant_text(instant: Instant) -> str:
    """An instant, also one that no calendar has: a ledger that was bent may hold any number."""
    try:
        return iso_text(instant)
    except OverflowError:
        return f"{instant} µs after 1970"


def _flaw_json(flaw: Flaw) -> dict[str, object]:
    return {
        "kind": flaw.kind,
        "first": flaw.first,
        "last": flaw.last,
        "entry_kind": flaw.entry_kind,
        "recorded_at": None if flaw.recorded_at is None else instant_text(flaw.recorded_at),
        "what": flaw.what,
    }


def _checked_json(head: CheckedHead) -> dict[str, object]:
    return {"place": head.place, "size": head.size, "signer": head.signer, "holds": head.holds}
