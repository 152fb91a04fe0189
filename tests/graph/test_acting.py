"""Who acts for a side, in every answer of the graph: edges, impact, what rests on it, risk, pictures."""

import json
from dataclasses import replace
from datetime import date

import pytest

from engine.graph.exports.export import export
from engine.graph.exports.portion_to_boxes import Area, lay
from engine.graph.exports.view_to_portion import take
from engine.graph.impact import impact
from engine.graph.model_to_graph import build
from engine.graph.rests_on import rests_on
from engine.graph.risk.assess import assess
from engine.graph.trace.verdict_to_steps import obligation_text
from engine.model.agreement import ActingParty
from engine.model.dependency import EdgeKind, Foundation, Impact, NodeKind
from engine.model.obligation import Citation
from engine.model.party import PartyStanding
from engine.model.period import Term
from engine.model.picture import Format
from engine.model.risk import OrphanKind
from engine.model.snapshot import Snapshot
from tests.hosting import SPAN, hosting, instant, party, service

IN_TERM = instant("2025-06-01T00:00:00Z")
AFTER = instant("2026-06-01T00:00:00Z")


def acting(name: str, side: str = "acme", *obligations: str, section: str | None = None) -> ActingParty:
    """A party that acts for a side."""
    cites = () if section is None else (Citation(document="msa", section=section, words="", span=SPAN),)
    return ActingParty(party=name, side=side, obligations=obligations, cites=cites, span=SPAN)


def house(*parties: ActingParty) -> Snapshot:
    """The hosting policy in which these act in the SLA; Tern and Clerk provide it nothing."""
    policy = hosting()
    sla = replace(policy.agreements["acme_sla"], acting=parties)
    names = {each.party: party(each.party) for each in parties}
    return replace(
        policy,
        agreements=policy.agreements.set("acme_sla", sla),
        parties=policy.parties.update(names),
    )


def said(policy: Snapshot) -> list[tuple[str, str, str, str | None, Term | None]]:
    """The edges about who acts for whom."""
    return [
        (link.edge.source, link.edge.kind.value, link.edge.target, link.edge.clause, link.edge.term)
        for link in build(policy).edges()
        if link.edge.kind in (EdgeKind.ACTS_FOR, EdgeKind.KEPT_THROUGH)
    ]


def test_the_edges_know_their_clause_and_their_term() -> None:
    """`acts for` leads to the side; each promise that binds it is kept through who acts in it (S10)."""
    term = Term(start=date(2025, 1, 1), through=date(2025, 12, 31))
    assert said(house(acting("tern", section="9.2"), acting("clerk", "acme", "acme_sla.restore"))) == [
        ("party:tern", "acts for", "party:acme", 'msa "9.2"', term),
        ("obligation:acme_sla.uptime", "kept through", "party:tern", 'msa "9.2"', term),
        ("obligation:acme_sla.restore", "kept through", "party:tern", 'msa "9.2"', term),
        ("party:clerk", "acts for", "party:acme", 'msa "1"', term),
        ("obligation:acme_sla.restore", "kept through", "party:clerk", 'msa "1"', term),
    ]


def test_who_acts_for_the_customer_keeps_nothing_of_the_provider() -> None:
    assert [each[:3] for each in said(house(acting("agency", "bolt")))] == [
        ("party:agency", "acts for", "party:bolt")
    ]


@pytest.mark.parametrize(
    ("obligations", "hit"),
    [
        ((), ["acme_sla.restore", "acme_sla.uptime"]),
        (("acme_sla.restore",), ["acme_sla.restore"]),
    ],
)
def test_the_promises_kept_through_it_are_hit(obligations: tuple[str, ...], hit: list[str]) -> None:
    """With their agreement and its customer; who is bound stands, and no service falls."""
    found = impact(build(house(acting("tern", "acme", *obligations))), ["tern"], IN_TERM)
    assert isinstance(found, Impact)
    assert [(each.node.id, each.degree) for each in found.hits] == [
        *((f"obligation:{id}", 1) for id in hit),
        ("agreement:acme_sla", 2),
        ("party:bolt", 3),
    ]
    first = next(iter(found.hits[0].path))
    assert (first.edge.kind, first.edge.target) == (EdgeKind.KEPT_THROUGH, "party:tern")


