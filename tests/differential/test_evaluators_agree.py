"""The SQL plans and the evaluator by definition give the same verdicts, counts included."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from engine import definition
from engine.model.agreement import Agreement
from engine.model.obligation import Obligation
from engine.model.reading import kinds_read
from engine.model.verdict import Evidence, Verdict
from engine.pipeline import evaluate
from tests.differential import promises
from tests.differential.stores import stored
from tests.differential.worlds import LONG_AFTER, World, agreements, instants, rows, snapshot_of

SHAPES: dict[str, Callable[[Agreement], st.SearchStrategy[Obligation]]] = {
    "uptime": promises.uptime_targets,
    "records": promises.record_targets,
    "prohibition": promises.prohibitions,
    "duty": promises.duties,
    "periodic duty": promises.periodic_duties,
    "recovery time": promises.recovery_times,
    "recovery point": promises.recovery_points,
}


@st.composite
def worlds(draw: st.DrawFn, shape: str) -> World:
    """A world whose one obligation has the shape."""
    agreement = draw(agreements())
    obligation = draw(SHAPES[shape](agreement))
    agreement = replace(agreement, obligations=(obligation,))
    return World(
        snapshot=snapshot_of(obligation, agreement),
        facts={kind: draw(rows(kind)) for kind in kinds_read(obligation)},
        as_of=draw(instants() | st.just(LONG_AFTER)),
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_the_evaluators_agree(shape: str) -> None:
    @given(worlds(shape))
    def agree(world: World) -> None:
        with stored(world.facts) as store:
            planned = evaluate(world.snapshot, store, as_of=world.as_of).verdicts
        defined = definition.evaluate(world.snapshot, world.facts, world.as_of)
        note(f"planned {[_said(each) for each in planned]}")
        note(f"defined {[_said(each) for each in defined]}")
        assert [_said(each) for each in planned] == [_said(each) for each in defined]

    agree()


def _said(verdict: Verdict) -> Verdict:
    """All that a verdict says, but for the plan's own evidence; ids of facts stay."""
    return replace(verdict, evidence=Evidence(facts=0, ids=verdict.evidence.ids))
