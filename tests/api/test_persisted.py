"""Persisted documents: asked by their ids over each protocol, and, where that is so, alone answered."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from graphql import DocumentNode
from starlette.testclient import TestClient
from strawberry.schema import schema as strawberry_schema

from api.allowance import Rates
from api.app import app
from api.graphql import limits, planned
from api.graphql.persisted import Persisted, id_of, persisted
from api.graphql.planned import Plans
from api.graphql.schema import SCHEMA
from engine.source import Source
from tests.api.served import view
from tests.api.subscriber import Subscriber, subscriber
from tests.api.tenant_door import POLICY, tenant_door
from tests.api.test_plans import context

RESPONSE = "application/graphql-response+json"
JSON = "application/json"
EVENTS = "text/event-stream"

AS_OF = "query AsOf { asOf }\n# asked by id\n"
PAGES = """query First($n: Int!) { verdicts(first: $n) { nodes { state } } }
query Window($brief: Boolean!) { verdicts(first: 1) { nodes { id state @skip(if: $brief) } } }
"""
PUBLISH = (
    'mutation { retractFact(input: {idempotencyKey: "k", kind: "outage", key: "o"}) { userErrors { code } } }'
)
NEWS = "subscription ($after: String) { policyPublished(after: $after) { policyVersion } }"
ALL = "query { __schema { queryType { name } } }"
UNKNOWN = f"sha256:{64 * '0'}"


def given(*texts: str, only: bool = False) -> Persisted:
    """Documents as a server is given them."""
    found = persisted([Source(name=f"{n}.graphql", text=text) for n, text in enumerate(texts)], only=only)
    assert isinstance(found, Persisted), found
    return found


def opened(documents: Persisted, **more: Any) -> TestClient:
    return TestClient(app(view(), persisted=documents, **more), base_url="http://localhost")


@pytest.fixture(scope="module")
def door() -> Iterator[TestClient]:
    """A server that has documents, and answers others, too."""
    with opened(given(AS_OF, PAGES, PUBLISH)) as client:
        yield client


@pytest.fixture(scope="module")
def closed() -> Iterator[TestClient]:
    """A server that answers nothing else."""
    with opened(given(AS_OF, PAGES, ALL, only=True)) as client:
        yield client


def source_of(document: DocumentNode) -> str:
    assert document.loc is not None
    return document.loc.source.body


def said(answer: Any) -> tuple[int, str]:
    """The status and the code of an answer that is one error and nothing else."""
    body = answer.json()
    assert set(body) == {"errors"}
    (error,) = body["errors"]
    return answer.status_code, error["extensions"]["code"]


def test_an_id_is_that_of_every_byte() -> None:
    """As the draft has it, with its own example."""
    text = "query ($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}"
    assert id_of(text) == "sha256:7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e"
    other = "# é\r\n{asOf}"
    assert id_of(other) == f"sha256:{sha256(other.encode('utf-8')).hexdigest()}"
    assert len({id_of(text) for text in ("{asOf}", "{asOf}\n", "{ asOf }", "\ufeff{asOf}")}) == 4


@pytest.mark.parametrize("accept", [JSON, RESPONSE])
def test_a_document_is_asked_by_its_id(door: TestClient, accept: str) -> None:
    # Some clients cannot leave `query` out.
    for none in ({}, {"query": ""}):
        asked = {"documentId": id_of(AS_OF), **none}
        got = door.get("/graphql", params=asked, headers={"accept": accept})
        for answer in (got, door.post("/graphql", json=asked, headers={"accept": accept})):
            assert answer.json() == {"data": {"asOf": "2025-03-15T00:00:00Z"}}
            assert answer.status_code == 200
            assert answer.headers["content-type"] == f"{accept}; charset=utf-8"
    null = {"documentId": id_of(AS_OF), "query": None}
    assert door.post("/graphql", json=null, headers={"accept": accept}).json()["data"]


def test_its_operation_is_named_and_its_variables_are_given(door: TestClient) -> None:
    body = {"documentId": id_of(PAGES), "operationName": "First", "variables": {"n": 3}}
    assert len(door.post("/graphql", json=body).json()["data"]["verdicts"]["nodes"]) == 3
    params = {"documentId": id_of(PAGES), "operationName": "First", "variables": '{"n":2}'}
    assert len(door.get("/graphql", params=params).json()["data"]["verdicts"]["nodes"]) == 2
    unnamed = door.post("/graphql", json={"documentId": id_of(PAGES), "variables": {"n": 3}})
    assert said(unnamed) == (200, "BAD_USER_INPUT")


def test_other_documents_are_answered_beside_them(door: TestClient) -> None:
    assert door.post("/graphql", json={"query": "{ a: asOf }"}).json()["data"]


def test_nothing_is_kept_by_get(door: TestClient) -> None:
    answer = door.get("/graphql", params={"documentId": id_of(PUBLISH)})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert door.post("/graphql", json={"documentId": id_of(PUBLISH)}).json()["data"]["retractFact"]


def test_an_id_that_is_not_known(door: TestClient) -> None:
    """As what never ran: 400 in the type of its own, 200 in plain JSON."""
    body = {"documentId": UNKNOWN}
    assert said(door.post("/graphql", json=body, headers={"accept": RESPONSE})) == (400, "NOT_PERSISTED")
    assert said(door.post("/graphql", json=body)) == (200, "NOT_PERSISTED")
    assert said(door.get("/graphql", params=body, headers={"accept": RESPONSE})) == (400, "NOT_PERSISTED")
    with opened(Persisted()) as none:
        assert said(none.post("/graphql", json=body)) == (200, "NOT_PERSISTED")


@pytest.mark.parametrize(
    "body",
    [
        {"documentId": id_of(AS_OF).upper()},
        {"documentId": f"sha256:{id_of(AS_OF)[7:].upper()}"},
        {"documentId": id_of(AS_OF)[7:]},
        {"documentId": id_of(AS_OF)[:-1]},
        {"documentId": f"{id_of(AS_OF)}\n"},
        {"documentId": f"x-mine:{id_of(AS_OF)[7:]}"},
        {"documentId": "../../secret"},
        {"documentId": ""},
        {"documentId": 7},
        {"documentId": [id_of(AS_OF)]},
        {"documentId": id_of(AS_OF), "query": AS_OF},
        {"documentId": id_of(AS_OF), "variables": []},
        {"documentId": None},
        {"documentId": None, "query": None},
    ],
)
def test_what_is_no_request(door: TestClient, body: dict[str, Any]) -> None:
    """The id is in lower case, and is sent instead of the text."""
    for accept in (JSON, RESPONSE):
        answer = door.post("/graphql", json=body, headers={"accept": accept})
        assert said(answer) == (400, "BAD_REQUEST")
    if all(isinstance(each, str) for each in body.values()):
        assert said(door.get("/graphql", params=body)) == (400, "BAD_REQUEST")


def test_nothing_else_is_answered_where_that_is_so(closed: TestClient) -> None:
    """A text is answered only if it is that of one of them: 403 in the type of its own."""
    for body in ({"query": "{ asOf }"}, {"query": "{ __schema { types { name } } }"}, {"query": "{"}):
        assert said(closed.post("/graphql", json=body, headers={"accept": RESPONSE})) == (
            403,
            "NOT_PERSISTED",
        )
        assert said(closed.post("/graphql", json=body)) == (200, "NOT_PERSISTED")
        assert said(closed.get("/graphql", params=body)) == (200, "NOT_PERSISTED")
    half = closed.post("/graphql", content=b'{"query": "{ \\ud800 }"}', headers={"content-type": JSON})
    assert said(half) == (200, "NOT_PERSISTED")
    unknown = closed.post("/graphql", json={"documentId": UNKNOWN}, headers={"accept": RESPONSE})
    assert said(unknown) == (400, "NOT_PERSISTED")
    for body in ({"documentId": id_of(AS_OF)}, {"query": AS_OF}):
        assert closed.post("/graphql", json=body).json()["data"]["asOf"]
    # What may be found out of the schema is what was persisted of it.
    answer = closed.post("/graphql", json={"documentId": id_of(ALL)}).json()
    assert answer == {"data": {"__schema": {"queryType": {"name": "Query"}}}}


def test_over_a_websocket(closed: TestClient) -> None:
    """What is wrong with an operation is its own error, and the connection stays."""

    def asked(listening: Subscriber, **payload: object) -> Any:
        listening.socket.send_json({"id": "1", "type": "subscribe", "payload": payload})
        return listening.message()

    with subscriber(closed) as listening:
        for payload, code in (
            ({"documentId": UNKNOWN}, "NOT_PERSISTED"),
            ({"documentId": "sha256:abc"}, "BAD_REQUEST"),
            ({"query": "{ asOf }"}, "NOT_PERSISTED"),
            ({"query": "{ asOf }", "documentId": None}, "NOT_PERSISTED"),
        ):
            message = asked(listening, **payload)
            assert message["type"] == "error", message
            assert [each["extensions"]["code"] for each in message["payload"]] == [code]
        told = asked(listening, query="", documentId=id_of(PAGES), operationName="First", variables={"n": 2})
        assert len(told["payload"]["data"]["verdicts"]["nodes"]) == 2
        assert listening.message() == {"id": "1", "type": "complete"}


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"query": None, "documentId": None},
        {"query": AS_OF, "documentId": id_of(AS_OF)},
        {"documentId": 7},
    ],
)
def test_what_is_no_message_closes_the_websocket(door: TestClient, payload: dict[str, object]) -> None:
    with subscriber(door) as listening:
        listening.socket.send_json({"id": "1", "type": "subscribe", "payload": payload})
        assert listening.closed() == 4400


def test_a_subscription_by_its_id() -> None:
    with tenant_door() as shop:
        shop.publish()
        served = app(shop.views, persisted=given(NEWS, only=True), wakes=False)
        with TestClient(served, base_url="http://localhost") as client, subscriber(client) as listening:
            news = {"id": "1", "type": "subscribe", "payload": {"documentId": id_of(NEWS)}}
            listening.socket.send_json(news)
            listening.socket.send_json({**news, "id": "2", "payload": {"query": "{ __typename }"}})
            # The first one has begun once the second is answered.
            assert listening.message()["type"] == "error"
            version = shop.publish(POLICY.replace("99%", "98%"))["published"]["policyVersion"]
            assert listening.event() == {"policyVersion": version}


def events(answer: Any) -> list[tuple[str, Any]]:
    """The events of a stream that has ended, by name."""
    found: list[tuple[str, Any]] = []
    for each in answer.text.replace("\r\n", "\n").strip().split("\n\n"):
        lines = dict(line.partition(": ")[::2] for line in each.splitlines() if not line.startswith(":"))
        if lines:
            found.append((lines["event"], json.loads(lines["data"]) if lines.get("data") else None))
    return found


def test_as_events(closed: TestClient) -> None:
    headers = {"accept": EVENTS}
    for answer in (
        closed.post("/graphql", json={"documentId": id_of(AS_OF)}, headers=headers),
        closed.get("/graphql", params={"documentId": id_of(AS_OF)}, headers=headers),
    ):
        next_, complete = events(answer)
        assert next_ == ("next", {"data": {"asOf": "2025-03-15T00:00:00Z"}})
        assert complete[0] == "complete"
    for body in ({"documentId": UNKNOWN}, {"query": "{ asOf }"}):
        (name, payload), complete = events(closed.post("/graphql", json=body, headers=headers))
        assert (name, complete[0]) == ("next", "complete")
        assert [each["extensions"]["code"] for each in payload["errors"]] == ["NOT_PERSISTED"]
        assert "data" not in payload
    malformed = closed.post("/graphql", json={"documentId": "sha256:A"}, headers=headers)
    assert said(malformed) == (400, "BAD_REQUEST")


def test_what_they_ask_is_limited_as_of_others() -> None:
    lines = "explain { lines(first: 100) { nodes { text } } }"
    dear = f"query ($n: Int) {{ verdicts(first: $n) {{ nodes {{ {lines} }} }} }}"
    with opened(given(dear), rates=Rates(requests=6, points=None)) as client:
        body = {"documentId": id_of(dear), "variables": {"n": 1}}
        assert client.post("/graphql", json=body).json()["data"]
        assert said(client.post("/graphql", json={"documentId": UNKNOWN})) == (200, "NOT_PERSISTED")
        with subscriber(client) as listening:
            for code in ("NOT_PERSISTED", "NOT_PERSISTED", "NOT_PERSISTED", "NOT_PERSISTED", "RATE_LIMITED"):
                listening.socket.send_json(
                    {"id": "1", "type": "subscribe", "payload": {"documentId": UNKNOWN}}
                )
                assert [each["extensions"]["code"] for each in listening.message()["payload"]] == [code]
        assert client.post("/graphql", json={"documentId": UNKNOWN}).status_code == 429
    with opened(given(dear), rates=Rates(requests=None, points=300)) as client:
        body = {"documentId": id_of(dear), "variables": {"n": 1}}
        assert client.post("/graphql", json=body).json()["data"]
        assert client.post("/graphql", json=body).status_code == 429


def test_no_request_parses_or_plans_them_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much else is asked."""
    given(PAGES)
    few = Plans(most=2)
    few._persisted = planned.PLANS._persisted
    for kept in few._persisted.values():
        kept.plans.clear()
    monkeypatch.setattr(planned, "PLANS", few)

    def asked(text: str, name: str | None = None, **variables: object) -> None:
        found = SCHEMA.execute_sync(
            text, variable_values=variables, operation_name=name, context_value=context()
        )
        assert found.errors is None

    def all_of_them() -> None:
        asked(PAGES, "First", n=1)
        asked(PAGES, "Window", brief=True)
        asked(PAGES, "Window", brief=False)

    all_of_them()
    made = few.made
    for number in range(20):
        asked(f"{{ a{number}: asOf }}")
    assert (few.made, len(few)) == (made + 20, 2)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was looked at before")

    for module, name in (
        (strawberry_schema, "parse"),
        (strawberry_schema, "validate_document"),
        (limits, "scan"),
    ):
        monkeypatch.setattr(module, name, never)
    all_of_them()
    assert few.made == made + 20


