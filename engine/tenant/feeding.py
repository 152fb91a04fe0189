"""Facts in: a batch is kept whole, as new versions with an entry of the ledger, or not at all (S2.5)."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import cast

from engine.facts.rows_to_wordings import Worded, word
from engine.facts.spelling import shown
from engine.ledger.log import append
from engine.ledger.records import Version, new_salt, recorded, version_digest
from engine.model.canonical_json import Json, canonical_json, is_text
from engine.model.fact import FactKind
from engine.model.fact_version import Wording
from engine.model.ledger import Deed, EntryKind
from engine.model.snapshot import Snapshot
from engine.model.tenancy import FactBatch, Fault, Fed, Refused, Request
from engine.store.archive import Archive, Cell, Reading, Writing
from engine.tenant.publishing import in_use
from engine.tenant.requests import Before, before, remember

MOST_ROWS = 10_000
"""Rows of one batch."""

COLUMNS = ("seq", "entry", "kind", "key", "content", "digest", "known_from", "retracted", "salt")


class SupersededError(Exception):
    """The policies are no longer in use: ask with those that are. Nothing was kept."""


LATEST = """
SELECT key, content, retracted FROM (
    SELECT key, content, retracted, row_number() OVER (PARTITION BY key ORDER BY seq DESC) AS place
    FROM fact_version WHERE kind = ? AND key IN (SELECT unnest(?::TEXT[]))
) AS versions WHERE place = 1
"""


def feed(archive: Archive, snapshot: Snapshot, batch: FactBatch, request: Request) -> Fed | Refused:
    """Keep rows of a kind as facts: new ones, and, with `corrections`, new versions of those that there are.

    A row that says what is known already is no new version. One wrong row keeps all of the batch out. Raises
    SupersededError where the policies are no longer in use.
    """
    if len(batch.rows) > MOST_ROWS:
        words = f"a batch has at most {MOST_ROWS:,} rows, and this one has {len(batch.rows):,}"
        return Refused(faults=(Fault(code="batch-too-large", message=words),))
    # The rows as they came: what they mean may be another thing under the policies of another day.
    rows = cast(list[Json], [dict(each) for each in batch.rows])
    body: Json = {"do": "feed", "kind": batch.kind, "corrections": batch.corrections, "rows": rows}
    kind = _kind(snapshot, batch.kind)
    if isinstance(kind, Refused):
        return _answered(archive, request, body) or kind
    worded = word(snapshot, kind, batch.rows)
    if worded.refused:
        return _answered(archive, request, body) or Refused(
            faults=tuple(
                Fault(code=each.code, message=each.reason, row=each.row, field=each.column)
                for each in worded.refused
            )
        )
    with archive.writing() as writing:
        asked = before(writing, request, body)
        if isinstance(asked, Refused):
            return asked
        if isinstance(asked, Before):
            return _fed(asked.answer)
        _check_in_use(writing, snapshot)
        new = _new(writing, kind, worded, corrections=batch.corrections)
        if isinstance(new, Refused):
            return new
        versions = [(each.key, each.content) for each in new]
        entry = _record(writing, EntryKind.FEED, kind, versions, request) if new else None
        fed = Fed(
            entry=entry,
            known_from=writing.at,
            versions=len(new),
            unchanged=len(worded.wordings) - len(new),
        )
        remember(writing, request, body, asdict(fed))
        return fed


def retract(
    archive: Archive, snapshot: Snapshot, kind_name: str, keys: Sequence[str], request: Request
) -> Fed | Refused:
    """Say that there is no such fact, from now on: what was known before stays known (S2.5).

    Raises SupersededError where the policies are no longer in use.
    """
    body: Json = {"do": "retract", "kind": kind_name, "keys": list(keys)}
    kind = _kind(snapshot, kind_name)
    if isinstance(kind, Refused):
        return _answered(archive, request, body) or kind
    if repeated := [key for key, times in Counter(keys).items() if times > 1]:
        words = f"the key {shown(repeated[0])} is there more than once"
        return Refused(faults=(Fault(code="duplicate-key", message=words),))
    if untold := [key for key in keys if not is_text(key)]:
        # No fact has such a key, and no database can be asked for it.
        return _unknown(kind, keys, untold)
    with archive.writing() as writing:
        asked = before(writing, request, body)
        if isinstance(asked, Refused):
            return asked
        if isinstance(asked, Before):
            return _fed(asked.answer)
        _check_in_use(writing, snapshot)
        known = _known(writing, kind, keys)
        if unknown := [key for key in keys if known.get(key) is None]:
            return _unknown(kind, keys, unknown)
        entry = _record(writing, EntryKind.RETRACT, kind, [(key, None) for key in keys], request)
        fed = Fed(entry=entry, known_from=writing.at, versions=len(keys), unchanged=0)
        remember(writing, request, body, asdict(fed))
        return fed


def _answered(archive: Archive, request: Request, body: Json) -> Fed | None:
    """What was answered to the same request, under policies that took it."""
    try:
        canonical_json(body)
    except ValueError:
        return None  # nothing that has no canonical JSON was ever kept
    with archive.reading() as reading:
        asked = before(reading, request, body)
    return _fed(asked.answer) if isinstance(asked, Before) else None


def _check_in_use(reading: Reading, snapshot: Snapshot) -> None:
    """Facts are kept as the policies admit them that are in use then, though others were when they came."""
    published = in_use(reading)
    if published is None or published.version != snapshot.version:
        raise SupersededError("other policies were published meanwhile")


def _kind(snapshot: Snapshot, name: str) -> FactKind | Refused:
    kind = snapshot.kinds.get(name)
    if kind is None:
        words = f"the policies declare no kind of fact `{name}`"
        return Refused(faults=(Fault(code="unknown-kind", message=words),))
    if kind.derived:
        words = f"facts of `{name}` follow from verdicts and are never fed"
        return Refused(faults=(Fault(code="derived-kind", message=words),))
    return kind


def _unknown(kind: FactKind, keys: Sequence[str], unknown: Collection[str]) -> Refused:
    places = {key: row for row, key in enumerate(keys, start=1)}
    return Refused(
        faults=tuple(
            Fault(
                code="unknown-fact",
                message=f"there is no `{kind.name}` {shown(key)}",
                row=places[key],
                field=kind.key,
            )
            for key in unknown
        )
    )


def _known(reading: Reading, kind: FactKind, keys: Sequence[str]) -> dict[str, str | None]:
    """What is known of the keys now; None of one that was retracted or erased, nothing of one never seen."""
    rows = reading.run(LATEST, (kind.name, list(keys)))
    return {key: None if retracted else content for key, content, retracted in rows}


def _new(reading: Reading, kind: FactKind, worded: Worded, *, corrections: bool) -> list[Wording] | Refused:
    """The facts that say something new, or which rows may not say it."""
    known = _known(reading, kind, [each.key for each in worded.wordings])
    new = [each for each in worded.wordings if known.get(each.key) != each.content]
    if corrections:
        return new
    numbers = dict(zip((each.key for each in worded.wordings), worded.numbers, strict=True))
    taken = [
        Fault(
            code="duplicate-key",
            message=f"there is another `{kind.name}` `{each.key}`; to say otherwise of it is a correction",
            row=numbers[each.key],
            field=kind.key,
        )
        for each in new
        if known.get(each.key) is not None
    ]
    return Refused(faults=tuple(taken)) if taken else new


def _record(
    writing: Writing,
    deed: EntryKind,
    kind: FactKind,
    versions: Sequence[tuple[str, str | None]],
    request: Request,
) -> int:
    """Keep versions, and the entry that says so; without content they are retractions."""
    salts = [new_salt() for _ in versions]
    said = [
        Version(
            kind=kind.name,
            key=key,
            digest=version_digest(salt, kind.name, key, content),
            retracted=content is None,
        )
        for (key, content), salt in zip(versions, salts, strict=True)
    ]
    (entry,) = append(writing, [Deed(kind=deed, actor=request.actor, subject=kind.name, body=recorded(said))])
    last = writing.run("SELECT max(seq) FROM fact_version")[0][0]
    first = 0 if last is None else last + 1
    rows: list[tuple[Cell, ...]] = [
        (first + at, entry.seq, each.kind, each.key, content, each.digest, writing.at, each.retracted, salt)
        for at, (each, (_, content), salt) in enumerate(zip(said, versions, salts, strict=True))
    ]
    writing.insert("fact_version", COLUMNS, rows)
    return entry.seq


def _fed(answer: dict[str, Json]) -> Fed:
    entry, known_from, versions, unchanged = (
        answer[name] for name in ("entry", "known_from", "versions", "unchanged")
    )
    assert entry is None or isinstance(entry, int)
    assert isinstance(known_from, int)
    assert isinstance(versions, int)
    assert isinstance(unchanged, int)
    return Fed(entry=entry, known_from=known_from, versions=versions, unchanged=unchanged)
