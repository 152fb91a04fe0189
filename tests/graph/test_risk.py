"""Risk equals impact asked of every node and of every set of nodes; long chains and cycles are cheap."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, pairwise
from random import Random
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.graph.dependency_graph import DependencyGraph
from engine.graph.impact import failure_of, impact, promises_lost
from engine.graph.model_to_graph import build
from engine.graph.money.at_risk import paying_in
from engine.graph.risk.assess import assess
from engine.graph.risk.losses import losses
from engine.graph.risk.stakes import stakes, worth
from engine.graph.risk.toppling import topple
from engine.model.agreement import AgreementKind
from engine.model.credit import Credits, MoneyRounding, OnBreach
from engine.model.credit_base import FixedBase
from engine.model.dependency import EdgeKind, Exposure, Impact, NodeKind
from engine.model.obligation import Target
from engine.model.period import Term
from engine.model.quantity import Money
from engine.model.risk import Concentration, OrphanKind, Risk
from engine.model.service import NeedsOne, NeedsSome
from engine.model.snapshot import Snapshot
from tests.graph.random_policies import SERVICES, snapshots
from tests.hosting import SPAN, agreement, hosting, instant, one, party, service, snapshot, some

IN_TERM = instant("2025-06-01T00:00:00Z")


@st.composite
def worlds(draw: st.DrawFn) -> Snapshot:
    """Random needs under random contracts, some of which underpin others."""
    policy = draw(snapshots())
    contracts = dict(policy.agreements)
    for name in contracts:
        above = draw(st.lists(st.sampled_from(sorted(contracts)), max_size=2, unique=True))
        contracts[name] = replace(
            contracts[name],
            underpins=tuple(each for each in above if each != name),
            term=Term(start=date(2025, 1, 1), through=date(2025, 12, 31)),
            obligations=(),
        )
    return replace(policy, agreements=policy.agreements.update(contracts))


def risk(policy: Snapshot) -> Risk:
    """The risk of a policy within the terms of its agreements."""
    return assess(policy, build(policy), IN_TERM)


def falls(graph: DependencyGraph, *failed: str) -> set[str]:
    """What falls or is hit according to impact, what failed included."""
    found = impact(graph, failed, IN_TERM)
    assert isinstance(found, Impact)
    return {hit.node.id for hit in found.hits} | set(failed)


def facing(policy: Snapshot) -> set[str]:
    """The services that customers have, from the words of S10.5."""
    slas = [each for each in policy.agreements.values() if each.kind is AgreementKind.SLA]
    covered = {f"service:{name}" for each in slas for name in each.covers}
    if covered:
        return covered
    graph = build(policy)
    beneath = {id: _needed(graph, id) for id in graph.nodes}
    tops = {f"service:{name}" for name in policy.services}
    return {id for id in tops if all(id not in beneath[above] or above in beneath[id] for above in beneath)}


def _needed(graph: DependencyGraph, id: str) -> set[str]:
    """What a node needs, by whatever way."""
    found, pending = set[str](), [id]
    while pending:
        for link in graph.out_of(pending.pop()):
            if link.edge.kind is EdgeKind.NEEDS and link.edge.target not in found:
                found.add(link.edge.target)
                pending.append(link.edge.target)
    return found


def lost(policy: Snapshot, graph: DependencyGraph, id: str) -> tuple[set[str], set[str], set[str]]:
    """The services, SLAs and customers that a failure takes, by impact and the agreements' own words."""
    fallen = falls(graph, id)
    services = (facing(policy) & fallen) - {id}
    agreements = {
        name
        for name, each in policy.agreements.items()
        if each.kind is AgreementKind.SLA
        and (
            id in (f"agreement:{name}", f"party:{each.provider}")
            or any(f"service:{covered}" in fallen for covered in each.covers)
            or any(
                name in other.underpins and id in (f"agreement:{below}", f"party:{other.provider}")
                for below, other in policy.agreements.items()
            )
        )
    }
    return services, agreements, {policy.agreements[name].customer for name in agreements}