def test_of_each_operation_so_many_plans_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks by other variables drives out no other operation's."""
    names = ("a", "b", "c", "d")
    skips = " ".join(f"{each}: asOf @skip(if: ${each})" for each in names)
    declared = ", ".join(f"${each}: Boolean!" for each in names)
    text = f"query Many({declared}) {{ z: asOf {skips} }}\nquery One {{ asOf }}"
    given(text)
    for number in range(16):
        variables = {each: bool(number >> place & 1) for place, each in enumerate(names)}
        for operation, values in (("One", {}), ("Many", variables)):
            found = SCHEMA.execute_sync(
                text, variable_values=values, operation_name=operation, context_value=context()
            )
            assert found.errors is None
    (kept,) = [each for each in planned.PLANS._persisted.values() if source_of(each.document) == text]
    of_each = [sum(key[0] == one for key in kept.plans) for one in {key[0] for key in kept.plans}]
    assert sorted(of_each) == [1, planned.MOST_PLANS]


@pytest.mark.parametrize(
    ("text", "code", "line", "message", "help"),
    [
        ("query {\n  asOf\n", "graphql-syntax", 3, "expected Name, found <EOF>", None),
        ("", "graphql-syntax", 1, "unexpected <EOF>", None),
        (
            "\n{ asOff }",
            "graphql-validation",
            2,
            "cannot query field `asOff` on type `Query`",
            "did you mean `asOf`?",
        ),
        ("mutation { x }\n", "graphql-validation", 1, "cannot query field `x` on type `Mutation`", None),
        ("fragment A on Query { asOf }", "graphql-validation", 1, "fragment `A` is never used", None),
        ("type Query { a: Int }", "graphql-validation", 1, "the `Query` definition is not executable", None),
        ("{ a " * 60 + "}" * 60, "graphql-limit", 1, "the document is nested deeper than 50", None),
        (
            "{"
            + "".join(
                f' a{n}: whatIf(changes: ["drop supplier x"]) {{ userErrors {{ code }} }}' for n in range(4)
            )
            + "}",
            "graphql-limit",
            1,
            "the cost of the document would be over 250000",
            None,
        ),
    ],
)
def test_what_may_not_be_asked_is_told_before_it_is(
    text: str, code: str, line: int, message: str, help: str | None
) -> None:
    good = Source(name="good.graphql", text=AS_OF)
    found = persisted([good, Source(name="bad.graphql", text=text)])
    assert isinstance(found, tuple)
    (mistake,) = found
    assert (mistake.code, mistake.message, mistake.help) == (code, message, help)
    assert mistake.primary is not None
    assert (mistake.primary.source, mistake.primary.line) == ("bad.graphql", line)


def test_every_mistake_is_told_at_once() -> None:
    sources = [
        Source(name="a", text="{ x y }"),
        Source(name="b", text="{"),
        Source(name="c", text="{ asOf }"),
    ]
    found = persisted(sources)
    assert isinstance(found, tuple)
    assert [each.primary.source for each in found if each.primary] == ["a", "a", "b"]


def test_a_document_whose_cost_hangs_on_variables_is_limited_when_it_is_asked() -> None:
    text = (
        "query ($n: Int!) { verdicts(first: $n) { nodes { explain { lines(first: $n) "
        "{ nodes { lines(first: $n) { nodes { text } } } } } } } }"
    )
    with opened(given(text)) as client:
        small, large = ({"documentId": id_of(text), "variables": {"n": n}} for n in (2, 100))
        assert client.post("/graphql", json=small).json()["data"]
        assert said(client.post("/graphql", json=large)) == (200, "LIMIT_EXCEEDED")
