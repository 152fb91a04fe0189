"""Risk and graph files over GraphQL: the same as the engine says, in pages, mistakes as data."""

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from starlette.testclient import TestClient

from engine import pipeline
from engine.graph.model_to_graph import build
from engine.model.dependency import Exposure
from engine.model.quantity import Money
from tests.api.served import AS_OF, SNAPSHOT, ask, client, refused, view
from tests.hosting import hosting, one, service, some


@pytest.fixture
def door() -> Iterator[TestClient]:
    with client() as opened:
        yield opened


def test_what_hangs_on_one_thing(door: TestClient) -> None:
    query = """{ risk { asOf policyVersion
      singleFailures(first: 2) { totalCount nodes { node { graphId } loss {
        services { nodes { name } } agreements { nodes { name } } customers { nodes { name } } } } }
      suppliers { nodes { rank node { name } } }
      concentrations { totalCount } cycles { totalCount } orphans { totalCount } } }"""
    found = ask(door, query)["risk"]
    assert found["asOf"] == "2025-03-15T00:00:00Z"
    assert found["policyVersion"] == SNAPSHOT.version
    first = found["singleFailures"]["nodes"][0]
    assert first["node"]["graphId"] == "party:acme"
    assert [each["name"] for each in first["loss"]["services"]["nodes"]] == ["shop"]
    assert [each["name"] for each in first["loss"]["customers"]["nodes"]] == ["bolt"]
    assert found["singleFailures"]["totalCount"] == 5
    assert found["suppliers"]["nodes"] == [{"rank": 1, "node": {"name": "northwind"}}]
    assert found["cycles"]["totalCount"] == found["orphans"]["totalCount"] == 0


def test_the_money_that_hangs_on_one_thing_by_currency() -> None:
    risk = view().risk(AS_OF)
    none = Exposure(
        agreement="acme_sla", currency="EUR", amount=None, unbounded=True, promises=(), said=("no cap",)
    )
    some = replace(
        none, currency="USD", amount=Money(amount=Decimal("12.50"), currency="USD"), unbounded=False
    )
    ranked = replace(
        risk,
        single_failures=(replace(risk.single_failures[0], money=(none, some)),),
        suppliers=(replace(risk.suppliers[0], money=(none, some)),),
    )
    money = "nodes { money { nodes { agreement currency amount unbounded said } } }"
    with client(replace(view(), risk=lambda _at: ranked)) as door:
        asked = ask(door, f"{{ risk {{ singleFailures {{ {money} }} suppliers {{ {money} }} }} }}")["risk"]
    for part in ("singleFailures", "suppliers"):
        found = asked[part]["nodes"][0]["money"]["nodes"]
        assert [(each["currency"], each["amount"], each["unbounded"]) for each in found] == [
            ("EUR", None, True),
            ("USD", "USD 12.50", False),
        ]


def test_redundancy_cycles_and_orphans() -> None:
    """One supplier has both hosts, one of which turns in a circle; nobody needs the third."""
    policy = hosting()
    services = policy.services.update(
        {
            "shop": service("shop", "acme", some(1, one("host_a"), one("host_b"))),
            "host_b": service("host_b", "northwind", one("host_b")),
            "host_c": service("host_c", "acme"),
        }
    )
    policy = replace(policy, services=services)
    graph = build(policy)
    served = replace(view(), risk=lambda at: pipeline.risk(policy, graph, at=at))
    query = """{ risk { concentrations(first: 3) { nodes { service { name } nominal least most
        members(first: 3) { nodes { name } }
        cuts(first: 3) { nodes { culprits(first: 3) { nodes { node { graphId } legs(first: 3) { nodes {
          member { name } path(first: 3) { nodes { kind node { name } } } } } } } } } } }
      cycles(first: 3) { nodes { start { name } entangled path(first: 3) { nodes { kind place { line } } } } }
      orphans(first: 3) { nodes { node { name } kind reason } } } }"""
    with client(served) as door:
        found = ask(door, query)["risk"]
    (concentration,) = found["concentrations"]["nodes"]
    assert (concentration["nominal"], concentration["least"], concentration["most"]) == (2, 1, 1)
    culprits = concentration["cuts"]["nodes"][0]["culprits"]["nodes"]
    assert [each["node"]["graphId"] for each in culprits] == ["party:northwind"]
    assert culprits[0]["legs"]["nodes"][0] == {
        "member": {"name": "host_a"},
        "path": {"nodes": [{"kind": "PROVIDES", "node": {"name": "host_a"}}]},
    }
    assert [each["start"]["name"] for each in found["cycles"]["nodes"]] == ["host_b"]
    assert [(each["node"]["name"], each["kind"]) for each in found["orphans"]["nodes"]] == [
        ("host_c", "SERVICE"),
        ("db", "COMPONENT"),
    ]


FILE = """query ($format: GraphFormat!, $around: String, $depth: Int! = 2, $failed: [String!]) {
  graphFile(format: $format, around: $around, depth: $depth, failed: $failed) {
    asOf text userErrors { code help path } } }"""


def test_a_graph_as_a_file(door: TestClient) -> None:
    found = ask(door, FILE, format="CYTOSCAPE", around="db", depth=1, failed=["db"])["graphFile"]
    assert found["userErrors"] == []
    nodes = json.loads(found["text"])["elements"]["nodes"]
    assert {each["data"]["id"]: each["data"]["mark"] for each in nodes} == {
        "component:db": "fails",
        "service:shop": "lost with it",
    }
    assert ask(door, FILE, format="SVG")["graphFile"]["text"].startswith("<?xml")


def test_a_graph_file_says_how_promises_stand(door: TestClient) -> None:
    """By verdicts that reach beyond an instant; and what takes a service of customers alone."""
    query = """query ($since: DateTime) { graphFile(
      format: CYTOSCAPE, states: true, risks: true, since: $since) { text } }"""
    for since, health in ((None, "breached"), ("2025-03-01T00:00:00Z", "at risk")):
        text = ask(door, query, since=since)["graphFile"]["text"]
        nodes = {each["data"]["id"]: each["data"] for each in json.loads(text)["elements"]["nodes"]}
        assert nodes["obligation:acme_sla.uptime"]["health"] == health
        assert nodes["party:bolt"]["health"] is None
        assert nodes["component:db"]["single"] == "single point of failure"
        assert nodes["service:host_a"]["single"] is None
    unwanted = '{ graphFile(format: DOT, since: "2025-03-01T00:00:00Z") { text } }'
    assert refused(door, unwanted, {}) == ["BAD_USER_INPUT"]


def test_what_a_graph_file_refuses(door: TestClient) -> None:
    found = ask(door, FILE, format="DOT", around="northwnd")["graphFile"]
    assert found["text"] is None
    error = {"code": "unknown-name", "help": "did you mean `northwind`?"}
    assert found["userErrors"] == [{**error, "path": ["around"]}]
    found = ask(door, FILE, format="DOT", around="northwind", failed=["northwnd"])["graphFile"]
    assert found["userErrors"] == [{**error, "path": ["failed"]}]
    assert refused(door, FILE, {"format": "DOT", "depth": 101}) == ["BAD_USER_INPUT"]
    assert refused(door, FILE, {"format": "DOT", "depth": -1}) == ["BAD_USER_INPUT"]
