"""What one agreement stands on at one instant: everything that the findings look at."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from engine.graph.viability.ceiling import series_parts
from engine.graph.viability.contracts import Contracts, UptimePromise, uptime_promise
from engine.graph.viability.deadlines import Horizon
from engine.graph.viability.rests import Rest, Walk
from engine.graph.viability.structure import Structure, beneath, structure_of
from engine.graph.viability.term import Moment
from engine.model.agreement import Agreement
from engine.model.calendar import Clock
from engine.model.expression import Duration, NoticeCounting
from engine.model.instants import instant_of
from engine.model.obligation import Obligation, Target, Terms
from engine.model.quantity import Instant
from engine.model.renewal import Renewal
from engine.model.snapshot import Snapshot
from engine.model.viability import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """How time is counted, as the evaluator by definition does.

    `open_time(clock, start, end)`: the stretches of `[start, end)` at which a clock counts.
    `notice_day(last, lead, counting, zone)`: the last day on which there still is `lead` before the end of a
    term whose last day is `last`; none where a clock never counts so much (S4.5).
    `term_end(renewal, count)`: the last day of a term that was renewed so often (S2.4).
    """

    open_time: Callable[[Clock, Instant, Instant], Sequence[tuple[Instant, Instant]]]
    notice_day: Callable[[date, Duration, NoticeCounting, str], date | None]
    term_end: Callable[[Renewal, int], date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A promise of uptime and one beneath it. `in_series`: nothing can stand in for the one beneath.
    `is_part`: the services of the upper one stand on it; else it only says that it carries it."""

    above: UptimePromise
    below: UptimePromise
    in_series: bool
    is_part: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was worked out of a policy set, for all agreements: when clocks count, lengths of time in a year,
    ways down from services, and what these stand on while the same contracts are in force."""

    opened: dict[tuple[Clock, Instant, Instant], Sequence[tuple[Instant, Instant]]] = field(
        default_factory=dict[tuple[Clock, Instant, Instant], Sequence[tuple[Instant, Instant]]]
    )
    horizons: dict[tuple[Instant, Instant], Horizon] = field(
        default_factory=dict[tuple[Instant, Instant], Horizon]
    )
    walks: dict[tuple[str, ...], Walk] = field(default_factory=dict[tuple[str, ...], Walk])
    structures: dict[tuple[object, ...], Structure] = field(
        default_factory=dict[tuple[object, ...], Structure]
    )


@dataclass(frozen=True, kw_only=True)
class Ground:
    """An agreement at an instant of its term, and the contracts of its policy set.

    `is_dropped`: of a version before the last, only what the last one rests on no more.
    """

    snapshot: Snapshot
    contracts: Contracts
    agreement: Agreement
    at: Moment
    reckoning: Reckoning
    known: Known
    is_dropped: bool = False
    promising: dict[tuple[str, ...], Sequence[Agreement]] = field(
        default_factory=dict[tuple[str, ...], Sequence[Agreement]]
    )

    @property
    def day(self) -> date:
        """The civil day in the agreement's zone."""
        return self.at.day(self.agreement.zone)

    def side(self, says: str) -> Side:
        """The side of a finding that the agreement itself is."""
        return agreement_side(self.agreement, says)

    @property
    def earliest_day(self) -> date:
        """The first day that is looked at: that of the instant asked for, else the first of all versions."""
        versions = self.snapshot.versions(self.agreement.name)
        first = self.agreement.term.start if self.is_dropped else versions[0].term.start
        return first if isinstance(self.at.at, date) else max(first, self.day)

    @cached_property
    def uptimes(self) -> Sequence[UptimePromise]:
        """The agreement's own promises of uptime, in order of declaration."""
        found = (
            uptime_promise(self.agreement, each)
            for each in self.agreement.obligations
            if isinstance(each, Target)
        )
        return [each for each in found if each is not None]

    @cached_property
    def rests(self) -> Sequence[Rest]:
        """What the agreement's services rest on, with the contracts about it, whenever they are in force."""
        found = self.walk(self.agreement.covers).found
        if not self.is_dropped:
            return found
        last = self.snapshot.agreements[self.agreement.identity]
        kept = {
            (each.name, each.customer)
            for each in replace(self, agreement=last, is_dropped=False, promising={}).rests
        }
        return [each for each in found if (each.name, each.customer) not in kept]

    def walk(self, services: tuple[str, ...]) -> Walk:
        """The way down from some services."""
        above = self.agreement
        found = (self.contracts.services.get(name) for name in services)
        is_house = all(each is None or each.provider == above.provider != above.customer for each in found)
        key = (*services, above.provider, "" if is_house else above.name)
        if key not in self.known.walks:
            self.known.walks[key] = Walk(self.snapshot, self.contracts, above, services)
        return self.known.walks[key]

    @cached_property
    def underpinning(self) -> Sequence[Agreement]:
        """The agreements that say that they underpin this one, in any of its versions, by name."""
        return () if self.is_dropped else self.contracts.underpinning.get(self.agreement.identity, ())

    @cached_property
    def pairs(self) -> Sequence[Pair]:
        """Each promise of uptime with each in force that it stands on or that carries it."""
        found: list[Pair] = []
        for above in self.uptimes:
            structure = self.beneath(above.target.terms.subjects)
            lone = {part.promise.id for part in structure.known(series_parts) if part.promise is not None}
            seen = set[str]()
            for part in structure.known(beneath):
                if part.promise is not None:
                    seen.add(part.promise.id)
                    found.append(Pair(above=above, below=part.promise, in_series=part.promise.id in lone))
            for agreement, carrier in self.carriers(above.id):
                below = uptime_promise(agreement, carrier) if isinstance(carrier, Target) else None
                if below is not None and below.id not in seen:
                    found.append(Pair(above=above, below=below, in_series=True, is_part=False))
        return found

    def carriers(self, promise: str) -> Iterator[tuple[Agreement, Obligation]]:
        """The promises in force that carry one of the agreement's."""
        for agreement, carrier in self.contracts.carriers.get(promise, ()):
            if self.at.is_in(agreement):
                yield agreement, carrier

    def reference_year(self) -> tuple[Instant, Instant]:
        """The civil year of the moment, in the agreement's zone."""
        year, zone = self.day.year, ZoneInfo(self.agreement.zone)
        start, end = (instant_of(datetime(each, 1, 1, tzinfo=zone)) for each in (year, year + 1))
        return start, end

    def open_in_year(self, clock: Clock) -> Sequence[tuple[Instant, Instant]]:
        """When a clock counts in the reference year."""
        return self.open_time(clock, *self.reference_year())

    def horizon(self) -> Horizon:
        """The reference year, for lengths of time that begin in it."""
        year = self.reference_year()
        if year not in self.known.horizons:
            self.known.horizons[year] = Horizon(*year, self.open_time)
        return self.known.horizons[year]

    def open_time(self, clock: Clock, start: Instant, end: Instant) -> Sequence[tuple[Instant, Instant]]:
        """When a clock counts between two instants."""
        key = (clock, start, end)
        if key not in self.known.opened:
            self.known.opened[key] = tuple(self.reckoning.open_time(*key))
        return self.known.opened[key]

    def beneath(self, services: Sequence[str]) -> Structure:
        """What some services stand on together."""
        names, above = tuple(services), self.agreement
        standing_on = self.contracts.standing_on(above.identity)
        in_force = tuple(each.name for each in self.promisers(names) if self.at.is_in(each))
        key = (names, above.provider, standing_on, in_force)
        if key not in self.known.structures:
            self.known.structures[key] = structure_of(self.contracts, names, self.at, above)
        return self.known.structures[key]

    def promisers(self, services: tuple[str, ...]) -> Sequence[Agreement]:
        """The agreements that may promise something of what services stand on, whenever they are in force.

        What a provider promises of a service of its own counts only where nothing beneath that is promised:
        never where something is throughout the term of the agreement above.
        """
        if services not in self.promising:
            walk = self.walk(services)
            never_bare = self.contracts.needing([rest.name for rest in walk.found if self._lasts(rest)])
            names = [
                *(rest.name for rest in walk.found),
                *(each for each in walk.house if each not in never_bare),
            ]
            uptimes = (each for name in names for each in self.contracts.uptimes.get(name, ()))
            found = {each.agreement.name: each.agreement for each in uptimes}
            self.promising[services] = [found[name] for name in sorted(found)]
        return self.promising[services]

    def _lasts(self, rest: Rest) -> bool:
        """Whether one contract promises its uptime throughout the term of the agreement above."""
        start, end = self.agreement.term.start, self.agreement.ends or date.max
        standing_on = self.contracts.standing_on(self.agreement.identity)
        return any(
            each.agreement.customer == rest.customer != each.agreement.provider
            and each.agreement.identity not in standing_on
            and each.agreement.term.start <= start
            and (each.agreement.ends or date.max) >= end
            for each in self.contracts.uptimes.get(rest.name, ())
        )


def promise_side(terms: Terms, says: str) -> Side:
    """The side of a finding that a promise is."""
    clause = terms.cites[0].clause if terms.cites else None
    return Side(name=terms.id, says=says, clause=clause, span=terms.span)


def agreement_side(agreement: Agreement, says: str) -> Side:
    """The side of a finding that an agreement is."""
    clause = agreement.cites[0].clause if agreement.cites else None
    return Side(name=agreement.name, says=says, clause=clause, span=agreement.span)
