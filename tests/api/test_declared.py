"""Suppliers, calendars, documents and who feeds what: what policies declare, as lists with ids."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from api.graphql.opaque import global_id
from tests.api.market import Market, market, names
from tests.api.served import ask, client, refused
from tests.api.view_of_policy import view_of

POLICY = """
use standard

document msa "Master agreement" {
  version "3"  dated 2024-12-01
  prevails over annex
  sections "1", "2", "9"
}
document annex "Annex" { version "1"  dated 2024-12-01 }

party acme "Acme"
party bolt "Bolt"
party northwind "Northwind" is supplier
calendar desk {
  zone Europe/Berlin
  open monday to thursday from 09:00 to 12:00
  open monday to thursday from 13:00 to 17:30
  closed on 2025-12-24
}
calendar fridays {
  zone UTC
  open friday from 20:00 to 24:00
}
calendar quiet is either of (desk, fridays) except (desk except fridays)
calendar zulu is fridays
service hosting "Hosting" { provider northwind  hours always }
service shop "Shop" { provider acme  hours always  needs hosting }

agreement bolt_sla is sla "Services for Bolt" {
  between acme as provider and bolt as customer
  covers shop
  cites msa "1" "whole contract"
  in force from 2025-01-01 through 2025-12-31
  accepted by "Order 1" on 2024-12-20
  zone UTC
  conventions standard { sources are assumed watched }
  facts of outage come from bolt { cites msa "9" "Bolt measures" }

  target up of shop "The shop is up" {
    cites msa "2" "uptime"
    cites annex "A" "99%"
    obliges acme
    measures uptime from outage o
    during hours of shop
    requires at least 99% in each calendar month
  }
  target up_late of shop "The shop is up late" {
    cites annex "A" "98%"
    obliges acme
    measures uptime from outage o
    during fridays
    requires at least 98% in each calendar month
  }
}
"""


@pytest.fixture(scope="module")
def door() -> Iterator[TestClient]:
    """The policy above, served."""
    with view_of(POLICY) as view, client(view) as opened:
        yield opened


def test_a_calendar_says_when_it_is_open(door: TestClient) -> None:
    query = """{ calendars { totalCount nodes { id name kind zone place { line }
        opens { nodes { weekday start end } } closed { nodes }
        parts { nodes { kind calendar { name } parts { nodes { calendar { name } } } } } } } }"""
    every = {each["name"]: each for each in ask(door, query)["calendars"]["nodes"]}
    desk, fridays, quiet, zulu = (every[name] for name in ("desk", "fridays", "quiet", "zulu"))
    assert (desk["kind"], desk["zone"], desk["place"]["line"]) == ("WEEKLY", "Europe/Berlin", 14)
    assert desk["closed"]["nodes"] == ["2025-12-24"]
    spans = [tuple(each.values()) for each in desk["opens"]["nodes"]]
    assert len(spans) == 8
    assert spans[1] == ("MONDAY", "13:00", "17:30")
    assert [tuple(each.values()) for each in fridays["opens"]["nodes"]] == [("FRIDAY", "20:00", "24:00")]
    assert quiet["kind"] == "EXCEPT"
    assert (zulu["id"] != fridays["id"], zulu["opens"]) == (True, fridays["opens"])
    unnamed = [(each["kind"], each["calendar"]) for each in quiet["parts"]["nodes"]]
    assert unnamed == [("EITHER_OF", None), ("EXCEPT", None)]
    inner = quiet["parts"]["nodes"][1]["parts"]["nodes"]
    assert [each["calendar"]["name"] for each in inner] == ["desk", "fridays"]
    one = "query ($i: ID!) { node(id: $i) { id ... on Calendar { name } } }"
    assert ask(door, one, i=desk["id"])["node"] == {"id": desk["id"], "name": "desk"}
    assert ask(door, one, i=global_id("Calendar", "nobody"))["node"] is None


def test_a_document_says_what_cites_its_clauses(door: TestClient) -> None:
    query = """{ documents { nodes { id name version dated sections { nodes } prevailsOver { nodes { name } }
        clauses { nodes { section obligations { nodes { name } } agreements { nodes { name } }
                          cites { nodes { words place { line } } } } } } } }"""
    annex, msa = ask(door, query)["documents"]["nodes"]
    assert (msa["name"], msa["version"], msa["dated"]) == ("msa", "3", "2024-12-01")
    assert (msa["sections"]["nodes"], names(msa["prevailsOver"]["nodes"])) == (["1", "2", "9"], ["annex"])
    told = {
        each["section"]: (names(each["agreements"]["nodes"]), names(each["obligations"]["nodes"]))
        for each in msa["clauses"]["nodes"]
    }
    assert told == {"1": (["bolt_sla"], []), "2": ([], ["bolt_sla.up"]), "9": (["bolt_sla"], [])}
    (clause,) = annex["clauses"]["nodes"]
    assert names(clause["obligations"]["nodes"]) == ["bolt_sla.up", "bolt_sla.up_late"]
    assert [each["words"] for each in clause["cites"]["nodes"]] == ["99%", "98%"]
    one = "query ($i: ID!) { node(id: $i) { ... on Document { title } } }"
    assert ask(door, one, i=annex["id"])["node"] == {"title": "Annex"}


def test_an_agreement_says_who_feeds_what(door: TestClient) -> None:
    query = """{ agreements { nodes { feeders { nodes {
        kind party { name } cites { nodes { section words } } place { line } } } } } }"""
    (sla,) = ask(door, query)["agreements"]["nodes"]
    (feeder,) = sla["feeders"]["nodes"]
    assert (feeder["kind"], feeder["party"]["name"]) == ("outage", "bolt")
    assert feeder["cites"]["nodes"] == [{"section": "9", "words": "Bolt measures"}]
    assert feeder["place"]["line"] > 1


def test_pages_go_by_name(door: TestClient) -> None:
    query = """query ($o: NameOrder, $a: String) { calendars(first: 2, orderBy: $o, after: $a) {
        nodes { name } pageInfo { endCursor hasNextPage } } }"""
    first = ask(door, query, o={"direction": "DESC"})["calendars"]
    assert names(first["nodes"]) == ["zulu", "quiet"]
    rest = ask(door, query, o={"direction": "DESC"}, a=first["pageInfo"]["endCursor"])["calendars"]
    assert names(rest["nodes"]) == ["fridays", "desk"]
    assert refused(door, query, {"a": first["pageInfo"]["endCursor"]}) == ["BAD_USER_INPUT"]


def test_a_supplier_is_shown_with_what_it_signed() -> None:
    query = "{ suppliers { nodes { name services { nodes { name } } contracts { nodes { name } } } } }"

    def told(shop: Market, who: str) -> list[tuple[str, list[str], list[str]]]:
        nodes = shop.ask(who, query)["data"]["suppliers"]["nodes"]
        return [
            (each["name"], names(each["services"]["nodes"]), names(each["contracts"]["nodes"]))
            for each in nodes
        ]

    with market() as shop:
        whole = [("northwind", ["hosting"], ["northwind_uc"])]
        assert told(shop, "auditor") == told(shop, "northwind") == whole
        assert told(shop, "bolt") == []
