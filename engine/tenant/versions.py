"""Versions of facts in the archive: what is known of a key, and what is kept under an entry of the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from engine.ledger.log import append
from engine.ledger.records import Version, new_salt, recorded, version_digest
from engine.model.canonical_json import Json
from engine.model.fact import FactKind
from engine.model.ledger import Deed, EntryKind
from engine.store.archive import Cell, Reading, Writing

COLUMNS = ("seq", "entry", "kind", "key", "content", "digest", "known_from", "retracted", "salt")

# Of every kind that has such a key: beside a condition on the kind, DuckDB reads the table, not its index.
LATEST = """
SELECT kind, key, content, retracted FROM (
    SELECT kind, key, content, retracted,
        row_number() OVER (PARTITION BY kind, key ORDER BY seq DESC) AS place
    FROM fact_version
    WHERE key IN (SELECT unnest(?::TEXT[]))
) AS versions WHERE place = 1
"""


def known_now(reading: Reading, kind: FactKind, keys: Sequence[str]) -> dict[str, str | None]:
    """What is known of the keys now; None of one that was retracted or erased, nothing of one never seen."""
    return all_known_now(reading, {kind.name: keys})[kind.name]


def all_known_now(reading: Reading, asked: Mapping[str, Sequence[str]]) -> dict[str, dict[str, str | None]]:
    """The same of keys of several kinds, by kind."""
    known: dict[str, dict[str, str | None]] = {kind: {} for kind in asked}
    keys = list(dict.fromkeys(key for each in asked.values() for key in each))
    for kind, key, content, retracted in reading.run(LATEST, (keys,)) if keys else ():
        if kind in known:
            known[kind][key] = None if retracted else content
    return known


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """Versions of facts of a kind that are kept under one entry; without content they are retractions.

    `parties` are those that they come from, if they come from any; the entry says so.
    """

    kind: EntryKind
    of: FactKind
    versions: Sequence[tuple[str, str | None]]
    actor: str
    parties: Sequence[str] = ()

    def said(self, salts: Sequence[str]) -> list[Version]:
        """What the entry says of them, each under a salt of its own."""
        return [
            Version(
                kind=self.of.name,
                key=key,
                digest=version_digest(salt, self.of.name, key, content),
                retracted=content is None,
            )
            for (key, content), salt in zip(self.versions, salts, strict=True)
        ]


def record(writing: Writing, deeds: Sequence[Versions]) -> list[int]:
    """Keep versions, and the entries that say so."""
    salts = [[new_salt() for _ in each.versions] for each in deeds]
    said = [each.said(of) for each, of in zip(deeds, salts, strict=True)]
    entries = append(
        writing,
        [
            Deed(kind=each.kind, actor=each.actor, subject=each.of.name, body=_body(each, versions))
            for each, versions in zip(deeds, said, strict=True)
        ],
    )
    first = writing.noted("fact_version")
    if not isinstance(first, int):
        last = writing.run("SELECT max(seq) FROM fact_version")[0][0]
        first = 0 if last is None else last + 1
    seq = count(first)
    rows: list[tuple[Cell, ...]] = [
        (next(seq), entry.seq, each.kind, each.key, content, each.digest, writing.at, each.retracted, salt)
        for deed, versions, of, entry in zip(deeds, said, salts, entries, strict=True)
        for each, (_, content), salt in zip(versions, deed.versions, of, strict=True)
    ]
    writing.insert("fact_version", COLUMNS, rows)
    writing.note("fact_version", first + len(rows))
    return [entry.seq for entry in entries]


def _body(deed: Versions, said: Sequence[Version]) -> dict[str, Json]:
    body = recorded(said)
    if deed.parties:
        body["parties"] = [*deed.parties]
    return body
