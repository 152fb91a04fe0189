"""Documents drawn at random from the schema never find a fault of ours: over files, and over a tenant that
keeps what they send."""

import os
from collections.abc import Mapping
from typing import Any

import pytest
import schemathesis
from graphql import BooleanValueNode, ListValueNode, NameNode, NullValueNode, ObjectFieldNode, ValueNode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.graphql import nodes
from schemathesis.specs.openapi.checks import positive_data_acceptance

from api.app import app
from api.command.tenant_to_views import TenantViews
from api.graphql.errors import CODES, Code
from api.graphql.opaque import global_id, seal
from api.tokens.tokens import Tokens, token_digest
from engine.ledger.verify import verify
from engine.model.tenancy import FactBatch, Fed, Published, Request
from engine.source import Source
from engine.store.duckdb_archive import DuckDbArchive
from engine.tenant.tenant import Tenant
from tests.api.draft_stub import away
from tests.api.market import ASKING, FACTS, NOW, POLICY
from tests.api.served import VERDICTS, view

IS_LONG = os.environ.get("TROTH_LONG") == "1"

PATIENCE = 300
"""Seconds after which an answer does not come: how long one may take is for other tests."""

# Half of the values mean something here, so that answers are reached; the other half are anything.
IDS = [
    global_id("Party", "acme"),
    global_id("Service", "shop"),
    global_id("Agreement", "acme_sla"),
    global_id("Obligation", "acme_sla.uptime"),
    *(global_id("Verdict", *each.identity) for each in VERDICTS[-4:]),
    global_id("Agreement", "bolt_sla"),
    global_id("Obligation", "bolt_sla.up"),
    global_id("Verdict", "bolt_sla.up", "shop", "2025-02"),
]
WORDS = [
    *("northwind", "service:shop", "party", "outage:o-1", "bolt_sla.up", "drop supplier northwind"),
    *("outage", "ticket", "id", "service", "shop", "o-1", "0", "1", "publish", "feed"),
    *(seal(("place", 0)), seal(("name asc", "acme")), POLICY),
]
MOMENTS = st.datetimes().map(lambda moment: f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}".rjust(27, "0"))

schemathesis.graphql.scalar("ID", (st.sampled_from(IDS) | st.text()).map(nodes.String))
schemathesis.graphql.scalar("Int", (st.integers(1, 100) | st.integers(-(2**31), 2**31 - 1)).map(nodes.Int))
schemathesis.graphql.scalar("String", (st.sampled_from(WORDS) | st.text()).map(nodes.String))
schemathesis.graphql.scalar(
    "DateTime", (st.just("2025-03-15T00:00:00Z") | MOMENTS | st.text()).map(nodes.String)
)
COLUMNS = st.sampled_from(["id", "service", "start", "end", "opened_at", "buyer"])
SAID = st.sampled_from(["o-1", "shop", "bolt", "2025-02-01T00:00:00Z"]) | st.text(max_size=20)
CELLS: st.SearchStrategy[ValueNode] = st.one_of(
    SAID.map(nodes.String),
    st.integers().map(nodes.Int),
    st.floats(allow_nan=False, allow_infinity=False).map(nodes.Float),
    st.booleans().map(lambda each: BooleanValueNode(value=each)),
    st.just(NullValueNode()),
    st.just(ListValueNode(values=())),
)
SOUND = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["o-1", "o-3", "o-4"]).map(nodes.String),
        "service": st.just(nodes.String("shop")),
        "start": st.sampled_from(["2025-02-01T00:00:00Z", "2025-03-09T00:00:00Z"]).map(nodes.String),
    }
)
ROWS = SOUND | st.dictionaries(COLUMNS, CELLS)


def row(members: Mapping[str, ValueNode]) -> ValueNode:
    """A literal row."""
    fields = [ObjectFieldNode(name=NameNode(value=name), value=each) for name, each in members.items()]
    return nodes.Object(fields)


schemathesis.graphql.scalar("FactRow", ROWS.map(row))

schema = schemathesis.graphql.from_asgi("/graphql", app(view(), hosts=("*",), drafts=away()))

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
# What is left out wants every document of the right form to be accepted; a page of 101 is not.
LEFT_OUT = [positive_data_acceptance]


def coded(ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case) -> None:
    """Every error has a code of the closed list, and none is a fault of ours; an error that has a path stands
    where the data has nothing."""
    assert response.status_code < 500
    body: Any = response.json()
    for error in body.get("errors", ()):
        code = error["extensions"]["code"]
        assert code in CODES - {Code.INTERNAL_ERROR, Code.EVALUATORS_DISAGREE, Code.UNAVAILABLE}, error
        assert "data" in body or "path" not in error, error
        found = body.get("data")
        for step in error.get("path", ()):
            found = found if found is None else found[step]
        assert found is None, error


CHECKS: list[CheckFunction] = [coded]


def each_field(of: Any) -> pytest.MarkDecorator:
    """A test for each root field, called after it: those that schemathesis makes are all called alike, and of
    such the processes that share out the tests run only the first. Drafts are judged by another process,
    which is away here."""
    found = (each.ok() for each in of.get_all_operations())
    operations = [each for each in found if each.label != "Query.evaluateDraft"]
    return pytest.mark.parametrize("operation", operations, ids=[each.label for each in operations])


@each_field(schema)
@settings(max_examples=500 if IS_LONG else 25, suppress_health_check=SLOW)
@given(data=st.data())
def test_no_document_finds_a_fault(operation: Any, data: st.DataObject) -> None:
    """Every other check that schemathesis has: no fault, the declared form, nothing wrong accepted."""
    case: schemathesis.Case = data.draw(operation.as_strategy())
    case.call_and_validate(timeout=PATIENCE, excluded_checks=LEFT_OUT, additional_checks=CHECKS)


tenant = Tenant(DuckDbArchive(None, lambda: NOW))
tokens = Tokens(clock=lambda: NOW, fixed={token_digest(name): each for name, each in ASKING.items()})
GOVERNANCE = {"Authorization": "Bearer governance"}
kept = schemathesis.graphql.from_asgi(
    "/graphql",
    app(TenantViews(tenant, lambda: NOW), doorman=tokens, hosts=("*",), wakes=False, drafts=away()),
    headers=GOVERNANCE,
)


@pytest.fixture(scope="module")
def published() -> None:
    """Policies, and facts that are about them."""
    sources = [Source(name="market.sla", text=POLICY)]
    assert isinstance(tenant.publish(sources, Request(actor="ann", key="p")), Published)
    for kind, rows in FACTS.items():
        fed = tenant.feed(FactBatch(kind=kind, rows=rows), Request(actor="ann", key=kind))
        assert isinstance(fed, Fed)


@pytest.mark.usefixtures("published")
@each_field(kept)
@settings(max_examples=500 if IS_LONG else 4, suppress_health_check=SLOW)
@given(data=st.data())
def test_no_document_finds_a_fault_of_a_tenant(operation: Any, data: st.DataObject) -> None:
    """The same where mutations keep what they are sent, and publish and erase what others ask about."""
    case: schemathesis.Case = data.draw(operation.as_strategy())
    # One that counts every answer by a code of our own as a fault is left out: `coded` knows which are none.
    left_out = [*LEFT_OUT, not_a_server_error]
    case.call_and_validate(
        headers=GOVERNANCE, timeout=PATIENCE, excluded_checks=left_out, additional_checks=CHECKS
    )


@pytest.mark.usefixtures("published")
def test_what_was_sent_at_random_is_in_a_ledger_that_is_whole() -> None:
    assert tenant.read(verify).flaws == ()
