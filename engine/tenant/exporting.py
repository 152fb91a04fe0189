"""Files of verdicts are recorded before their first byte leaves."""

from engine.ledger.log import append
from engine.model.exporting import Export
from engine.model.instants import iso_text
from engine.model.ledger import Deed, Entry, EntryKind
from engine.store.archive import Archive

SUBJECT = "verdicts"


def record_export(archive: Archive, export: Export, actor: str) -> Entry:
    """Record that a file is sent to whom.

    It is recorded before it is sent, since what is sent and then not recorded could never be found again: an
    entry says what left at the most, also where the receiver went away before the end.

    The body has `format`, `asked` (each parameter with its values), `as_of`, `known_at`, `policy_version`,
    `parties` (null where all was seen), `rows`, `bytes` and `sha256`: the digest, in hexadecimal, of all
    bytes of the file as they are sent, so that whoever has the file finds its entry by `sha256sum`. Policies
    of this version must have been published by an earlier entry, and `known_at` does not lie after it.
    """
    body = {
        "format": export.form,
        "asked": export.asked,
        "as_of": iso_text(export.as_of),
        "known_at": None if export.known_at is None else iso_text(export.known_at),
        "policy_version": export.policy_version,
        "parties": None if export.parties is None else list(export.parties),
        "rows": export.rows,
        "bytes": export.size,
        "sha256": export.digest.hex(),
    }
    with archive.writing() as writing:
        deed = Deed(kind=EntryKind.EXPORT, actor=actor, subject=SUBJECT, body=body)
        (entry,) = append(writing, [deed])
        return entry
