"""What a back-up holds, in words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from api.command.words import plural
from api.ledger_to_json import instant_text
from engine.model.ledger import Verified

if TYPE_CHECKING:
    from engine.tenant.backup import BackupContent


def content_words(content: "BackupContent") -> str:
    """Whose it is, as of when, and how much of it."""
    told = {"entry": "entry", "fact_version": "fact version", "policy_set": "policy set"}
    counts = [plural(content.rows.get(table, 0), name) for table, name in told.items()]
    head = content.head
    return f"the tenant `{head.tenant}` as of {instant_text(head.made_at)}: {', '.join(counts)}"


def flaw_lines(verified: Verified, shown: int = 20) -> Iterator[str]:
    """The first things that are wrong with a ledger."""
    for flaw in verified.flaws[:shown]:
        place = "" if flaw.first is None else f"entry {flaw.first}: "
        yield f"  {flaw.kind:<14}{place}{flaw.what}"
    if (more := verified.found - shown) > 0:
        yield f"  … and {more:,} more"
