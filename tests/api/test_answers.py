"""What GraphQL answers about the hosting policy."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.graphql.opaque import global_id, seal
from api.view import Revision
from engine.diagnostic import Diagnostic, Level
from engine.model.quantity import SECOND
from tests.api.served import AS_OF, INCIDENTS, VERDICTS, ask, client, refused, view
from tests.hosting import instant

SLA = global_id("Agreement", "acme_sla")
BREACHED = global_id("Verdict", "acme_sla.uptime", "shop", "2025-02")


def test_the_example_of_the_readme(door: TestClient) -> None:
    page = (Path(__file__).parents[2] / "api" / "README.md").read_text("utf-8")
    (body,) = re.findall(r"<<'END'\n(.*?)\nEND\n", page, re.S)
    answer = door.post("/graphql", content=body, headers={"content-type": "application/json"}).json()
    assert "errors" not in answer
    assert len(answer["data"]["verdicts"]["nodes"]) == 5 < answer["data"]["verdicts"]["totalCount"]
    assert SLA in [each["id"] for each in answer["data"]["agreements"]["nodes"]]


def test_a_breach_with_all_its_figures(door: TestClient) -> None:
    """A value just below its bound is never shown as the bound (S1.2)."""
    verdict = ask(
        door,
        """query ($id: ID!) { verdict(id: $id) {
            id asOf knownAt policyVersion subject state flags
            window { label start end } trigger { key }
            measured { exact { value exact unit } low { value } }
            bound { comparison limit { value unit } } margin { value exact }
            counts { name length number }
            evidence { facts digest query references { totalCount } }
            clause { nodes { document section words place { source line } } }
            obligation { name title kind severity obliges { name } agreement { name } }
            service { name provider { name } }
            severity { severity at } credit { amount arithmetic { nodes { text } } }
        } }""",
        id=BREACHED,
    )["verdict"]
    assert verdict["id"] == BREACHED
    assert verdict["measured"]["exact"] == {
        "value": "99.899999999",
        "exact": "998999999999/10000000000",
        "unit": "%",
    }
    assert verdict["bound"] == {"comparison": "AT_LEAST", "limit": {"value": "99.900000000", "unit": "%"}}
    assert verdict["margin"] == {"value": "-0.000000001", "exact": "-1/10000000000"}
    assert verdict["counts"] == [
        {"name": "agreed", "length": "PT200H", "number": None},
        {"name": "bad", "length": "PT1H30M", "number": None},
        {"name": "records", "length": None, "number": "3"},
    ]
    assert verdict["window"] == {
        "label": "2025-02",
        "start": "2025-02-01T00:00:00Z",
        "end": "2025-03-01T00:00:00Z",
    }
    assert (verdict["trigger"], verdict["state"], verdict["asOf"]) == (
        None,
        "BREACHED",
        "2025-03-15T00:00:00Z",
    )
    assert verdict["obligation"]["obliges"] == {"name": "acme"}
    assert verdict["service"] == {"name": "shop", "provider": {"name": "acme"}}
    assert verdict["severity"] == {"severity": "severity_1", "at": "2025-03-15T00:00:00Z"}
    assert verdict["credit"]["amount"] == "USD 120.00"


def test_a_duty_and_its_escalation(door: TestClient) -> None:
    verdict = ask(
        door,
        """query ($id: ID!) { node(id: $id) { ... on Verdict {
            state trigger { kind key at } due { at inclusive date lastMoment } lateBy { value unit }
            fulfilledBy parts { nodes { name at } } missing { nodes { reference } }
            escalations { nodes { level role state } } credit { amount } measured { low { value } }
        } } }""",
        id=global_id("Verdict", "acme_sla.restore", "shop", "i000"),
    )["node"]
    assert verdict["lateBy"] == {"value": "2.000000000", "unit": "hours"}
    assert verdict["due"]["lastMoment"] == "2025-02-03T14:00:00Z"
    assert verdict["missing"] == {"nodes": [{"reference": "incident:i000.priority"}]}
    assert verdict["escalations"] == {"nodes": [{"level": 1, "role": "duty_manager", "state": "REACHED"}]}
    assert (verdict["credit"], verdict["measured"]) == (None, None)


def test_a_range_has_no_single_value(door: TestClient) -> None:
    verdict = ask(
        door,
        """{ verdicts(filter: {state: PENDING}) { nodes {
            flags margin { value } measured { exact { value } low { value } high { value exact } } } } }""",
    )["verdicts"]["nodes"]
    assert verdict == [
        {
            "flags": ["AT_RISK"],
            "margin": None,
            "measured": {
                "exact": None,
                "low": {"value": "90.000000000"},
                "high": {"value": "99.966666667", "exact": "2999/30"},
            },
        }
    ]


@pytest.mark.parametrize("size", [1, 7, 33, 100])
@pytest.mark.parametrize("field", ["OBLIGATION", "OCCASION", "STATE"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
def test_pages_walked_either_way_hold_everything_once(
    door: TestClient, size: int, field: str, direction: str
) -> None:
    """Keyset cursors: forwards and backwards give the same list, whole and in order."""
    query = """query ($order: VerdictOrder, $first: Int, $after: String, $last: Int, $before: String) {
        verdicts(orderBy: $order, first: $first, after: $after, last: $last, before: $before) {
            totalCount edges { cursor node { id } }
            pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
    order = {"field": field, "direction": direction}
    forwards: list[str] = []
    after = None
    while True:
        page = ask(door, query, order=order, first=size, after=after)["verdicts"]
        assert page["totalCount"] == len(VERDICTS)
        assert page["pageInfo"]["hasPreviousPage"] is bool(forwards)
        forwards += [edge["node"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(set(forwards)) == len(forwards) == len(VERDICTS)
    backwards: list[str] = []
    before = None
    while True:
        page = ask(door, query, order=order, last=size, before=before)["verdicts"]
        assert page["pageInfo"]["hasNextPage"] is bool(backwards)
        backwards = [edge["node"]["id"] for edge in page["edges"]] + backwards
        before = page["pageInfo"]["startCursor"]
        if not page["pageInfo"]["hasPreviousPage"]:
            break
    assert backwards == forwards


def test_the_orders_are_what_they_say(door: TestClient) -> None:
    query = """query ($field: VerdictOrderField!, $direction: Direction!) {
        verdicts(first: 100, orderBy: {field: $field, direction: $direction}) {
            nodes { state window { start } trigger { at } obligation { name } } } }"""
    keys: dict[str, Any] = {
        "OBLIGATION": lambda each: each["obligation"]["name"],
        "STATE": lambda each: each["state"],
        "OCCASION": lambda each: (each["trigger"] or {}).get("at") or each["window"]["start"],
    }
    for field, key in keys.items():
        for direction in ("ASC", "DESC"):
            found = [
                key(each) for each in ask(door, query, field=field, direction=direction)["verdicts"]["nodes"]
            ]
            assert found == sorted(found, reverse=direction == "DESC")
            assert len(set(found)) > 1


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, len(VERDICTS)),
        ({"state": ["BREACHED"]}, INCIDENTS // 3 + 1),
        ({"state": ["BREACHED", "MET"]}, len(VERDICTS) - 1),
        ({"state": []}, 0),
        ({"flag": ["AT_RISK", "CLIPPED"]}, 1),
        ({"agreement": SLA}, len(VERDICTS)),
        ({"agreement": global_id("Agreement", "northwind_uc")}, 0),
        ({"agreement": global_id("Agreement", "acme")}, 0),
        ({"obligation": global_id("Obligation", "acme_sla.uptime")}, 3),
        ({"service": global_id("Service", "shop"), "state": ["PENDING"]}, 1),
        ({"service": global_id("Service", "host_a")}, 0),
        ({"window": {"start": "2025-02-01T00:00:00Z", "end": "2025-02-01T00:00:00.000001Z"}}, 1),
        ({"window": {"start": "2025-01-31T23:59:59.999999Z", "end": "2025-02-01T00:00:00Z"}}, 1),
        ({"window": {"start": "2025-02-03T09:00:00Z", "end": "2025-02-03T10:00:00+00:59"}}, INCIDENTS + 1),
        ({"window": {"start": "2025-02-03T08:00:00Z", "end": "2025-02-03T09:00:00Z"}}, 1),
    ],
)
def test_filters(door: TestClient, asked: dict[str, object], count: int) -> None:
    """Windows that meet a half-open period, triggers that lie in it (S2.2)."""
    query = "query ($filter: VerdictFilter) { verdicts(filter: $filter, first: 1) { totalCount } }"
    assert ask(door, query, filter=asked)["verdicts"]["totalCount"] == count


def test_another_instant_is_evaluated_anew(door: TestClient) -> None:
    """The ids of another revision name it, and are answered from it."""
    found = ask(
        door,
        """{ verdicts(asOf: "2025-02-01T00:00:00Z") {
            asOf knownAt policyVersion totalCount nodes { id asOf state } } }""",
    )["verdicts"]
    assert (found["asOf"], found["totalCount"], found["policyVersion"]) == (
        "2025-02-01T00:00:00Z",
        1,
        "0" * 64,
    )
    id = found["nodes"][0]["id"]
    assert id == global_id("Verdict", "acme_sla.uptime", "shop", "2025-01", instant("2025-02-01T00:00:00Z"))
    again = ask(door, "query ($id: ID!) { verdict(id: $id) { id asOf } }", id=id)["verdict"]
    assert again == {"id": id, "asOf": "2025-02-01T00:00:00Z"}


def test_what_cannot_be_known_is_refused(door: TestClient) -> None:
    assert refused(door, '{ verdicts(knownAt: "2025-02-01T00:00:00Z") { totalCount } }') == ["BAD_USER_INPUT"]
    assert refused(door, '{ verdicts(asOf: "2999-02-01T00:00:00Z") { totalCount } }') == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("known_at", [10**30, -(10**30), instant("2199-12-31T23:59:59Z") + SECOND])
def test_an_instant_that_no_id_of_ours_names_is_refused(known_at: int) -> None:
    """It is never handed on to where facts are looked up."""

    def never(as_of: int, known_at: int | None) -> Revision:
        raise AssertionError(f"asked for {as_of}, {known_at}")

    query = "query ($id: ID!) { node(id: $id) { id } }"
    with client(replace(view(), evaluate=never)) as door:
        forged = global_id("Verdict", "acme_sla.uptime", "shop", "2025-01", AS_OF, known_at)
        assert refused(door, query, {"id": forged}) == ["BAD_USER_INPUT"]


@pytest.mark.parametrize(
    "question",
    [
        'impact(of: ["party:acme"], asOf: $at) { userErrors { code } }',
        'restsOn(of: "party:acme", asOf: $at) { userErrors { code } }',
        "viability(asOf: $at) { policyVersion }",
        "risk(asOf: $at) { policyVersion }",
        "graphFile(format: DOT, asOf: $at) { text }",
    ],
)
def test_policies_are_asked_about_as_far_as_the_command_line_asks(door: TestClient, question: str) -> None:
    """From 1970 to 2199; beyond, a civil day may have no date."""
    query = f"query ($at: DateTime) {{ {question} }}"
    for text in ("1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        assert refused(door, query, {"at": text}) == ["BAD_USER_INPUT"]
    for text in ("1970-01-01T00:00:00Z", "2199-12-31T23:59:59Z"):
        assert ask(door, query, at=text)


def test_why(door: TestClient) -> None:
    verdict = ask(
        door,
        """query ($id: ID!) { verdict(id: $id) { explain {
            recomputed lines { nodes { text lines { nodes { text facts { nodes { reference } } } } } }
            whyNot { nodes { text } } } } }""",
        id=BREACHED,
    )["verdict"]
    (line,) = verdict["explain"]["lines"]["nodes"]
    assert line["lines"]["nodes"][0]["facts"]["nodes"] == [{"reference": "outage:o1"}]
    assert verdict["explain"]["whyNot"]["nodes"] == [{"text": "78 min too much"}]


def test_trace_there_and_back(door: TestClient) -> None:
    """From the clause to the credit, and the same steps back (S10.3)."""
    query = """query ($id: ID!, $back: Boolean!) {
        trace(verdict: $id, back: $back) { role steps(first: 100) { nodes {
            role text clause place { source } steps { nodes { role text } } } } } }"""
    steps = ask(door, query, id=BREACHED, back=False)["trace"]["steps"]["nodes"]
    assert [step["role"] for step in steps] == [
        "clause",
        "obligation",
        "measure",
        "source",
        "source",
        "fact kind",
        "fact kind",
        "facts",
        "arithmetic",
        "verdict",
        "severity",
        "credit",
    ]
    by_role = {step["role"]: step for step in steps}
    assert by_role["clause"]["text"] == '"99.9 %"'
    assert by_role["clause"]["clause"] == 'msa "3.6"'
    assert by_role["obligation"]["steps"]["nodes"] == [{"role": "served by", "text": "northwind_uc.uptime"}]
    assert by_role["measure"]["text"] == "uptime from outage, at least 99.9%"
    assert by_role["facts"]["steps"]["nodes"] == [{"role": "fact", "text": "outage:o1"}]
    assert by_role["verdict"]["text"] == "BREACHED, measured 99.8999999999%, bound at least 99.9%"
    assert by_role["credit"]["text"] == "USD 120.00"
    back = ask(door, query, id=BREACHED, back=True)["trace"]["steps"]["nodes"]
    assert back == list(reversed(steps))


def test_a_trace_is_a_graph_from_anything_on_the_way(door: TestClient) -> None:
    """Nodes and edges beside the tree, from a clause and from what followed; an unknown name is said."""
    query = """query ($of: String!) { traceFrom(of: $of) { userErrors { code message path } trace {
        role text truncated leftOut nodes(first: 100) { nodes { graphId kind state } }
        edges(first: 100) { nodes { kind source target } } } } }"""
    clause = ask(door, query, of='msa "3.6"')["traceFrom"]["trace"]
    edges = {(each["source"], each["target"]) for each in clause["edges"]["nodes"]}
    assert ('clause:msa "3.6"', "obligation:acme_sla.uptime") in edges and not clause["truncated"]
    assert "BREACHED" in {each["state"] for each in clause["nodes"]["nodes"]}
    credit = ask(door, query, of="credit:acme_sla.uptime")["traceFrom"]["trace"]
    assert credit["role"] == "trace back"
    assert "CLAUSE" in {each["kind"] for each in credit["nodes"]["nodes"]}
    refused = ask(door, query, of="credit:nothing")["traceFrom"]
    assert refused["trace"] is None and refused["userErrors"][0]["code"] == "unknown-name"


def test_impact_with_a_clause_at_every_hop(door: TestClient) -> None:
    answer = ask(
        door,
        """{ impact(of: ["northwind"]) { userErrors { code } impact {
            asOf policyVersion failed { nodes { graphId } } counts { kind count }
            hits(kinds: [AGREEMENT, PARTY], maxDegree: 2) { totalCount nodes {
                degree node { graphId nodeId } path { nodes { kind clause term { start through } } } } }
            standing { nodes { node { name } } } } } }""",
    )["impact"]
    assert answer["userErrors"] == []
    found = answer["impact"]
    assert found["asOf"] == "2025-03-15T00:00:00Z"
    assert found["counts"] == [
        {"kind": "PARTY", "count": 2},
        {"kind": "SERVICE", "count": 1},
        {"kind": "AGREEMENT", "count": 2},
        {"kind": "OBLIGATION", "count": 2},
    ]
    assert [hit["node"]["graphId"] for hit in found["hits"]["nodes"]] == [
        "agreement:northwind_uc",
        "agreement:acme_sla",
        "party:acme",
    ]
    assert found["hits"]["nodes"][1]["path"]["nodes"] == [
        {"kind": kind, "clause": 'msa "1"', "term": {"start": "2025-01-01", "through": "2025-12-31"}}
        for kind in ("PROVIDES", "UNDERPINS")
    ]
    assert found["standing"] == {"nodes": [{"node": {"name": "shop"}}]}


def test_what_a_promise_rests_on(door: TestClient) -> None:
    answer = ask(
        door,
        """{ restsOn(of: "acme_sla.uptime") { userErrors { code } foundation {
            isThere node { graphId } counts { kind count }
            hits(kinds: [GROUP, COMPONENT], maxDegree: 2) { nodes {
                degree node { graphId needed } path { nodes { kind } } } } } } }""",
    )["restsOn"]
    assert answer["userErrors"] == []
    found = answer["foundation"]
    assert (found["isThere"], found["node"]) == (True, {"graphId": "obligation:acme_sla.uptime"})
    assert {"kind": "SERVICE", "count": 3} in found["counts"]
    kinds = {"nodes": [{"kind": "MEASURED_BY"}, {"kind": "NEEDS"}]}
    assert found["hits"]["nodes"] == [
        {"degree": 2, "node": {"graphId": "group:shop/2", "needed": 1}, "path": kinds},
        {"degree": 2, "node": {"graphId": "component:db", "needed": None}, "path": kinds},
    ]


@pytest.mark.parametrize(
    ("name", "near"),
    [("nortwind", "northwind"), ("NORTHWIND", "northwind"), ("service:northwind", "party:northwind")],
)
def test_impact_of_what_nobody_knows(name: str, near: str, door: TestClient) -> None:
    """An expected failure is data."""
    query = "query ($of: String!) { %s { userErrors { code help path } } }"
    error = {"code": "unknown-name", "help": f"did you mean `{near}`?", "path": ["of"]}
    for asked in ("impact(of: [$of])", "restsOn(of: $of)"):
        assert list(ask(door, query % asked, of=name).values()) == [{"userErrors": [error]}]


def test_viability_with_both_sides_and_what_would_close_it(door: TestClient) -> None:
    agreements = ask(door, "{ agreements { nodes { id name } } }")["agreements"]["nodes"]
    id = next(each["id"] for each in agreements if each["name"] == "acme_sla")
    query = """query ($id: ID, $kinds: [FindingKind!], $at: DateTime) { viability(agreement: $id, asOf: $at) {
        asOf policyVersion counts { kind count }
        prospects { nodes { service target { exact } bound { exact } expected { exact }
            beneath { nodes { name promise } } } }
        findings(kinds: $kinds) { totalCount nodes { kind gravity message above { name clause place { line } }
            beneath { nodes { name } } figures { nodes { name quantity { exact unit } } }
            remedies { nodes { at words figure { quantity { exact } } day } } lastDay gapCount
            gaps { nodes { start end } } } } } }"""
    assert ask(door, query, id=id)["viability"]["asOf"] == "2025-03-15T00:00:00Z"
    found = ask(door, query, id=id, at="2025-06-01T00:00:00Z")["viability"]
    assert found["asOf"] == "2025-06-01T00:00:00Z"
    assert sum(each["count"] for each in found["counts"]) == found["findings"]["totalCount"]
    shop = found["prospects"]["nodes"][0]
    assert shop["service"] == "shop" and shop["beneath"]["nodes"]
    for each in found["findings"]["nodes"]:
        assert each["above"]["place"] and each["beneath"]["nodes"] and each["remedies"]["nodes"]
    none = ask(door, query, id=id, kinds=[])["viability"]["findings"]
    assert none == {"totalCount": 0, "nodes": []}


def test_viability_of_no_such_agreement(door: TestClient) -> None:
    id = global_id("Agreement", "acme_sl")
    assert ask(door, "query ($id: ID) { viability(agreement: $id) { asOf } }", id=id)["viability"] is None


def test_viability_of_everything_over_whole_terms(door: TestClient) -> None:
    answer = ask(door, "{ viability(wholeTerms: true) { asOf prospects(first: 1) { totalCount } } }")[
        "viability"
    ]
    assert answer["asOf"] is None and answer["prospects"]["totalCount"] > 1


def test_diagnose(door: TestClient) -> None:
    found = ask(
        door,
        """query ($text: String!) { diagnose(text: $text, first: 1) { totalCount
            nodes { code level message labels { nodes { text place { line column } } } } } }""",
        text="prty party promse",
    )["diagnose"]
    assert found["totalCount"] == 2
    assert found["nodes"] == [
        {
            "code": "unknown-word",
            "level": "ERROR",
            "message": "`prty` is no statement",
            "labels": {"nodes": [{"text": "here", "place": {"line": 1, "column": 1}}]},
        }
    ]


def test_what_is_wrong_with_the_facts() -> None:
    finding = Diagnostic(
        code="kind-without-file",
        level=Level.WARNING,
        message="no file holds facts of `outage`",
        help="say so",
    )
    plain = view()
    lost = replace(finding, code="fact-names-nothing", message="the claim `c1` names nothing")
    revision = replace(plain.revision, warnings=(lost,))
    served = client(replace(plain, warnings=(finding,), refused_rows=2, revision=revision))
    query = "{ refusedRows warnings { totalCount nodes { code level message help } } }"
    assert ask(served, query) == {
        "refusedRows": 2,
        "warnings": {
            "totalCount": 2,
            "nodes": [
                {
                    "code": "kind-without-file",
                    "level": "WARNING",
                    "message": "no file holds facts of `outage`",
                    "help": "say so",
                },
                {
                    "code": "fact-names-nothing",
                    "level": "WARNING",
                    "message": "the claim `c1` names nothing",
                    "help": "say so",
                },
            ],
        },
    }


def test_how_an_agreement_stands_in_a_period(door: TestClient) -> None:
    query = """query ($agreement: ID!) { compliance(agreement: $agreement,
        period: {start: "2025-01-01T00:00:00Z", end: "2025-02-01T00:00:00Z"}) {
            asOf policyVersion start end agreement { title } counts { state count }
            verdicts { totalCount nodes { state } } } }"""
    found = ask(door, query, agreement=SLA)["compliance"]
    assert found["counts"] == [{"state": "MET", "count": 1}]
    assert found["verdicts"] == {"totalCount": 1, "nodes": [{"state": "MET"}]}
    assert ask(door, query, agreement=global_id("Agreement", "nobody"))["compliance"] is None


def test_the_nouns(door: TestClient) -> None:
    found = ask(
        door,
        """query ($bolt: ID!) { policyVersion asOf knownAt
            agreements(filter: {party: $bolt}) { nodes { name kind zone accepted term { start through }
                provider { name standing } customer { name }
                covers { nodes { name attributes { nodes { name value } } } }
                obligations { nodes { name kind services { nodes { name } } } } } }
            uc: agreements(filter: {kind: [UC]}) { nodes { name underpins { nodes { name } } } }
            services(orderBy: {direction: DESC}, first: 2) { nodes { name } pageInfo { hasNextPage } }
            parties(filter: {standing: [SUPPLIER]}) { nodes { name } }
            obligations(filter: {kind: [DUTY]}) { nodes { name agreement { name } } } }""",
        bolt=global_id("Party", "bolt"),
    )
    assert (found["policyVersion"], found["asOf"], found["knownAt"]) == (
        "0" * 64,
        "2025-03-15T00:00:00Z",
        None,
    )
    (sla,) = found["agreements"]["nodes"]
    assert sla["covers"] == {
        "nodes": [{"name": "shop", "attributes": {"nodes": [{"name": "class", "value": "business"}]}}]
    }
    assert [each["name"] for each in sla["obligations"]["nodes"]] == ["acme_sla.uptime", "acme_sla.restore"]
    assert found["uc"] == {
        "nodes": [{"name": "northwind_uc", "underpins": {"nodes": [{"name": "acme_sla"}]}}]
    }
    assert found["services"] == {
        "nodes": [{"name": "shop"}, {"name": "host_b"}],
        "pageInfo": {"hasNextPage": True},
    }
    assert found["parties"] == {"nodes": [{"name": "northwind"}]}
    assert found["obligations"] == {
        "nodes": [{"name": "acme_sla.restore", "agreement": {"name": "acme_sla"}}]
    }


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("Party", "acme"),
        ("Service", "shop"),
        ("Agreement", "acme_sla"),
        ("Obligation", "acme_sla.uptime"),
    ],
)
def test_every_id_leads_back(door: TestClient, kind: str, name: str) -> None:
    query = "query ($id: ID!) { node(id: $id) { __typename id } }"
    id = global_id(kind, name)
    assert ask(door, query, id=id)["node"] == {"__typename": kind, "id": id}
    assert ask(door, query, id=global_id(kind, "nobody"))["node"] is None


@pytest.mark.parametrize(
    "id",
    [
        "",
        "acme_sla",
        "%%%",
        "é",
        seal(("Party",)),
        seal(("Party", 1)),
        seal(("Robot", "r2")),
        seal(("Verdict", "a", "b")),
        seal(("Verdict", "a", "b", "c", "d")),
        seal(("Party", "acme")) + "=",
        "W" * 100_000,
        "Ww" * 50_000,
        "WzFlOTk5XQ",
        "bnVsbA",
    ],
)
def test_a_bad_id_is_the_askers_mistake(door: TestClient, id: str) -> None:
    assert refused(door, "query ($id: ID!) { node(id: $id) { id } }", {"id": id}) == ["BAD_USER_INPUT"]


@pytest.mark.parametrize(
    "arguments",
    [
        "first: 0",
        "first: -1",
        "first: 101",
        "last: 0",
        "first: 1, last: 1",
        'after: "x"',
        'before: ""',
        f'after: "{seal(("place", 1))}"',
        f'after: "{seal(("obligation desc", "a", "b", "c"))}"',
        f'after: "{seal(("obligation asc", "a", "b", 3))}"',
        f'after: "{seal(("obligation asc", "a", "b"))}"',
        'filter: {agreement: "x"}',
        f'filter: {{service: "{SLA}"}}',
        'filter: {window: {start: "2025-02-01T00:00:00Z", end: "2025-01-01T00:00:00Z"}}',
    ],
)
def test_bad_arguments_are_the_askers_mistake(door: TestClient, arguments: str) -> None:
    assert refused(door, f"{{ verdicts({arguments}) {{ totalCount }} }}") == ["BAD_USER_INPUT"]


@pytest.mark.parametrize(
    "text", ["2025-02-30T00:00:00Z", "2025-02-01", "2025-02-01T00:00:00", "0", "2025-02-01T24:00:01Z", 5]
)
def test_a_bad_instant_is_the_askers_mistake(door: TestClient, text: object) -> None:
    query = "query ($at: DateTime) { verdicts(asOf: $at) { totalCount } }"
    assert refused(door, query, {"at": text}) == ["BAD_USER_INPUT"]


def test_the_instant_served_is_the_default(door: TestClient) -> None:
    assert ask(door, "{ asOf }")["asOf"] == "2025-03-15T00:00:00Z"
    assert instant("2025-03-15T00:00:00Z") == AS_OF
