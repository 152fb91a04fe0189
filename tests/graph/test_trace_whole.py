"""Every kind of thing that follows is a step of the trace, forward and back, and so is every fact that
matters."""

from collections.abc import Callable, Iterator
from typing import get_args

import pytest

from engine import pipeline
from engine.diagnostic import Diagnostic
from engine.facts.facts_to_store import hold
from engine.graph.trace.consequence_to_step import CONSEQUENCES
from engine.graph.trace.evaluation_to_graph import build
from engine.graph.trace.starts_to_portion import walk
from engine.graph.trace.trace_graph import TraceGraph
from engine.model.fact import Fact, FactValue
from engine.model.instants import parse_instant
from engine.model.reaction import Reaction
from engine.model.snapshot import Snapshot
from engine.model.tracing import Trace, TraceKind
from engine.pipeline import Evaluation
from engine.source import Source
from tests.hosting import instant
from tests.reactions.facts_given import facts_by_kind
from tests.reactions.test_ladders_by_hand import TARGET, notice, outages
from tests.reactions.test_what_followed_by_hand import DUTIES, IMPROVEMENT, policy, report

AS_OF = instant("2025-06-20T00:00:00Z")
BESIDES = """
  cites egf5 "1" "this agreement"
  notice 30 calendar days before the end
  renews for 3 months unless notice n where n.kind is "non-renewal"
  reviewed on incident r within 10 calendar days of r.reported_at by relationship_manager
  notify gleif on breach b of availability within 24 hours by notice n where n.obligation is b.obligation
  notify gleif on breach b of availability within 48 hours by notice n where n.obligation is b.obligation
  notify relationship_manager on at risk
  escalation rising {
    cites egf5 "4.1"
    when incident i where i.major is yes
    from i.reported_at
    level 1 relationship_manager within 90 minutes
    updates every 1 hour by status s where s.incident is i.id and s.value is "update"
    stops when status e where e.incident is i.id and e.value is "over"
  }
  prohibition no_more_than_that {
    cites egf5 "4.6"
    obliges qvi
    never breach b where b.obligation is availability in each calendar year
  }
"""
CREDITS = """
    breach is severity_1
    warns below 99%
    credits {
      base sum of c.amount of charge c
      pays 10% below 97.7%
    }
"""


def whole() -> Snapshot:
    text = policy(IMPROVEMENT + DUTIES + BESIDES)
    text = text.replace(
        "at least 97.7% in each calendar month", "at least 97.7% in each calendar month" + CREDITS
    )
    text = text.replace("through 2026-12-31", "through 2025-03-31")
    checked = pipeline.check([Source(name="a.sla", text=text)])
    assert checked.snapshot is not None, [(each.message, each.help) for each in checked.diagnostics]
    return checked.snapshot


def given(of: str, key: str, /, **values: FactValue) -> Fact:
    """A fact of a kind, with the instants given as text."""
    read = {
        name: parse_instant(each) or each if isinstance(each, str) else each for name, each in values.items()
    }
    return Fact(kind=of, key=key, values={"id": key, **read})


FACTS = (
    *outages("2025-01", "2025-04", "2025-05"),
    *outages("2025-06", hours=10),
    notice("2025-02-10T09:00:00Z"),
    report("2025-02-20T09:00:00Z", "2025-01"),
    given(
        "improvement",
        "better",
        service="challenge_data",
        planned_at="2025-06-05T09:00:00Z",
        obligation=TARGET,
    ),
    given("charge", "c-1", agreement="qvi_sla", at="2025-01-10T00:00:00Z", amount=1000),
    given("notice", "stay", agreement="qvi_sla", kind="non-renewal", given_at="2025-06-10T00:00:00Z"),
    given("incident", "i-1", service="challenge_data", reported_at="2025-03-03T09:00:00Z", major=True),
    given("status", "s-1", incident="i-1", at="2025-03-03T09:30:00Z", value="update"),
    given("status", "s-2", incident="i-1", at="2025-03-03T13:30:00Z", value="over"),
    given("review", "rev-1", agreement="qvi_sla", held_at="2025-03-05T09:00:00Z"),
    given("notice", "stray", kind="greeting", given_at="2025-06-10T00:00:00Z"),
)

Ask = Callable[[str], Trace | Diagnostic]


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[TraceGraph, Evaluation, Ask]]:
    """The graph without explanations, what was judged, and a way to ask."""
    snapshot = whole()
    graph = pipeline.graph(snapshot)
    with pipeline.open_store() as store:
        hold(snapshot.kinds, facts_by_kind(snapshot, FACTS), store)
        found = pipeline.evaluate(snapshot, store, as_of=AS_OF)

        def ask(name: str) -> Trace | Diagnostic:
            return pipeline.trace_from(
                snapshot,
                graph,
                store,
                name,
                found.verdicts,
                found.reactions,
                lambda verdict: pipeline.explain(snapshot, store, verdict, as_of=AS_OF),
                as_of=AS_OF,
            )

        yield build(snapshot, graph, found.verdicts, found.reactions, {}), found, ask


