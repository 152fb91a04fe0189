"""Notices come out alike where the evaluators read the same verdicts."""

from collections import Counter

from hypothesis import given, settings

from engine import definition
from engine.model.reaction import NoticeCase
from engine.rules.reactions.facts_that_follow import load_derived
from engine.rules.reactions.react import react
from tests.differential.followup_worlds import History
from tests.differential.notice_worlds import noticed
from tests.differential.stores import stored
from tests.differential.strata_worlds import ALL_KINDS


def test_the_evaluators_agree() -> None:
    states: Counter[str] = Counter()

    @settings(max_examples=max(120, settings().max_examples))
    @given(noticed())
    def agree(history: History) -> None:
        with stored(history.facts, ALL_KINDS) as store:
            load_derived(history.snapshot, history.verdicts, (), store)
            planned = react(history.snapshot, history.verdicts, store, as_of=history.as_of)
        defined = definition.react(history.snapshot, history.facts, history.verdicts, history.as_of)
        told = [each for each in planned if isinstance(each, NoticeCase)]
        assert told == [each for each in defined if isinstance(each, NoticeCase)]
        states.update(f"{each.cause.value}, {each.state.value}" for each in told)

    agree()
    assert len(states) >= 4, f"not every state was seen: {states}"
