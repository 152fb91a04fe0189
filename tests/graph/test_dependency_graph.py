"""What a graph holds at an instant: versions take over from one another, and no edge lacks an end."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from engine.graph.dependency_graph import DependencyGraph
from engine.graph.model_to_graph import build
from engine.model.dependency import EdgeKind
from engine.model.followup import BreachedIn, Right
from engine.model.party import Reference
from engine.model.period import Term
from tests.hosting import SPAN, hosting, instant, uptime

IN_2025 = instant("2025-06-01T00:00:00Z")
IN_2026 = instant("2026-06-01T00:00:00Z")
AFTERWARDS = instant("2027-06-01T00:00:00Z")


def versions() -> DependencyGraph:
    """The hosting policy whose agreement has a second version in 2026, an amendment of it."""
    policy = hosting()
    first, target = policy.agreements["acme_sla"], uptime("acme_sla.uptime", "shop", Fraction(1))
    second = replace(
        first,
        term=Term(start=date(2026, 1, 1), through=date(2026, 12, 31)),
        obligations=(target,),
        supersedes="acme_sla@1",
        amends="acme_sla",
        version="2",
    )
    first = replace(first, name="acme_sla@1", superseded_by="acme_sla", amends="gold", version="1")
    agreements = policy.agreements.set("acme_sla@1", first).set("acme_sla", second)
    return build(replace(policy, agreements=agreements))


def test_an_agreement_is_there_while_its_version_is_in_force() -> None:
    graph = versions()
    for at, there, gone in (
        (IN_2025, "agreement:acme_sla@1", "agreement:acme_sla"),
        (IN_2026, "agreement:acme_sla", "agreement:acme_sla@1"),
    ):
        view = graph.at(at)
        assert there in view.nodes
        assert gone not in view.nodes
        promising = [edge.source for edge in view.into("obligation:acme_sla.uptime")]
        assert there in promising
        assert gone not in promising
    assert "obligation:acme_sla.restore" in graph.at(IN_2025).nodes
    assert "obligation:acme_sla.restore" not in graph.at(IN_2026).nodes


def test_no_edge_lacks_an_end() -> None:
    """The contract beneath ends with 2025, what it underpinned then is not there before 2026."""
    for at in (IN_2025, IN_2026, AFTERWARDS):
        view = versions().at(at)
        for edge in view.edges():
            assert {edge.source, edge.target} <= set(view.nodes)
            assert edge in list(view.out_of(edge.source))
            assert edge in list(view.into(edge.target))
    assert EdgeKind.UNDERPINS not in {edge.kind for edge in versions().at(IN_2026).edges()}


def test_what_is_declared_without_a_term_is_always_there() -> None:
    nodes = versions().at(AFTERWARDS).nodes
    kinds = {node.kind.value for node in nodes.values()}
    assert kinds == {"party", "role", "service", "component", "calendar", "group"}
    assert "source:monitor" not in nodes  # only promises name it, and none is in force


def test_one_view_serves_all_instants_between_two_changes() -> None:
    graph = versions()
    view = graph.at(IN_2025)
    assert graph.at(instant("2025-12-31T22:59:59Z")) is view
    assert graph.at(instant("2025-12-31T23:00:00Z")) is not view
    assert view.since is not None
    assert graph.at(view.since) is view
    assert view.until == instant("2025-12-31T23:00:00Z")


def test_as_a_network_it_has_the_same_nodes_and_edges() -> None:
    view = versions().at(IN_2025)
    network = view.network()
    assert list(network) == list(view.nodes)
    edges = [data["edge"] for _, _, data in network.edges(data=True)]
    assert {id(edge) for edge in edges} == {id(edge) for edge in view.edges()}


def test_versions_and_amendments_are_edges() -> None:
    said = {(link.edge.source, link.edge.kind, link.edge.target) for link in versions().edges()}
    assert ("agreement:acme_sla", EdgeKind.SUPERSEDES, "agreement:acme_sla@1") in said
    assert ("agreement:acme_sla", EdgeKind.AMENDS, "agreement:acme_sla@1") in said
    assert ("agreement:acme_sla@1", EdgeKind.AMENDS, "template:gold") in said


def test_who_acts_in_an_agreement_is_an_edge() -> None:
    """Owners, reviewers, rights and documents that leave something to others."""
    policy = hosting()
    right = Right(
        id="acme_sla.leave",
        title="Leave",
        agreement="acme_sla",
        cites=(),
        holder="bolt",
        power="terminate",
        patterns=(BreachedIn(obligation="acme_sla.uptime", needed=3, of=6),),
        exercisable=None,
        exercised_by=None,
        span=SPAN,
    )
    sla = replace(
        policy.agreements["acme_sla"], owned_by="duty_manager", reviewed_by="duty_manager", rights=(right,)
    )
    reference = Reference(section="2", document="annex", to_section="A", span=SPAN)
    msa = replace(policy.documents["msa"], refers=(reference,))
    changed = replace(
        policy,
        agreements=policy.agreements.set("acme_sla", sla),
        documents=policy.documents.set("msa", msa),
    )
    said = {
        (link.edge.source, link.edge.kind, link.edge.target): link.edge.clause
        for link in build(changed).edges()
    }
    assert said["agreement:acme_sla", EdgeKind.OWNED_BY, "role:duty_manager"] == 'msa "1"'
    assert said["agreement:acme_sla", EdgeKind.REVIEWED_BY, "role:duty_manager"] == 'msa "1"'
    assert said["obligation:acme_sla.uptime", EdgeKind.GIVES_A_RIGHT_TO, "party:bolt"] == 'msa "1"'
    assert said['clause:msa "2"', EdgeKind.REFERS_TO, 'clause:annex "A"'] is None
