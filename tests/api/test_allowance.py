"""Nobody asks for more than their share: requests, points and exports, each by who asks."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.allowance import MINUTE, SECOND, Allowances, Rates
from api.app import app
from api.command.settings import LARGEST_COST, SETTINGS
from api.graphql.limits import MOST
from api.tokens.tokens import Tokens, token_digest
from engine.model.principal import ApiRole, Principal
from tests.api.served import view
from tests.hosting import instant

PATHS = ["/graphql", "/schema.graphql", "/export/verdicts.csv"]


@dataclass
class Clock:
    """Ticks that go on only when they are told to."""

    now: int = 0

    def __call__(self) -> int:
        return self.now


@contextmanager
def served(clock: Clock, rates: Rates, exports: int | None = None) -> Generator[TestClient]:
    """A server of which ann and bob have tokens, and an ann of another issuer."""
    people = {
        name: Principal(
            identity=name,
            roles=frozenset({ApiRole.AUDITOR}),
            expires_at=instant("2030-01-01T00:00:00Z") if name == "ann" else None,
        )
        for name in ("ann", "bob")
    }
    people["other ann"] = replace(people["ann"], issuer="https://elsewhere/")
    tokens = Tokens(clock=lambda: 0, fixed={token_digest(name): each for name, each in people.items()})
    opened = app(view(), doorman=tokens, rates=rates, most_exports=exports, ticks=clock)
    with TestClient(opened, base_url="http://localhost") as client:
        yield client


def send(client: TestClient, who: str, query: str, **headers: str) -> Any:
    """An answer as it came."""
    said = {"Authorization": f"Bearer {who}", **headers}
    return client.post("/graphql", json={"query": query}, headers=said)


def test_requests_are_counted_for_each_who_asks() -> None:
    clock = Clock()
    with served(clock, Rates(requests=3)) as client:
        assert [send(client, "ann", "{ asOf }").status_code for _ in range(4)] == [200, 200, 200, 429]
        late = send(client, "ann", "{ asOf }")
        assert late.headers["retry-after"] == "20"
        (error,) = late.json()["errors"]
        assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfter": 20}
        for path in PATHS:
            assert client.get(path, headers={"Authorization": "Bearer ann"}).status_code == 429
        assert send(client, "bob", "{ asOf }").status_code == 200
        assert send(client, "other ann", "{ asOf }").status_code == 200
        assert client.get("/healthz").status_code == 200
        clock.now += 20 * SECOND
        assert [send(client, "ann", "{ asOf }").status_code for _ in range(2)] == [200, 429]


def test_points_are_what_documents_cost() -> None:
    """Known documents and new ones cost the same, and a refused one costs nothing."""
    clock = Clock()
    query = (
        "{ verdicts(first: 10) { nodes { id } } rateLimit { requests { limit } points { limit remaining } } }"
    )
    cost = 1 + 10 * 2 + 1 + 2 + 3
    with served(clock, Rates(points=100)) as client:
        left = [send(client, "ann", query).json()["data"]["rateLimit"] for _ in range(100 // cost)]
        assert [each["points"]["remaining"] for each in left] == [
            100 - cost * (number + 1) for number in range(100 // cost)
        ]
        assert left[0]["requests"] is None
        refused = send(client, "ann", query)
        assert (refused.status_code, "data" in refused.json()) == (429, False)
        assert refused.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
        waits = int(refused.headers["retry-after"])
        clock.now += waits * SECOND
        assert send(client, "ann", query).status_code == 200
        streamed = send(client, "ann", query, Accept="text/event-stream")
        assert (streamed.status_code, "RATE_LIMITED" in streamed.text) == (429, True)


def test_over_a_socket_it_is_an_error_of_the_operation() -> None:
    with (
        served(Clock(), Rates(requests=1)) as client,
        client.websocket_connect(
            "ws://localhost/graphql",
            subprotocols=["graphql-transport-ws"],
            headers={"Authorization": "Bearer ann"},
        ) as socket,
    ):
        socket.send_json({"type": "connection_init"})
        assert socket.receive_json()["type"] == "connection_ack"
        told = []
        for id in ("1", "2"):
            socket.send_json({"id": id, "type": "subscribe", "payload": {"query": "{ asOf }"}})
            answer = socket.receive_json()
            told.append(answer)
            if answer["type"] == "next":
                assert socket.receive_json()["type"] == "complete"
        assert [each["type"] for each in told] == ["next", "error"]
        assert told[1]["payload"][0]["extensions"]["code"] == "RATE_LIMITED"


def test_whoever_asks_is_told_who_it_is_and_what_is_left() -> None:
    query = """{ viewer { identity roles may seesPart expiresAt tenants { nodes } }
        rateLimit { requests { limit remaining resetsIn } points { limit remaining resetsIn } } }"""
    with served(Clock(), Rates(requests=60, points=1_000_000)) as client:
        found = send(client, "ann", query).json()["data"]
        assert found["viewer"] == {
            "identity": "ann",
            "roles": ["AUDITOR"],
            "may": ["READ", "EXPORT", "READ_LEDGER"],
            "seesPart": False,
            "expiresAt": "2030-01-01T00:00:00Z",
            "tenants": {"nodes": ["main"]},
        }
        assert found["rateLimit"]["requests"] == {"limit": 60, "remaining": 59, "resetsIn": "PT1S"}
        assert send(client, "bob", query).json()["data"]["viewer"]["expiresAt"] is None


def test_so_many_exports_at_a_time() -> None:
    with served(Clock(), Rates(), exports=1) as client:
        headers = {"Authorization": "Bearer ann"}
        for _ in range(3):
            assert client.get("/export/verdicts.csv", headers=headers).status_code == 200
    with served(Clock(), Rates(), exports=0) as client:
        refused = client.get("/export/verdicts.csv", headers=headers)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert send(client, "ann", "{ asOf }").status_code == 200


@settings(max_examples=30)
@given(
    st.integers(1, 1_000),
    st.lists(st.tuples(st.integers(0, MINUTE), st.integers(1, 1_000)), max_size=20),
)
def test_never_more_than_what_is_there(limit: int, asked: list[tuple[int, int]]) -> None:
    """What is given in a stretch of time is at most what was there and what came; after a wait it is."""
    clock = Clock()
    allowances = Allowances(Rates(points=limit), clock)
    given_out = 0
    for after, much in asked:
        much = min(much, limit)
        clock.now += after
        if wait := allowances.take_points("ann", much):
            clock.now += wait - 1
            assert allowances.take_points("ann", much) > 0
            clock.now += 1
            assert allowances.take_points("ann", much) == 0
        given_out += much
        assert given_out * MINUTE <= limit * MINUTE + clock.now * limit
    left = allowances.points("ann")
    assert left is not None
    clock.now += left.resets_in
    full = allowances.points("ann")
    assert full == replace(left, remaining=limit, resets_in=0)


def test_memory_is_bounded_and_a_clock_that_stands_still_gives_nothing() -> None:
    allowances = Allowances(Rates(requests=1), Clock(), most=2)
    assert [allowances.take_request(name) > 0 for name in "aab"] == [False, True, False]
    assert [allowances.take_request(name) > 0 for name in "cca"] == [False, True, False]


@pytest.mark.parametrize("text", ["-1", "1.5", "many", "9999999999", ""])
def test_a_limit_is_a_whole_number(text: str) -> None:
    for key in ("limits.requests_per_minute", "limits.points_per_minute", "limits.exports"):
        (read,) = [each.read for each in SETTINGS if each.key == key]
        with pytest.raises(ValueError, match="whole number"):
            read(text)
        assert read("0") == 0


def test_a_database_has_memory_to_work_in() -> None:
    (read,) = [each.read for each in SETTINGS if each.key == "limits.database_megabytes"]
    for text in ("0", "255", "-1", "1.5", "1G", "10000000", ""):
        with pytest.raises(ValueError, match="megabytes, 256 at least"):
            read(text)
    assert read("256") == 256


def test_the_dearest_document_can_be_asked() -> None:
    (read,) = [each.read for each in SETTINGS if each.key == "limits.points_per_minute"]
    assert MOST.cost == LARGEST_COST
    with pytest.raises(ValueError, match="250,000"):
        read(str(LARGEST_COST - 1))
    assert read(str(LARGEST_COST)) == LARGEST_COST