@settings(max_examples=20, deadline=None)
@given(worlds())
def test_single_failures_equal_impact_of_every_node(policy: Snapshot) -> None:
    """Each node is asked by itself: the loss is the same, and whatever takes nothing is not listed."""
    graph = build(policy)
    found = {each.node.id: each.loss for each in risk(policy).single_failures}
    slas = {f"agreement:{name}" for name, each in policy.agreements.items() if each.kind is AgreementKind.SLA}
    for id, node in graph.nodes.items():
        if node.kind not in (NodeKind.PARTY, NodeKind.SERVICE, NodeKind.AGREEMENT) or id in slas:
            continue
        services, agreements, customers = lost(policy, graph, id)
        if not services and not agreements:
            assert id not in found
            continue
        loss = found[id]
        assert {each.id for each in loss.services} == services
        assert {each.name for each in loss.agreements} == agreements
        assert {each.name for each in loss.customers} == customers
        assert (len(loss.services), len(loss.agreements)) == (len(services), len(agreements))


@settings(max_examples=25, deadline=None)
@given(worlds())
def test_smallest_cuts_equal_every_set_tried(policy: Snapshot) -> None:
    """No smaller set of failures fells the group, and each cut that is named does."""
    graph = build(policy)
    found = {each.group.id: each for each in risk(policy).concentrations}
    for group in (node for node in graph.nodes.values() if node.kind is NodeKind.GROUP):
        members = [link.edge.target for link in graph.out_of(group.id)]
        assert group.needed is not None
        nominal = len(members) - group.needed + 1
        name = group.name.partition("/")[0]
        contracts = [
            each
            for each in policy.agreements.values()
            if each.kind is AgreementKind.UC and name in each.covers
        ]
        ignored = {f"service:{name}", f"party:{policy.services[name].provider}"}
        ignored |= {f"agreement:{each.name}" for each in contracts} | {
            f"party:{each.provider}" for each in contracts
        }
        real = [
            id
            for id, node in graph.nodes.items()
            if node.kind in (NodeKind.PARTY, NodeKind.SERVICE, NodeKind.AGREEMENT) and id not in ignored
        ]
        fewest = next(
            size
            for size in range(1, nominal + 1)
            if size == nominal
            or any(fells(graph, group.id, members, cut) for cut in combinations(real, size))
        )
        if fewest == nominal:
            assert group.id not in found
            continue
        each = found[group.id]
        assert (each.nominal, each.least, each.most) == (nominal, fewest, fewest)
        for cut in each.cuts:
            assert len(cut) == fewest
            assert fells(graph, group.id, members, [culprit.node.id for culprit in cut])
        assert_legs(graph, each)


def fells(graph: DependencyGraph, group: str, members: list[str], failed: object) -> bool:
    """Whether the group keeps fewer members than it needs, nested groups by their own members."""
    fallen = falls(graph, *failed)  # type: ignore[misc]
    return not stands(graph, group, fallen)


def stands(graph: DependencyGraph, id: str, fallen: set[str]) -> bool:
    """Whether a node is left, a group if enough of its members are."""
    needed = graph.nodes[id].needed
    if needed is None:
        return id not in fallen
    return sum(stands(graph, link.edge.target, fallen) for link in graph.out_of(id)) >= needed


def assert_legs(graph: DependencyGraph, found: Concentration) -> None:
    """Each leg falls with its culprit, along a path that leads from the one to the other."""
    for cut in found.cuts:
        for culprit in cut:
            for leg in culprit.legs:
                assert not stands(graph, leg.member.id, falls(graph, culprit.node.id))
                ends = [culprit.node.id, *(hop.node.id for hop in leg.path)]
                assert ends[-1] == leg.member.id
                for (before, after), hop in zip(pairwise(ends), leg.path, strict=True):
                    assert {before, after} == {hop.edge.source, hop.edge.target}


def test_the_house() -> None:
    """The shop stands without one host; the database and the shop's provider are not spared."""
    found = risk(hosting())
    assert [(each.node.id, len(each.loss.services)) for each in found.single_failures] == [
        ("party:acme", 1),
        ("component:db", 1),
        ("party:northwind", 0),
        ("service:shop", 0),
        ("agreement:northwind_uc", 0),
    ]
    assert [(each.rank, each.node.name) for each in found.suppliers] == [(1, "northwind")]
    assert not found.cycles and not found.orphans and not found.concentrations
    assert found == risk(hosting())


def test_suppliers_rank_by_money_in_one_currency() -> None:
    """A right to credits outweighs customers; in two currencies no sum says which is more."""
    amounts = {"a": ("USD", 5), "b": ("USD", 9), "c": ("USD", None)}
    assert [worth(exposures(*amounts[name])) for name in "abc"] == [(0, 5), (0, 9), (1, 0)]


