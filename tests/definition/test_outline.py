"""Above the number of facts that are computed again, an explanation shows the plan's figures, and says so."""

from engine import pipeline
from engine.definition import outline
from engine.examples.judge import facts_of
from tests.differential.stores import stored
from tests.policies.test_shipped import SETS, snapshot_of


def test_the_plans_figures_are_shown_and_marked(monkeypatch) -> None:
    snapshot = snapshot_of(SETS["hosting"])
    example = snapshot.examples[0]
    monkeypatch.setattr(pipeline, "RECOMPUTED_UP_TO", 0)
    with stored(facts_of(snapshot, example), snapshot.kinds) as store:
        evaluation = pipeline.evaluate(snapshot, store, as_of=example.as_of, obligations={example.obligation})
        verdict = next(each for each in evaluation.verdicts if each.identity[2] == "2025-02")
        explanation = pipeline.explain(snapshot, store, verdict, as_of=example.as_of)
    assert not explanation.recomputed
    assert explanation == outline(verdict)
    texts = [line.text for line in explanation.lines[0].lines]
    assert "bad: 252 min" in texts and "measured: 99.375%" in texts and texts[-1] == "BREACHED"
