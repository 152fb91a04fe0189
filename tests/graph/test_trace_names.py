"""Names of nodes hold whatever facts and subjects are called, and no two things share one."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.diagnostic import Diagnostic
from engine.graph.model_to_graph import build as dependencies
from engine.graph.trace.evaluation_to_graph import build
from engine.graph.trace.name_to_starts import find
from engine.graph.trace.parts_to_name import name_of, parts_of
from engine.graph.trace.starts_to_portion import walk
from engine.graph.trace.trace_graph import fact_node_id, verdict_node_id
from engine.model.reaction import BreachSeverity
from engine.model.tracing import TraceKind
from engine.model.verdict import Evidence, OnTriggerFact, State, Verdict
from tests.hosting import hosting, instant

AT = instant("2025-03-03T09:00:00Z")
KEYS = (
    "a",
    "a/b",
    "b",
    "b/a",
    ":",
    "a:b",
    '"',
    "'",
    "%2F",
    "a%2Fb",
    "%",
    "é\u202e雪",
    " a ",
    "a\nb",
    "x" * 10_000,
)
SUBJECTS = ("shop", "shop/a", "shop/a/b", "a")


@settings(max_examples=200)
@given(st.lists(st.text(alphabet="a/%2F:", max_size=5), min_size=1, max_size=4))
def test_parts_come_back_from_a_name(parts: list[str]) -> None:
    assert parts_of(name_of(*parts)) == tuple(parts)


def test_hostile_keys_and_subjects_keep_apart() -> None:
    """`shop` on `a/b` is not `shop/a` on `b`: each verdict has its node, its fact and its severity."""
    policy = hosting()
    verdicts = [
        Verdict(
            obligation="acme_sla.restore",
            subject=subject,
            occasion=OnTriggerFact(kind="incident", key=key, at=AT),
            state=State.BREACHED,
            evidence=Evidence(facts=1, ids=(f"incident:{key}",)),
        )
        for subject, key in product(SUBJECTS, KEYS)
    ]
    severities = [
        BreachSeverity(
            obligation=each.obligation, subject=each.subject, occasion=each.occasion, severity="grave", at=AT
        )
        for each in verdicts
    ]
    built = build(policy, dependencies(policy), verdicts, severities, {})
    kinds = [each.kind for each in built.nodes.values()]
    assert kinds.count(TraceKind.VERDICT) == kinds.count(TraceKind.SEVERITY) == len(verdicts)
    assert kinds.count(TraceKind.FACT) == len(KEYS)
    for verdict in verdicts:
        id, fact = verdict_node_id(verdict.identity), fact_node_id(f"incident:{verdict.identity[2]}")
        assert find(built, id) == (built.nodes[id],)
        assert find(built, fact) == find(built, fact.removeprefix("fact:")) == (built.nodes[fact],)
        there = walk(built, [built.nodes[id]]).nodes
        assert [each for each in there if each.startswith("verdict:")] == [id] and fact in there
        assert id in walk(built, [built.nodes[fact]]).nodes


def test_a_name_as_people_write_it_is_found_where_it_is_one_thing() -> None:
    policy = hosting()
    twins = [("shop", "a/b"), ("shop/a", "b"), ("shop", "only/one")]
    verdicts = [
        Verdict(
            obligation="acme_sla.restore",
            subject=subject,
            occasion=OnTriggerFact(kind="incident", key=key, at=AT),
            state=State.MET,
        )
        for subject, key in twins
    ]
    built = build(policy, dependencies(policy), verdicts, (), {})
    one = find(built, "acme_sla.restore/shop/only/one")
    assert one == (built.nodes["verdict:acme_sla.restore/shop/only%2Fone"],)
    two = find(built, "verdict:acme_sla.restore/shop/a/b")
    assert isinstance(two, Diagnostic) and two.code == "ambiguous-name" and two.help is not None
    assert "shop/a%2Fb" in two.help and "shop%2Fa/b" in two.help