def exposures(currency: str, amount: int | None) -> tuple[Exposure, ...]:
    """One exposure of so much, or without end."""
    money = None if amount is None else Money(amount=Decimal(amount), currency=currency)
    return (
        Exposure(
            agreement="a", currency=currency, amount=money, unbounded=money is None, promises=(), said=()
        ),
    )


PAYS = Credits(
    base=FixedBase(amount=Money(amount=Decimal(100), currency="EUR")),
    payments=(OnBreach(worth=Fraction(1, 10)),),
    currency="EUR",
    rounding=MoneyRounding.HALF_EVEN,
    span=SPAN,
)


@settings(max_examples=20, deadline=None)
@given(snapshots(), st.randoms(use_true_random=False))
def test_money_at_risk_equals_impact_of_every_node(policy: Snapshot, random: Random) -> None:
    """One pass over the graph finds for every node the promises that fail with it, and so the money."""
    contracts = dict(policy.agreements)
    for name, each in contracts.items():
        promises = (
            replace(promise, credits=PAYS)
            if isinstance(promise, Target) and random.random() < 0.8
            else promise
            for promise in each.obligations
        )
        contracts[name] = replace(each, obligations=tuple(promises))
    policy = replace(policy, agreements=policy.agreements.update(contracts))
    slas = {name for name, each in contracts.items() if each.kind is AgreementKind.SLA}
    graph = build(policy)
    found = risk(policy)
    for each in (*found.single_failures, *found.suppliers):
        asked = impact(graph, [each.node.id], IN_TERM, snapshot=policy)
        assert isinstance(asked, Impact)
        assert tuple(each.money) == tuple(money for money in asked.money if money.agreement in slas)
    view = graph.at(IN_TERM)
    facing_names = [each.name for each in losses(policy, view, topple(view)).agreements]
    pass_over = stakes(view, topple(view), paying_in(policy, view, facing_names, IN_TERM))
    for number, id in enumerate(view.nodes):
        hit = promises_lost(view, failure_of(view, [id]))
        assert set(pass_over.named(pass_over.hit[number])) == set(pass_over.promises) & set(hit)


def test_tops_on_a_cycle_face_customers() -> None:
    """Without an SLA, two services that need each other and that nothing else needs are both on top."""
    policy = snapshot(
        parties={"p": party("p"), "q": party("q")},
        services={
            "a": service("a", "p", one("b")),
            "b": service("b", "p", one("a"), one("c")),
            "c": service("c", "q"),
        },
    )
    found = risk(policy)
    assert [(each.node.id, [lost.name for lost in each.loss.services]) for each in found.single_failures] == [
        ("party:p", ["a", "b"]),
        ("party:q", ["a", "b"]),
        ("service:c", ["a", "b"]),
        ("service:a", ["b"]),
        ("service:b", ["a"]),
    ]


def test_redundancy_that_is_not() -> None:
    """Three hosts of which one must stand seem to need three failures; one supplier has two of them."""
    policy = snapshot(
        parties={name: party(name) for name in ("acme", "northwind", "tern")},
        services={
            "shop": service("shop", "acme", some(1, one("a"), one("b"), one("c"))),
            "a": service("a", "northwind"),
            "b": service("b", "northwind"),
            "c": service("c", "tern"),
        },
    )
    (found,) = risk(policy).concentrations
    assert (found.service.name, found.nominal, found.least, found.most) == ("shop", 3, 2, 2)
    assert [[each.node.name for each in cut] for cut in found.cuts] == [["northwind", "tern"]]
    assert [leg.member.name for leg in found.cuts[0][0].legs] == ["a", "b"]


def test_a_group_too_large_to_search_says_so() -> None:
    """Of forty suppliers with a host each, two share a data centre: the bounds are told, not a guess."""
    names = [f"h{number:02}" for number in range(40)]
    policy = snapshot(
        parties={name: party(name) for name in ("acme", *names)},
        services={
            "shop": service("shop", "acme", some(30, *(one(f"s_{name}") for name in names))),
            "centre": service("centre", "acme"),
            **{
                f"s_{name}": service(f"s_{name}", name, *((one("centre"),) if name in names[:2] else ()))
                for name in names
            },
        },
    )
    (found,) = [each for each in risk(policy).concentrations if each.group.name == "shop/1"]
    assert found.nominal == 11
    assert 2 <= found.least < found.most == 10
    assert len(found.cuts[0]) == 10


