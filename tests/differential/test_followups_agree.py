"""Ladders, rights and improvements come out alike where the evaluators fold the same verdicts."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings

from engine import definition
from engine.model.reaction import Credit, ImprovementCase, LadderCase, Reaction, RightArisen
from engine.rules.reactions.facts_that_follow import load_derived
from engine.rules.reactions.react import react
from tests.differential.followup_worlds import History, histories
from tests.differential.stores import stored
from tests.differential.strata_worlds import ALL_KINDS

FOLLOWUPS = (LadderCase, RightArisen, ImprovementCase)


@pytest.mark.parametrize("sort", ("ladder", "right", "improvement"))
def test_the_evaluators_agree(sort: str) -> None:
    states: Counter[str] = Counter()
    cut: Counter[str] = Counter()

    @settings(max_examples=max(200, settings().max_examples))
    @given(histories(sort))
    def agree(history: History) -> None:
        with stored(history.facts, ALL_KINDS) as store:
            load_derived(history.snapshot, history.verdicts, (), store)
            planned = react(history.snapshot, history.verdicts, store, as_of=history.as_of)
        defined = definition.react(history.snapshot, history.facts, history.verdicts, history.as_of)
        assert _bare(planned) == _bare(defined)
        for verdict in history.verdicts:
            cut.update([verdict.whole_window] if verdict.whole_window != verdict.identity[2] else [])
        states.update(each.state.value for each in planned if isinstance(each, FOLLOWUPS))

    agree()
    assert states.total() > 60, "too little followed"
    assert cut.total() >= 5, "too few windows were cut by a change of versions"
    assert len(states) >= 3, f"not every state was seen: {states}"


def _bare(reactions: tuple[Reaction, ...]) -> list[Reaction]:
    return [replace(each, arithmetic=()) if isinstance(each, Credit) else each for each in reactions]