def test_every_kind_of_reaction_is_a_step_and_a_start(world: tuple[TraceGraph, Evaluation, Ask]) -> None:
    built, found, ask = world
    assert {type(each) for each in found.reactions} == set(get_args(Reaction))
    kinds = (*CONSEQUENCES, TraceKind.RENEWAL)
    nodes = [each for each in built.nodes.values() if each.kind in kinds]
    assert len(nodes) == len(set(found.reactions)) and {each.kind for each in nodes} == set(kinds)
    for node in nodes:
        behind = {each.kind for each in walk(built, [node]).nodes.values()}
        assert {TraceKind.CLAUSE, TraceKind.AGREEMENT, TraceKind.VERDICT} <= behind, node.id
    for kind in kinds:
        one = next(each for each in nodes if each.kind is kind)
        traced = ask(one.id)
        assert isinstance(traced, Trace) and traced.starts == (one.id,), traced
        assert traced.tree.role == "trace back" and traced.tree.steps[0].role == kind.value


def test_every_edge_has_ends_and_every_node_hangs_on_words(
    world: tuple[TraceGraph, Evaluation, Ask],
) -> None:
    built, _, _ = world
    assert {one.target for edges in built.out.values() for one in edges} | set(built.out) <= set(built.nodes)
    reached: set[str] = set()
    for node in list(built.nodes.values()):
        if node.kind is TraceKind.CLAUSE:
            reached |= set(walk(built, [node]).nodes)
    assert reached == set(built.nodes)


def test_two_notices_to_one_party_are_two(world: tuple[TraceGraph, Evaluation, Ask]) -> None:
    """One within 24 hours of the breach and one within 48: each has a due instant of its own."""
    built, _, _ = world
    told = [
        each for each in built.nodes.values() if each.id.startswith("notice:") and "/2025-01/gleif" in each.id
    ]
    assert len({each.text for each in told}) == len(told) == 2


def test_a_review_is_a_duty_with_its_fact(world: tuple[TraceGraph, Evaluation, Ask]) -> None:
    found = world[2]("review:rev-1")
    assert isinstance(found, Trace)
    assert found.judged == {"verdict:qvi_sla.reviewed_on_incident/qvi_sla/i-1"}


@pytest.mark.parametrize(
    ("name", "touched"),
    [
        # What is only looked up, and what only reactions read.
        ("charge:c-1", ["credit:qvi_sla.availability/challenge_data/2025-01"]),
        ("notice:stay", ["renewal:qvi_sla"]),
        ("improvement:better", ["improvement:qvi_sla.plan/qvi_sla.availability/challenge_data/2025-05"]),
        # Through a breach to a count of them, and through levels of a ladder to the duty that they call for.
        (
            "outage:2025-01",
            [
                "verdict:qvi_sla.no_more_than_that/qvi_sla/2025",
                "verdict:qvi_sla.tell_the_board/qvi_sla/"
                "qvi_sla.breach_ladder.2%2Fqvi_sla.availability%2Fchallenge_data%2F2025-01",
            ],
        ),
    ],
)
def test_a_fact_finds_all_that_it_touches(
    name: str, touched: list[str], world: tuple[TraceGraph, Evaluation, Ask]
) -> None:
    found = world[2](name)
    assert isinstance(found, Trace), found
    kept = {each.id for each in found.nodes}
    assert set(touched) <= kept, sorted(kept)
    assert TraceKind.CLAUSE in {each.kind for each in found.nodes}


def test_a_fact_that_touches_nothing_is_said_so(world: tuple[TraceGraph, Evaluation, Ask]) -> None:
    found = world[2]("notice:stray")
    assert isinstance(found, Diagnostic) and found.code == "no-verdict"
    assert found.help is not None and "judged again without it" in found.help


def test_a_breach_leads_to_what_has_read_it_and_back(world: tuple[TraceGraph, Evaluation, Ask]) -> None:
    """S9: from the clause of the target to the count of its breaches, and from there to the clause."""
    _, _, ask = world
    count = "verdict:qvi_sla.no_more_than_that/qvi_sla/2025"
    forward, back = ask('egf5 "2.5"'), ask(count)
    assert isinstance(forward, Trace) and isinstance(back, Trace)
    assert count in forward.judged
    assert 'clause:egf5 "2.5"' in {each.id for each in back.nodes}
    for found in (forward, back):
        edges = {(each.source, each.target): each.kind.value for each in found.edges}
        became = "verdict:qvi_sla.availability/challenge_data/2025-01"
        assert edges[became, "fact:breach:qvi_sla.availability/challenge_data/2025-01"] == "became"


def test_windows_that_a_pattern_looks_at_led_to_it(world: tuple[TraceGraph, Evaluation, Ask]) -> None:
    """Two months in three: the breach of April and that of May, with March among them."""
    built, _, _ = world
    (case,) = (each.id for each in built.nodes.values() if each.kind is TraceKind.IMPROVEMENT)
    windows = {
        each.source.rpartition("/")[2] for each in built.into[case] if each.source.startswith("verdict")
    }
    assert {"2025-03", "2025-04", "2025-05"} <= windows
