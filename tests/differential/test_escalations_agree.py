"""Levels and updates of escalations come out alike in both evaluators."""

from collections import Counter

from engine import definition
from engine.model.reaction import EscalationState, EscalationStep, UpdateCase, UpdateState
from engine.rules.reactions.react import react
from tests.differential.escalation_worlds import escalating
from tests.differential.starts import tried
from tests.differential.stores import stored
from tests.differential.test_evaluators_agree import EXAMPLES
from tests.differential.worlds import World


def test_the_evaluators_agree() -> None:
    seen: Counter[str] = Counter()

    def agree(world: World) -> None:
        with stored(world.facts) as store:
            planned = react(world.snapshot, (), store, as_of=world.as_of)
        assert planned == definition.react(world.snapshot, world.facts, (), world.as_of)
        for each in planned:
            assert isinstance(each, EscalationStep | UpdateCase)
            seen[f"{type(each).__name__} {each.state.value}"] += 1

    tried(escalating(), EXAMPLES, agree)
    assert len(seen) == len(EscalationState) + len(UpdateState), f"not every state was seen: {seen}"
