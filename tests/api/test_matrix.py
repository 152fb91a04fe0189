"""Who may do what at which tenant: every field, mutation, subscription and path, as the README says it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    build_schema,
    get_named_type,
    is_leaf_type,
)
from starlette.testclient import TestClient

from api.graphql.opaque import global_id
from api.graphql.schema import export
from engine.model.principal import MAY, Act, ApiRole, Principal
from engine.store.duckdb_archive import DuckDbArchive
from tests.api.market import fair

SCHEMA = build_schema(export())

WHOLE = "the whole tenant"
"""Needed by what is asked of all words of the policies."""

FIELDS: dict[str, Act | str] = {
    "viewer": Act.READ,
    "rateLimit": Act.READ,
    "policyVersion": Act.READ,
    "asOf": Act.READ,
    "knownAt": Act.READ,
    "refusedRows": Act.READ,
    "warnings": Act.READ,
    "agreements": Act.READ,
    "obligations": Act.READ,
    "services": Act.READ,
    "parties": Act.READ,
    "suppliers": Act.READ,
    "calendars": Act.READ,
    "documents": Act.READ,
    "facts": Act.READ,
    "escalations": Act.READ,
    "credits": Act.READ,
    "verdicts": Act.READ,
    "compliance": Act.READ,
    "verdict": Act.READ,
    "verdictHistory": Act.READ,
    "node": Act.READ,
    "impact": Act.READ,
    "situation": Act.READ,
    "restsOn": Act.READ,
    "viability": Act.READ,
    "risk": Act.READ,
    "graphFile": Act.READ,
    "whatIf": WHOLE,
    "trace": Act.READ,
    "traceFrom": Act.READ,
    "ledger": Act.READ_LEDGER,
    "webhooks": Act.NOTIFY,
    "diagnose": Act.READ,
    "evaluateDraft": Act.READ,
    "publishPolicies": Act.PUBLISH,
    "ingestFacts": Act.FEED,
    "correctFact": Act.FEED,
    "retractFact": Act.FEED,
    "registerWebhook": Act.NOTIFY,
    "removeWebhook": Act.NOTIFY,
    "redeliverWebhook": Act.NOTIFY,
    "eraseFacts": Act.ERASE,
    "placeHold": Act.ERASE,
    "liftHold": Act.ERASE,
    "policyPublished": Act.READ,
    "verdictChanges": Act.READ,
    "deadlinesApproaching": Act.READ,
}
"""What each root field needs. What somebody sees by it is his part, unless a role sees the whole."""

PATHS: dict[str, Act | None] = {
    "/export/verdicts.csv": Act.EXPORT,
    "/export/verdicts.ndjson": Act.EXPORT,
    "/export/verdicts.parquet": Act.EXPORT,
    "/calendar/all.ics": Act.READ,
    "/backup": Act.OPERATE,
    "/metrics": Act.OPERATE,
    "/schema.graphql": Act.READ,
    "/healthz": None,
    "/readyz": None,
}
"""What each address needs beside that of GraphQL, which is `/t/{tenant}/…` for those before `/metrics`."""

OF_A_TENANT = [path for path in PATHS if path.startswith(("/export", "/calendar", "/backup"))]


def who(roles: str = "", *parties: str, tenants: tuple[str, ...] | None = ("one",)) -> Principal:
    return Principal(
        identity=f"{roles} of {', '.join(parties)}"[:200],
        roles=frozenset(ApiRole(each) for each in roles.split()),
        parties=frozenset(parties),
        tenants=None if tenants is None else frozenset(tenants),
    )


ASKING = {
    "operator": who("governance", tenants=None),
    "governance": who("governance"),
    "application": who("application"),
    "application of a party": who("application", "bolt"),
    "auditor": who("auditor"),
    "customer": who("customer", "bolt"),
    "supplier": who("supplier", "northwind"),
    "customer and supplier": who("customer supplier", "bolt", "northwind"),
    "customer and auditor": who("customer auditor", "bolt"),
    "customer of nobody": who("customer"),
    "customer that there is not": who("customer", "nemo"),
    "no role": who(""),
    "no tenant": who("governance", tenants=()),
    "another tenant": who("governance", tenants=("two",)),
}


def readme() -> dict[ApiRole, dict[Act, str]]:
    """The table of the README: of each role, what stands under each act."""
    text = (Path(__file__).parents[2] / "api" / "README.md").read_text(encoding="utf-8")
    lines = text[text.index("| role | read |") :].split("\n\n")[0].splitlines()
    (_, *acts), _, *rows = ([each.strip() for each in line.strip()[1:-1].split("|")] for line in lines)
    return {ApiRole(name): dict(zip(map(Act, acts), cells, strict=True)) for name, *cells in rows}


TABLE = readme()


def may(principal: Principal, needed: Act | str | None) -> bool:
    """Whether the README lets somebody do this."""
    cells = [TABLE[role] for role in principal.roles]
    if needed is None:
        return True
    if needed == WHOLE:
        return any(each[Act.READ] == "all" for each in cells)
    found = [each[Act(needed)] for each in cells if each[Act(needed)]]
    if "if it may enter every tenant" in found:
        return principal.tenants is None
    return bool(found)


def test_the_table_of_the_readme_is_that_of_the_roles() -> None:
    assert {role: {act for act, cell in cells.items() if cell} for role, cells in TABLE.items()} == MAY
    assert {role for role, cells in TABLE.items() if cells[Act.READ] == "its own"} == {
        ApiRole.CUSTOMER,
        ApiRole.SUPPLIER,
    }


def test_every_field_has_a_line(fairground: TestClient) -> None:
    roots = [SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type]
    assert [name for root in roots if root for name in root.fields] == list(FIELDS)
    served: Any = fairground.app
    paths = {route.path.replace("{form}", "csv").replace("{calendar}", "all") for route in served.routes}
    listed = {path for path in PATHS if not path.endswith((".ndjson", ".parquet"))}
    assert paths == {
        *listed,
        "/graphql",
        "/t/{tenant}/graphql",
        *(f"/t/{{tenant}}{each}" for each in OF_A_TENANT),
    } - {f"/t/{{tenant}}/export/verdicts.{each}" for each in ("ndjson", "parquet")}


def value(kind: Any) -> str:
    """Some value of a type, as a document writes it."""
    if isinstance(kind, GraphQLNonNull):
        return value(kind.of_type)
    if isinstance(kind, GraphQLList):
        return f"[{value(kind.of_type)}]"
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        needed = {name: each for name, each in kind.fields.items() if isinstance(each.type, GraphQLNonNull)}
        return "{" + ", ".join(f"{name}: {value(each.type)}" for name, each in needed.items()) + "}"
    agreement = global_id("Agreement", "bolt_sla")
    known = {"DateTime": "2025-02-01T00:00:00Z", "Duration": "PT1H", "Decimal": "0", "ID": agreement}
    return {"Int": "1", "Boolean": "false", "FactRow": "{}"}.get(
        kind.name
    ) or f'"{known.get(kind.name, "x")}"'


def documents() -> Iterator[tuple[str, str]]:
    """A document for each root field."""
    for word, root in (
        ("query", SCHEMA.query_type),
        ("mutation", SCHEMA.mutation_type),
        ("subscription", SCHEMA.subscription_type),
    ):
        assert root is not None
        for name, field in root.fields.items():
            needed = {
                key: each.type for key, each in field.args.items() if isinstance(each.type, GraphQLNonNull)
            }
            said = ", ".join(f"{key}: {value(each)}" for key, each in needed.items())
            below = get_named_type(field.type)
            inner = "" if is_leaf_type(below) else " { __typename }"
            yield name, f"{word} {{ {name}{f'({said})' if said else ''}{inner} }}"


DOCUMENTS = dict(documents())


@pytest.fixture(scope="module")
def fairground() -> Iterator[TestClient]:
    """The two tenants; everybody's token is called as he is."""
    with fair(lambda _, clock: DuckDbArchive(None, clock), ASKING) as client:
        yield client


