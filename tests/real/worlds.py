"""The shipped examples over real data, judged by either evaluator."""

from pathlib import Path

from engine import definition, pipeline
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.model.verdict import Verdict
from engine.source import Source
from engine.store.database import Store

POLICIES = Path(__file__).parents[2] / "policies" / "examples"
EVALUATORS = ("plan", "definition")


def example(name: str) -> Snapshot:
    """The snapshot of a shipped example."""
    path = POLICIES / name / f"{name}.sla"
    checked = pipeline.check([Source(name=path.name, text=path.read_text("utf-8"))])
    assert checked.snapshot is not None, checked.diagnostics
    return checked.snapshot


def judge(evaluator: str, snapshot: Snapshot, store: Store, as_of: Instant) -> list[Verdict]:
    """Every verdict, from the SQL plans or by definition."""
    if evaluator == "plan":
        return list(pipeline.evaluate(snapshot, store, as_of=as_of).verdicts)
    facts = {name: store.facts(kind, None) for name, kind in snapshot.kinds.items()}
    return list(definition.evaluate(snapshot, facts, as_of))
