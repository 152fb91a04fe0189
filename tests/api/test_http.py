"""GraphQL over HTTP: media types, status codes, bodies that are none, faults of ours, and time."""

import json
import logging
from dataclasses import replace
from time import sleep

import pytest
from starlette.testclient import TestClient

from api.app import app
from engine.pipeline import DisagreementError
from tests.api.served import BREACH, client, explanation, view

RESPONSE = "application/graphql-response+json"
JSON = "application/json"
ASK = {"query": "{ asOf }"}


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (RESPONSE, RESPONSE),
        (f"{RESPONSE}; charset=utf-8, {JSON}; charset=utf-8", RESPONSE),
        (f"{RESPONSE};q=0.5, {JSON}", JSON),
        (f"{RESPONSE}, {JSON};q=0.9", RESPONSE),
        (f"text/html, {RESPONSE};q=0.1", RESPONSE),
    ],
)
def test_the_answer_comes_in_the_type_asked_for(
    door: TestClient, accept: str | None, media_type: str
) -> None:
    headers = {} if accept is None else {"accept": accept}
    answer = door.post("/graphql", json=ASK, headers=headers)
    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert answer.json() == {"data": {"asOf": "2025-03-15T00:00:00Z"}}


@pytest.mark.parametrize("accept", ["text/html", f"{JSON};q=0", f"{JSON};q=x"])
def test_no_other_type_is_written(door: TestClient, accept: str) -> None:
    answer = door.post("/graphql", json=ASK, headers={"accept": accept})
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]) == (406, {"code": "BAD_REQUEST"})


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{", None, "GRAPHQL_PARSE_FAILED"),
        ("{ nonsense }", None, "GRAPHQL_VALIDATION_FAILED"),
        ("mutation { asOf }", None, "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { asOf }", None, "GRAPHQL_VALIDATION_FAILED"),
        ("query ($id: ID!) { node(id: $id) { id } }", {}, "BAD_USER_INPUT"),
        ("query ($n: Int) { verdicts(first: $n) { totalCount } }", {"n": "many"}, "BAD_USER_INPUT"),
        ("query ($n: Int) { verdicts(first: $n) { totalCount } }", {"n": 2**31}, "BAD_USER_INPUT"),
        ("query a { asOf } query b { asOf }", None, "BAD_USER_INPUT"),
        ('{ risk(asOf: "0001-01-01T00:00:00+23:00") { asOf } }', None, "BAD_USER_INPUT"),
        ('{ risk(asOf: "9999-12-31T23:59:59-01:00") { asOf } }', None, "BAD_USER_INPUT"),
    ],
)
def test_what_never_ran_has_no_data(
    door: TestClient, query: str, variables: dict[str, object] | None, code: str
) -> None:
    """Status 400 in the type of its own, 200 in plain JSON, and a code in either."""
    body = {"query": query, "variables": variables}
    modern = door.post("/graphql", json=body, headers={"accept": RESPONSE})
    legacy = door.post("/graphql", json=body)
    assert (modern.status_code, legacy.status_code) == (400, 200)
    assert modern.json() == legacy.json()
    assert set(modern.json()) == {"errors"}
    assert {error["extensions"]["code"] for error in modern.json()["errors"]} == {code}


def test_what_ran_and_failed_has_data(door: TestClient) -> None:
    answer = door.post(
        "/graphql", json={"query": '{ node(id: "x") { id } asOf }'}, headers={"accept": RESPONSE}
    )
    assert answer.status_code == 200
    assert answer.json()["data"] == {"node": None, "asOf": "2025-03-15T00:00:00Z"}


def test_no_field_is_suggested(door: TestClient) -> None:
    answer = door.post("/graphql", json={"query": "{ agreement { name } }"}).json()
    assert "mean" not in answer["errors"][0]["message"]


def test_a_named_operation_is_chosen(door: TestClient) -> None:
    body = {"query": "query a { a: asOf } query b { b: asOf }", "operationName": "b"}
    assert set(door.post("/graphql", json=body).json()["data"]) == {"b"}


