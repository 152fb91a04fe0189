"""What one agreement stands on at one instant: everything that the findings look at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from engine.graph.viability.contracts import Contracts, UptimePromise, uptime_promise
from engine.graph.viability.structure import Structure, structure_of
from engine.graph.viability.term import Moment
from engine.model.agreement import Agreement
from engine.model.calendar import Clock
from engine.model.obligation import Target, Terms
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.model.viability import Side

OpenTime = Callable[[Clock, Instant, Instant], Sequence[tuple[Instant, Instant]]]
"""The instants of `[start, end)` at which a clock counts."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """An agreement at an instant of its term, and the contracts of its policy set."""

    snapshot: Snapshot
    contracts: Contracts
    agreement: Agreement
    at: Moment
    open_time: OpenTime
    structures: dict[tuple[str, ...], Structure] = field(default_factory=dict[tuple[str, ...], Structure])

    @property
    def day(self) -> date:
        """The civil day in the agreement's zone."""
        return self.at.day(self.agreement.zone)

    @cached_property
    def uptimes(self) -> Sequence[UptimePromise]:
        """The agreement's own promises of uptime, in order of declaration."""
        found = (
            uptime_promise(self.agreement, each)
            for each in self.agreement.obligations
            if isinstance(each, Target)
        )
        return [each for each in found if each is not None]

    def beneath(self, services: Sequence[str]) -> Structure:
        """What some services stand on together."""
        key = tuple(services)
        if key not in self.structures:
            self.structures[key] = structure_of(
                self.snapshot, self.contracts, key, self.agreement.provider, self.at
            )
        return self.structures[key]


def promise_side(terms: Terms, says: str) -> Side:
    """The side of a finding that a promise is."""
    clause = terms.cites[0].clause if terms.cites else None
    return Side(name=terms.id, says=says, clause=clause, span=terms.span)


def agreement_side(agreement: Agreement, says: str) -> Side:
    """The side of a finding that an agreement is."""
    clause = agreement.cites[0].clause if agreement.cites else None
    return Side(name=agreement.name, says=says, clause=clause, span=agreement.span)
