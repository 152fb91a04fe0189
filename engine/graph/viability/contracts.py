"""What is promised about services, by which contract, and when."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from engine.graph.viability.term import Moment
from engine.model.agreement import Agreement
from engine.model.measure import Uptime
from engine.model.obligation import Obligation, Target
from engine.model.quantity import Comparison
from engine.model.service import NeedsOne, Service
from engine.model.snapshot import Snapshot

FLOORS = (Comparison.AT_LEAST, Comparison.ABOVE, Comparison.EXACTLY, Comparison.BETWEEN)
"""The comparisons that promise at least something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UptimePromise:
    """A target of uptime that binds, and the least that it promises in any of its variants."""

    agreement: Agreement
    target: Target
    measure: Uptime
    least: Fraction

    @property
    def id(self) -> str:
        """`agreement.obligation`."""
        return self.target.terms.id


def uptime_promise(agreement: Agreement, target: Target) -> UptimePromise | None:
    """The target as a promise of uptime, if it is one; what is only reported or implied promises nothing, and
    what the customer owes is none that a supplier could be held to."""
    measure = target.measure
    is_promised = not (target.terms.reported_only or target.implied) and target.bound.comparison in FLOORS
    if target.terms.obliges == agreement.customer != agreement.provider:
        return None
    if not isinstance(measure, Uptime) or measure.covering or not is_promised:
        return None
    each = [bound.value for _, bound in target.bounds.bounds] if target.bounds is not None else []
    return UptimePromise(
        agreement=agreement, target=target, measure=measure, least=min([target.bound.value, *each])
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Contracts:
    """The services by name; the agreements by the services that they cover, by the agreements above that they
    underpin, and by their provider and customer; the uptime promised of each service; the promises by those
    that they carry. All in order of the agreements' names, versions of one agreement each by itself.
    `underpinned` are the agreements right above one, by what either it or a promise of it says, all without
    their versions; `above` remembers what was worked out of it. `needed_by` are the services right above."""

    services: Mapping[str, Service]
    covering: Mapping[str, Sequence[Agreement]]
    uptimes: Mapping[str, Sequence[UptimePromise]]
    underpinning: Mapping[str, Sequence[Agreement]]
    carriers: Mapping[str, Sequence[tuple[Agreement, Obligation]]]
    by_parties: Mapping[tuple[str, str], Sequence[Agreement]]
    underpinned: Mapping[str, Sequence[str]]
    needed_by: Mapping[str, Sequence[str]]
    above: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    def owed(self, service: str, customer: str) -> Iterator[Agreement]:
        """The agreements by which somebody else owes a customer a service, whenever they are in force."""
        return (each for each in self.covering.get(service, ()) if _is_owed(each, customer))

    def best_owed(self, service: str, customer: str, at: Moment, beneath: str) -> UptimePromise | None:
        """The highest uptime of a service that somebody else owes a customer, for an agreement above."""
        return self._best(service, at, beneath, lambda each: _is_owed(each, customer))

    def best_of(self, service: str, provider: str, at: Moment, beneath: str) -> UptimePromise | None:
        """The highest uptime of a service that its provider promises anybody, for an agreement above."""
        return self._best(service, at, beneath, lambda each: each.provider == provider)

    def _best(
        self, service: str, at: Moment, beneath: str, is_asked: Callable[[Agreement], bool]
    ) -> UptimePromise | None:
        """Never of what stands on the agreement in turn: nothing carries what it hangs on."""
        promised = self.uptimes.get(service, ())
        above = self.standing_on(beneath) if promised else frozenset[str]()
        found = [
            each
            for each in promised
            if at.is_in(each.agreement) and is_asked(each.agreement) and each.agreement.identity not in above
        ]
        return max(found, key=lambda each: (each.least, each.id), default=None)

    def standing_on(self, agreement: str) -> frozenset[str]:
        """The agreements that say, over however many others, that one underpins them or carries a promise of
        theirs; itself only where it does so in a circle."""
        if agreement not in self.above:
            self.above[agreement] = frozenset(_reached(self.underpinned, [agreement]))
        return self.above[agreement]

    def needing(self, services: Sequence[str]) -> frozenset[str]:
        """Services, and all that need one of them over however many others."""
        return frozenset((*services, *_reached(self.needed_by, services)))


def _reached(edges: Mapping[str, Sequence[str]], starts: Sequence[str]) -> set[str]:
    """All that edges lead to, in one step or more."""
    found = set[str]()
    waiting = list(starts)
    while waiting:
        for each in edges.get(waiting.pop(), ()):
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found


def identity_of(agreement: str) -> str:
    """The name that all versions of an agreement share (S7.4)."""
    return agreement.partition("@")[0]


def _is_owed(agreement: Agreement, customer: str) -> bool:
    return agreement.customer == customer and agreement.provider != customer


def contracts_of(snapshot: Snapshot) -> Contracts:
    """Everything that is promised, in order of the agreements' names."""
    covering: defaultdict[str, list[Agreement]] = defaultdict(list)
    uptimes: defaultdict[str, list[UptimePromise]] = defaultdict(list)
    underpinning: defaultdict[str, list[Agreement]] = defaultdict(list)
    carriers: defaultdict[str, list[tuple[Agreement, Obligation]]] = defaultdict(list)
    by_parties: defaultdict[tuple[str, str], list[Agreement]] = defaultdict(list)
    underpinned: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(snapshot.agreements):
        agreement = snapshot.agreements[name]
        for service in agreement.covers:
            covering[service].append(agreement)
        by_parties[agreement.provider, agreement.customer].append(agreement)
        for obligation in agreement.obligations:
            for served in obligation.terms.carries:
                carriers[served].append((agreement, obligation))
                underpinned[agreement.identity].append(served.partition(".")[0])
            promise = uptime_promise(agreement, obligation) if isinstance(obligation, Target) else None
            for service in promise.target.terms.subjects if promise is not None else ():
                assert promise is not None
                uptimes[service].append(promise)
        for above in agreement.underpins:
            underpinning[identity_of(above)].append(agreement)
            underpinned[agreement.identity].append(identity_of(above))
    return Contracts(
        services=dict(snapshot.services),
        covering=covering,
        uptimes=uptimes,
        underpinning=underpinning,
        carriers=carriers,
        by_parties=by_parties,
        underpinned=underpinned,
        needed_by=_needed_by(snapshot),
    )


def _needed_by(snapshot: Snapshot) -> Mapping[str, Sequence[str]]:
    """The services right above each name that one needs, alone or in groups."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(snapshot.services):
        waiting = list(snapshot.services[name].needs)
        while waiting:
            need = waiting.pop()
            if isinstance(need, NeedsOne):
                found[need.name].append(name)
            else:
                waiting += need.members
    return found
