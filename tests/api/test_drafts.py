"""Drafts over GraphQL: judged as anything else is, in a process that holds nobody up, and nothing is kept."""

import os
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import app
from api.drafts.drafts import Drafts
from engine import pipeline
from engine.model.principal import ApiRole, Principal
from engine.model.tenancy import FactBatch
from engine.model.verdict import State
from engine.source import Source
from engine.store.archive import Archive
from engine.store.duckdb_archive import DuckDbArchive
from engine.store.open_archive import open_archive
from engine.tenant import draft_facts
from engine.tenant.draft_facts import fill
from tests.api.served import client, view
from tests.api.tenant_door import CORRECT, LONG, SHORT, TenantDoor, tenant_door
from tests.postgres import PostgresServer
from tests.tenant.shop import MARCH, POLICY

LONG_ENOUGH = 120
"""Seconds that an answer may take on a machine that has much else to do."""

AS_OF = "2025-03-10T00:00:00Z"

DRAFT = """query ($text: String!, $facts: [DraftFactsInput!], $kept: [String!], $asOf: DateTime!) {
    answer: evaluateDraft(
        files: [{name: "shop.sla", text: $text}], asOf: $asOf, facts: $facts, keptKinds: $kept) {
        userErrors { code message path row }
        diagnostics(first: 50) { nodes { code level message help
            labels { nodes { text place { source line column } } } } }
        evaluation { asOf policyVersion refusedRows warnings { totalCount }
            credits { totalCount }
            verdicts(first: 50) { totalCount nodes {
                state window { label } measured { low { exact } } counts { name length number }
                obligation { name agreement { name } }
                evidence { facts digest references { nodes { reference } } }
                explain { recomputed lines { nodes { text } } }
            } } }
    } }"""

TENANTS = count()


class Shared(Drafts):
    """Drafts that outlive the doors that they are given to."""

    def stop(self) -> None:
        """Not yet."""


@pytest.fixture(scope="module")
def shared() -> Iterator[Drafts]:
    """One process for all tests that only ask."""
    opened = Shared()
    worker = opened.take()
    worker.wait(monotonic() + 120)
    opened.put(worker)
    yield opened
    Drafts.stop(opened)


@pytest.fixture(scope="module")
def door(shared: Drafts) -> Iterator[TenantDoor]:
    """A tenant that has published nothing."""
    with tenant_door(drafts=shared, seconds=LONG_ENOUGH) as opened:
        yield opened


def told(door: TenantDoor, text: str, *facts: Any, kept: list[str] | None = None) -> Any:
    """The answer about a draft."""
    answer = door.ask(DRAFT, text=text, facts=list(facts), kept=kept, asOf=AS_OF)
    assert "errors" not in answer, answer
    return answer["data"]["answer"]


def refused(door: TenantDoor, text: str = POLICY, **asked: Any) -> str:
    """The code with which it is refused."""
    answer = door.ask(DRAFT, **{"text": text, "asOf": AS_OF, **asked})
    (error,) = answer["errors"]
    return error["extensions"]["code"]


OUTAGES = {"kind": "outage", "rows": [LONG, SHORT | {"id": "o-2"}]}


def test_a_draft_is_judged_as_the_pipeline_judges(door: TenantDoor) -> None:
    found = told(door, POLICY, OUTAGES)
    checked = pipeline.check([Source(name="shop.sla", text=POLICY)])
    assert checked.snapshot is not None
    with pipeline.open_store() as store:
        assert fill(checked.snapshot, store, [FactBatch(kind="outage", rows=OUTAGES["rows"])]) == ()
        expected = pipeline.evaluate(checked.snapshot, store, as_of=MARCH)
        lines = [
            [line.text for line in pipeline.explain(checked.snapshot, store, each, as_of=MARCH).lines]
            for each in expected.verdicts
        ]
    evaluation = found["evaluation"]
    assert evaluation["policyVersion"] == expected.policy_version and evaluation["asOf"] == AS_OF
    nodes = evaluation["verdicts"]["nodes"]
    assert [each["state"] for each in nodes] == [each.state.name for each in expected.verdicts]
    assert {State.MET.name, State.BREACHED.name} <= {each["state"] for each in nodes}
    assert [each["evidence"]["digest"] for each in nodes] == [
        each.evidence.digest for each in expected.verdicts
    ]
    assert [[line["text"] for line in each["explain"]["lines"]["nodes"]] for each in nodes] == lines
    assert [{part["name"] for part in each["counts"]} for each in nodes] == [
        set(each.counts) for each in expected.verdicts
    ]
    assert {each["code"] for each in found["diagnostics"]["nodes"]} == {
        each.code for each in checked.diagnostics
    }
    assert door.ask("{ __typename }")["data"], "who asks for something else is answered"


