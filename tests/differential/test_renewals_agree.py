"""Terms that renew, and what is judged in them, come out alike in both evaluators."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings

from engine import definition, pipeline
from engine.model.reaction import RenewalCase
from engine.model.verdict import Evidence, Verdict
from tests.differential.renewal_worlds import renewing
from tests.differential.stores import stored
from tests.differential.test_evaluators_agree import EXAMPLES
from tests.differential.worlds import World


def test_the_evaluators_agree() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES)
    @given(renewing())
    def agree(world: World) -> None:
        with stored(world.facts) as store:
            planned = pipeline.evaluate(world.snapshot, store, as_of=world.as_of)
        defined = definition.evaluate(world.snapshot, world.facts, world.as_of)
        assert [_said(each) for each in planned.verdicts] == [_said(each) for each in defined]
        assert planned.reactions == definition.react(world.snapshot, world.facts, defined, world.as_of)
        cases = [each for each in planned.reactions if isinstance(each, RenewalCase)]
        seen.update(each.state.value for each in cases)
        seen.update("renewed" for each in cases if each.renewed)
        seen.update("noticed" for each in cases if each.notice)

    agree()
    assert {"open", "ending", "ended", "renewed", "noticed"} <= set(seen), f"not every state was seen: {seen}"


def _said(verdict: Verdict) -> Verdict:
    return replace(verdict, evidence=Evidence(facts=0, ids=verdict.evidence.ids))
