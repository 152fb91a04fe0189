"""Who is let in, and what each role may do: everything else is refused before it is looked at."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest
from starlette.testclient import TestClient

from api.app import app
from api.authentication import UnauthenticatedError
from api.tokens.tokens import Tokens, token_digest
from engine.model.principal import LOCAL, ApiRole, Principal
from tests.api.market import Market, market
from tests.api.served import view
from tests.api.tenant_door import INGEST, PUBLISH, RETRACT

KEYS = count()


@pytest.fixture(scope="module")
def shop() -> Iterator[Market]:
    """The tenant of two customers and a supplier."""
    with market() as opened:
        yield opened


OPERATIONS = {
    "publish": (PUBLISH, {"files": []}),
    "feed": (INGEST, {"kind": "outage", "rows": []}),
    "retract": (RETRACT, {"kind": "outage", "key": "nothing"}),
}
MAY = {
    "governance": {"publish", "feed", "retract", "whatIf"},
    "application": {"feed", "retract", "whatIf"},
    "auditor": {"whatIf"},
    "bolt": {"feed", "retract"},
    "northwind": {"feed", "retract"},
}


@pytest.mark.parametrize("operation", [*OPERATIONS, "whatIf"])
@pytest.mark.parametrize("who", MAY)
def test_a_role_may_do_this(shop: Market, who: str, operation: str) -> None:
    if operation == "whatIf":
        answer = shop.ask(who, '{ whatIf(changes: ["nonsense"]) { userErrors { code } } }')
    else:
        mutation, sent = OPERATIONS[operation]
        answer = shop.ask(who, mutation, input={"idempotencyKey": f"k{next(KEYS)}", **sent})
    codes = [each["extensions"]["code"] for each in answer.get("errors", ())]
    assert codes == ([] if operation in MAY[who] else ["FORBIDDEN"]), answer


def test_what_is_kept_is_the_doing_of_whom_the_token_names(shop: Market) -> None:
    answer = shop.ask("nobody", "{ viewer { identity roles seesPart } agreements { totalCount } }")
    viewer = {"identity": "noah", "roles": ["CUSTOMER"], "seesPart": True}
    assert answer["data"] == {"viewer": viewer, "agreements": {"totalCount": 0}}


PATHS = ["/graphql", "/t/main/graphql", "/t/nobody/graphql", "/schema.graphql", "/nothing", "/metrics"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("authorization", "Bearer wrong")],
        [("authorization", "Bearer ")],
        [("authorization", "Basic auditor")],
        [("authorization", "auditor")],
        [("authorization", "Bearer auditor"), ("authorization", "Bearer auditor")],
        [("cookie", "token=auditor")],
    ],
    ids=["none", "wrong", "empty", "basic", "bare", "two", "cookie"],
)
def test_without_a_token_nothing_is_told(shop: Market, path: str, headers: list[tuple[str, str]]) -> None:
    answer = shop.client.post(path, json={"query": "{ __schema { types { name } } }"}, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Bearer realm="troth"')
    assert answer.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


def test_a_token_in_the_address_is_none(shop: Market) -> None:
    asked = {"query": "{ asOf }", "access_token": "auditor", "token": "auditor"}
    assert shop.client.get("/graphql", params=asked).status_code == 401


@pytest.mark.parametrize("path", ["/export/verdicts.csv", "/graphql?query={asOf}", "/schema.graphql"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:81"}, 403),
        ({"Host": "elsewhere.example"}, 400),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, 200),
        ({}, 200),
    ],
)
def test_without_tokens_no_page_elsewhere_asks(headers: dict[str, str], status: int, path: str) -> None:
    """A browser asks for whatever a page it shows names, and there is nothing that the page would have to
    know: where no tokens are asked for, it would be recorded as done by whom the server acts for."""
    with TestClient(app(view()), base_url="http://localhost") as client:
        assert client.get(path, headers=headers).status_code == status


class Leaving:
    """A doorman who lets in once."""

    free = None
    waits = False

    def __init__(self) -> None:
        self._times = count(1)

    def principal(self, token: str) -> Principal:
        """Who asks, the first time."""
        if next(self._times) > 1:
            raise UnauthenticatedError("the token has expired")
        return LOCAL

    def subscriber(self, token: str, calendar: str) -> Principal:
        """The same."""
        return self.principal(token)


def test_a_token_that_ends_while_it_asks_for_a_stream_is_refused() -> None:
    """It is looked at again before the first event."""
    with TestClient(app(view(), doorman=Leaving()), base_url="http://localhost") as client:
        headers = {"Authorization": "Bearer t", "Accept": "text/event-stream"}
        answer = client.post("/graphql", json={"query": "{ asOf }"}, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


def test_who_has_no_role_is_let_in_nowhere() -> None:
    without = Tokens(clock=lambda: 0, fixed={token_digest("t"): Principal(identity="x", roles=frozenset())})
    with TestClient(app(view(), doorman=without), base_url="http://localhost") as client:
        answer = client.post("/graphql", json={"query": "{ asOf }"}, headers={"Authorization": "Bearer t"})
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["extensions"] == {"code": "FORBIDDEN"}


def test_a_view_that_cannot_be_cut_shows_a_customer_nothing() -> None:
    bolt = Principal(identity="x", roles=frozenset({ApiRole.CUSTOMER}), parties=frozenset({"bolt"}))
    tokens = Tokens(clock=lambda: 0, fixed={token_digest("t"): bolt})
    with TestClient(app(view(), doorman=tokens), base_url="http://localhost") as client:
        answer = client.post("/graphql", json={"query": "{ asOf }"}, headers={"Authorization": "Bearer t"})
    assert answer.json()["errors"][0]["extensions"] == {"code": "FORBIDDEN"}


@pytest.fixture(scope="module")
def two() -> Iterator[TestClient]:
    """Two tenants at one server, and who may enter which."""
    enters = {"one": {"one"}, "two": {"two"}, "both": {"one", "two"}, "neither": {"three"}}
    fixed = {token_digest(name): replace(LOCAL, tenants=frozenset(each)) for name, each in enters.items()}
    fixed[token_digest("every")] = LOCAL
    served = {"one": view(), "two": view()}
    with TestClient(
        app(served, doorman=Tokens(clock=lambda: 0, fixed=fixed)), base_url="http://localhost"
    ) as client:
        yield client


@pytest.mark.parametrize(
    ("token", "path", "enters"),
    [
        ("one", "/t/one/graphql", True),
        ("one", "/graphql", True),
        ("one", "/t/two/graphql", False),
        ("one", "/t/nowhere/graphql", False),
        ("both", "/t/two/graphql", True),
        ("both", "/graphql", False),
        ("every", "/t/two/graphql", True),
        ("every", "/graphql", False),
        ("every", "/t/nowhere/graphql", False),
        ("neither", "/t/one/graphql", False),
        ("neither", "/t/three/graphql", False),
        ("neither", "/graphql", False),
    ],
)
def test_a_tenant_is_entered_by_whom_the_token_lets_in(
    two: TestClient, token: str, path: str, enters: bool
) -> None:
    """One that is not there and one that may not be entered are answered alike, byte by byte."""
    answer = two.post(path, json={"query": "{ asOf }"}, headers={"Authorization": f"Bearer {token}"})
    if enters:
        assert answer.json()["data"]["asOf"]
        return
    nowhere = two.post(
        "/t/nowhere/graphql", json={"query": "{ asOf }"}, headers={"Authorization": "Bearer every"}
    )
    assert (answer.status_code, answer.content) == (nowhere.status_code, nowhere.content)
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["extensions"] == {"code": "NO_SUCH_TENANT"}