def answer(client: TestClient, name: str, path: str, document: str | None = None) -> tuple[int, str | None]:
    """The status, and the first code of an answer, if it has one."""
    headers = {"Authorization": f"Bearer {name}"}
    if document is None:
        found = client.get(path, headers=headers)
    else:
        found = client.post(path, json={"query": document}, headers=headers)
    is_json = found.headers.get("content-type", "").startswith("application/json")
    body = found.json() if is_json else {}
    codes = [each["extensions"]["code"] for each in body.get("errors", ())]
    return found.status_code, codes[0] if codes else None


def expected(principal: Principal, needed: Act | str | None, tenant: str, there: set[str]) -> str | None:
    """The code that refuses it; None where it is answered."""
    if needed is None:
        return None
    if not principal.may(Act.READ):
        return "FORBIDDEN"
    if needed is not Act.OPERATE and not (tenant in there and principal.may_enter(tenant)):
        return "NO_SUCH_TENANT"
    return None if may(principal, needed) else "FORBIDDEN"


@pytest.mark.parametrize("tenant", ["one", "two", "nowhere"])
@pytest.mark.parametrize("name", ASKING)
def test_who_may_ask_what(fairground: TestClient, name: str, tenant: str) -> None:
    principal, there = ASKING[name], {"one", "two"}
    for field, needed in FIELDS.items():
        status, code = answer(fairground, name, f"/t/{tenant}/graphql", DOCUMENTS[field])
        wanted = expected(principal, needed, tenant, there)
        refused = code if code in ("FORBIDDEN", "NO_SUCH_TENANT", "UNAUTHENTICATED") else None
        assert refused == wanted, (field, status, code)
        assert status == {"NO_SUCH_TENANT": 404}.get(wanted or "", 403 if not principal.roles else 200)
    for path in OF_A_TENANT:
        status, code = answer(fairground, name, f"/t/{tenant}{path}")
        wanted = expected(principal, PATHS[path], tenant, there)
        if wanted is None and tenant not in there:
            wanted = "BAD_REQUEST"  # who runs the server may know which tenants it has
        assert code == wanted, path
        assert status == {"FORBIDDEN": 403, None: 200}.get(wanted, 404)


@pytest.mark.parametrize("name", ASKING)
def test_who_may_ask_what_of_the_server(fairground: TestClient, name: str) -> None:
    principal = ASKING[name]
    for path in [path for path in PATHS if path not in OF_A_TENANT]:
        status, _ = answer(fairground, name, path)
        needed = PATHS[path]
        allowed = needed is None or (principal.may(Act.READ) and may(principal, needed))
        assert status == (200 if allowed else 403), path


def test_a_tenant_that_is_not_theirs_is_answered_as_one_that_is_not_there(
    fairground: TestClient,
) -> None:
    for path in ("/graphql", *(each for each in OF_A_TENANT if each != "/backup")):
        there, nowhere = (
            fairground.get(f"/t/{tenant}{path}", headers={"Authorization": "Bearer customer"})
            for tenant in ("two", "nowhere")
        )
        assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)
