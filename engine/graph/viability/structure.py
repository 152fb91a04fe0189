"""What services stand on, down to the parts that somebody promises: gates over parts, shared parts once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TypeVar, cast

from engine.graph.viability.components import strong_components
from engine.graph.viability.contracts import Contracts, UptimePromise
from engine.graph.viability.term import Moment
from engine.model.agreement import Agreement
from engine.model.service import Need, NeedsOne, Service

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What stands or falls as one: the subject of one promise, or something that nobody promises."""

    name: str
    promise: UptimePromise | None = None

    @property
    def availability(self) -> Fraction | None:
        """The share of time that is promised."""
        return None if self.promise is None else self.promise.least


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Stands while at least `needed` of its members stand; members are numbers of nodes."""

    needed: int
    members: tuple[int, ...]

    @property
    def needs_all(self) -> bool:
        """Whether it is a series."""
        return self.needed == len(self.members)


Node = Part | Gate


@dataclass(frozen=True, kw_only=True)
class Structure:
    """Nodes by number, and the one that stands for all; members may stand on one another in circles."""

    nodes: Sequence[Node]
    root: int
    answers: dict[Callable[[Structure], object], object] = field(
        compare=False, default_factory=dict[Callable[["Structure"], object], object]
    )

    def known(self, of: Callable[[Structure], Answer]) -> Answer:
        """What is worked out of the whole, once."""
        if of not in self.answers:
            self.answers[of] = of(self)
        return cast("Answer", self.answers[of])

    @cached_property
    def components(self) -> Sequence[Sequence[int]]:
        """The circles that can be reached, and each other node alone, what is beneath first."""
        return strong_components(self.root, self.members)

    @cached_property
    def reached(self) -> Sequence[int]:
        """Every node that can be reached, what is beneath first."""
        return [node for component in self.components for node in component]

    @cached_property
    def parts(self) -> Sequence[tuple[int, Part]]:
        """The parts that can be reached, by number."""
        return [(each, part) for each in sorted(self.reached) if isinstance(part := self.nodes[each], Part)]

    @cached_property
    def is_promised(self) -> bool:
        """Whether any part of it is."""
        return any(part.promise is not None for _, part in self.parts)

    def members(self, node: int) -> Sequence[int]:
        """The nodes right beneath one."""
        found = self.nodes[node]
        return found.members if isinstance(found, Gate) else ()


def structure_of(
    contracts: Contracts, services: Sequence[str], at: Moment, agreement: Agreement
) -> Structure:
    """What the services stand on together, where an agreement's provider answers for them (S10.2).

    What somebody else provides is one part, whatever lies beneath it: that is the other one's affair. It is
    what somebody owes the service's provider, or else what its own provider promises of it to anybody, or a
    part that nobody promises. A service of the provider's own house is what it needs; if nothing of that is
    promised, then it is what its provider promises of it to anybody. No promise counts that stands on what is
    asked for: one of an agreement that says that this one underpins it, or that its provider makes to others
    of a service that needs one of these.
    """
    builder = _Builder(
        contracts=contracts, at=at, agreement=agreement.identity, above=contracts.needing(services)
    )
    promiser = agreement.provider
    roots: list[int] = []
    for name in services:
        service = contracts.services.get(name)
        if service is not None and service.provider == promiser:
            roots.append(builder.gate(service))
        else:
            roots.append(builder.named(name, promiser))
    builder.build()
    builder.nodes.append(Gate(needed=len(roots), members=tuple(roots)))
    built = Structure(nodes=builder.nodes, root=len(builder.nodes) - 1)
    own = {node: promise for node, promise in builder.own.items() if node not in roots}
    return _with_own_promises(built, own) if own else built


@dataclass(frozen=True, slots=True, kw_only=True)
class _Builder:
    """A structure while it is made: nodes are numbered before their members are known."""

    contracts: Contracts
    at: Moment
    agreement: str
    above: frozenset[str]
    nodes: list[Node] = field(default_factory=list[Node])
    numbers: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    own: dict[int, UptimePromise] = field(default_factory=dict[int, UptimePromise])
    waiting: list[tuple[int, int, Sequence[Need], str]] = field(
        default_factory=list[tuple[int, int, Sequence[Need], str]]
    )

    def added(self, key: tuple[str, str], node: Node) -> int:
        """The number of a node that is there once for each key."""
        if key not in self.numbers:
            self.numbers[key] = len(self.nodes)
            self.nodes.append(node)
        return self.numbers[key]

    def named(self, name: str, customer: str) -> int:
        """The node of something that a customer's service needs."""
        known = self.numbers.get(("need of " + customer, name))
        if known is not None:
            return known
        number = self._named(name, customer)
        self.numbers["need of " + customer, name] = number
        return number

    def _named(self, name: str, customer: str) -> int:
        promise = self.contracts.best_owed(name, customer, self.at, self.agreement)
        if promise is not None:
            # One promise over several services is one part: they may be down together at no more cost.
            return self.added(("promise", promise.id), Part(name=name, promise=promise))
        service = self.contracts.services.get(name)
        if service is None or not service.needs or service.provider != customer:
            provider = name if service is None else service.provider
            promise = self.best_of(name, provider)
            if promise is not None:
                return self.added(("promise", promise.id), Part(name=name, promise=promise))
            return self.added(("part", name), Part(name=name))
        return self.gate(service)

    def best_of(self, name: str, provider: str) -> UptimePromise | None:
        """The best promise of a provider to anybody, of what does not need what is asked for."""
        if name in self.above:
            return None
        return self.contracts.best_of(name, provider, self.at, self.agreement)

    def gate(self, service: Service) -> int:
        """The node of a service that is what it needs; its members are found later."""
        key = ("service", service.name)
        if key in self.numbers:
            return self.numbers[key]
        number = self.added(key, Gate(needed=0, members=()))
        self.waiting.append((number, len(service.needs), service.needs, service.provider))
        own = self.best_of(service.name, service.provider)
        if own is not None:
            self.own[number] = own
        return number

    def build(self) -> None:
        """Find the members of every gate that waits for them."""
        while self.waiting:
            number, needed, needs, customer = self.waiting.pop()
            members = tuple(self._member(need, customer) for need in needs)
            self.nodes[number] = Gate(needed=needed, members=members)

    def _member(self, need: Need, customer: str) -> int:
        if isinstance(need, NeedsOne):
            return self.named(need.name, customer)
        number = len(self.nodes)
        self.nodes.append(Gate(needed=0, members=()))
        self.waiting.append((number, need.count, need.members, customer))
        return number


def _with_own_promises(built: Structure, own: dict[int, UptimePromise]) -> Structure:
    """The same, with a provider's own promise of a service in the place of needs that nobody promises."""
    nodes = list(built.nodes)
    promised = set[int]()
    for component in built.components:
        if any(
            (isinstance(node := nodes[each], Part) and node.promise is not None)
            or any(member in promised for member in built.members(each))
            for each in component
        ):
            promised.update(component)
        else:
            for each in component:
                if each in own:
                    nodes[each] = Part(name=own[each].target.terms.subject, promise=own[each])
                    promised.update(component)
    return Structure(nodes=nodes, root=built.root)


def beneath(structure: Structure) -> Sequence[Part]:
    """The parts in order of their names, each promise and each name once."""
    found: dict[str, Part] = {}
    for _, part in sorted(structure.parts, key=lambda each: each[1].name):
        found.setdefault(part.name if part.promise is None else part.promise.id, part)
    return list(found.values())