def test_cycles_are_drawn() -> None:
    """a → b → a, and what needs itself; each hop knows its place."""
    policy = snapshot(
        parties={"p": party("p")},
        services={
            "a": service("a", "p", some(1, one("b"), one("c"))),
            "b": service("b", "p", one("a")),
            "c": service("c", "p", one("c")),
            "d": service("d", "p", one("a")),
        },
    )
    first, second = risk(policy).cycles
    assert [hop.node.id for hop in first.path] == ["group:a/1", "service:b", "service:a"]
    assert (first.start.name, first.entangled) == ("a", 2)
    assert all(hop.edge.span is not None for hop in first.path)
    assert [hop.node.id for hop in second.path] == ["service:c"]


def test_orphans() -> None:
    """What nobody covers, needs, signs or reads."""
    base = hosting()
    policy = replace(
        base,
        parties=base.parties.set("stranger", party("stranger")),
        services=base.services.set("lonely", service("lonely", "acme")),
        components=base.components.set("spare", replace(base.components["db"], name="spare")),
        agreements=base.agreements.set("empty", agreement("empty", AgreementKind.OLA, "acme", "bolt")),
        feeds=base.feeds.set(
            "noise", replace(base.feeds["outage_log"], name="noise", kind="maintenance_log")
        ),
    )
    assert [(each.kind, each.node.name) for each in risk(policy).orphans] == [
        (OrphanKind.SERVICE, "lonely"),
        (OrphanKind.COMPONENT, "spare"),
        (OrphanKind.PARTY, "stranger"),
        (OrphanKind.AGREEMENT, "empty"),
        (OrphanKind.SOURCE, "noise"),
    ]


def test_a_long_chain() -> None:
    """Every link is a single point of failure of the one service on top: no recursion, no square."""
    length = 4_000
    names = [f"s{number:06}" for number in range(length)]
    policy = snapshot(
        parties={"p": party("p")},
        services={
            name: service(name, "p", *((one(names[number - 1]),) if number else (one(name),)))
            for number, name in enumerate(names)
        },
    )
    graph = build(policy)
    started = process_time()
    found = assess(policy, graph, IN_TERM)
    assert process_time() - started < 15  # a quarter of a second where nothing else runs
    assert len(found.single_failures) == length
    assert [each.entangled for each in found.cycles] == [1]


def test_a_chain_of_groups_has_no_arc_for_each_pair() -> None:
    """Every link below falls all the groups above it, and leads there through the next link alone."""
    length = 200
    names = [f"s{number:03}" for number in range(length)]

    def needs(number: int) -> tuple[NeedsOne | NeedsSome, ...]:
        beneath = tuple(one(name) for name in names[max(0, number - 2) : number])
        return (*beneath[-1:], *([some(1, *beneath)] if len(beneath) == 2 else ()))

    services = {name: service(name, "p", *needs(number)) for number, name in enumerate(names)}
    view = build(snapshot(parties={"p": party("p")}, services=services)).at(IN_TERM)
    toppling = topple(view)
    assert sum(map(len, toppling.takes)) < 6 * length
    found = {toppling.ids[each] for each in toppling.takers(toppling.number["group:s199/2"])}
    assert found == {"party:p", "group:s199/2"} | {
        id
        for number in range(length - 2)
        for id in (f"service:s{number:03}", *([f"group:s{number:03}/2"] if number > 1 else []))
    }


@pytest.mark.parametrize("count", [0, 4])
def test_a_group_of_none_or_of_more_than_all(count: int) -> None:
    """A model made by hand may hold what the language refuses: it is assessed as impact reads it."""
    policy = snapshot(
        parties={"p": party("p")},
        services={
            "a": service("a", "p", some(count, *(one(name) for name in SERVICES[:3]))),
            **{name: service(name, "p") for name in SERVICES[:3]},
        },
    )
    graph = build(policy)
    found = {each.node.id for each in risk(policy).single_failures}
    for name in SERVICES[:3]:
        assert (f"service:{name}" in found) is ("service:a" in falls(graph, f"service:{name}"))