def test_what_is_wrong_stands_at_its_place(door: TenantDoor) -> None:
    found = told(door, POLICY.replace("covers shop", "covers shpo"), OUTAGES)
    assert found["evaluation"] is None and found["userErrors"] == []
    error = next(each for each in found["diagnostics"]["nodes"] if each["level"] == "ERROR")
    assert error["code"] == "unknown-name" and "shop" in error["help"]
    place = error["labels"]["nodes"][0]["place"]
    text = POLICY.splitlines()
    line = next(number for number, each in enumerate(text, start=1) if "covers shop" in each)
    assert place == {"source": "shop.sla", "line": line, "column": text[line - 1].index("shop") + 1}


def test_what_is_wrong_with_facts_stands_at_its_row(door: TenantDoor) -> None:
    rows = [LONG, {"id": "o-2", "service": "shpo", "start": "2025-02-01"}]
    found = told(door, POLICY, {"kind": "outage", "rows": rows}, OUTAGES, {"kind": "storm", "rows": []})
    assert found["evaluation"] is None
    errors = {(each["code"], ".".join(each["path"]), each["row"]) for each in found["userErrors"]}
    assert {("unknown-kind", "facts.2.kind", None)} <= errors
    assert {(path, row) for _, path, row in errors} == {
        ("facts.0.rows.service", 2),
        ("facts.0.rows.start", 2),
        ("facts.2.kind", None),
    }
    twice = told(door, POLICY, OUTAGES, OUTAGES)["userErrors"]
    assert [(each["code"], each["path"][1], each["row"]) for each in twice] == [
        ("duplicate-key", "1", 1),
        ("duplicate-key", "1", 2),
    ]


def test_files_and_rows_that_are_none_need_no_process() -> None:
    with tenant_door() as door:  # where no draft is judged
        nothing = door.ask(
            """{ evaluateDraft(
                files: [], asOf: "2025-03-10T00:00:00Z", facts: [{kind: "a", rows: [{a: "\\u0000"}]}]) {
                evaluation { asOf } diagnostics { totalCount } userErrors { code path row } } }"""
        )["data"]["evaluateDraft"]
        assert nothing == {
            "evaluation": None,
            "diagnostics": {"totalCount": 0},
            "userErrors": [
                {"code": "no-policies", "path": ["files"], "row": None},
                {"code": "bad-row", "path": ["facts", "0", "rows"], "row": 1},
            ],
        }


def test_it_is_asked_alone(door: TenantDoor) -> None:
    field = f'evaluateDraft(files: [{{name: "a", text: "b"}}], asOf: "{AS_OF}") {{ userErrors {{ code }} }}'
    for document in (
        f"{{ policyVersion {field} }}",
        f"{{ a: {field} b: {field} }}",
        f"{{ ...both }} fragment both on Query {{ {field} asOf }}",
    ):
        answer = door.ask(document)
        assert answer["errors"][-1]["extensions"]["code"] in ("BAD_USER_INPUT", "NOTHING_PUBLISHED"), answer
    assert door.ask(f"{{ a: {field} b: {field} }}")["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert door.ask(f"{{ ...one }} fragment one on Query {{ x: {field} }}")["data"] == {
        "x": {"userErrors": []}
    }


