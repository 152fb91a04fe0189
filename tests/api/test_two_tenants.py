"""No byte of one tenant, over whichever door, holds a name of the other, in either database."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.graphql.opaque import global_id, seal
from engine.model.principal import ApiRole, Principal
from engine.store.archive import Archive, Clock
from engine.store.duckdb_archive import DuckDbArchive
from engine.store.open_archive import open_archive
from tests.api.market import MARKS, fair, other
from tests.api.subscriber import subscriber
from tests.api.tenant_door import CORRECT, INGEST, PUBLISH, RETRACT
from tests.api.test_isolation import told
from tests.api.test_random_documents import DOCUMENTS, SLOW
from tests.postgres import PostgresServer

LISTS = {"impact": "[String!]!"}

ROLES = {
    "governance": (),
    "customer": ("bolt",),
    "supplier": ("northwind",),
}
SECRETS = {"one": tuple(MARKS.values()), "two": tuple(MARKS)}
LONG_AGO = "2020-01-01T00:00:00Z"
CHANGES = """subscription ($after: String, $since: DateTime) { verdictChanges(after: $after, since: $since) {
    cursor verdict obligationName subject before state obligation { id title } service { id } } }"""

_names = count()


def principal(role: str, tenant: str) -> Principal:
    parties = (each if tenant == "one" else other(each) for each in ROLES[role])
    return Principal(
        identity=f"{role} of {tenant}",
        roles=frozenset({ApiRole(role)}),
        parties=frozenset(parties),
        tenants=frozenset({tenant}),
    )


ASKING = {f"{role}-{tenant}": principal(role, tenant) for role in ROLES for tenant in ("one", "two")}


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def client(request: pytest.FixtureRequest) -> Iterator[TestClient]:
    """Both tenants; in PostgreSQL they are in one database."""

    def archive(name: str, clock: Clock) -> Archive:
        if request.param == "duckdb":
            return DuckDbArchive(None, clock)
        server: PostgresServer = request.getfixturevalue("postgres")
        return open_archive(server.url, clock, tenant=f"{name}{next(_names)}")

    with fair(archive, ASKING) as opened:
        yield opened


def check(tenant: str, *parts: str) -> None:
    """Nothing of the other tenant stands in what was answered, sealed or not."""
    text = told("\n".join(parts))
    for secret in SECRETS[tenant]:
        found = text.find(secret)
        assert found < 0, text[max(found - 200, 0) : found + 100]


def post(
    client: TestClient, name: str, query: str, accept: str = "application/json", **variables: Any
) -> str:
    """The headers and the body of an answer."""
    tenant = name.partition("-")[2]
    found = client.post(
        f"/t/{tenant}/graphql",
        json={"query": query, "variables": variables},
        headers={"Authorization": f"Bearer {name}", "Accept": accept},
    )
    return f"{dict(found.headers)}\n{found.text}"


@settings(max_examples=8, suppress_health_check=SLOW)
@given(DOCUMENTS, st.sampled_from(sorted(ASKING)))
def test_a_random_document_tells_nothing_of_another_tenant(
    client: TestClient, document: str, name: str
) -> None:
    """It is answered alike over every door."""
    tenant = name.partition("-")[2]
    plain = post(client, name, document)
    events = post(client, name, document, "text/event-stream")
    with subscriber(client, token=name, path=f"/t/{tenant}/graphql") as listening:
        listening.socket.send_json({"id": "1", "type": "subscribe", "payload": {"query": document}})
        message = listening.message()
    check(tenant, plain, events, json.dumps(message))
    answer = json.loads(plain.partition("\n")[2])
    assert json.loads(events.partition("data: ")[2].partition("\n")[0]) == answer
    told_there = message["payload"] if message["type"] == "next" else {"errors": message["payload"]}
    assert told_there == answer


@pytest.mark.parametrize("name", ASKING)
def test_changes_and_files_tell_nothing_of_another_tenant(client: TestClient, name: str) -> None:
    role, _, tenant = name.partition("-")
    with subscriber(client, token=name, path=f"/t/{tenant}/graphql") as listening:
        listening.subscribe(CHANGES, since=LONG_AGO)
        events = [listening.event() for _ in range(3)]
    check(tenant, json.dumps(events))
    for path in (
        "export/verdicts.csv",
        "export/verdicts.ndjson",
        "export/verdicts.parquet",
        "calendar/all.ics",
    ):
        found = client.get(f"/t/{tenant}/{path}", headers={"Authorization": f"Bearer {name}"})
        assert found.status_code == 200
        check(tenant, str(dict(found.headers)), found.content.decode("latin-1"))
    if role == "governance":
        ledger = post(client, name, "{ ledger { size entries { nodes { seq kind actor } } } }")
        check(tenant, ledger)


THERE = {"agreement": "bolt_sla", "service": "corp_portal", "party": "northwind", "obligation": "bolt_sla.up"}


@pytest.mark.parametrize("name", ASKING)
def test_names_ids_and_cursors_of_another_tenant_are_as_unknown_as_any(client: TestClient, name: str) -> None:
    """What is answered about them is what is answered about what is nowhere."""
    tenant = name.partition("-")[2]
    there = {kind: other(each) if tenant == "one" else each for kind, each in THERE.items()}

    def same(query: str, mine: object, nowhere: object) -> None:
        asked = (json.loads(post(client, name, query, x=each).partition("\n")[2]) for each in (mine, nowhere))
        found, none = asked
        assert json.dumps(found).replace(str(mine), str(nowhere)) == json.dumps(none)

    for kind, each in there.items():
        ids = [global_id(kind.title(), said) for said in (each, "qqqqqqqq")]
        same("query ($x: ID!) { node(id: $x) { id } }", *ids)
        for root in ("impact", "restsOn"):
            kind = LISTS.get(root, "String!")
            query = f"query ($x: {kind}) {{ {root}(of: $x) {{ userErrors {{ message help }} }} }}"
            body = post(client, name, query, x=each)
            assert "userErrors" in body
            # The name that is near is one's own, if one is.
            check(tenant, body.replace(f"`{each}`", "?"))
    after = "subscription ($x: String) { verdictChanges(after: $x) { cursor } }"
    if name.startswith("governance"):
        same(
            after,
            *(seal(("changed", 1, 1, each, "shop", "2025-02")) for each in (there["obligation"], "q.q")),
        )


@pytest.mark.parametrize("name", ASKING)
def test_what_is_refused_is_told_in_words_of_ones_own(client: TestClient, name: str) -> None:
    """Keys, kinds and idempotency keys of the other tenant are free here, and no near name is one of its."""
    tenant = name.partition("-")[2]
    at = "2025-03-01T00:00:00Z"
    rows = [
        {"id": "x", "service": "zebra_portal", "opened_at": at, "buyer": "voles"},
        {"id": "y", "service": "corpo_portal", "opened_at": at, "buyer": "bolts"},
    ]
    own = (lambda text: text) if tenant == "one" else other
    key = own("corp-1")
    sent = [
        *(
            (INGEST, {"kind": kind, "rows": rows, "idempotencyKey": "ticket"})
            for kind in ("ticket", "tickets", "breach", "handover")
        ),
        (INGEST, {"kind": "ticket", "rows": [{"id": key}], "idempotencyKey": "p"}),
        (CORRECT, {"kind": "ticket", "row": {"id": key, "service": "shop"}, "idempotencyKey": "c"}),
        (RETRACT, {"kind": "ticket", "key": "nothing", "idempotencyKey": "r"}),
        (PUBLISH, {"files": [{"name": "x.sla", "text": "party"}], "idempotencyKey": "q"}),
    ]
    for mutation, said in sent:
        body = post(client, name, mutation, input=said)
        for word in ("zebra_portal", "corpo_portal", "voles", "bolts"):
            body = body.replace(word, "?")
        check(tenant, body)
