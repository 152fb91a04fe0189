"""The risks of two policy sets at one instant, held one against the other (S10.4, S10.5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TypeVar

from engine.model.change import RiskChange, Sides
from engine.model.dependency import Exposure, Node, NodeKind
from engine.model.quantity import Instant
from engine.model.risk import Concentration, Cycle, Loss, Orphan, Risk, SingleFailure, SupplierRank

Each = TypeVar("Each")


def risk_changes(before: Risk, after: Risk, at: Instant) -> RiskChange:
    """Everything that one of them risks and the other does not, or not so. Where something is said, and how
    the money at risk was found, is no difference."""
    kept = _once(before.concentrations) & _once(after.concentrations)

    def group(found: Concentration) -> Hashable:
        # A need before it moves the number of a group: of the same members it is the same group.
        members = _members(found)
        return members if members in kept else found.group.id

    return RiskChange(
        at=at,
        single_failures=_sides(before.single_failures, after.single_failures, _node, _failure),
        suppliers=_sides(before.suppliers, after.suppliers, _node, _supplier),
        concentrations=_sides(before.concentrations, after.concentrations, group, _concentration),
        cycles=_sides(before.cycles, after.cycles, _start, _cycle),
        orphans=_sides(before.orphans, after.orphans, _orphan, _orphan),
    )


def _sides(
    before: Sequence[Each],
    after: Sequence[Each],
    key: Callable[[Each], Hashable],
    figures: Callable[[Each], Hashable],
) -> tuple[Sides[Each], ...]:
    """What is not the same on both sides, those of one key beside one another."""
    old = {key(each): each for each in before}
    new = {key(each): each for each in after}
    changes = [
        Sides(before=was, after=each)
        for same, each in new.items()
        if (was := old.get(same)) is None or figures(was) != figures(each)
    ]
    return (*changes, *(Sides(before=each, after=None) for same, each in old.items() if same not in new))


def _node(found: SingleFailure | SupplierRank) -> Hashable:
    return found.node.id


def _failure(found: SingleFailure) -> Hashable:
    return _loss(found.loss), tuple(_amounts(found.money))


def _supplier(found: SupplierRank) -> Hashable:
    return found.rank, _loss(found.loss), tuple(_amounts(found.money))


def _loss(loss: Loss) -> Hashable:
    return tuple(_ids(nodes) for nodes in (loss.services, loss.agreements, loss.customers))


def _ids(nodes: Sequence[Node]) -> tuple[str, ...]:
    return tuple(node.id for node in nodes)


def _amounts(money: Sequence[Exposure]) -> Iterator[Hashable]:
    for each in money:
        yield each.agreement, each.currency, each.amount, each.unbounded


def _members(found: Concentration) -> Hashable:
    """What makes a group the same one; what stands in it only as a group has no name of its own."""
    return found.service.id, found.group.needed, _named(found.members)


def _named(nodes: Sequence[Node]) -> Hashable:
    return tuple(None if node.kind is NodeKind.GROUP else node.id for node in nodes)


def _once(found: Sequence[Concentration]) -> set[Hashable]:
    """What only one of the groups consists of."""
    return {members for members, count in Counter(map(_members, found)).items() if count == 1}


def _concentration(found: Concentration) -> Hashable:
    cuts = tuple(
        tuple((each.node.id, _named(tuple(leg.member for leg in each.legs))) for each in cut)
        for cut in found.cuts
    )
    return _members(found), found.nominal, found.least, found.most, cuts


def _start(found: Cycle) -> Hashable:
    return found.path[0].edge.kind, found.start.id


def _cycle(found: Cycle) -> Hashable:
    around = (hop.node.id for hop in found.path if hop.node.kind is not NodeKind.GROUP)
    return found.entangled, tuple(around)


def _orphan(found: Orphan) -> Hashable:
    return found.node.id, found.kind