def test_an_error_inside_stands_where_it_is_asked(door: TenantDoor) -> None:
    document = f"""query {{ evaluateDraft(files: [{{name: "a", text: "party a \\"A\\""}}], asOf: "{AS_OF}") {{
        evaluation {{ verdicts(first: 101) {{ totalCount }} }} }} }}"""
    (error,) = door.ask(document)["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["path"] == ["evaluateDraft", "evaluation", "verdicts"]
    assert error["locations"] == [{"line": 2, "column": 22}]


@pytest.mark.parametrize(
    "asked", [{"asOf": "1969-01-01T00:00:00Z"}, {"kept": ["a\0"]}, {"kept": ["a"] * 101}]
)
def test_what_cannot_be_asked(door: TenantDoor, asked: Any) -> None:
    assert refused(door, **asked) == "BAD_USER_INPUT"


@pytest.fixture(params=["duckdb", "postgres"])
def keeping(request: pytest.FixtureRequest, shared: Drafts) -> Iterator[TenantDoor]:
    """A tenant with two outages, of which one was corrected."""
    archive: Archive
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        archive = open_archive(server.url, lambda: MARCH, tenant=f"drafts_{next(TENANTS)}")
    else:
        archive = DuckDbArchive(None, lambda: MARCH)
    with tenant_door(archive, drafts=shared, seconds=LONG_ENOUGH) as opened:
        opened.publish()
        opened.ingest(
            LONG, LONG | {"id": "o-2", "start": "2025-01-01T00:00:00Z", "end": "2025-01-02T00:00:00Z"}
        )
        opened.send(CORRECT, kind="outage", row=SHORT)
        yield opened


STRICT = POLICY.replace("at least 99%", "at least 99.99%")


def states(found: Any) -> dict[str, str]:
    """How the months stand."""
    return {each["window"]["label"]: each["state"] for each in found["evaluation"]["verdicts"]["nodes"]}


def test_what_is_kept_counts_where_it_is_named_and_nothing_is_kept_of_it(keeping: TenantDoor) -> None:
    keeper = keeping.views.keeper
    before = keeper.extent()
    assert states(told(keeping, STRICT))["2025-01"] == "MET"
    kept = states(told(keeping, STRICT, kept=["outage", "reading", "storm"]))
    assert (kept["2025-01"], kept["2025-02"]) == ("BREACHED", "BREACHED")
    assert states(told(keeping, POLICY, kept=["outage"])) == {**kept, "2025-02": "MET"}
    # What is sent stands in the place of what is kept of its key.
    instead = {"kind": "outage", "rows": [SHORT | {"end": "2025-02-01T00:01:00Z"}]}
    assert states(told(keeping, STRICT, instead, kept=["outage"])) == {**kept, "2025-02": "MET"}
    renamed = STRICT.replace("service shop", "service store").replace("shop\n", "store\n")
    renamed = renamed.replace("up of shop", "up of store").replace("hours of shop", "hours of store")
    assert told(keeping, renamed, kept=["outage"])["evaluation"]["refusedRows"] == 3
    assert keeper.extent() == before, "neither the facts nor the ledger know of it"


@pytest.mark.parametrize("most", [(2, 1_000_000), (50_000, 200)])
def test_more_than_may_be_read_is_refused(
    keeping: TenantDoor, monkeypatch: pytest.MonkeyPatch, most: tuple[int, int]
) -> None:
    monkeypatch.setattr(draft_facts.kept_facts, "__defaults__", most)
    assert refused(keeping, kept=["outage"]) == "LIMIT_EXCEEDED"


def test_who_sees_a_part_drafts_without_the_facts_of_the_whole(shared: Drafts) -> None:
    customer = Principal(identity="cy", roles=frozenset({ApiRole.CUSTOMER}), parties=frozenset({"bolt"}))
    with tenant_door(asking=customer, drafts=shared, seconds=LONG_ENOUGH) as door:
        assert told(door, POLICY, OUTAGES)["evaluation"]
        assert refused(door, kept=["outage"]) == "FORBIDDEN"


def test_the_example_of_the_page(door: TenantDoor) -> None:
    page = (Path(__file__).parents[2] / "docs" / "drafts.md").read_text("utf-8")
    (document,) = re.findall(r"```graphql\n(.*?)```", page, re.S)
    answer = door.ask(document)
    assert "errors" not in answer, answer
    found = answer["data"]["evaluateDraft"]
    assert found["userErrors"] == [] and {each["level"] for each in found["diagnostics"]["nodes"]} <= {
        "ADVICE"
    }
    assert states(found) == {"2025-01": "MET", "2025-02": "BREACHED", "2025-03": "MET"}
    (february,) = (
        each for each in found["evaluation"]["verdicts"]["nodes"] if each["window"]["label"] == "2025-02"
    )
    assert f"{february['measured']['exact']['value']}%" in page


def test_over_files_there_is_nothing_kept() -> None:
    with client() as door:
        answer = door.post(
            "/graphql", json={"query": DRAFT, "variables": {"text": "", "asOf": AS_OF, "kept": ["a"]}}
        )
        assert answer.json()["errors"][0]["extensions"]["code"] == "NOTHING_KEPT"


def test_a_draft_of_few_lines_that_asks_for_a_century_of_hours_is_ended(shared: Drafts) -> None:
    # The last of these tests: what takes the place of the process is not waited for.
    hours = POLICY.replace("each calendar month", "each clock hour").replace("2025-12-31", "2125-12-31")
    worker = shared.take()
    shared.put(worker)
    asked = {"text": hours, "asOf": "2125-12-31T00:00:00Z"}
    with TestClient(app(view(), drafts=shared, seconds=1), base_url="http://localhost") as door:
        answer = door.post("/graphql", json={"query": DRAFT, "variables": asked}).json()
    (error,) = answer["errors"]
    assert (error["extensions"]["code"], error["path"]) == ("DEADLINE_EXCEEDED", ["answer"])
    assert not worker.is_alive
    with pytest.raises(ProcessLookupError):
        os.kill(worker.pid, 0)