def test_what_it_provides_falls_besides() -> None:
    policy = house(acting("tern", "acme", "acme_sla.restore"))
    db = service("host_b", "tern")
    found = impact(build(replace(policy, services=policy.services.set("host_b", db))), ["tern"], IN_TERM)
    assert isinstance(found, Impact)
    assert [each.node.name for each in found.hits if each.node.kind is NodeKind.SERVICE] == ["host_b"]


def test_it_acts_in_the_term_of_its_agreement_only() -> None:
    found = impact(build(house(acting("tern"))), ["tern"], AFTER)
    assert isinstance(found, Impact)
    assert not found.hits


def test_a_party_that_fails_takes_nobody_down_that_acts_for_it() -> None:
    found = impact(build(house(acting("tern"))), ["acme"], IN_TERM)
    assert isinstance(found, Impact)
    assert "party:tern" not in {each.node.id for each in found.hits}


def test_a_promise_rests_on_who_acts_in_it() -> None:
    graph = build(house(acting("tern", "acme", "acme_sla.restore")))
    beneath = {
        name: {hit.node.id for hit in found.hits}
        for name in ("acme_sla.restore", "acme_sla.uptime", "party:acme")
        if isinstance(found := rests_on(graph, name, IN_TERM), Foundation)
    }
    assert "party:tern" in beneath["acme_sla.restore"]
    assert "party:tern" not in beneath["acme_sla.uptime"] | beneath["party:acme"]


def test_it_is_a_supplier_on_whom_promises_hang_and_no_orphan() -> None:
    """Who acts for the customer is the customer's affair, and a team of the house is no supplier."""
    policy = house(acting("tern"), acting("agency", "bolt"), acting("night_shift"))
    inside = replace(policy.parties["night_shift"], standing=PartyStanding.INTERNAL)
    policy = replace(policy, parties=policy.parties.set("night_shift", inside))
    found = assess(policy, build(policy), IN_TERM)
    assert [each.node.name for each in found.suppliers] == ["northwind", "tern"]
    assert not [each for each in found.orphans if each.kind is OrphanKind.PARTY]
    assert [each.node.name for each in assess(policy, build(policy), AFTER).suppliers] == ["northwind"]


def test_the_promise_says_through_whom_it_is_kept() -> None:
    policy = house(acting("tern"), acting("clerk", "acme", "acme_sla.uptime"))
    (uptime, restore) = policy.agreements["acme_sla"].obligations
    assert obligation_text(policy, uptime).endswith("acme owes it to bolt, through tern, clerk")
    assert obligation_text(policy, restore).endswith("acme owes it to bolt, through tern")


def test_every_export_shows_it() -> None:
    policy = house(acting("tern"))
    texts = {form: export(policy, build(policy), at=IN_TERM, format=form) for form in Format}
    for form in (Format.DOT, Format.MERMAID, Format.GRAPHML, Format.CYTOSCAPE):
        text = texts[form]
        assert isinstance(text, str) and "acts for" in text and "kept through" in text
    edges = json.loads(str(texts[Format.CYTOSCAPE]))["elements"]["edges"]
    assert ("party:tern", "party:acme") in {
        (each["data"]["source"], each["data"]["target"])
        for each in edges
        if "acts for" in each["data"].values()
    }


def test_the_picture_leads_from_the_agreement_to_who_acts_in_it() -> None:
    policy = house(acting("tern"))
    boxes = lay(policy, take(build(policy).at(IN_TERM), at=IN_TERM, policy_version=policy.version))
    ends = {
        (boxes.boxes[line.source].nodes[0].id, boxes.boxes[line.target].nodes[0].id): line
        for line in boxes.lines
        if boxes.boxes[line.target].area is Area.SUPPLIERS
    }
    line = ends["agreement:acme_sla", "party:tern"]
    assert {edge.kind for edge in line.edges} == {EdgeKind.KEPT_THROUGH}
    assert not line.bare
