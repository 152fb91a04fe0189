"""What GraphQL answers to a question that begins with what if, made by hand and over the service points."""

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.command.console import terminal
from api.command.workspace import workspace
from api.command.workspace_to_view import compliance_view
from api.graphql.what_if import LONGEST_CHANGE, MOST_CHANGES
from tests.api.served import INCIDENTS, ask, client, refused
from tests.hosting import instant
from tests.whatif.asking import OUTAGES, POINTS, ROOT

QUERY = """query ($changes: [String!]!, $after: String) { whatIf(changes: $changes) {
    userErrors { code message help path }
    whatIf {
        asOf policyVersion changedVersion truncated
        verdicts(first: 30, after: $after) {
            totalCount pageInfo { endCursor hasNextPage }
            nodes {
                obligation subject window { label } trigger { key } differs
                before { state measured { exact { value } } bound { limit { value } } }
                after { state bound { limit { value } } }
            }
        }
        reactions { nodes { kind name occasion before { state amount level } after { state amount } } }
        credits { nodes { agreement before after difference } }
        obligations { nodes { change obligation } }
        prospects { nodes { agreement boundBefore { value } boundAfter { value } } }
        findings { nodes { code before after } }
        risks {
            singleFailures { totalCount }
            suppliers { nodes { before { rank node { name } } after { rank } } }
        }
        words { nodes { change place clause before after } }
    }
} }"""


def test_every_part_of_the_answer(door: TestClient) -> None:
    answer = ask(door, QUERY, changes=["drop agreement acme_sla"])["whatIf"]
    assert answer["userErrors"] == []
    found = answer["whatIf"]
    assert not found["truncated"]
    page = found["verdicts"]
    assert page["totalCount"] == INCIDENTS + 3 and len(page["nodes"]) == 30
    assert page["nodes"][0]["before"]["state"] == "BREACHED" and page["nodes"][0]["after"] is None
    rest = ask(door, QUERY, changes=["drop agreement acme_sla"], after=page["pageInfo"]["endCursor"])[
        "whatIf"
    ]["whatIf"]["verdicts"]
    assert [each["window"]["label"] for each in rest["nodes"]] == ["2025-01", "2025-02", "2025-03"]
    assert found["reactions"]["nodes"][1] == {
        "kind": "credit",
        "name": "acme_sla.uptime",
        "occasion": "2025-02",
        "before": {"state": "final", "amount": "USD 120.00", "level": None},
        "after": None,
    }
    assert found["credits"]["nodes"] == [
        {"agreement": "acme_sla", "before": "USD 120.00", "after": "USD 0.00", "difference": "USD -120.00"}
    ]
    assert found["obligations"]["nodes"][0] == {"change": "REMOVED", "obligation": "acme_sla.restore"}
    assert found["prospects"]["nodes"][0]["boundBefore"] == {"value": "99.700000000"}
    assert found["findings"]["nodes"][0]["after"] == "the document `msa` is not used"
    assert found["risks"]["singleFailures"]["totalCount"] == 0
    (supplier,) = found["risks"]["suppliers"]["nodes"]
    assert supplier["after"] is None and supplier["before"]["node"]["name"] == "northwind"
    assert found["words"]["nodes"][0]["clause"] == "msa 1"


def test_a_mistake_is_data_and_names_its_change(door: TestClient) -> None:
    answer = ask(door, QUERY, changes=["drop agreement acme_sla", "drp it"])["whatIf"]
    assert answer == {
        "whatIf": None,
        "userErrors": [
            {"code": "syntax", "message": "no sentence", "help": "say one", "path": ["changes", "1"]}
        ],
    }


@pytest.mark.parametrize("changes", [[], ["drop x"] * (MOST_CHANGES + 1), ["d" * (LONGEST_CHANGE + 1)]])
def test_what_is_too_much_is_refused(door: TestClient, changes: list[str]) -> None:
    assert refused(door, QUERY, {"changes": changes}) == ["BAD_USER_INPUT"]


def test_a_document_asks_for_few_evaluations(door: TestClient) -> None:
    one = 'q%d: whatIf(changes: ["drop agreement a%d"]) { whatIf { asOf } }'
    three, four = (
        "{" + " ".join(one % (number, number) for number in range(count)) + "}" for count in (3, 4)
    )
    assert len(ask(door, three)) == 3
    assert refused(door, four) == ["LIMIT_EXCEEDED"]


@pytest.fixture(scope="module")
def points(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service points of the public example over three outages, served as `troth serve` would."""
    folder = tmp_path_factory.mktemp("facts")
    (folder / "outage.csv").write_text(OUTAGES, "utf-8")
    options = Namespace(policies=[ROOT / POINTS], facts=folder, all_or_nothing=False, known_at=None)
    with workspace(options, terminal(colour=False)) as ready:
        assert ready is not None
        with client(compliance_view(ready, as_of=instant("2025-04-01T00:00:00Z"), known_at=None)) as door:
            yield door


def test_a_laxer_bound_over_the_service_points(points: TestClient) -> None:
    """At 96% nothing is breached, so nothing is repeated: 3 + 1 + 3 points instead of 3 + 2 + 6."""
    changes = ["change model_services.availability to at least 96%"]
    found: Any = ask(points, QUERY, changes=changes)["whatIf"]["whatIf"]
    turned = [each for each in found["verdicts"]["nodes"] if "state" in each["differs"]]
    assert [(each["window"]["label"], each["after"]["state"]) for each in turned] == [
        ("2025-01", "MET"),
        ("2025-02", "MET"),
        ("2025-03", "MET"),
    ]
    assert found["credits"]["nodes"] == [
        {
            "agreement": "model_services",
            "before": "GBP 2750.00",
            "after": "GBP 1750.00",
            "difference": "GBP -1000.00",
        }
    ]


def test_what_a_change_makes_valid_is_not_left_out_in_silence(tmp_path: Path) -> None:
    """A row was refused that names what the change adds: from scratch it would count."""
    outage = "o4,second_desk,2025-01-10T00:00:00Z,2025-01-20T00:00:00Z"
    (tmp_path / "outage.csv").write_text(f"{OUTAGES}{outage}\n", "utf-8")
    options = Namespace(policies=[ROOT / POINTS], facts=tmp_path, all_or_nothing=False, known_at=None)
    with workspace(options, terminal(colour=False)) as ready:
        assert ready is not None
        with client(compliance_view(ready, as_of=instant("2025-04-01T00:00:00Z"), known_at=None)) as door:
            add = "add service second_desk { provider supplier  hours always }"
            (error,) = ask(door, QUERY, changes=[add])["whatIf"]["userErrors"]
            laxer = ask(door, QUERY, changes=["change model_services.availability to at least 96%"])
    assert error["code"] == "not-yet-supported" and "troth what-if" in error["help"]
    assert laxer["whatIf"]["userErrors"] == []


def test_a_mistake_in_the_third_change(points: TestClient) -> None:
    changes = ["drop agreement model_services", "", "end model_service on 2025-02-28"]
    (error,) = ask(points, QUERY, changes=changes)["whatIf"]["userErrors"]
    assert (error["code"], error["path"]) == ("unknown-name", ["changes", "2"])
