"""What reads ladders, rights and improvements is judged alike by both evaluators, level by level (S9)."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings

from engine import definition, pipeline
from engine.model.derived import FOLLOWUPS
from engine.model.reaction import Credit, Reaction
from engine.model.verdict import Evidence, State, Verdict
from tests.differential.followed_worlds import worlds
from tests.differential.stores import stored
from tests.differential.strata_worlds import ALL_KINDS
from tests.differential.worlds import World


def test_the_evaluators_agree_about_what_reads_them() -> None:
    read: Counter[str] = Counter()
    states: Counter[State] = Counter()

    @settings(max_examples=max(30, settings().max_examples // 4))
    @given(worlds())
    def agree(world: World) -> None:
        with stored(world.facts, ALL_KINDS) as store:
            found = pipeline.evaluate(world.snapshot, store, as_of=world.as_of)
        defined = definition.evaluate(world.snapshot, world.facts, world.as_of)
        assert [_said(each) for each in found.verdicts] == [_said(each) for each in defined]
        reacted = definition.react(world.snapshot, world.facts, found.verdicts, world.as_of)
        assert _bare(found.reactions) == _bare(reacted)
        for each in defined:
            kinds = {id.partition(":")[0] for id in each.evidence.ids} & set(FOLLOWUPS)
            read.update(kinds)
            states.update([each.state] if kinds else [])

    agree()
    assert all(read[kind] > 5 for kind in FOLLOWUPS), f"too little was read: {read}"
    assert states.keys() >= {State.MET, State.BREACHED}, f"too few states: {states}"


def _said(verdict: Verdict) -> Verdict:
    return replace(verdict, evidence=Evidence(facts=0, ids=verdict.evidence.ids))


def _bare(reactions: tuple[Reaction, ...]) -> list[Reaction]:
    return [replace(each, arithmetic=()) if isinstance(each, Credit) else each for each in reactions]
