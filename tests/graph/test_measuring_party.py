"""`source "X" by PARTY`: who measures is in the graph, and what cannot be measured is not lost."""

import pytest

from api.command.main import main
from engine import pipeline
from engine.graph.dependency_graph import DependencyGraph
from engine.model.dependency import EdgeKind, Foundation, Impact
from engine.model.snapshot import Snapshot
from engine.source import Source
from tests.hosting import instant

IN_TERM = instant("2025-06-01T00:00:00Z")
AFTER = instant("2026-06-01T00:00:00Z")
POLICY = """
use standard
document msa "Contract" {{ version "1"  dated 2024-12-01 }}
party acme  party bolt  party watcher  party other
service shop {{ provider acme  hours always }}
agreement deal is sla {{
  between acme as provider and bolt as customer
  covers shop
  cites msa "1" "all"
  in force from 2025-01-01 through 2025-12-31
  accepted by "paper" on 2024-12-20
  zone UTC
  conventions standard {{ sources are assumed watched }}
  {targets}
}}
"""


def target(name: str, source: str, more: str = "") -> str:
    return f"""
  target {name} of shop {{
    cites msa "2" "99 %"
    obliges acme
    measures uptime from outage
    during always
    source {source}
    requires at least 99% in each calendar month
    credits {{ base EUR 100.00  pays 10% on breach }}
    {more}
  }}"""


def graph_of(*targets: str) -> tuple[Snapshot, DependencyGraph]:
    source = Source(name="deal.sla", text=POLICY.format(targets="".join(targets)))
    checked = pipeline.check([source])
    assert checked.snapshot is not None, checked.diagnostics
    return checked.snapshot, pipeline.graph(checked.snapshot)


def impact(snapshot: Snapshot, graph: DependencyGraph, *names: str, at: int = IN_TERM) -> Impact:
    found = pipeline.impact(graph, names, at=at, snapshot=snapshot)
    assert isinstance(found, Impact)
    return found


def fates(found: Impact) -> dict[str, bool]:
    """What is hit, and whether it is only unmeasured."""
    return {hit.node.id: hit.for_want_of_measuring for hit in found.hits}


def test_without_who_measures_it_a_promise_for_want_of_measuring() -> None:
    """Nothing is down, and nothing is paid for what nobody can tell (S7.2)."""
    snapshot, graph = graph_of(target("up", '"Probe" by watcher'))
    found = impact(snapshot, graph, "watcher")
    assert fates(found) == {
        "source:Probe": False,
        "obligation:deal.up": True,
        "agreement:deal": True,
        "party:bolt": True,
    }
    promise = next(hit for hit in found.hits if hit.node.name == "deal.up")
    assert [(hop.edge.kind, hop.edge.clause, hop.node.name) for hop in promise.path] == [
        (EdgeKind.RUNS, 'msa "2"', "Probe"),
        (EdgeKind.MEASURED_BY, 'msa "2"', "deal.up"),
    ]
    assert found.money == ()
    assert not fates(impact(snapshot, graph, "watcher", at=AFTER))


def test_what_is_lost_besides_is_not_only_unmeasured() -> None:
    snapshot, graph = graph_of(target("up", '"Probe" by watcher'))
    found = impact(snapshot, graph, "watcher", "shop")
    assert fates(found) == {
        "source:Probe": False,
        "obligation:deal.up": False,
        "agreement:deal": False,
        "party:bolt": False,
    }
    assert [str(each.amount.amount) for each in found.money if each.amount] == ["10.00"]


def test_a_promise_that_an_unmeasured_one_serves_is_hit_for_the_same_want() -> None:
    snapshot, graph = graph_of(
        target("up", '"Probe" by watcher', "carries deal.upper"), target("upper", '"Log" by acme')
    )
    found = fates(impact(snapshot, graph, "watcher"))
    assert found["obligation:deal.up"] and found["obligation:deal.upper"]


def test_two_parties_with_a_source_of_one_name_run_one_each() -> None:
    snapshot, graph = graph_of(
        target("up", '"Probe" by watcher'), target("also", '"Probe" by other'), target("bare", '"Probe"')
    )
    assert set(fates(impact(snapshot, graph, "watcher"))) >= {"source:Probe by watcher", "obligation:deal.up"}
    assert "obligation:deal.also" not in fates(impact(snapshot, graph, "watcher"))
    assert "obligation:deal.bare" not in fates(impact(snapshot, graph, "watcher", "other"))
    assert fates(impact(snapshot, graph, "source:Probe"))["obligation:deal.bare"]


def test_a_promise_rests_on_its_source_and_who_runs_it() -> None:
    _, graph = graph_of(target("up", '"Probe" by watcher'))
    found = pipeline.rests_on(graph, "deal.up", at=IN_TERM)
    assert isinstance(found, Foundation)
    degrees = {hit.node.id: hit.degree for hit in found.hits}
    assert (degrees["source:Probe"], degrees["party:watcher"]) == (1, 2)


def test_who_measures_hangs_on_something() -> None:
    """A party that only measures is named by a promise; one that nobody names is an orphan."""
    snapshot, graph = graph_of(target("up", '"Probe" by watcher'))
    orphans = {each.node.name for each in pipeline.risk(snapshot, graph, at=IN_TERM).orphans}
    assert "other" in orphans and "watcher" not in orphans


def test_a_source_is_said_even_where_nobody_must_watch() -> None:
    """The check whether an SLA says who measures goes by what is said."""
    codes = {
        source: {
            each.code
            for each in pipeline.check(
                [Source(name="deal.sla", text=POLICY.format(targets=text))]
            ).diagnostics
        }
        for source, text in (
            ("said", target("up", '"Probe" by watcher')),
            ("not", target("up", '"Probe"').replace('source "Probe"', "")),
        )
    }
    assert "method-missing" in codes["not"] - codes["said"]


def test_the_command_calls_it_unmeasured(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path_factory.mktemp("deal") / "deal.sla"
    file.write_text(POLICY.format(targets=target("up", '"Probe" by watcher')), "utf-8")
    assert main(["impact", str(file), "watcher", "--as-of", "2025-06-01"]) == 0
    said = capsys.readouterr().out
    for words in (
        "1 source lost: Probe",
        "1 promise unmeasured: deal.up",
        "1 agreement resting on what is unmeasured: deal",
        "1 customer resting on what is unmeasured: bolt",
        'watcher runs Probe (msa "2")',
    ):
        assert words in said
