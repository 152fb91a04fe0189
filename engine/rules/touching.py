"""Which verdicts news may change: from versions of facts to promises, windows and triggers (S2.5, S2.7)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from engine.model.derived import (
    BREACH,
    CREDIT,
    Source,
    feeding,
    has_strata,
    selections_behind,
    sources,
    verdicts_behind,
)
from engine.model.fact import FactKind, InstantType
from engine.model.obligation import Duty, Obligation, OnWindow, RecoveryPoint, Target
from engine.model.quantity import Instant
from engine.model.reading import kinds_read, looked_up
from engine.model.snapshot import Snapshot
from engine.model.touched import EVERYTHING, NOTHING, Touch, Touched
from engine.model.verdict import Verdict
from engine.rules.touched_triggers import keys_touched
from engine.rules.touched_windows import stretches_touched
from engine.store.database import Store, table_of
from engine.store.identifiers import named

Row = Mapping[str, Any]
"""The fields of a version of a fact, as the store holds them."""

# Each by itself: where either may hold, DuckDB reads the columns whole.
NEWS = """
SELECT $fields FROM $facts WHERE known_from >= ? AND $key IN (SELECT unnest(?::VARCHAR[]))
UNION ALL
SELECT $fields FROM $facts WHERE known_until >= ? AND $key IN (SELECT unnest(?::VARCHAR[]))
"""
PASSED = "SELECT $key FROM $facts WHERE $field > ? AND $field <= ?"


class News(NamedTuple):
    """Facts that were told, corrected or retracted, or came to be seen: by kind, every version of them that
    was, or is now, the latest one, as the store holds it and as it reads."""

    rows: Mapping[str, Sequence[Row]]
    keys: Mapping[str, frozenset[str]]


@dataclass(slots=True, kw_only=True)
class Touching:
    """What a policy set reads of a store, asked at `as_of`; with `since`, also at an instant before it."""

    snapshot: Snapshot
    store: Store
    as_of: Instant
    since: Instant | None
    found: dict[tuple[str, str, frozenset[str]], frozenset[str]] = field(
        default_factory=dict[tuple[str, str, frozenset[str]], frozenset[str]]
    )

    def news(self, told: Mapping[str, Iterable[str]], known_from: Instant) -> News:
        """The versions of the facts told, by kind and key, that are known from an instant on or were until
        then; and, with `since`, what came to be seen since then."""
        keys = {kind: set(each) for kind, each in told.items()}
        rows: dict[str, list[Row]] = {}
        for kind, those in keys.items():
            rows[kind] = self._rows(NEWS, kind, (known_from, sorted(those)) * 2)
        if self.since is not None:
            for kind in self._kinds():
                if passed := self._passed(kind, self.since):
                    keys.setdefault(kind.name, set()).update(passed)
                    rows.setdefault(kind.name, []).extend(self.rows(kind.name, passed))
        return News(
            rows={kind: self._readings(self.snapshot.kinds[kind], each) for kind, each in rows.items()},
            keys={kind: frozenset(each) for kind, each in keys.items()},
        )

    def rows(self, kind: str, keys: Iterable[str]) -> list[Row]:
        """Every version of these facts."""
        statement = "SELECT $fields FROM $facts WHERE $key IN (SELECT unnest(?::VARCHAR[]))"
        return self._rows(statement, kind, (sorted(keys),))

    def readings_of(self, kind: str, keys: Iterable[str]) -> Sequence[Row]:
        """The same, as they read."""
        return self._readings(self.snapshot.kinds[kind], self.rows(kind, keys))

    def keys_with(self, kind: str, named_field: str, values: frozenset[str]) -> frozenset[str]:
        """The keys of all facts that bear one of the values in a field, in any version."""
        asked = kind, named_field, values
        if asked not in self.found:
            of = self.snapshot.kinds[kind]
            statement = named(
                "SELECT DISTINCT $key FROM $facts WHERE $field IN (SELECT unnest(?::VARCHAR[]))",
                key=of.key,
                facts=table_of(kind),
                field=named_field,
            )
            self.found[asked] = frozenset(key for (key,) in self.store.run(statement, (sorted(values),)))
        return self.found[asked]

    def touched(self, news: News) -> Touched:
        """What the news touches; a superset, never less."""
        above = self._above(
            {each for each in sources(self.snapshot) if self._kinds_of(each) & news.rows.keys()}
        )
        found: dict[str, Touch] = {}
        for promise in self.snapshot.obligations():
            id = promise.terms.id
            touch = EVERYTHING if id in above else self._touch(promise, news)
            if touch:
                found[id] = found.get(id, NOTHING) | touch
        return Touched(promises=found)

    def turned(self, verdicts: Iterable[Verdict], begun_since: Instant | None) -> Touched:
        """The occasions of verdicts that may have turned, and all that reads what follows from them; and the
        windows that have begun since an instant."""
        found: dict[str, Touch] = {}
        for each in verdicts:
            found[each.obligation] = found.get(each.obligation, NOTHING) | Touch.on(each)
        if begun_since is not None:
            begun = Touch(stretches=frozenset({(begun_since, None)}))
            for promise in self.snapshot.obligations():
                if any(self.snapshot.kinds[each].derived for each in kinds_read(promise)):
                    # What follows from others may have begun in between.
                    found[promise.terms.id] = EVERYTHING
                match promise:
                    case Target() | Duty(occasion=OnWindow()):
                        found[promise.terms.id] = found.get(promise.terms.id, NOTHING) | begun
                    case _:
                        pass
        above = self._above({Source(kind=BREACH, name=each) for each in found})
        return Touched(promises={**found, **dict.fromkeys(above, EVERYTHING)})

    def _touch(self, promise: Obligation, news: News) -> Touch:
        agreement = self.snapshot.agreements[promise.terms.agreement]
        if agreement.renewal is not None:
            deciding = agreement.renewal.selection
            if {deciding.kind, *(each.kind for each in looked_up(deciding.where))} & news.rows.keys():
                return EVERYTHING
        touch = NOTHING
        # What changes a credit alone changes no verdict.
        judged = promise if isinstance(promise, RecoveryPoint) else replace(promise, credits=None)
        for kind in kinds_read(judged):
            if touch.everything:
                break
            rows = self._read_by(promise, self.snapshot.kinds[kind], news.rows.get(kind, ()))
            if rows:
                match promise:
                    case Target():
                        touch |= stretches_touched(promise, self.snapshot.kinds, kind, rows, self, self.as_of)
                    case Duty() | RecoveryPoint():
                        touch |= keys_touched(promise, self.snapshot.kinds, kind, rows, self)
        return touch

    def _read_by(self, promise: Obligation, kind: FactKind, rows: Sequence[Row]) -> Sequence[Row]:
        """Those about a subject of the promise (S2.7)."""
        subjects = promise.terms.subjects
        if not subjects or kind.about is None:
            return rows
        return [each for each in rows if each[kind.about] in subjects]

    def _above(self, touched: set[Source]) -> set[str]:
        """The promises that read what follows from something that is touched (S9)."""
        if not has_strata(self.snapshot):
            return set()
        above: set[Source] = set()
        while True:
            more = {
                each
                for each in sources(self.snapshot)
                if each not in above and any(one in touched or one in above for one in self._beneath(each))
            }
            if not more:
                return {each.name for each in above if each.kind == BREACH}
            above |= more

    def _beneath(self, source: Source) -> set[Source]:
        read = {
            each
            for selection in selections_behind(self.snapshot, source)
            for each in feeding(self.snapshot, selection)
        }
        return read | set(verdicts_behind(self.snapshot, source))

    def _kinds_of(self, source: Source) -> set[str]:
        """The kinds that a source reads by itself, with those that its agreement's term hangs on."""
        kinds = {each.kind for each in selections_behind(self.snapshot, source)}
        if source.kind == BREACH:
            kinds |= {kind for each in self.snapshot.promises(source.name) for kind in kinds_read(each)}
        versions = self.snapshot.versions(source.name.partition(".")[0])
        if source.kind == CREDIT:
            kinds |= {
                kind for version in versions for each in version.obligations for kind in kinds_read(each)
            }
        for version in versions:
            if version.renewal is not None:
                deciding = version.renewal.selection
                kinds |= {deciding.kind, *(each.kind for each in looked_up(deciding.where))}
        return kinds

    # Facts

    def _kinds(self) -> list[FactKind]:
        """Those of which there are facts."""
        return [
            each
            for name, each in sorted(self.snapshot.kinds.items())
            if not each.derived and self.store.may_hold(name)
        ]

    def _passed(self, kind: FactKind, since: Instant) -> set[str]:
        """The facts of a kind with an instant that came since then."""
        names = [each.name for each in kind.fields if isinstance(each.type, InstantType)]
        statement = " UNION ".join(
            named(PASSED, key=kind.key, facts=table_of(kind.name), field=each) for each in names
        )
        return {key for (key,) in self.store.run(statement, (since, self.as_of) * len(names))}

    def _rows(self, statement: str, kind: str, parameters: Sequence[object]) -> list[Row]:
        of = self.snapshot.kinds[kind]
        names = [each.name for each in of.fields]
        found = self.store.run(named(statement, fields=names, facts=table_of(kind), key=of.key), parameters)
        return [dict(zip(names, row, strict=True)) for row in found]

    def _readings(self, kind: FactKind, rows: Iterable[Row]) -> Sequence[Row]:
        """Each row that is seen, as it is and as it reads: an instant that lies ahead is absent (S2.5)."""
        found: list[Row] = []
        later = [each.name for each in kind.fields if isinstance(each.type, InstantType) and not each.planned]
        starts = kind.start_field
        for row in rows:
            seen = [
                at
                for at in (self.as_of, self.since)
                if at is not None and row[starts] is not None and (starts not in later or row[starts] <= at)
            ]
            if not seen:
                continue
            found.append(row)
            for at in seen:
                ahead = [name for name in later if row[name] is not None and row[name] > at]
                if ahead:
                    found.append({**row, **dict.fromkeys(ahead)})
        return found
