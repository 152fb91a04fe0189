"""Impact equals a brute-force fixpoint; it names what a contract names; long chains and cycles are cheap."""

from collections import Counter
from itertools import pairwise
from random import Random
from time import process_time

import pytest

from engine.diagnostic import Diagnostic
from engine.graph import failure
from engine.graph.dependency_graph import DependencyGraph
from engine.graph.impact import impact
from engine.graph.model_to_graph import build
from engine.model.dependency import EdgeKind, Hit, Impact, NodeKind
from engine.model.service import Need, NeedsSome
from engine.model.snapshot import Snapshot
from tests.graph.random_policies import YEARS, Draw, fallen_in, hit_in, legs, touches
from tests.hosting import hosting, instant, one, party, service, snapshot, some

IN_TERM = instant("2025-06-01T00:00:00Z")


@pytest.mark.parametrize("narrow", [0, 400])
@pytest.mark.parametrize("seed", range(8))
def test_equals_a_brute_force_fixpoint(seed: int, narrow: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """On random graphs at random instants: what falls and is hit, how far away, and that each path is a
    chain of edges of that length (S10.1); so too where every step goes over arrays."""
    monkeypatch.setattr(failure, "NARROW", narrow)
    draw = Draw(random=Random(seed))
    for _ in range(60):
        policy = draw.policy()
        graph = build(policy)
        for _ in range(3):
            year = draw.random.choice(YEARS)
            names = [id for id in graph.nodes if not id.startswith(("clause:", "group:"))]
            failed = set(draw.random.sample(names, draw.random.randint(1, 3)))
            assert_as_by_brute_force(policy, graph, failed, year)


def assert_as_by_brute_force(policy: Snapshot, graph: DependencyGraph, failed: set[str], year: int) -> None:
    found = impact(graph, sorted(failed), instant(f"{year}-06-01T00:00:00Z"))
    assert isinstance(found, Impact)
    there = graph.at(instant(f"{year}-06-01T00:00:00Z")).nodes
    failed &= set(there)
    expected = hit_in(policy, failed, year)
    assert {hit.node.id: hit.degree for hit in found.hits} == {
        id: length for id, length in expected.items() if length
    }
    measuring = any(id.startswith("source:") for id in expected)
    lost = hit_in(policy, failed, year, but_for_measuring=True) if measuring else expected
    assert {hit.node.id for hit in found.hits if hit.for_want_of_measuring} == {
        hit.node.id for hit in found.hits if hit.node.kind is not NodeKind.SOURCE
    } - set(lost)
    fallen = set(fallen_in(policy, failed, year))
    standing = {
        f"service:{name}"
        for name, each in policy.services.items()
        if f"service:{name}" not in fallen and any(touches(need, fallen) for need in each.needs)
    }
    assert {hit.node.id for hit in found.standing} == standing
    assert found.counts == Counter(hit.node.kind for hit in found.hits)
    assert found.standing_count == len(standing)
    for hit in (*found.hits, *found.standing):
        assert len(hit.path) == len(tuple(hit.path)) == hit.degree
        assert_connected(hit, failed)
        assert_carried(hit, policy, fallen)


PASSED_ON = (EdgeKind.CONSUMES, EdgeKind.PROMISES, EdgeKind.CARRIES)
"""Along these a promise or an agreement that is only hit hits another."""


def assert_carried(hit: Hit, policy: Snapshot, fallen: set[str]) -> None:
    """A loss goes along every hop: from what fell, from a group that fell, from one that stands to what
    stands in spite of it, or along what passes a hit on."""
    for hop in hit.path:
        before = hop.edge.target if hop.edge.source == hop.node.id else hop.edge.source
        if before.startswith("group:"):
            assert hop.edge.kind is EdgeKind.NEEDS
            assert legs(need_of(policy, before), fallen) or hop.node.id not in fallen
        elif before not in fallen:
            assert hop.edge.kind in PASSED_ON


def need_of(policy: Snapshot, group: str) -> Need:
    """The group that a node stands for, by its place: `group:s1/2.1`."""
    service, _, place = group.removeprefix("group:").partition("/")
    first, *deeper = (int(each) - 1 for each in place.split("."))
    need = policy.services[service].needs[first]
    for each in deeper:
        assert isinstance(need, NeedsSome)
        need = need.members[each]
    return need


def assert_connected(hit: Hit, failed: set[str]) -> None:
    """A path starts at what failed, its hops meet, and it ends at the hit."""
    first, last = hit.path[0], hit.path[-1]
    start = {first.edge.source, first.edge.target} - {first.node.id} or {first.node.id}
    assert start <= failed
    assert last.node == hit.node
    for before, after in pairwise(hit.path):
        assert {before.node.id, after.node.id} == {after.edge.source, after.edge.target}


def test_a_supplier_fails() -> None:
    """The whole house: service, promises, agreements, customers, each with its path and clause."""
    found = impact(build(hosting()), ["northwind"], IN_TERM)
    assert isinstance(found, Impact)
    assert [(hit.node.id, hit.degree) for hit in found.hits] == [
        ("service:host_a", 1),
        ("obligation:northwind_uc.uptime", 1),
        ("obligation:acme_sla.uptime", 2),
        ("agreement:northwind_uc", 1),
        ("agreement:acme_sla", 2),
        ("party:acme", 2),
        ("party:bolt", 3),
    ]
    assert [(hit.node.name, hit.degree) for hit in found.standing] == [("shop", 3)]
    to_bolt = found.hits[-1].path
    assert [(hop.edge.kind, hop.edge.clause, hop.node.id) for hop in to_bolt] == [
        (EdgeKind.PROVIDES, 'msa "1"', "agreement:northwind_uc"),
        (EdgeKind.UNDERPINS, 'msa "1"', "agreement:acme_sla"),
        (EdgeKind.CONSUMES, 'msa "1"', "party:bolt"),
    ]


def test_both_hosts_fail() -> None:
    """A group of which one must stand falls with the second, and the path goes through the group."""
    found = impact(build(hosting()), ["host_b", "service:host_a"], IN_TERM)
    assert isinstance(found, Impact)
    shop = next(hit for hit in found.hits if hit.node.name == "shop")
    assert [hop.node.id for hop in shop.path] == ["group:shop/2", "service:shop"]
    assert not found.standing


@pytest.mark.parametrize(
    ("at", "contract_holds"),
    [
        ("2024-12-31T22:59:59.999999Z", False),
        ("2024-12-31T23:00:00Z", True),
        ("2025-12-31T22:59:59.999999Z", True),
        ("2025-12-31T23:00:00Z", False),
    ],
)
def test_an_agreement_binds_in_its_term_only(at: str, contract_holds: bool) -> None:
    """Midnight in Berlin begins and ends the term; who provides a service is no matter of a term."""
    found = impact(build(hosting()), ["northwind"], instant(at))
    assert isinstance(found, Impact)
    kinds = {hit.node.kind for hit in found.hits}
    assert NodeKind.SERVICE in kinds
    assert (NodeKind.AGREEMENT in kinds) is contract_holds


def test_a_cycle_that_stands_is_left_standing() -> None:
    """Members that satisfy each other stand until something from outside fails (least fixpoint)."""
    policy = snapshot(
        parties={"p": party("p")},
        services={
            "a": service("a", "p", some(1, one("b"), one("c"))),
            "b": service("b", "p", one("a")),
            "c": service("c", "p"),
        },
    )
    found = impact(build(policy), ["c"], IN_TERM)
    assert isinstance(found, Impact)
    assert not found.hits
    assert [hit.node.name for hit in found.standing] == ["a"]


def test_a_chain_of_100_000_links() -> None:
    """No recursion, and time that grows with the chain, not with its square."""
    length = 100_000
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
    found = impact(graph, [names[0]], IN_TERM)
    assert process_time() - started < 30  # in the square of the chain it would be hours
    assert isinstance(found, Impact)
    assert [hit.degree for hit in found.hits] == list(range(1, length))
    assert len(tuple(found.hits[-1].path)) == length - 1


@pytest.mark.parametrize(
    ("name", "code", "help"),
    [
        ("nortwind", "unknown-name", "did you mean `northwind`?"),
        ("party:nortwind", "unknown-name", "did you mean `party:northwind`?"),
        ("NORTHWIND", "unknown-name", "did you mean `northwind`?"),
        ("Party:Northwind", "unknown-name", "did you mean `party:northwind`?"),
        ("service:northwind", "unknown-name", "did you mean `party:northwind`?"),
        ("service:nortwind", "unknown-name", "did you mean `northwind`?"),
        ("vendor:northwind", "unknown-name", "did you mean `northwind`?"),
        ("party:xyzzy", "unknown-name", None),
        ("xyzzy", "unknown-name", None),
    ],
)
def test_a_name_that_nobody_bears(name: str, code: str, help: str | None) -> None:
    found = impact(build(hosting()), ["acme", name], IN_TERM)
    assert isinstance(found, Diagnostic)
    assert (found.code, found.help) == (code, help)


def test_a_name_that_two_bear() -> None:
    policy = snapshot(parties={"shop": party("shop")}, services={"shop": service("shop", "shop")})
    found = impact(build(policy), ["shop"], IN_TERM)
    assert isinstance(found, Diagnostic)
    assert (found.code, found.help) == ("ambiguous-name", "say which: `party:shop` or `service:shop`")


def test_the_answer_does_not_depend_on_the_order_of_the_names() -> None:
    graph = build(hosting())
    one_way = impact(graph, ["northwind", "db"], IN_TERM)
    assert one_way == impact(graph, ["db", "northwind", "db"], IN_TERM)
