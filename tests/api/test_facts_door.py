"""Facts over GraphQL: as they are known, page by page, with their versions, for whom they were fed."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from api.graphql.opaque import global_id
from engine.model.tenancy import FactBatch, Fed, Request
from engine.store.archive import Archive
from engine.store.duckdb_archive import DuckDbArchive
from engine.store.open_archive import open_archive
from engine.tenant import fact_pages
from tests.api.market import Market, market
from tests.api.served import ask, client
from tests.api.tenant_door import CORRECT, FEBRUARY, LONG, RETRACT, SHORT, TenantDoor, tenant_door
from tests.api.test_declared import POLICY as FED_BY_BOLT
from tests.postgres import PostgresServer
from tests.tenant.shop import MARCH

FACTS = """query ($f: FactsFilter, $asOf: DateTime, $knownAt: DateTime, $n: Int = 5, $after: String) {
    facts(filter: $f, asOf: $asOf, knownAt: $knownAt, first: $n, after: $after) {
        totalCount knownAt policyVersion pageInfo { hasNextPage endCursor }
        nodes { kind key reference isErased
                latest { knownFrom entry fields(first: 5) { nodes { name value } } }
                versions(first: 5) { nodes { knownFrom isRetraction erasedBy fedFor(first: 5) { nodes }
                                   fields(first: 5) { nodes { name value } } } } } } }"""


TENANTS = count()


@pytest.fixture(params=["duckdb", "postgres"])
def door(request: pytest.FixtureRequest) -> Iterator[TenantDoor]:
    """A tenant with three outages and two readings: one of each was corrected, one outage taken back."""
    archive: Archive
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        archive = open_archive(server.url, lambda: MARCH, tenant=f"facts_{next(TENANTS)}")
    else:
        archive = DuckDbArchive(None, lambda: MARCH)
    with tenant_door(archive) as opened:
        opened.publish()
        opened.ingest(
            LONG,
            LONG | {"id": "o-2"},
            LONG | {"id": "o-3", "start": "2025-02-03T00:00:00Z", "end": "2025-02-04T00:00:00Z"},
        )
        readings = [
            {"id": f"r-{number}", "service": "shop", "read_at": "2025-02-02T00:00:00Z", "share": "0.5"}
            for number in range(2)
        ]
        opened.ingest(*readings, kind="reading")
        opened.send(CORRECT, kind="outage", row=SHORT)
        opened.send(RETRACT, kind="outage", key="o-2")
        yield opened


def told(door: TenantDoor, **variables: Any) -> Any:
    """The facts that are asked for."""
    answer = door.ask(FACTS, **{"n": 5, **variables})
    assert "errors" not in answer, answer
    return answer["data"]["facts"]


def values(version: Any) -> dict[str, str]:
    """What a version says."""
    return {each["name"]: each["value"] for each in version["fields"]["nodes"]}


def test_what_is_known_and_what_was(door: TenantDoor) -> None:
    found = told(door)
    assert [each["reference"] for each in found["nodes"]] == [
        "outage:o-1",
        "outage:o-3",
        "reading:r-0",
        "reading:r-1",
    ]
    assert found["totalCount"] == 4
    outage = found["nodes"][0]
    assert values(outage["latest"])["end"] == "2025-02-01T00:10:00Z"
    ends = [values(each)["end"] for each in outage["versions"]["nodes"]]
    assert ends == ["2025-02-02T00:00:00Z", "2025-02-01T00:10:00Z"]
    first = outage["versions"]["nodes"][0]["knownFrom"]
    then = told(door, knownAt=first)
    assert [each["key"] for each in then["nodes"]] == ["o-1", "o-2", "o-3"]
    assert values(then["nodes"][0]["latest"])["end"] == "2025-02-02T00:00:00Z"
    assert len(then["nodes"][0]["versions"]["nodes"]) == 1


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        ({"kind": ["reading"]}, ["r-0", "r-1"]),
        ({"key": ["o-3", "r-1", "o-2"]}, ["o-3", "r-1"]),
        ({"subject": "shop"}, ["o-1", "o-3", "r-0", "r-1"]),
        ({"subject": "nothing"}, []),
        ({"kind": ["nothing"]}, []),
        ({"period": {"start": "2025-02-01T00:10:00Z", "end": "2025-02-03T00:00:00Z"}}, ["r-0", "r-1"]),
        ({"period": {"start": "2025-02-01T00:09:00Z", "end": "2025-02-03T00:00:01Z"}},
         ["o-1", "o-3", "r-0", "r-1"]),
    ],
)  # fmt: skip
def test_facts_are_found(asked: dict[str, object], keys: list[str]) -> None:
    with tenant_door() as door:
        door.publish()
        door.ingest(
            SHORT, LONG | {"id": "o-3", "start": "2025-02-03T00:00:00Z", "end": "2025-02-04T00:00:00Z"}
        )
        door.ingest(
            *(
                {"id": f"r-{number}", "service": "shop", "read_at": "2025-02-02T00:00:00Z", "share": "0.5"}
                for number in range(2)
            ),
            kind="reading",
        )
        assert [each["key"] for each in told(door, f=asked)["nodes"]] == keys


def test_pages_miss_nothing(door: TenantDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fact_pages, "STRETCH", 1)
    keys: list[str] = []
    after = None
    while True:
        page = told(door, n=1, after=after)
        keys += [each["key"] for each in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert keys == ["o-1", "o-3", "r-0", "r-1"]
    for wrong in ({"after": "bm8"}, {"f": {"key": ["\0"]}}, {"f": {"key": ["a"] * 101}}):
        (error,) = door.ask(FACTS, n=5, **wrong)["errors"]
        assert error["extensions"]["code"] == "BAD_USER_INPUT"


def test_what_lies_ahead_is_not_there_and_what_was_erased_says_so(door: TenantDoor) -> None:
    before = told(door, asOf="2025-02-02T12:00:00Z")
    assert [each["key"] for each in before["nodes"]] == ["o-1", "r-0", "r-1"]
    erase = """mutation ($input: EraseFactsInput!) { eraseFacts(input: $input) { userErrors { message } } }"""
    sent = {"kind": "reading", "keys": ["r-0"], "reason": "asked to", "ground": "article 17"}
    assert door.send(erase, **sent)["userErrors"] == []
    erased = next(each for each in told(door)["nodes"] if each["key"] == "r-0")
    assert (erased["isErased"], values(erased["latest"])) == (True, {})
    assert erased["versions"]["nodes"][0]["erasedBy"] is not None


def test_a_customer_is_told_what_was_fed_for_it() -> None:
    query = "{ facts { totalCount nodes { key latest { fedFor { nodes } } } } }"

    def seen(shop: Market, who: str) -> Any:
        return shop.ask(who, query)["data"]["facts"]

    with market() as shop:
        assert seen(shop, "auditor")["totalCount"] > 0
        for who in ("bolt", "corp", "northwind", "nobody"):
            assert seen(shop, who) == {"totalCount": 0, "nodes": []}
    with market(FED_BY_BOLT, {}) as shop:
        for row, parties in ((SHORT, frozenset({"bolt"})), (LONG | {"id": "o-2"}, None)):
            fed = FactBatch(kind="outage", rows=[row])
            kept = shop.tenant.feed(fed, Request(actor="x", key=row["id"], parties=parties))
            assert isinstance(kept, Fed), kept
        own = {"key": "o-1", "latest": {"fedFor": {"nodes": ["bolt"]}}}
        assert seen(shop, "bolt") == {"totalCount": 1, "nodes": [own]}
        assert seen(shop, "auditor")["totalCount"] == 2
        assert seen(shop, "northwind")["totalCount"] == 0


def test_where_nothing_is_kept_there_are_none() -> None:
    with client() as opened:
        assert ask(opened, "{ facts { totalCount } }")["facts"] is None


def test_an_answer_names_what_it_takes_to_ask_again(door: TenantDoor) -> None:
    first = told(door)
    door.ingest(LONG | {"id": "o-9"})
    again = told(door, knownAt=first["knownAt"])
    assert again == first


def test_a_verdict_tells_how_it_became_what_it_is() -> None:
    query = """query ($v: ID!, $n: Int = 5, $a: String) { verdictHistory(verdict: $v, first: $n, after: $a) {
        totalCount pageInfo { endCursor } nodes { before state cause obligationName asOf } } }"""
    with tenant_door() as door:
        door.publish()
        assert door.february() == "MET"
        tenant = door.views.keeper
        tenant.catch_up(door.now)
        door.ingest(LONG)
        tenant.catch_up(door.now)
        (node,) = door.ask(FEBRUARY)["data"]["verdicts"]["nodes"]
        found = door.ask(query, v=node["id"], n=5)["data"]["verdictHistory"]
        told = [(each["before"], each["state"], each["cause"]) for each in found["nodes"]]
        assert told == [(None, "MET", "PUBLISH"), ("MET", "BREACHED", "FEED")]
        one = door.ask(query, v=node["id"], n=1)["data"]["verdictHistory"]
        assert (one["totalCount"], one["nodes"]) == (2, found["nodes"][:1])
        rest = door.ask(query, v=node["id"], n=5, a=one["pageInfo"]["endCursor"])["data"]["verdictHistory"]
        assert rest["nodes"] == found["nodes"][1:]
        (wrong,) = door.ask(query, v=global_id("Party", "bolt"), n=1)["errors"]
        assert wrong["extensions"]["code"] == "BAD_USER_INPUT"