def test_a_query_may_stand_in_the_address(door: TestClient) -> None:
    answer = door.get(
        "/graphql",
        params={
            "query": "query ($n: Int) { verdicts(first: $n) { nodes { state } } }",
            "variables": '{"n": 1}',
        },
    )
    assert len(answer.json()["data"]["verdicts"]["nodes"]) == 1


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", JSON, 400),
        (b"{", JSON, 400),
        (b"null", JSON, 400),
        (b"[]", JSON, 400),
        (b'[{"query": "{ asOf }"}]', JSON, 400),
        (b'"{ asOf }"', JSON, 400),
        (b"{}", JSON, 400),
        (b'{"query": null}', JSON, 400),
        (b'{"query": 1}', JSON, 400),
        (b'{"query": "{ asOf }", "variables": []}', JSON, 400),
        (b'{"query": "{ asOf }", "variables": "{}"}', JSON, 400),
        (b'{"query": "{ asOf }", "extensions": 0}', JSON, 400),
        (b'{"query": "{ asOf }", "operationName": {}}', JSON, 400),
        (b"[" * 200_000, JSON, 400),
        (b'{"query": "{ asOf }", "variables": {"n": ' + b"9" * 5_000 + b"}}", JSON, 400),
        (b"\xff\xfe{", JSON, 400),
        (b'{"query": "{ asOf }"}', "text/plain", 415),
        (b'{"query": "{ asOf }"}', "", 415),
        (b"query={asOf}", "application/x-www-form-urlencoded", 415),
        (b'{"query": "{ asOf }", "more": "' + b"x" * 1_000_000 + b'"}', JSON, 413),
    ],
)
def test_a_body_that_is_no_request(door: TestClient, body: bytes, content_type: str, status: int) -> None:
    answer = door.post("/graphql", content=body, headers={"content-type": content_type})
    assert answer.status_code == status
    code = "LIMIT_EXCEEDED" if status == 413 else "BAD_REQUEST"
    assert answer.json()["errors"][0]["extensions"]["code"] == code


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_not_taken(door: TestClient, method: str) -> None:
    answer = door.request(method, "/graphql")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


def test_half_a_character_is_the_askers_mistake(door: TestClient) -> None:
    """JSON can spell half of a surrogate pair; nothing breaks on it."""
    query = "query ($t: String!) { diagnose(text: $t) { totalCount } }"
    body = json.dumps({"query": query, "variables": {"t": "\ud800"}})
    answer = door.post("/graphql", content=body, headers={"content-type": JSON}).json()
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_a_fault_of_ours_is_masked_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The client learns that it was our fault, and the log what it was."""

    def fail(*_: object) -> object:
        raise RuntimeError("the password is swordfish")

    with client(replace(view(), explain=fail)) as door, caplog.at_level(logging.ERROR):
        answer = door.post(
            "/graphql", json={"query": "{ verdicts(first: 1) { nodes { explain { recomputed } } } }"}
        )
    (error,) = answer.json()["errors"]
    assert (error["message"], error["extensions"]) == ("internal error", {"code": "INTERNAL_ERROR"})
    assert "swordfish" not in answer.text
    assert "swordfish" in caplog.text


def test_two_evaluators_that_disagree_are_both_named() -> None:
    """Never a quiet pick (S7.5)."""

    def fail(*_: object) -> object:
        raise DisagreementError("the plan says MET; the definition says BREACHED")

    with client(replace(view(), explain=fail)) as door:
        query = "{ verdicts(first: 1) { nodes { explain { recomputed } } } }"
        (error,) = door.post("/graphql", json={"query": query}).json()["errors"]
    assert error["message"] == "the plan says MET; the definition says BREACHED"
    assert error["extensions"] == {"code": "EVALUATORS_DISAGREE"}


def test_an_answer_that_takes_too_long_is_given_up() -> None:
    """The deadline is looked at for each object, so that one slow answer does not go on for ever."""
    asked: list[object] = []

    def slow(verdict: object, revision: object) -> object:
        asked.append(verdict)
        sleep(0.4)
        return explanation(BREACH, view().revision)

    slowly = app(replace(view(), explain=slow), seconds=1)
    with TestClient(slowly, base_url="http://localhost") as door:
        query = "{ verdicts(first: 100) { nodes { explain { recomputed } } } }"
        answer = door.post("/graphql", json={"query": query}).json()
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"DEADLINE_EXCEEDED"}
        assert len(asked) < 5
        assert door.get("/healthz").json() == {"status": "ok"}


def test_whether_it_lives_and_is_ready(door: TestClient) -> None:
    assert door.get("/healthz").json() == {"status": "ok"}
    assert door.get("/readyz").json() == {"status": "ready"}


def test_another_name_for_this_machine_is_not_answered() -> None:
    """A page elsewhere that points its own name at this machine reads nothing."""
    with TestClient(app(view()), base_url="http://evil.example") as door:
        answer = door.post("/graphql", json=ASK)
    assert answer.status_code == 400
    assert "2025" not in answer.text


def test_there_is_no_page_and_no_socket(door: TestClient) -> None:
    """No GraphiQL and no subscriptions."""
    page = door.get("/graphql", headers={"accept": "text/html,*/*;q=0.8"})
    assert (page.status_code, page.headers["content-type"]) == (400, "application/json; charset=utf-8")
    assert json.loads(page.text)["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}
    with pytest.raises(Exception), door.websocket_connect("/graphql"):  # noqa: B017
        pass
