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
        """Every obligation, in order of agreement name and declaration."""
        return tuple(
            obligation for name in sorted(self.agreements) for obligation in self.agreements[name].obligations
        )

    def obligation(self, id: str) -> Obligation | None:
        """The obligation `agreement.obligation`, if there is one."""
        agreement = self.agreements.get(id.partition(".")[0])
        if agreement is None:
            return None
        return next((each for each in agreement.obligations if each.terms.id == id), None)
