"""What an agreement's services rest on outside of its provider's own house, and the contracts about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.graph.viability.contracts import Contracts
from engine.model.agreement import Agreement
from engine.model.service import Need, NeedsOne, Service
from engine.model.snapshot import Snapshot
from engine.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A service or party, `name`, that a customer's service, `needed_by`, needs from somebody else; or that
    the agreement of that name covers itself.

    `contracts` are the agreements by which it is owed, in all their versions and whenever they are in force.
    `in_series`: nothing can stand in for it.
    """

    name: str
    needed_by: str
    customer: str
    contracts: Sequence[Agreement]
    in_series: bool
    span: Span


class Walk:
    """The way from an agreement's services down to what others owe, each thing once, and no further.

    `found` is that, `house` are the providers' own services on the way. Needs that all must be met go first.
    """

    def __init__(
        self, snapshot: Snapshot, contracts: Contracts, agreement: Agreement, services: Iterable[str]
    ) -> None:
        self.services = contracts.services
        self.parties = frozenset(snapshot.parties) - frozenset(snapshot.components)
        self.contracts = contracts
        self.found: list[Rest] = []
        self.house: list[str] = []
        self.seen = set[tuple[str, str]]()
        self.in_series: list[tuple[Need, Service]] = []
        self.in_groups: list[tuple[Need, Service]] = []
        for name in services:
            service = self.services.get(name)
            if service is None or service.provider == agreement.customer:
                continue
            if service.provider == agreement.provider:
                self.house.append(name)
                self.in_series += [(need, service) for need in service.needs]
            else:
                self.named(name, agreement.name, agreement.provider, service.span, is_series=True)
        while self.in_series or self.in_groups:
            is_series = bool(self.in_series)
            need, service = (self.in_series or self.in_groups).pop()
            if isinstance(need, NeedsOne):
                self.named(need.name, service.name, service.provider, need.span, is_series=is_series)
            else:
                is_series = is_series and need.count == len(need.members)
                waiting = self.in_series if is_series else self.in_groups
                waiting += [(member, service) for member in need.members]

    def named(self, name: str, needed_by: str, customer: str, span: Span, *, is_series: bool) -> None:
        """One thing that is needed: owed by contract, by nobody, or of the house and with own needs."""
        if (name, customer) in self.seen:
            return
        self.seen.add((name, customer))
        service = self.services.get(name)
        if service is not None:
            owed = tuple(self.contracts.owed(name, customer))
            provider = service.provider
        elif name in self.parties:
            owed = tuple(self.contracts.by_parties.get((name, customer), ()))
            provider = name
        else:
            return
        if owed or provider != customer:
            self.found.append(
                Rest(
                    name=name,
                    needed_by=needed_by,
                    customer=customer,
                    contracts=owed,
                    in_series=is_series,
                    span=span,
                )
            )
        elif service is not None:
            self.house.append(name)
            waiting = self.in_series if is_series else self.in_groups
            waiting += [(need, service) for need in service.needs]
