"""The evaluators agree on agreements whose second version takes over in the month of the facts (S2.6)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyrsistent import pmap

from engine import definition
from engine.model.agreement import Agreement
from engine.model.obligation import Obligation, Reach
from engine.model.period import Term
from engine.model.reading import kinds_read
from engine.model.verdict import Evidence, Verdict
from engine.pipeline import silent
from engine.rules.evaluate import evaluate
from tests.differential import promises
from tests.differential.stores import stored
from tests.differential.worlds import (
    FIRST,
    World,
    agreements,
    moments_of_judging,
    rows,
    snapshot_of,
    trigger_of,
)

SHAPES: dict[str, Callable[[Agreement], st.SearchStrategy[Obligation]]] = {
    "uptime": promises.uptime_targets,
    "records": promises.record_targets,
    "duty": promises.duties,
    "periodic duty": promises.periodic_duties,
    "recovery point": promises.recovery_points,
}


@st.composite
def worlds(draw: st.DrawFn, shape: str) -> World:
    """Two versions of an agreement: of the promise, both have it, mostly in different words."""
    last = draw(agreements())
    cut = FIRST.date() + timedelta(days=draw(st.integers(-5, 35)))
    gap = draw(st.sampled_from((0, 0, 0, 3)))
    start = min(last.term.start, cut - timedelta(days=10 + gap))
    through = None if last.term.through is None else max(last.term.through, cut + timedelta(days=6))
    last = replace(last, term=Term(start=cut, through=through), version="2", supersedes="a@1")
    first = replace(
        last,
        name="a@1",
        version="1",
        supersedes=None,
        superseded_by="a",
        term=Term(start=start, through=cut - timedelta(days=1 + gap)),
    )
    second = draw(SHAPES[shape](last))
    both = draw(st.sampled_from((True, True, True, False)))
    earlier = draw(st.just(second) | SHAPES[shape](first))
    earlier = replace(
        earlier,
        terms=replace(
            earlier.terms, agreement="a@1", subject="a", reach=Reach(until=cut) if both else Reach()
        ),
    )
    second = replace(second, terms=replace(second.terms, subject="a", reach=Reach(since=cut)))
    last = replace(last, obligations=(second,) if both else ())
    first = replace(first, obligations=(earlier,))
    snapshot = replace(snapshot_of(second, last), agreements=pmap({"a": last, "a@1": first}))
    kinds = {kind for each in (earlier, second) for kind in kinds_read(each)}
    # What the promises speak of happens, and mostly in time: an occasion that nobody saw compares nothing.
    happens = {kind for kind in (trigger_of(earlier), trigger_of(second)) if kind is not None}
    return World(
        snapshot=snapshot,
        facts={kind: draw(rows(kind, at_least=3 if kind in happens else 0)) for kind in sorted(kinds)},
        as_of=draw(moments_of_judging()),
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_the_evaluators_agree(shape: str) -> None:
    decided = 0

    @settings(max_examples=40)
    @given(worlds(shape))
    def agree(world: World) -> None:
        nonlocal decided
        with stored(world.facts) as store:
            judged = evaluate(
                world.snapshot, store, as_of=world.as_of, known_at=None, obligations=None, progress=silent
            )
        defined = definition.evaluate(world.snapshot, world.facts, world.as_of)
        identities = [each.identity for each in judged.verdicts]
        assert identities == [each.identity for each in defined]
        # However many versions there are, an occasion is judged once (S7.4).
        assert len(set(identities)) == len(identities)
        for ours, theirs in zip(judged.verdicts, defined, strict=True):
            if ours.identity not in judged.undecided:
                decided += 1
                assert _said(ours) == _said(theirs)
                governing = world.snapshot.obligation_of(ours)
                assert governing is not None
                assert world.snapshot.agreements[governing.terms.agreement].version == ours.version

    agree()
    assert decided > 20, "too little was compared"


def _said(verdict: Verdict) -> Verdict:
    """All that a verdict says, but for the plan's own evidence."""
    return replace(verdict, evidence=Evidence(facts=0, ids=verdict.evidence.ids))
