"""Impact equals a brute-force fixpoint; it names what a contract names; long chains and cycles are cheap."""

from itertools import pairwise
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.diagnostic import Diagnostic
from engine.graph.impact import impact
from engine.graph.model_to_graph import build
from engine.model.agreement import AgreementKind
from engine.model.dependency import EdgeKind, Hit, Impact, NodeKind
from engine.model.service import Need, NeedsOne
from engine.model.snapshot import Snapshot
from tests.hosting import agreement, hosting, instant, one, party, service, snapshot, some

IN_TERM = instant("2025-06-01T00:00:00Z")
SERVICES = tuple(f"s{number}" for number in range(7))
PARTIES = ("p0", "p1", "p2")

leaves = st.sampled_from(SERVICES).map(one)


@st.composite
def groups(draw: st.DrawFn, members: st.SearchStrategy[Need]) -> Need:
    """A k-of-n group whose k is possible."""
    chosen = draw(st.lists(members, min_size=1, max_size=4))
    return some(draw(st.integers(1, len(chosen))), *chosen)


needs = st.recursive(leaves, groups, max_leaves=8)


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """Services with nested needs, cycles and self-loops included, under a few contracts."""
    services = [
        service(name, draw(st.sampled_from(PARTIES)), *draw(st.lists(needs, max_size=3))) for name in SERVICES
    ]
    contracts = [
        agreement(
            f"a{number}",
            draw(st.sampled_from(AgreementKind)),
            draw(st.sampled_from(PARTIES)),
            draw(st.sampled_from(PARTIES)),
            covers=tuple(draw(st.lists(st.sampled_from(SERVICES), max_size=3, unique=True))),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    return snapshot(
        parties={name: party(name) for name in PARTIES},
        services={each.name: each for each in services},
        agreements={each.name: each for each in contracts},
    )


def legs(need: Need, fallen: set[str]) -> list[tuple[str, int]]:
    """The fallen names at the leaves of a lost need, and how many edges lead up from each."""
    if isinstance(need, NeedsOne):
        return [(need.name, 1)] if need.name in fallen else []
    lost = [each for each in need.members if legs(each, fallen)]
    if len(need.members) - len(lost) >= need.count:
        return []
    return [(name, length + 1) for each in lost for name, length in legs(each, fallen)]


def by_brute_force(policy: Snapshot, failed: set[str]) -> dict[str, int]:
    """How far every fallen thing is from what failed, by trying every rule until nothing changes."""
    far = dict.fromkeys(failed, 0)
    while True:
        reasons = [
            *(
                (name, far[leaf] + length)
                for name, each in policy.services.items()
                for need in each.needs
                for leaf, length in legs(need, set(far))
            ),
            *((name, far[s.provider] + 1) for name, s in policy.services.items() if s.provider in far),
            *((name, far[a.provider] + 1) for name, a in policy.agreements.items() if a.provider in far),
            *(
                (covered, far[name] + 1)
                for name, each in policy.agreements.items()
                if name in far and each.kind is AgreementKind.UC
                for covered in each.covers
            ),
        ]
        nearer = {name: length for name, length in reasons if length < far.get(name, length + 1)}
        if not nearer:
            return far
        for name, length in reasons:
            far[name] = min(length, far.get(name, length))


@settings(max_examples=2000)
@given(snapshots(), st.sets(st.sampled_from((*SERVICES, *PARTIES, "a0")), min_size=1, max_size=3))
def test_equals_a_brute_force_fixpoint(policy: Snapshot, failed: set[str]) -> None:
    """What falls, how far away, and that each path is a chain of edges of that length (S10.1)."""
    failed = {name for name in failed if name != "a0" or name in policy.agreements}
    found = impact(build(policy), sorted(failed), IN_TERM)
    assert isinstance(found, Impact)
    expected = by_brute_force(policy, failed)
    services = {hit.node.name: hit.degree for hit in found.hits if hit.node.kind is NodeKind.SERVICE}
    assert services == {
        name: length for name, length in expected.items() if name in policy.services and length
    }
    agreements = {hit.node.name for hit in found.hits if hit.node.kind is NodeKind.AGREEMENT}
    assert agreements == {
        name
        for name, each in policy.agreements.items()
        if name not in failed
        and {name, each.provider, *each.covers} & set(expected) | {each.customer} & failed
    }
    customers = {hit.node.name for hit in found.hits if hit.node.kind is NodeKind.PARTY}
    lost = agreements | failed & set(policy.agreements)
    assert customers == {policy.agreements[name].customer for name in lost} - failed
    assert {hit.node.name for hit in found.standing} == {
        name
        for name, each in policy.services.items()
        if name not in expected and any(touches(need, set(expected)) for need in each.needs)
    }
    for hit in (*found.hits, *found.standing):
        assert len(hit.path) == len(tuple(hit.path)) == hit.degree
        assert_connected(hit, failed)


def touches(need: Need, fallen: set[str]) -> bool:
    """Whether anything at or under a need has fallen."""
    return (
        need.name in fallen if isinstance(need, NeedsOne) else any(touches(m, fallen) for m in need.members)
    )


def assert_connected(hit: Hit, failed: set[str]) -> None:
    """A path starts at what failed, its hops meet, and it ends at the hit."""
    first, last = hit.path[0], hit.path[-1]
    start = {first.edge.source, first.edge.target} - {first.node.id} or {first.node.id}
    assert {id.partition(":")[2] for id in start} <= failed
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
    started = perf_counter()
    found = impact(graph, [names[0]], IN_TERM)
    assert perf_counter() - started < 30  # in the square of the chain it would be hours
    assert isinstance(found, Impact)
    assert [hit.degree for hit in found.hits] == list(range(1, length))
    assert len(tuple(found.hits[-1].path)) == length - 1


@pytest.mark.parametrize(
    ("name", "code", "help"),
    [
        ("nortwind", "unknown-name", "did you mean `northwind`?"),
        ("party:nortwind", "unknown-name", "did you mean `party:northwind`?"),
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
