"""The snapshot: everything that the policies say, resolved, in persistent maps (design decision 7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from pyrsistent import PMap, pmap

from engine.model.agreement import Agreement
from engine.model.calendar import Calendar
from engine.model.example import Example
from engine.model.fact import FactKind
from engine.model.feed import Feed
from engine.model.obligation import Obligation
from engine.model.party import Document, Party, Role
from engine.model.service import Component, Service
from engine.model.severity import Severity
from engine.model.verdict import Verdict

Noun = TypeVar("Noun")


def persistent(nouns: Mapping[str, Noun]) -> PMap[str, Noun]:
    """The nouns in a map that is never changed and cheaply edited."""
    return pmap(nouns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A policy set. Maps are by name; `version` is the digest of the canonical model (S2.6), so that
    formatting keeps it."""

    version: str
    documents: PMap[str, Document]
    parties: PMap[str, Party]
    roles: PMap[str, Role]
    severities: PMap[str, Severity]
    calendars: PMap[str, Calendar]
    components: PMap[str, Component]
    services: PMap[str, Service]
    kinds: PMap[str, FactKind]
    feeds: PMap[str, Feed]
    agreements: PMap[str, Agreement]
    examples: tuple[Example, ...]

    def obligations(self) -> tuple[Obligation, ...]:
        """Every obligation, in order of agreement name and declaration; one in several versions is there for
        each of them."""
        return tuple(
            obligation for name in sorted(self.agreements) for obligation in self.agreements[name].obligations
        )

    def versions(self, name: str) -> tuple[Agreement, ...]:
        """Every version of an agreement, the first in force first."""
        found: list[Agreement] = []
        key: str | None = name
        while key is not None and (agreement := self.agreements.get(key)) is not None:
            found.insert(0, agreement)
            key = agreement.supersedes
        return tuple(found)

    def obligation(self, id: str) -> Obligation | None:
        """The obligation `agreement.obligation`, if there is one, as its latest version promises it."""
        return next(iter(self.promises(id)), None)

    def obligation_of(self, verdict: Verdict) -> Obligation | None:
        """The obligation as the version promises it that governs the verdict (S2.6)."""
        return next(
            (
                each
                for each in self.promises(verdict.obligation)
                if self.agreements[each.terms.agreement].version == verdict.version
            ),
            None,
        )

    def promises(self, id: str) -> tuple[Obligation, ...]:
        """The obligation of any name as each version of its agreement promises it, the latest first."""
        return tuple(
            each
            for agreement in reversed(self.versions(id.partition(".")[0]))
            for each in agreement.obligations
            if id in (each.terms.id, *each.terms.other_names)
        )
