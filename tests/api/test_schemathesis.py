"""Documents drawn at random from the schema never find a fault of ours."""

from collections.abc import Mapping

import schemathesis
from graphql import NameNode, ObjectFieldNode, ValueNode
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis.graphql import nodes
from schemathesis.specs.openapi.checks import positive_data_acceptance

from api.app import app
from api.graphql.opaque import global_id, seal
from tests.api.served import VERDICTS, view

# Half of the values mean something here, so that answers are reached; the other half are anything.
IDS = [
    global_id("Party", "acme"),
    global_id("Service", "shop"),
    global_id("Agreement", "acme_sla"),
    global_id("Obligation", "acme_sla.uptime"),
    *(global_id("Verdict", *each.identity) for each in VERDICTS[-4:]),
]
WORDS = ["northwind", "service:shop", "party", seal(("place", 0)), seal(("name asc", "acme"))]
MOMENTS = st.datetimes().map(lambda moment: f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}".rjust(27, "0"))

schemathesis.graphql.scalar("ID", (st.sampled_from(IDS) | st.text()).map(nodes.String))
schemathesis.graphql.scalar("Int", (st.integers(1, 100) | st.integers(-(2**31), 2**31 - 1)).map(nodes.Int))
schemathesis.graphql.scalar("String", (st.sampled_from(WORDS) | st.text()).map(nodes.String))
schemathesis.graphql.scalar(
    "DateTime", (st.just("2025-03-15T00:00:00Z") | MOMENTS | st.text()).map(nodes.String)
)
ROWS = st.dictionaries(
    st.sampled_from(["id", "service", "start", "end"]),
    st.sampled_from(["o-1", "shop", "2025-02-01T00:00:00Z"]).map(nodes.String) | st.integers().map(nodes.Int),
)


def row(members: Mapping[str, ValueNode]) -> ValueNode:
    """A literal row."""
    fields = [ObjectFieldNode(name=NameNode(value=name), value=each) for name, each in members.items()]
    return nodes.Object(fields)


schemathesis.graphql.scalar("FactRow", ROWS.map(row))

schema = schemathesis.graphql.from_asgi("/graphql", app(view(), hosts=("*",)))

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
# What is left out wants every document of the right form to be accepted; a page of 101 is not.
LEFT_OUT = [positive_data_acceptance]


@schema.parametrize()
@settings(max_examples=50, suppress_health_check=SLOW)
def test_no_document_finds_a_fault(case: schemathesis.Case) -> None:
    """Every other check that schemathesis has: no fault, the declared form, nothing wrong accepted."""
    case.call_and_validate(excluded_checks=LEFT_OUT)
