"""What attackers of GraphQL try first (the OWASP list), each once, as somebody else on the network would."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import app
from api.graphql.limits import MOST, MOST_TOKENS
from api.tokens.tokens import Tokens, token_digest
from engine.model.principal import ApiRole, Principal
from tests.api.served import view
from tests.api.test_limits import chain

ANN = {"Authorization": "Bearer ann"}


@pytest.fixture(scope="module")
def door() -> Iterator[TestClient]:
    """A server whose only token is ann's."""
    ann = Principal(identity="ann", roles=frozenset({ApiRole.AUDITOR}))
    tokens = Tokens(clock=lambda: 0, fixed={token_digest("ann"): ann})
    with TestClient(app(view(), doorman=tokens), base_url="http://localhost") as client:
        yield client


def code(answer: Any) -> str:
    """The code of the one error of an answer that has no data."""
    body = answer.json()
    assert not body.get("data")
    return body["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize(
    ("what", "document"),
    [
        ("depth", "{ node(id: 1) { ...on Agreement {" + "underpins { nodes {" * 20 + "name" + "}" * 43),
        ("amount", "{ agreements { nodes {" + "underpins(first: 100) { nodes {" * 4 + "name" + "}" * 11),
        ("aliases", "{" + "".join(f" a{number}: asOf" for number in range(MOST.aliases + 1)) + "}"),
        ("repeated fields", "{" + " asOf" * (MOST.fields + 1) + "}"),
        ("directives", "{ asOf" + " @skip(if: false)" * (MOST.directives + 1) + "}"),
        ("tokens", "{" + " asOf" * MOST_TOKENS + "}"),
        ("cost", "{" + "".join(f" a{number}: whatIf(changes: [])" for number in range(4)) + "}"),
        ("a bomb of 22 fragments", chain(22)),
        ("a circle of introspection", "{ __schema { types {" + " fields { type {" * 12 + "name" + "}" * 27),
    ],
)  # fmt: skip
def test_a_document_that_asks_for_too_much_is_not_run(door: TestClient, what: str, document: str) -> None:
    answer = door.post("/graphql", json={"query": document}, headers=ANN)
    assert code(answer) == "LIMIT_EXCEEDED", what


def test_bytes(door: TestClient) -> None:
    answer = door.post("/graphql", json={"query": "{ asOf }" + " " * 1_000_000}, headers=ANN)
    assert (answer.status_code, code(answer)) == (413, "LIMIT_EXCEEDED")


def test_a_page_is_never_larger_than_it_may_be(door: TestClient) -> None:
    answer = door.post("/graphql", json={"query": "{ verdicts(first: 101) { totalCount } }"}, headers=ANN)
    assert code(answer) == "BAD_USER_INPUT"


def test_batches(door: TestClient) -> None:
    answer = door.post("/graphql", json=[{"query": "{ asOf }"}] * 2, headers=ANN)
    assert (answer.status_code, code(answer)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("path", ["/graphql", "/schema.graphql"])
def test_introspection_is_not_for_everybody(door: TestClient, path: str) -> None:
    query = {"query": "{ __schema { types { name } } }"}
    answer = door.post(path, json=query) if path == "/graphql" else door.get(path)
    assert (answer.status_code, code(answer)) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ agreement { name } }", {}),
        ("{ verdicts(filtr: null) { totalCount } }", {}),
        ("{ agreements { nodes { ... on Agreemen { name } } } }", {}),
        ("{ verdicts(filter: {stat: [MET]}) { totalCount } }", {}),
        ("{ verdicts(filter: {state: [MEET]}) { totalCount } }", {}),
        ("query ($f: VerdictFilter) { verdicts(filter: $f) { totalCount } }", {"f": {"stat": ["MET"]}}),
        ("query ($f: VerdictFilter) { verdicts(filter: $f) { totalCount } }", {"f": {"state": ["MEET"]}}),
    ],
)
def test_nothing_is_suggested(door: TestClient, query: str, variables: dict[str, object]) -> None:
    answer = door.post("/graphql", json={"query": query, "variables": variables}, headers=ANN)
    assert code(answer) in ("GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT")
    assert "did you mean" not in answer.text.lower()


def test_a_page_elsewhere_asks_in_nobodys_name(door: TestClient) -> None:
    """No form can send what is taken, no cookie lets anybody in, and nothing is kept by GET."""
    form = {"query": "{ asOf }"}
    assert door.post("/graphql", data=form, headers=ANN).status_code == 415
    plain = {**ANN, "Content-Type": "text/plain"}
    assert door.post("/graphql", content='{"query": "{ asOf }"}', headers=plain).status_code == 415
    assert door.post("/graphql", json=form, headers={"Cookie": "token=ann"}).status_code == 401
    keep = 'mutation { liftHold(input: {idempotencyKey: "a", hold: 0, reason: "b"}) { userErrors { code } } }'
    assert door.get("/graphql", params={"query": keep}, headers=ANN).status_code == 405
    assert "access-control-allow-origin" not in door.options("/graphql", headers=ANN).headers
