"""Whether entries and the fact versions that they record are there for one another."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from engine.ledger.in_order import in_order, numbered
from engine.ledger.records import (
    Version,
    content_digest,
    members,
    recorded,
    recorded_unsalted,
    version_digest,
)
from engine.model.canonical_json import Json
from engine.model.ledger import EntryKind, Flaw, FlawKind
from engine.store.archive import Reading

RECORDING = (EntryKind.FEED, EntryKind.CORRECT, EntryKind.RETRACT, EntryKind.APPROVE)
"""The kinds of entries whose body has what `recorded` gives; of an approval only where facts came with it."""


@dataclass(slots=True)
class Counts:
    """How many fact versions there are, and of how many the content was erased."""

    versions: int = 0
    erased: int = 0


def check_facts(reading: Reading, report: Callable[[Flaw], None], progress: Callable[[int], None]) -> Counts:
    """Report what is wrong between entries and fact versions; `progress` is told how many were read."""
    counts = Counts()

    def misnumbered(row: tuple[Any, ...], kind: FlawKind, what: str) -> None:
        report(_flaw(kind, row[0], row[11], row[10], what))

    rows = numbered(_rows(reading, counts, progress), 1, lambda number: f"fact version {number}", misnumbered)
    for seq, group in groupby(rows, key=itemgetter(0)):
        _check_entry(seq, group, report)
    _without_versions(reading, report)
    return counts


def _rows(reading: Reading, counts: Counts, progress: Callable[[int], None]) -> Iterator[tuple[Any, ...]]:
    """Each version with what its entry says, in the order of the versions, which is that of the entries."""
    for versions in in_order(
        reading,
        least="SELECT min(seq) FROM fact_version WHERE seq >= ?",
        between="SELECT entry, seq, kind, key, digest, retracted, content, known_from, salt, erased_by"
        " FROM fact_version WHERE seq BETWEEN ? AND ? ORDER BY seq",
    ):
        found = reading.run(
            "SELECT seq, recorded_at, kind, body FROM entry WHERE seq IN (SELECT unnest(?::bigint[]))",
            (sorted({row[0] for row in versions if row[0] is not None}),),
        )
        entries = {seq: said for seq, *said in found}
        counts.versions += len(versions)
        counts.erased += sum(row[9] is not None for row in versions)
        progress(counts.versions)
        for row in versions:
            yield (*row, *entries.get(row[0], (None, None, None)))


def _check_entry(seq: int | None, rows: Iterable[tuple[Any, ...]], report: Callable[[Flaw], None]) -> None:
    versions: list[Version] = []
    recorded_at = entry_kind = body = None
    for row in rows:
        version, kind, key, digest, retracted, _, known_from = row[1:8]
        recorded_at, entry_kind, body = row[10:]
        named = f"version {version} of facts ({kind}:{key})"
        if what := _unfit(row[2:7] + row[8:10], salted=None if body is None else _is_salted(body)):
            report(_flaw(FlawKind.ALTERED, seq, entry_kind, recorded_at, f"{named}: {what}"))
        if recorded_at is not None and known_from != recorded_at:
            what = f"{named} says that it was known from {known_from} µs, not from when it was recorded"
            report(_flaw(FlawKind.ALTERED, seq, entry_kind, recorded_at, what))
        versions.append(Version(kind=kind, key=key, digest=digest, retracted=retracted))
    first = f"{versions[0].kind}:{versions[0].key}"
    if body is None:
        what = f"{len(versions)} fact versions, the first of {first}, name this entry, which is not there"
        report(_flaw(FlawKind.WITHOUT_ENTRY, seq, None, None, what))
        return
    said = _said(body)
    if entry_kind not in RECORDING or said is None:
        what = f"{len(versions)} fact versions, the first of {first}, name this entry, which records none"
        report(_flaw(FlawKind.WITHOUT_ENTRY, seq, entry_kind, recorded_at, what))
        return
    found = recorded(versions) if _is_salted(body) else recorded_unsalted(versions)
    if found != said:
        what = (
            f"it records {said['facts']} fact versions, and there are {found['facts']} of it"
            if found["facts"] != said["facts"]
            else f"its {found['facts']} fact versions are not those that it records, or in another order"
        )
        report(_flaw(FlawKind.WITHOUT_RECORD, seq, entry_kind, recorded_at, what))


def _unfit(row: tuple[Any, ...], *, salted: bool | None) -> str | None:
    """Why what is kept of a version is not what its digest is of; None where it is, or was erased. Whether
    the digest is `salted` is what its entry says, or, without one, what is there."""
    kind, key, digest, retracted, content, salt, erased_by = row
    if erased_by is not None:
        return None if content is None and salt is None else "it was erased, and is there again"
    if content is None and not retracted:
        return "its content is gone, and it was not erased"
    if retracted and content is not None:
        return "it retracts, and has a content"
    if not (salt is not None if salted is None else salted):
        is_sound = salt is None and (content is None or content_digest(content) == digest)
    else:
        is_sound = _fits(salt, kind, key, content, digest)
    return None if is_sound else "what it says is not what was recorded: its digest is another"


def _fits(salt: Any, kind: Any, key: Any, content: Any, digest: Any) -> bool:
    try:
        return version_digest(salt, kind, key, content) == digest
    except (TypeError, ValueError):
        return False  # no salt, or one that is none


def _without_versions(reading: Reading, report: Callable[[Flaw], None]) -> None:
    rows = reading.run(
        "SELECT seq, kind, recorded_at, body FROM entry e WHERE kind IN (?, ?, ?, ?)"
        " AND NOT EXISTS (SELECT 1 FROM fact_version v WHERE v.entry = e.seq) ORDER BY seq",
        [each.value for each in RECORDING],
    )
    for seq, kind, recorded_at, body in rows:
        said = _said(body)
        if said is None:
            if kind == EntryKind.APPROVE:
                continue  # an approval that is no fact
            report(
                _flaw(FlawKind.UNREADABLE, seq, kind, recorded_at, "its body does not say what it records")
            )
        elif said["facts"] != 0:
            what = f"it records {said['facts']} fact versions, and none is there"
            report(_flaw(FlawKind.WITHOUT_RECORD, seq, kind, recorded_at, what))


def _is_salted(body: str) -> bool:
    return "versions" in members(body)


def _said(body: str) -> dict[str, Json] | None:
    """What the body of an entry says of fact versions, None where it says nothing."""
    found = members(body)
    name = "versions" if "versions" in found else "digest"
    return {each: found[each] for each in ("facts", name)} if {"facts", name} <= {*found} else None


def _flaw(kind: FlawKind, seq: int | None, entry_kind: str | None, at: int | None, what: str) -> Flaw:
    return Flaw(kind=kind, first=seq, last=seq, entry_kind=entry_kind, recorded_at=at, what=what)
