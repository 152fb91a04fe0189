"""What something rests on is what impact of everything finds, where every member of a group is needed."""

from dataclasses import replace
from random import Random

import pytest

from engine.diagnostic import Diagnostic
from engine.graph.impact import impact
from engine.graph.model_to_graph import build
from engine.graph.rests_on import rests_on
from engine.model.dependency import Foundation, Impact, NodeKind
from engine.model.service import Need, NeedsOne
from engine.model.snapshot import Snapshot
from tests.graph.random_policies import YEARS, Draw
from tests.hosting import hosting, instant

IN_TERM = instant("2025-06-01T00:00:00Z")


def all_needed(need: Need) -> Need:
    """The need where no member can be spared."""
    if isinstance(need, NeedsOne):
        return need
    return replace(need, count=len(need.members), members=tuple(all_needed(each) for each in need.members))


def frail(policy: Snapshot) -> Snapshot:
    """The policy where no group can spare a member."""
    services = {
        name: replace(each, needs=tuple(all_needed(need) for need in each.needs))
        for name, each in policy.services.items()
    }
    return replace(policy, services=policy.services.update(services))


def beneath(policy: Snapshot, id: str, at: str) -> dict[str, int]:
    """How far down everything is that something rests on."""
    found = rests_on(build(policy), id, instant(at))
    assert isinstance(found, Foundation)
    for hit in found.hits:
        assert len(hit.path) == len(tuple(hit.path)) == hit.degree
        assert hit.path[-1].node == hit.node
    return {hit.node.id: hit.degree for hit in found.hits}


@pytest.mark.parametrize("seed", range(4))
def test_is_the_reverse_of_impact(seed: int) -> None:
    draw = Draw(random=Random(seed))
    for _ in range(10):
        policy = draw.policy()
        graph = build(frail(policy))
        at = f"{draw.random.choice(YEARS)}-06-01T00:00:00Z"
        hits: dict[str, dict[str, int]] = {id: {} for id in graph.nodes}
        for id, node in graph.nodes.items():
            found = impact(graph, [id], instant(at))
            assert isinstance(found, Impact)
            if node.kind not in (NodeKind.GROUP, NodeKind.CLAUSE):
                for hit in found.hits:
                    hits[hit.node.id][id] = hit.degree
        asked = [
            id
            for id, node in graph.nodes.items()
            if node.kind in (NodeKind.SERVICE, NodeKind.OBLIGATION, NodeKind.AGREEMENT)
        ]
        for id in draw.random.sample(asked, min(4, len(asked))):
            rests = {
                other: degree
                for other, degree in beneath(policy, id, at).items()
                if not other.startswith(("group:", "clause:"))
            }
            assert rests == hits[id]


def test_a_promise_rests_on_its_service_and_the_contract_beneath() -> None:
    found = rests_on(build(hosting()), "acme_sla.uptime", IN_TERM)
    assert isinstance(found, Foundation)
    by_kind = {
        kind: [(hit.node.name, hit.degree) for hit in found.hits if hit.node.kind is kind]
        for kind in found.counts
    }
    assert by_kind[NodeKind.GROUP] == [("shop/2", 2)]
    assert by_kind[NodeKind.SERVICE] == [("shop", 1), ("host_a", 2), ("host_b", 3)]
    assert by_kind[NodeKind.COMPONENT] == [("db", 2)]
    assert by_kind[NodeKind.SOURCE] == [("monitor", 1), ("outage_log", 1)]
    assert [hit.node.needed for hit in found.hits if hit.node.kind is NodeKind.GROUP] == [1]


def test_limits_leave_the_counts_whole() -> None:
    found = rests_on(
        build(hosting()), "shop", IN_TERM, most_degree=1, kinds=(NodeKind.PARTY, NodeKind.COMPONENT)
    )
    assert isinstance(found, Foundation)
    assert [hit.node.name for hit in found.hits] == ["db", "acme"]
    assert sum(found.counts.values()) == len(found.hits) + found.left_out


def test_what_is_not_in_force_rests_on_nothing() -> None:
    found = rests_on(build(hosting()), "acme_sla", instant("2027-01-01T00:00:00Z"))
    assert isinstance(found, Foundation)
    assert not found.is_there
    assert not found.hits


def test_a_name_that_nobody_bears() -> None:
    assert isinstance(rests_on(build(hosting()), "nobody", IN_TERM), Diagnostic)
