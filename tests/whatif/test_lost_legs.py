"""A supplier that is gone takes the legs of redundant needs that fall with it, and no need outright."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import pipeline
from engine.graph.impact import impact
from engine.graph.model_to_graph import build
from engine.model.dependency import EdgeKind, Impact, NodeKind
from engine.model.snapshot import Snapshot
from engine.whatif.compare_risks import risk_changes
from tests.hosting import instant
from tests.whatif.asking import after, ask, checked

IN_TERM = instant("2025-06-01T00:00:00Z")
POLICY = """use standard
document paper "Paper" { version "1" }
party acme "Acme"
party bolt "Bolt"
party tern "Tern" is supplier
party northwind "Northwind" is supplier
component rack
service a { provider tern }
service b { provider northwind }
service c { provider acme  needs rack }
service d { provider acme  needs a }
service e { provider acme }
service shop { provider acme
  needs NEED }
agreement deal is sla "Shop" {
  between acme as provider and bolt as customer
  covers shop
  cites paper "1" "shop"
  in force from 2025-01-01 through 2025-12-31
  accepted by "order" on 2024-12-01
  zone UTC
  conventions standard { sources are assumed watched }
}
agreement tern_uc is uc "Tern" {
  between tern as provider and acme as customer
  covers e
  underpins deal
  cites paper "5" "e"
  in force from 2025-01-01 through 2025-12-31
  accepted by "order" on 2024-12-01
  zone UTC
  conventions standard { sources are assumed watched }
}
"""
TERN_UC = POLICY[POLICY.index("agreement tern_uc") :]


@pytest.mark.parametrize(
    ("need", "left"),
    [
        ("1 of (a, b)", "1 of (b)"),
        ("2 of (a, b, c)", "2 of (b, c)"),
        ("2 of (a, b)", "2 of (a, b)"),
        ("a and b", "a and b"),
        ("1 of (a, b) and a", "1 of (b) and a"),
        ("1 of (d, e, b)", "1 of (b)"),  # d needs what tern provides, and its contract covers e
        ("1 of (b, (a and c))", "1 of (b)"),
        ("1 of (2 of (a, b, c), 1 of (a, d))", "1 of (2 of (b, c))"),
        ("1 of (a, d)", "1 of (a, d)"),
        ("1 of (b, c)", "1 of (b, c)"),
    ],
)
def test_legs_go_where_the_others_are_enough(need: str, left: str) -> None:
    """The result is that of somebody who edits the policy."""
    policy = POLICY.replace("NEED", need)
    asked = after("drop supplier tern", of=checked(policy))
    edited = policy.replace(f"needs {need}", f"needs {left}").replace(TERN_UC, "")
    snapshot = checked(edited).snapshot
    assert snapshot is not None
    assert asked.version == snapshot.version


def test_a_supplier_without_a_contract_has_legs_to_lose() -> None:
    policy = POLICY.replace("NEED", "1 of (a, b)")
    asked = after("drop supplier northwind", of=checked(policy))
    edited = checked(policy.replace("1 of (a, b)", "1 of (a)")).snapshot
    assert edited is not None and asked.version == edited.version
    nothing = ask("drop supplier northwind", of=checked(POLICY.replace("NEED", "a and b")))
    assert [each.code for each in nothing.diagnostics if each.primary][-1:] == ["nothing-changed"]
    assert nothing.snapshot is None


def test_redundancy_without_the_supplier_is_none() -> None:
    """What another one carried beside it is a single point of failure from then on."""
    policy = checked(POLICY.replace("NEED", "1 of (a, b)"))
    assert policy.snapshot is not None
    changed = after("drop supplier tern", of=policy)
    risks = [pipeline.risk(each, build(each), at=IN_TERM) for each in (policy.snapshot, changed)]
    found = risk_changes(risks[0], risks[1], IN_TERM)
    new = [each.after.node.id for each in found.single_failures if each.before is None and each.after]
    assert new == ["party:northwind", "service:b"]


def groups(members: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """So many of these."""
    chosen = st.lists(members, min_size=1, max_size=4)
    return chosen.flatmap(
        lambda each: st.integers(1, len(each)).map(lambda count: f"{count} of ({', '.join(each)})")
    )


NEEDS = st.recursive(st.sampled_from("abcde"), groups, max_leaves=6)
"""A need of services that tern provides, carries or does not."""


@settings(max_examples=8, deadline=None)
@given(NEEDS)
def test_what_stood_without_the_supplier_stands_the_same(need: str) -> None:
    """Whether the shop falls with tern is the same before and after, and nothing that is left of a group
    falls with it where the group stands."""
    policy = checked(POLICY.replace("NEED", need))
    assert policy.snapshot is not None
    changed = after("drop supplier tern", of=policy)
    fell, falls = (_fallen(each) for each in (policy.snapshot, changed))
    assert ("service:shop" in fell) == ("service:shop" in falls)
    graph = build(changed)
    for group in (node.id for node in graph.nodes.values() if node.kind is NodeKind.GROUP):
        members = {each.edge.target for each in graph.out_of(group) if each.edge.kind is EdgeKind.NEEDS}
        assert group in falls or not members & falls


def _fallen(policy: Snapshot) -> set[str]:
    """What falls with tern and with what its contract covered, groups among them."""
    graph = build(policy)
    found = impact(graph, ["tern", "e"], IN_TERM)
    assert isinstance(found, Impact)
    fallen = {"service:a", "service:d", "service:e", *(hit.node.id for hit in found.hits)}
    pending = True
    while pending:
        pending = False
        for node in graph.nodes.values():
            if node.kind is NodeKind.GROUP and node.id not in fallen:
                members = [each.edge.target for each in graph.out_of(node.id)]
                if sum(each not in fallen for each in members) < (node.needed or 0):
                    fallen.add(node.id)
                    pending = True
    return fallen
