"""Everything that a policy set risks at an instant, gathered (S10.5)."""

from collections.abc import Sequence

from engine.graph.dependency_graph import DependencyGraph, GraphAt, node_id
from engine.graph.money.at_risk import paying_in
from engine.graph.risk.cycles import cycles
from engine.graph.risk.losses import Losses, losses
from engine.graph.risk.orphans import orphans
from engine.graph.risk.smallest_cuts import concentrations
from engine.graph.risk.stakes import Stakes, stakes, worth
from engine.graph.risk.toppling import Toppling, topple
from engine.model.agreement import AgreementKind
from engine.model.dependency import NodeKind
from engine.model.party import PartyStanding
from engine.model.quantity import Instant
from engine.model.risk import Loss, Risk, SingleFailure, SupplierRank
from engine.model.snapshot import Snapshot

FAILING = (NodeKind.PARTY, NodeKind.SERVICE, NodeKind.COMPONENT, NodeKind.AGREEMENT)
"""The kinds of nodes that fail by themselves; an SLA itself is no point of failure of its own."""


def assess(snapshot: Snapshot, graph: DependencyGraph, at: Instant) -> Risk:
    """Single points of failure, suppliers, concentration, cycles and orphans at an instant (S10.5)."""
    view = graph.at(at)
    toppling = topple(view)
    lost = losses(snapshot, view, toppling)
    paying = paying_in(snapshot, view, (each.name for each in lost.agreements), at)
    money = stakes(view, toppling, paying)
    return Risk(
        single_failures=_single_failures(view, toppling, lost, money),
        suppliers=_suppliers(snapshot, view, toppling, lost, money),
        concentrations=concentrations(view, toppling),
        cycles=cycles(view),
        orphans=orphans(snapshot, view),
    )


def _weight(loss: Loss) -> Sequence[int]:
    """What makes a loss grave: customers, then agreements, then services."""
    return (len(loss.customers), len(loss.agreements), len(loss.services))


def _single_failures(
    view: GraphAt, toppling: Toppling, lost: Losses, money: Stakes
) -> tuple[SingleFailure, ...]:
    slas = {each.id for each in lost.agreements}
    found = [
        SingleFailure(node=node, loss=loss, money=money.of(number))
        for number, id in enumerate(toppling.ids)
        if lost.taken[number] and (node := view.nodes[id]).kind in FAILING and id not in slas
        if any(_weight(loss := lost.of(number)))
    ]
    found.sort(
        key=lambda each: ([-part for part in _weight(each.loss)], FAILING.index(each.node.kind), each.node.id)
    )
    return tuple(found)


def _suppliers(
    snapshot: Snapshot, view: GraphAt, toppling: Toppling, lost: Losses, money: Stakes
) -> tuple[SupplierRank, ...]:
    """The parties that are suppliers, provide an underpinning contract in force, or, from outside, act for a
    provider in an agreement in force, the gravest loss first.

    By money, then customers, agreements and services; where money is in several currencies nobody can say
    which is more, and it is told, but ranks nothing.
    """
    names = {each.name for each in snapshot.parties.values() if each.standing is PartyStanding.SUPPLIER}
    for agreement in snapshot.agreements.values():
        if node_id(NodeKind.AGREEMENT, agreement.name) in view.nodes:
            names.update(
                each.party
                for each in agreement.acting
                if each.side == agreement.provider
                and snapshot.parties[each.party].standing is not PartyStanding.INTERNAL
            )
            if agreement.kind is AgreementKind.UC:
                names.add(agreement.provider)
    found = [
        (view.nodes[id], lost.of(toppling.number[id]), money.of(toppling.number[id]))
        for id in sorted(node_id(NodeKind.PARTY, name) for name in names)
    ]
    currencies = {each.currency for _, _, stake in found for each in stake}
    weights = [[*(worth(stake) if len(currencies) == 1 else ()), *_weight(loss)] for _, loss, stake in found]
    order = sorted(range(len(found)), key=lambda each: ([-part for part in weights[each]], each))
    ranked = [weights[each] for each in order]
    return tuple(
        SupplierRank(
            rank=ranked.index(weights[each]) + 1,
            node=found[each][0],
            loss=found[each][1],
            money=found[each][2],
        )
        for each in order
    )
