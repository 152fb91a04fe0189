"""A batch that comes: fit to be kept as facts, answered before, or refused by what its sender sees."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import cast

from engine.facts.rows_to_wordings import Worded, word
from engine.model.canonical_json import Json, canonical_json
from engine.model.fact import FactKind
from engine.model.snapshot import Snapshot
from engine.model.tenancy import FactBatch, Fault, Fed, Refused, Request
from engine.store.archive import Archive
from engine.tenant.requests import Before, before
from engine.tenant.speaking import not_at_all, saying, spoken_for, spoken_of

MOST_ROWS = 10_000
"""Rows of one batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeding:
    """A batch that is fit to be kept under these policies; `spoken` are the parties that it comes from."""

    snapshot: Snapshot
    kind: FactKind
    worded: Worded
    corrections: bool
    request: Request
    body: Json
    spoken: tuple[str, ...]

    @property
    def keys(self) -> list[str]:
        """The keys of its facts."""
        return [each.key for each in self.worded.wordings]


def prepared(
    archive: Archive, snapshot: Snapshot, batch: FactBatch, request: Request
) -> Feeding | Fed | Refused:
    """A batch as it can be kept, what the same request was answered before, or why it cannot be kept.

    One wrong row keeps all of the batch out.
    """
    if len(batch.rows) > MOST_ROWS:
        words = f"a batch has at most {MOST_ROWS:,} rows, and this one has {len(batch.rows):,}"
        return Refused(faults=(Fault(code="batch-too-large", message=words),))
    # The rows as they came: what they mean may be another thing under the policies of another day.
    rows = cast(list[Json], [dict(each) for each in batch.rows])
    body: Json = {"do": "feed", "kind": batch.kind, "corrections": batch.corrections, "rows": rows}
    fit = _fit(snapshot, snapshot, batch, request.parties)
    if isinstance(fit, Refused) and request.parties is not None:
        # They are told what is wrong as if there were nothing but what is theirs: no name of another's.
        fit = _fit(snapshot, spoken_of(snapshot, request.parties), batch, request.parties)
    if isinstance(fit, Refused):
        return answered(archive, request, body) or fit
    kind, worded, spoken = fit
    return Feeding(
        snapshot=snapshot,
        kind=kind,
        worded=worded,
        corrections=batch.corrections,
        request=request,
        body=body,
        spoken=spoken,
    )


def _fit(
    snapshot: Snapshot, part: Snapshot, batch: FactBatch, parties: Collection[str] | None
) -> tuple[FactKind, Worded, tuple[str, ...]] | Refused:
    """A batch as facts, by the names that there are in a part of the policies, and from whom they come."""
    kind = kind_of(snapshot, batch.kind, parties)
    if isinstance(kind, Refused):
        return kind
    worded = word(part, kind, batch.rows)
    if worded.refused:
        return Refused(
            faults=tuple(
                Fault(code=each.code, message=each.reason, row=each.row, field=each.column)
                for each in worded.refused
            )
        )
    if parties is None:
        return kind, worded, ()
    contents = (each.content for each in worded.wordings)
    said = saying(kind, zip(worded.numbers, contents, strict=True))
    spoken = spoken_for(snapshot, kind, said, parties)
    return spoken if isinstance(spoken, Refused) else (kind, worded, spoken)


def kind_of(snapshot: Snapshot, name: str, parties: Collection[str] | None) -> FactKind | Refused:
    """The kind of a name of which facts may be fed, for parties or for the tenant itself, or why not."""
    if parties is not None and (refused := not_at_all(snapshot, name, parties)) is not None:
        return refused
    kind = snapshot.kinds.get(name)
    if kind is None:
        words = f"the policies declare no kind of fact `{name}`"
        return Refused(faults=(Fault(code="unknown-kind", message=words),))
    if kind.derived:
        words = f"facts of `{name}` follow from verdicts and are never fed"
        return Refused(faults=(Fault(code="derived-kind", message=words),))
    return kind


def answered(archive: Archive, request: Request, body: Json) -> Fed | None:
    """What was answered to the same request, under policies that took it."""
    try:
        canonical_json(body)
    except ValueError:
        return None  # nothing that has no canonical JSON was ever kept
    with archive.reading() as reading:
        asked = before(reading, request, body)
    return fed_of(asked.answer) if isinstance(asked, Before) else None


def fed_of(answer: dict[str, Json]) -> Fed:
    """What was kept, as its answer was kept."""
    entry, known_from, versions, unchanged = (
        answer[name] for name in ("entry", "known_from", "versions", "unchanged")
    )
    assert entry is None or isinstance(entry, int)
    assert isinstance(known_from, int)
    assert isinstance(versions, int)
    assert isinstance(unchanged, int)
    return Fed(entry=entry, known_from=known_from, versions=versions, unchanged=unchanged)
