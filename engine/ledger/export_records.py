"""Whether entries of exports can be what was recorded: the file itself left, and is checked by its digest."""

import re
from collections.abc import Callable

from engine.ledger.in_order import LEAST
from engine.ledger.records import members
from engine.model.canonical_json import Json
from engine.model.instants import parse_instant
from engine.model.ledger import EntryKind, Flaw, FlawKind
from engine.store.archive import Reading

SHA256 = re.compile(r"[0-9a-f]{64}")


def check_exports(reading: Reading, report: Callable[[Flaw], None]) -> None:
    """Report the entries that do not say which file left, or that name policies which had not been published
    or what nobody could have known by then."""
    published: dict[str, int] = {}
    for version, entry in reading.run(
        "SELECT version, min(entry) FROM policy_set WHERE version IS NOT NULL GROUP BY version"
    ):
        published[version] = LEAST if entry is None else entry
    for rows in reading.stream(
        "SELECT seq, recorded_at, body FROM entry WHERE kind = ? ORDER BY seq", (EntryKind.EXPORT.value,)
    ):
        for seq, recorded_at, body in rows:
            if seq is None or (what := _wrong(members(body or ""), published, seq, recorded_at)) is None:
                continue
            kind, words = what
            report(
                Flaw(
                    kind=kind,
                    first=seq,
                    last=seq,
                    entry_kind=EntryKind.EXPORT,
                    recorded_at=recorded_at,
                    what=words,
                )
            )


def _wrong(
    said: dict[str, Json], published: dict[str, int], seq: int, recorded_at: int | None
) -> tuple[FlawKind, str] | None:
    digest, version, known_at = (said.get(name) for name in ("sha256", "policy_version", "known_at"))
    if not isinstance(digest, str) or not SHA256.fullmatch(digest):
        return FlawKind.UNREADABLE, "its body does not say by which digest the file that left is known"
    if not isinstance(version, str) or published.get(version, seq) >= seq:
        what = "it says that a file left under policies that had not been published by then"
        return FlawKind.WITHOUT_RECORD, what
    known = parse_instant(known_at) if isinstance(known_at, str) else None
    if known is not None and recorded_at is not None and known > recorded_at:
        return FlawKind.EARLIER, "it says that a file left of what was known only later"
    return None
