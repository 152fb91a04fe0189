"""`troth trace` and GraphQL say the same of the shipped hosting example, from each kind of start."""

import json
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.command.console import terminal
from api.command.main import main
from api.command.workspace import workspace
from api.command.workspace_to_view import compliance_view
from tests.api.served import ask, client
from tests.hosting import instant

HOSTING = Path(__file__).parents[2] / "policies" / "examples" / "hosting"
AS_OF = "2025-04-01T00:00:00Z"
PARTS = """role text leftOut unread tried
    nodes(first: 100, after: $nodes) { pageInfo { endCursor } nodes { graphId kind text clause state } }
    edges(first: 100, after: $edges) { pageInfo { endCursor } nodes { kind source target } }
    steps(first: 50) { nodes { role text clause steps(first: 50) { nodes { role text clause } } } }"""


@pytest.fixture(scope="module")
def door() -> Iterator[TestClient]:
    """GraphQL over the example."""
    options = Namespace(
        policies=[HOSTING], facts=HOSTING / "facts", known_at=None, all_or_nothing=False, as_of=instant(AS_OF)
    )
    with workspace(options, terminal(colour=False)) as ready:
        assert ready is not None
        yield client(compliance_view(ready, as_of=instant(AS_OF), known_at=None))


def told(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """The command's answer as JSON."""
    given = ["trace", str(HOSTING), "--facts", str(HOSTING / "facts"), "--as-of", AS_OF, "--format", "json"]
    assert main([*given, *words]) in (0, 1, 3)
    return json.loads(capsys.readouterr().out)


def alike(of_graphql: Any, of_command: Any) -> None:
    """Every node, edge and step, and what was left out."""
    for ours, theirs in (("leftOut", "left_out"), ("unread", "unread"), ("tried", "tried"), ("role", "role")):
        assert of_graphql[ours] == of_command[theirs], ours
    assert of_graphql["text"] == of_command["text"]
    assert [
        (each["graphId"], each["kind"].lower().replace("_", " "), each["text"], each["clause"], each["state"])
        for each in of_graphql["nodes"]["nodes"]
    ] == [
        (each["id"], each["kind"], each["text"], each["clause"], each["state"])
        for each in of_command["nodes"]
    ]
    assert [
        (each["kind"].lower().replace("_", " "), each["source"], each["target"])
        for each in of_graphql["edges"]["nodes"]
    ] == [(each["edge"], each["source"], each["target"]) for each in of_command["edges"]]
    assert [
        (each["role"], each["text"], each["clause"], [_bare(one) for one in each["steps"]["nodes"]])
        for each in of_graphql["steps"]["nodes"]
    ] == [
        (each["role"], each["text"], each["clause"], [_bare(one) for one in each["steps"]])
        for each in of_command["steps"]
    ]


def _bare(step: Any) -> tuple[str, str, str | None]:
    return step["role"], step["text"], step["clause"]


def whole(door: TestClient, field: str, **variables: object) -> Any:
    """A trace by GraphQL with all pages of its nodes and edges."""
    given = {"nodes": "String", "edges": "String", **dict.fromkeys(variables, "String!")}
    declared = ", ".join(f"${name}: {type}" for name, type in given.items())
    query = f"query ({declared}) {{ {field.replace('PARTS', PARTS)} }}".replace(
        "$verdict: String!", "$verdict: ID!"
    )
    found, after = None, dict[str, str | None]()
    while True:
        (page,) = ask(door, query, **variables, **after).values()
        page = page.get("trace", page)
        if found is None:
            found = page
        else:
            for part in ("nodes", "edges"):
                found[part]["nodes"] += page[part]["nodes"]
        ends = {part: page[part]["pageInfo"]["endCursor"] for part in ("nodes", "edges")}
        if not any(page[part]["nodes"] for part in ends):
            return found
        after = {part: end or after.get(part) for part, end in ends.items()}


@pytest.mark.parametrize(
    "name",
    [
        'msa "Schedule 3, 3.2"',
        "operations_ola",
        "acme_sla.restore",
        "incident:i-4",
        "source:Probe",
        "fact kind:outage",
        "credit:acme_sla.shop_availability",
        "verdict:acme_sla.restore/acme_sla/i-4",
    ],
)
def test_both_doors_say_the_same(name: str, door: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    """A promise of which there are several verdicts, and a name of each other kind."""
    alike(whole(door, "traceFrom(of: $of) { trace { PARTS } }", of=name), told(capsys, name))


def test_both_doors_say_the_same_of_one_verdict(door: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    """In full, line by line, and the graph around it."""
    query = "{ verdicts(first: 100) { nodes { id obligation { name } trigger { key } } } }"
    (id,) = (
        each["id"]
        for each in ask(door, query)["verdicts"]["nodes"]
        if each["trigger"] == {"key": "i-2"} and each["obligation"]["name"].endswith("restore")
    )
    found = whole(door, "trace(verdict: $verdict) { PARTS }", verdict=id)
    alike(found, told(capsys, "acme_sla.restore", "--on", "i-2"))
    assert "escalation" in {each["role"] for each in found["steps"]["nodes"]}


def test_a_fact_among_few_verdicts_rules_out_none_of_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    """What `--on` leaves aside is there with the fact as without it."""
    found = told(capsys, "observation:w-1", "--on", "2025-02")
    assert [each["id"] for each in found["nodes"] if each["kind"] == "verdict"] == [
        "verdict:acme_sla.shop_availability/shop/2025-02"
    ]
    assert "ruled out" not in {each["role"] for each in found["steps"]}
