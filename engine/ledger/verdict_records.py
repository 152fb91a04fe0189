"""Whether entries and the changes of verdicts that they record are there for one another.

The body of an entry of kind `verdict` has `changes`, how many they are, `known_at` and `as_of`, the instants
at which they were judged, and `digest`: the SHA-256 over a line for each change, in their order, canonical
JSON of `[cause, before, state, digest]` and a line feed. `before` and `state` are null where there was, or
is, no verdict. `digest` is the SHA-256 over a salt and canonical JSON of `[obligation, subject, occasion,
content]`. Who takes the salt away with the content and the names leaves what the entry can be checked by,
and nothing that says what was there.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any

from engine.ledger.in_order import in_order, numbered
from engine.ledger.records import members, salted_digest
from engine.model.canonical_json import Json, canonical_json
from engine.model.ledger import EntryKind, Flaw, FlawKind
from engine.model.quantity import Instant
from engine.store.archive import Reading

Report = Callable[[Flaw], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRecord:
    """A change of a verdict, by its digest."""

    cause: str
    before: str | None
    state: str | None
    digest: str


def change_digest(salt: str, identity: tuple[str, str, str], content: str | None) -> str:
    """The digest of a change: over what verdict it is of, and what is kept of it, if there is one."""
    return salted_digest(salt, [*identity, content])


def changes_recorded(
    changes: Iterable[ChangeRecord], *, known_at: Instant, as_of: Instant
) -> dict[str, Json]:
    """What the body of an entry says of the changes that came with it, in their order."""
    whole = sha256()
    count = 0
    for each in changes:
        line = canonical_json([each.cause, each.before, each.state, each.digest])
        whole.update(f"{line}\n".encode())
        count += 1
    return {"changes": count, "known_at": known_at, "as_of": as_of, "digest": whole.hexdigest()}


def check_verdicts(reading: Reading, report: Report, progress: Callable[[int], None]) -> None:
    """Report what is wrong between entries and changes of verdicts; `progress` is told how many were read."""

    def misnumbered(row: tuple[Any, ...], kind: FlawKind, what: str) -> None:
        report(_flaw(kind, row[1], row[14], row[13], what))

    rows = numbered(_rows(reading, progress), 0, lambda number: f"change {number} of a verdict", misnumbered)
    for seq, group in groupby(rows, key=itemgetter(1)):
        _check_entry(seq, list(group), report)
    for seq, recorded_at, body in reading.run(
        "SELECT seq, recorded_at, body FROM entry e WHERE kind = ?"
        " AND NOT EXISTS (SELECT 1 FROM verdict_change v WHERE v.entry = e.seq) ORDER BY seq",
        (EntryKind.VERDICT.value,),
    ):
        said = members(body).get("changes")
        what = f"it records {said} changes of verdicts, and none is there"
        report(_flaw(FlawKind.WITHOUT_RECORD, seq, EntryKind.VERDICT, recorded_at, what))


def _rows(reading: Reading, progress: Callable[[int], None]) -> Iterator[tuple[Any, ...]]:
    """Each change with what its entry says, in their order, which is that of the entries."""
    done = 0
    for changes in in_order(
        reading,
        least="SELECT min(seq) FROM verdict_change WHERE seq >= ?",
        between="SELECT seq, entry, known_at, as_of, cause, obligation, subject, occasion, before, state,"
        " content, digest, salt FROM verdict_change WHERE seq BETWEEN ? AND ? ORDER BY seq",
    ):
        found = reading.run(
            "SELECT seq, recorded_at, kind, body FROM entry WHERE seq IN (SELECT unnest(?::bigint[]))",
            (sorted({row[1] for row in changes if row[1] is not None}),),
        )
        entries = {seq: said for seq, *said in found}
        done += len(changes)
        progress(done)
        for row in changes:
            yield (*row, *entries.get(row[1], (None, None, None)))


def _check_entry(seq: int | None, rows: list[tuple[Any, ...]], report: Report) -> None:
    recorded_at, entry_kind, body = rows[0][13:]
    changes: list[ChangeRecord] = []
    for row in rows:
        number, _, _, _, cause, obligation, subject, occasion, before, state, content, digest, salt = row[:13]
        if salt is not None and not _is_whole(salt, (obligation, subject, occasion), content, digest):
            what = f"change {number} of a verdict ({obligation} {subject} {occasion}) is not what was kept"
            report(_flaw(FlawKind.ALTERED, seq, entry_kind, recorded_at, what))
        if salt is None and content is not None:
            what = f"change {number} of a verdict has a content, and no salt that its digest was made with"
            report(_flaw(FlawKind.ALTERED, seq, entry_kind, recorded_at, what))
        changes.append(ChangeRecord(cause=cause, before=before, state=state, digest=digest))
    named = f"{len(rows)} changes of verdicts, the first of number {rows[0][0]}, name this entry, which"
    if body is None:
        report(_flaw(FlawKind.WITHOUT_ENTRY, seq, None, None, f"{named} is not there"))
        return
    if entry_kind != EntryKind.VERDICT:
        report(_flaw(FlawKind.WITHOUT_ENTRY, seq, entry_kind, recorded_at, f"{named} records none"))
        return
    instants = {(row[2], row[3]) for row in rows}
    said = members(body)
    found = changes_recorded(changes, known_at=rows[0][2], as_of=rows[0][3])
    if found["changes"] != said.get("changes"):
        what = f"it records {said.get('changes')} changes of verdicts, and there are {len(rows)} of it"
    elif found["digest"] != said.get("digest"):
        what = f"its {len(rows)} changes of verdicts are not those that it records, or in another order"
    elif instants != {(said.get("known_at"), said.get("as_of"))}:
        what = "its changes of verdicts say that they were judged at other instants than it records"
    else:
        return
    report(_flaw(FlawKind.WITHOUT_RECORD, seq, entry_kind, recorded_at, what))


def _is_whole(salt: str, identity: tuple[str, str, str], content: str | None, digest: str) -> bool:
    try:
        return change_digest(salt, identity, content) == digest
    except ValueError:
        return False


def _flaw(kind: FlawKind, seq: int | None, entry_kind: str | None, at: Instant | None, what: str) -> Flaw:
    return Flaw(kind=kind, first=seq, last=seq, entry_kind=entry_kind, recorded_at=at, what=what)
