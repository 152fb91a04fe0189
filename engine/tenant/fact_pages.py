"""Facts read back as the archive keeps them: what is known of each, and every version of one."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.model.fact import FactKind, Lasts
from engine.model.instants import parse_instant
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.store.archive import Reading
from engine.tenant.speaking import fed_for

STRETCH = 1_000
"""So many keys are looked at in one read."""

COLUMNS = "v.seq, v.entry, v.kind, v.key, v.content, v.digest, v.known_from, v.retracted, v.erased_by"

LATEST = f"""
SELECT {COLUMNS} FROM fact_version v JOIN (
    SELECT max(seq) AS seq FROM fact_version
    WHERE kind = ? AND key > ? AND known_from <= ? GROUP BY key ORDER BY key LIMIT ?
) AS latest ON latest.seq = v.seq ORDER BY v.key
"""  # noqa: S608 - of fixed texts
ONE = f"""
SELECT {COLUMNS} FROM fact_version v WHERE v.kind = ? AND v.key = ? AND v.known_from <= ? ORDER BY v.seq
"""  # noqa: S608 - of fixed texts


@dataclass(frozen=True, slots=True, kw_only=True)
class FactFilter:
    """Which facts: those of these kinds (none said: of all), with these keys (none said: any), about this
    subject, and within a time that ends before `until`."""

    kinds: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    subject: str | None = None
    since: Instant | None = None
    until: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptVersion:
    """A version of a fact; without `values` it is a retraction, or what it said was erased by an entry."""

    entry: int
    kind: str
    key: str
    values: dict[str, str] | None
    digest: str
    known_from: Instant
    is_retraction: bool
    erased_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactPages:
    """What is known at an instant of the facts that policies declare, to somebody.

    `parties` are those for whom a fact must have been fed to be seen; None: every fact is. `check` is asked
    before each read, and may raise.
    """

    reading: Reading
    snapshot: Snapshot
    as_of: Instant
    known_at: Instant
    parties: frozenset[str] | None
    check: Callable[[], None]
    fed: dict[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])

    def facts(self, asked: FactFilter, after: tuple[str, str] | None = None) -> Iterator[KeptVersion]:
        """The latest version of each fact that there is, or that was erased, by kind and key.

        What begins after `as_of` is not there yet (S2.5).
        """
        for name in sorted(self.snapshot.kinds):
            kind = self.snapshot.kinds[name]
            is_asked = not asked.kinds or name in asked.kinds
            if kind.derived or not is_asked or (after is not None and name < after[0]):
                continue
            start = after[1] if after is not None and name == after[0] else ""
            for each in self._latest(name, start):
                is_asked = not asked.keys or each.key in asked.keys
                if is_asked and not each.is_retraction and self.sees(each) and self._is_in(each, kind, asked):
                    yield each

    def versions(self, kind: str, key: str) -> list[KeptVersion]:
        """Every version of one fact by then, the first one first."""
        self.check()
        rows = self.reading.run(ONE, (kind, key, self.known_at))
        return [each for each in map(_version, rows) if self.sees(each)]

    def sees(self, version: KeptVersion) -> bool:
        """Whether a version is shown."""
        return self.parties is None or not self.parties.isdisjoint(self.fed_for(version.entry))

    def fed_for(self, entry: int) -> tuple[str, ...]:
        """The parties for which the versions of an entry were fed."""
        if entry not in self.fed:
            ((body,),) = self.reading.run("SELECT body FROM entry WHERE seq = ?", (entry,))
            self.fed[entry] = fed_for(body)
        return self.fed[entry]

    def _latest(self, kind: str, start: str) -> Iterator[KeptVersion]:
        while True:
            self.check()
            rows = self.reading.run(LATEST, (kind, start, self.known_at, STRETCH))
            yield from map(_version, rows)
            if len(rows) < STRETCH:
                return
            start = rows[-1][3]

    def _is_in(self, version: KeptVersion, kind: FactKind, asked: FactFilter) -> bool:
        """Whether a fact is there by now, about the subject and within the time; nobody knows of one that was
        erased, which is about nothing."""
        if version.values is None:
            return asked.subject is None and asked.since is None and asked.until is None
        start = _instant(version.values, kind.start_field)
        if start is not None and start > self.as_of:
            return False
        if asked.subject is not None and version.values.get(kind.about or "") != asked.subject:
            return False
        if asked.until is not None and (start is None or start >= asked.until):
            return False
        if asked.since is None:
            return True
        if isinstance(kind.timing, Lasts):
            end = _instant(version.values, kind.timing.end)
            return end is None or end > asked.since
        return start is not None and start >= asked.since


def _instant(values: dict[str, str], name: str) -> Instant | None:
    return None if name not in values else parse_instant(values[name])


def _version(row: tuple[Any, ...]) -> KeptVersion:
    _, entry, kind, key, content, digest, known_from, retracted, erased_by = row
    return KeptVersion(
        entry=entry,
        kind=kind,
        key=key,
        values=None if content is None else json.loads(content),
        digest=digest,
        known_from=known_from,
        is_retraction=retracted,
        erased_by=erased_by,
    )
