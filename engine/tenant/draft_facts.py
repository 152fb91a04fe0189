"""The facts that a draft of policies is judged by: rows that were sent, and what a tenant keeps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.facts.admission import RefusedRow
from engine.facts.rows_to_wordings import Worded, word
from engine.facts.spelling import shown
from engine.facts.versions_to_store import replay
from engine.model.erasure import ErasedTime
from engine.model.fact import FactKind
from engine.model.fact_version import FactVersion
from engine.model.snapshot import Snapshot
from engine.model.tenancy import FactBatch, Fault, Refused
from engine.store.archive import Reading
from engine.store.database import UNRECORDED, Store
from engine.tenant.erased import erased_times
from engine.tenant.fitting import MOST_ROWS, kind_of

MOST_KEPT = 50_000
"""Versions that a tenant keeps and a draft may be judged by."""

MOST_CHARACTERS = 50_000_000
"""What these may say, all together: they are read into the memory of whoever asks."""

WEIGHT = """
SELECT count(*), CAST(coalesce(sum(length(content)), 0) AS BIGINT)
FROM (SELECT content FROM fact_version WHERE kind = ? ORDER BY seq LIMIT ?) AS version
"""

OF_KIND = """
SELECT seq, entry, kind, key, content, digest, known_from, retracted
FROM fact_version WHERE kind = ? ORDER BY seq LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFacts:
    """All versions of the facts of some kinds, and what erasures touched of them."""

    versions: tuple[FactVersion, ...] = ()
    erased: tuple[ErasedTime, ...] = ()


NO_FACTS = KeptFacts()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFault:
    """Why a batch, by its place from 0, is none of facts of the draft."""

    batch: int
    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfitBatches:
    """Rows were sent that are no facts of the draft."""

    faults: tuple[BatchFault, ...]


def kept_facts(
    reading: Reading,
    kinds: Sequence[str],
    most: int = MOST_KEPT,
    most_characters: int = MOST_CHARACTERS,
) -> KeptFacts | None:
    """What is kept of these kinds; None where there are more versions than `most`, or where they say more
    than so many characters."""
    versions: list[FactVersion] = []
    characters = 0
    for kind in dict.fromkeys(kinds):
        ((count, more),) = reading.run(WEIGHT, (kind, most + 1 - len(versions)))
        characters += more
        if len(versions) + count > most or characters > most_characters:
            return None
        rows = reading.run(OF_KIND, (kind, count))
        versions += [
            FactVersion(
                seq=seq,
                entry=entry,
                kind=name,
                key=key,
                content=content,
                digest=digest,
                known_from=known_from,
                is_retraction=retracted,
            )
            for seq, entry, name, key, content, digest, known_from, retracted in rows
        ]
    erased = tuple(each for each in erased_times(reading) if each.kind in kinds)
    return KeptFacts(versions=tuple(versions), erased=erased)


def fill(
    snapshot: Snapshot, store: Store, batches: Sequence[FactBatch], kept: KeptFacts = NO_FACTS
) -> tuple[RefusedRow, ...] | UnfitBatches:
    """Put the facts of a draft into an empty store, and give the versions that are kept and the draft does
    not admit, each with its `seq` as its row; or why what was sent is no facts of it, and nothing is put in.

    A row is known all along, and stands in the place of what is kept of its key.
    """
    faults: list[BatchFault] = []
    admitted: dict[str, list[FactVersion]] = {}
    for place, batch in enumerate(batches):
        found = _fit(snapshot, batch)
        if isinstance(found, Refused):
            faults += (BatchFault(batch=place, fault=each) for each in found.faults)
            continue
        kind, worded = found
        before = admitted.setdefault(kind.name, [])
        faults += (BatchFault(batch=place, fault=each) for each in _repeated(kind, worded, before))
        before += _versions(worded)
    if faults:
        return UnfitBatches(faults=tuple(faults))
    for kind in snapshot.kinds.values():
        store.create(kind)
    store.hold_erased(kept.erased)
    said = {(name, each.key) for name, versions in admitted.items() for each in versions}
    unheld = replay(snapshot, [each for each in kept.versions if (each.kind, each.key) not in said], store)
    for versions in admitted.values():
        again = replay(snapshot, versions, store)
        assert not again, "what was admitted is admitted again"
    return unheld


def _fit(snapshot: Snapshot, batch: FactBatch) -> tuple[FactKind, Worded] | Refused:
    """A batch as facts of its kind."""
    if len(batch.rows) > MOST_ROWS:
        words = f"a batch has at most {MOST_ROWS:,} rows, and this one has {len(batch.rows):,}"
        return Refused(faults=(Fault(code="batch-too-large", message=words),))
    kind = kind_of(snapshot, batch.kind, None)
    if isinstance(kind, Refused):
        return kind
    worded = word(snapshot, kind, batch.rows)
    if not worded.refused:
        return kind, worded
    return Refused(
        faults=tuple(
            Fault(code=each.code, message=each.reason, row=each.row, field=each.column)
            for each in worded.refused
        )
    )


def _repeated(kind: FactKind, worded: Worded, before: Sequence[FactVersion]) -> Iterator[Fault]:
    """The rows whose key a batch before this one has."""
    keys = {each.key for each in before}
    for number, each in zip(worded.numbers, worded.wordings, strict=True):
        if each.key in keys:
            words = f"there is another `{kind.name}` {shown(each.key)} in a batch before this one"
            yield Fault(code="duplicate-key", message=words, row=number, field=kind.key)


def _versions(worded: Worded) -> Iterator[FactVersion]:
    for number, each in zip(worded.numbers, worded.wordings, strict=True):
        yield FactVersion(
            seq=number,
            entry=0,
            kind=each.kind,
            key=each.key,
            content=each.content,
            digest="",
            known_from=UNRECORDED,
            is_retraction=False,
        )
