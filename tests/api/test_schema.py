"""The schema is recorded; it has no floats, and every list in it is a bounded page."""

from pathlib import Path

from graphql import GraphQLInputObjectType, GraphQLObjectType, get_named_type, is_scalar_type
from starlette.testclient import TestClient

from api.graphql.schema import SCHEMA, export
from tests.golden import Golden

GRAPHQL = SCHEMA._schema

BOUNDED_BY_THE_MODEL = {
    "Foundation.counts",
    "FoundationAnswer.userErrors",
    "GraphFile.userErrors",
    "Compliance.counts",
    "Credit.due",
    "DraftAnswer.userErrors",
    "CreditConnection.sums",
    "Impact.counts",
    "Viability.counts",
    "ImpactAnswer.userErrors",
    "SituationAnswer.userErrors",
    "UserError.path",
    "TraceAnswer.userErrors",
    "VerdictChange.differs",
    "VerdictSide.flags",
    "WhatIfAnswer.userErrors",
    "PublishPoliciesPayload.userErrors",
    "EraseFactsPayload.userErrors",
    "FactsPayload.userErrors",
    "HoldPayload.userErrors",
    "LedgerProof.userErrors",
    "Verdict.counts",
    "Verdict.flags",
    "VerdictNews.flags",
    "Viewer.may",
    "Viewer.roles",
    "Webhook.topics",
    "Webhook.agreements",
    "Webhook.services",
    "Webhook.seesAs",
    "Webhook.parties",
    "WebhookPayload.userErrors",
    "RedeliveryPayload.userErrors",
}
"""Lists that are never longer than an enumeration or a limit of ours."""


def test_the_schema_is_the_recorded_one(golden: Golden) -> None:
    golden.text(Path(__file__).parents[1] / "golden" / "schema.graphql", export())


def test_the_schema_is_served(door: TestClient) -> None:
    answer = door.get("/schema.graphql")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == export()


def test_every_list_is_a_page() -> None:
    lists = {
        f"{name}.{field_name}"
        for name, each in GRAPHQL.type_map.items()
        if isinstance(each, GraphQLObjectType) and not name.startswith("__")
        for field_name, field in each.fields.items()
        if "[" in str(field.type)
    }
    pages = {each for each in lists if each.partition(".")[0].endswith("Connection")}
    assert {each.partition(".")[2] for each in pages - BOUNDED_BY_THE_MODEL} == {"edges", "nodes"}
    assert lists - pages == BOUNDED_BY_THE_MODEL - pages


def test_every_page_has_a_size() -> None:
    """A field that gives a connection takes `first` and `after`."""
    without = {
        f"{name}.{field_name}"
        for name, each in GRAPHQL.type_map.items()
        if isinstance(each, GraphQLObjectType)
        for field_name, field in each.fields.items()
        if str(get_named_type(field.type)).endswith("Connection")
        and not {"first", "after"} <= set(field.args)
    }
    assert not without


def test_no_number_is_a_float() -> None:
    used = {
        str(get_named_type(field.type))
        for each in GRAPHQL.type_map.values()
        if isinstance(each, GraphQLObjectType | GraphQLInputObjectType)
        for field in each.fields.values()
        if is_scalar_type(get_named_type(field.type))
    }
    assert used == {
        "Boolean", "Date", "DateTime", "Decimal", "Duration", "FactRow", "ID", "Int", "Money", "String",
    }  # fmt: skip
