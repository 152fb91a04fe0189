"""What reads breaches, credits and levels is judged alike by both evaluators, level by level (S9)."""

from dataclasses import replace

from hypothesis import given, settings

from engine import definition, pipeline
from engine.model.reaction import Credit, Reaction
from engine.model.verdict import Evidence, Verdict
from tests.differential.stores import stored
from tests.differential.strata_worlds import ALL_KINDS, worlds
from tests.differential.worlds import World


def test_the_evaluators_agree_about_strata() -> None:
    compared = followed = 0

    @settings(max_examples=max(50, settings().max_examples // 4))
    @given(worlds())
    def agree(world: World) -> None:
        nonlocal compared, followed
        with stored(world.facts, ALL_KINDS) as store:
            found = pipeline.evaluate(world.snapshot, store, as_of=world.as_of)
        defined = definition.evaluate(world.snapshot, world.facts, world.as_of)
        assert [_said(each) for each in found.verdicts] == [_said(each) for each in defined]
        reacted = definition.react(world.snapshot, world.facts, found.verdicts, world.as_of)
        assert _bare(found.reactions) == _bare(reacted)
        compared += len(defined)
        # Evidence that names what follows shows that a level above was reached.
        ids = (id.partition(":")[0] for each in defined for id in each.evidence.ids)
        followed += sum(kind in ("breach", "credit", "escalation") for kind in ids)

    agree()
    assert compared > 200, "too little was compared"
    assert followed > 50, "too little followed from anything"


def _said(verdict: Verdict) -> Verdict:
    return replace(verdict, evidence=Evidence(facts=0, ids=verdict.evidence.ids))


def _bare(reactions: tuple[Reaction, ...]) -> list[Reaction]:
    return [replace(each, arithmetic=()) if isinstance(each, Credit) else each for each in reactions]
