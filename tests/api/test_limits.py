"""Documents that would take too much are refused at once; ordinary ones and introspection are not."""

from collections.abc import Mapping
from time import perf_counter

import pytest
from graphql import get_introspection_query, parse
from starlette.testclient import TestClient

from api.graphql.limits import MOST, MOST_TOKENS, measure
from api.graphql.schema import SCHEMA
from tests.api.served import ask, refused

GRAPHQL = SCHEMA._schema


def chain(length: int) -> str:
    """Fragments that each spread the next one twice: 2^length fields from a short text."""
    links = [
        f"fragment f{number} on Agreement {{ ...f{number + 1} ...f{number + 1} }}" for number in range(length)
    ]
    return "\n".join(
        ["{ agreements { nodes { ...f0 } } }", *links, f"fragment f{length} on Agreement {{ name }}"]
    )


def test_the_bomb_of_22_chained_fragments(door: TestClient) -> None:
    """Each fragment is looked at once: milliseconds where expanding them took 25 seconds."""
    document = parse(chain(22))
    fastest = None
    for _ in range(5):
        started = perf_counter()
        with pytest.raises(Exception, match="over"):
            measure(GRAPHQL, document, {})
        took = perf_counter() - started
        fastest = took if fastest is None else min(fastest, took)
    assert fastest is not None and fastest < 0.05
    assert refused(door, chain(22)) == ["LIMIT_EXCEEDED"]


def test_what_is_found_is_what_expanding_would_find() -> None:
    """Depth, fields, aliases, directives and cost of a document small enough to count by hand."""
    document = parse("""
        query ($n: Int) { a: agreements(first: 3) { nodes { ...x } } verdicts(last: $n) { totalCount } }
        fragment x on Agreement { b: name @skip(if: false) provider { ...y } customer { ...y } }
        fragment y on Party { name title }
    """)
    found = measure(GRAPHQL, document, {"n": 50})
    assert (found.depth, found.fields, found.aliases, found.directives) == (4, 11, 2, 1)
    # agreements 1 + 3 * (nodes 1 + name 1 + provider 3 + customer 3) + verdicts 1 + 50 * totalCount 1
    assert found.cost == 1 + 3 * 8 + 1 + 50


@pytest.mark.parametrize("size", ["first: 100", "last: 100", "first: 2147483647", "first: -5", "first: $n"])
def test_the_size_asked_for_counts(size: str) -> None:
    document = parse(f"query ($n: Int) {{ verdicts({size}) {{ nodes {{ id }} }} }}")
    assert measure(GRAPHQL, document, {}).cost == 1 + 100 * 2


@pytest.mark.parametrize(
    ("what", "document"),
    [
        ("depth", "{ node(id: 1) { ...on Agreement {" + "underpins { nodes {" * 20 + "name" + "}" * 43),
        ("fields", "{" + " asOf" * 1_001 + "}"),
        ("aliases", "{" + "".join(f" a{number}: asOf" for number in range(101)) + "}"),
        ("directives", "{ asOf" + " @skip(if: false)" * 51 + "}"),
        ("cost", "{ agreements { nodes {" + "underpins(first: 100) { nodes {" * 4 + "name" + "}" * 11),
        ("tokens", "{" + " asOf" * MOST_TOKENS + "}"),
        ("nested", "{ a(b: " + "[" * 500 + "]" * 500 + ") }"),
        ("nested", "{ " + "a {" * 900 + "b" + "}" * 901),
        ("depth", "{ __schema { types {" + " fields { type {" * 12 + "name" + "}" * 27),
        ("cost", "{ __schema { types {" + " fields { type {" * 5 + "name" + "}" * 13),
        ("nested", " ".join(f"fragment f{n} on Query {{ ...f{n + 1} }}" for n in range(200)) + "{ ...f0 }"),
    ],
)
def test_what_is_too_much_is_refused(door: TestClient, what: str, document: str) -> None:
    answer = door.post("/graphql", json={"query": document}).json()
    (error,) = answer["errors"]
    assert error["extensions"] == {"code": "LIMIT_EXCEEDED"}
    assert what in error["message"]


@pytest.mark.parametrize(
    "document",
    [
        "{ ...f } fragment f on Query { ...f }",
        "{ ...f } fragment f on Query { ...g } fragment g on Query { ...f }",
    ],
)
def test_a_fragment_that_spreads_itself_is_invalid(door: TestClient, document: str) -> None:
    assert "GRAPHQL_VALIDATION_FAILED" in refused(door, document)


def test_introspection_is_answered(door: TestClient) -> None:
    """The fullest introspection query that tools send."""
    query = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )
    found = ask(door, query)
    scalars: Mapping[str, str] = {
        each["name"]: each["specifiedByURL"]
        for each in found["__schema"]["types"]
        if each["kind"] == "SCALAR" and each["specifiedByURL"]
    }
    assert set(scalars) == {"DateTime", "Date", "Duration", "Decimal", "FactRow", "Money"}
    assert "Float" not in {each["name"] for each in found["__schema"]["types"]}


def test_an_ordinary_question_is_far_from_every_limit() -> None:
    document = parse("""{ verdicts(first: 100) { totalCount pageInfo { endCursor hasNextPage } nodes {
        id state flags subject obligation { name title } measured { exact { value unit } low { value } }
        bound { comparison limit { value unit } } counts { name length number } due { at date } } } }""")
    assert measure(GRAPHQL, document, {}).cost * 10 < MOST.cost
