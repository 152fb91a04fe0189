"""Risks: single points of failure, suppliers, concentration, cycles, orphans (S10.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.model.dependency import Exposure, Hop, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What one failure takes: the customer-facing services other than itself, the SLAs that cover them, stand
    on a fallen contract or lose their provider, and the customers of those; each in order of name."""

    services: Sequence[Node]
    agreements: Sequence[Node]
    customers: Sequence[Node]


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleFailure:
    """A node whose failure alone takes a customer-facing service or an SLA. `money` is at risk under the SLAs
    whose promises are hit when it fails."""

    node: Node
    loss: Loss
    money: Sequence[Exposure] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierRank:
    """A supplier and what hangs on it; `rank` counts from 1, equals share one. `money` is at risk under the
    SLAs whose promises are hit when it fails."""

    rank: int
    node: Node
    loss: Loss
    money: Sequence[Exposure] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A member of a group that falls with a node of the cut, and one shortest path from the one to the
    other."""

    member: Node
    path: Sequence[Hop]


@dataclass(frozen=True, slots=True, kw_only=True)
class Culprit:
    """A node of a cut, and the members of the group that it takes alone."""

    node: Node
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentration:
    """A k-of-n group that falls with fewer failures than it says.

    `group` seems to need `nominal` failures, the members it can spare and one more. It takes at least `least`
    and at most `most` of them, which are equal where the search came to its end. Each of `cuts` is as many
    failures as `most` that together make it fall: every single thing that does so alone and falls with no
    other such thing, else one set of several; none where no set smaller than `nominal` was found. `service`
    is what needs the group.
    """

    service: Node
    group: Node
    members: tuple[Node, ...]
    nominal: int
    least: int
    most: int
    cuts: tuple[tuple[Culprit, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """Things that depend on one another: a shortest way round, which starts and ends at `start`, and how many
    nodes lie on this or any way round (`entangled`)."""

    start: Node
    path: tuple[Hop, ...]
    entangled: int


class OrphanKind(StrEnum):
    """Why something hangs on nothing."""

    SERVICE = "no agreement covers it and nothing needs it"
    COMPONENT = "nothing needs it"
    PARTY = "it is in no agreement"
    AGREEMENT = "it covers nothing"
    SOURCE = "no promise reads it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """A node that hangs on nothing, and why that is said."""

    node: Node
    kind: OrphanKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """What a policy set risks at an instant (S10.5), each list the gravest first."""

    single_failures: tuple[SingleFailure, ...]
    suppliers: tuple[SupplierRank, ...]
    concentrations: tuple[Concentration, ...]
    cycles: tuple[Cycle, ...]
    orphans: tuple[Orphan, ...]
