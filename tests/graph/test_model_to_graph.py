"""Every edge of the hosting policy, with the clause that made it."""

from dataclasses import replace
from datetime import date

import pytest

from engine.graph.model_to_graph import build
from engine.model.dependency import EdgeKind, NodeKind
from engine.model.expression import CalendarDays, Months, NoticeCounting, Selection
from engine.model.period import Term
from engine.model.quantity import Instant
from engine.model.renewal import Renewal, UnlessNotice
from tests.hosting import hosting, instant, one, party, service, snapshot, some

SPOKEN = """
acme consumes northwind_uc (msa "1")
acme fills duty_manager
acme provides acme_sla (msa "1")
acme provides host_b
acme provides shop
acme_sla cites msa "1" (msa "1")
acme_sla covers shop (msa "1")
acme_sla declares acme_sla.planned (msa "1")
acme_sla escalates to duty_manager (msa "1")
acme_sla promises acme_sla.restore (msa "3.7")
acme_sla promises acme_sla.uptime (msa "3.6")
acme_sla.restore cites msa "3.7" (msa "3.7")
acme_sla.restore counted on office (msa "3.7")
acme_sla.restore measured by shop (msa "3.7")
acme_sla.restore obliges acme (msa "3.7")
acme_sla.uptime cites msa "3.6" (msa "3.6")
acme_sla.uptime counted on office (msa "3.6")
acme_sla.uptime excused by acme_sla.planned (msa "3.6")
acme_sla.uptime measured by monitor (msa "3.6")
acme_sla.uptime measured by outage_log (msa "3.6")
acme_sla.uptime measured by shop (msa "3.6")
acme_sla.uptime obliges acme (msa "3.6")
bolt consumes acme_sla (msa "1")
northwind provides host_a
northwind provides northwind_uc (msa "1")
northwind_uc cites msa "1" (msa "1")
northwind_uc covers host_a (msa "1")
northwind_uc promises northwind_uc.uptime (msa "3.6")
northwind_uc underpins acme_sla (msa "1")
northwind_uc.uptime carries acme_sla.uptime (msa "3.6")
northwind_uc.uptime cites msa "3.6" (msa "3.6")
northwind_uc.uptime counted on office (msa "3.6")
northwind_uc.uptime excused by acme_sla.planned (msa "3.6")
northwind_uc.uptime measured by host_a (msa "3.6")
northwind_uc.uptime measured by monitor (msa "3.6")
northwind_uc.uptime measured by outage_log (msa "3.6")
northwind_uc.uptime obliges northwind (msa "3.6")
shop needs db
shop needs shop/2
shop/2 needs host_a
shop/2 needs host_b
"""


def test_every_edge_reads_as_a_sentence() -> None:
    graph = build(hosting())
    said = sorted(
        f"{graph.nodes[edge.source].name} {edge.kind.value} {graph.nodes[edge.target].name}"
        + (f" ({edge.clause})" if edge.clause else "")
        for edge in (link.edge for link in graph.edges())
    )
    assert said == SPOKEN.strip().splitlines()


def test_what_an_agreement_says_holds_in_its_term() -> None:
    """Who provides, needs and fills what is declared without a term."""
    declared = {EdgeKind.NEEDS, EdgeKind.FILLS}
    for link in build(hosting()).edges():
        edge = link.edge
        to_service = edge.kind is EdgeKind.PROVIDES and edge.target.startswith("service:")
        timeless = edge.kind in declared or to_service
        assert edge.term == (None if timeless else Term(start=date(2025, 1, 1), through=date(2025, 12, 31)))
        assert edge.span is not None


def _renewed(until: date | None) -> Renewal:
    """For a year each, unless notice is given, until another version takes over."""
    notice = Selection(kind="notice", variable="n")
    on = UnlessNotice(notice=notice, lead=CalendarDays(days=90), counting=NoticeCounting.CLEAR_DAYS)
    return Renewal(through=date(2025, 12, 31), length=Months(months=12), on=on, until=until)


@pytest.mark.parametrize(
    ("until", "ends"), [(None, None), (date(2027, 6, 30), instant("2027-06-30T22:00:00Z"))]
)
def test_what_renews_holds_until_another_version_takes_over(until: date | None, ends: Instant | None) -> None:
    policy = hosting()
    renewed = replace(policy.agreements["acme_sla"], renewal=_renewed(until))
    graph = build(replace(policy, agreements=policy.agreements.set("acme_sla", renewed)))
    covers = [link for link in graph.out_of("agreement:acme_sla") if link.edge.kind is EdgeKind.COVERS]
    assert [link.until for link in covers] == [ends]


def test_nested_groups_are_named_by_their_places() -> None:
    policy = snapshot(
        parties={"p": party("p")},
        services={
            "a": service("a", "p", one("b"), some(1, one("b"), some(2, one("b"), one("c")), one("p"))),
            "b": service("b", "p"),
            "c": service("c", "p"),
        },
    )
    graph = build(policy)
    groups = {node.name: node.needed for node in graph.nodes.values() if node.kind is NodeKind.GROUP}
    assert groups == {"a/2": 1, "a/2.2": 2}
    assert [link.edge.target for link in graph.out_of("group:a/2")] == [
        "service:b",
        "group:a/2.2",
        "party:p",
    ]
    assert [link.edge.target for link in graph.out_of("group:a/2.2")] == ["service:b", "service:c"]
