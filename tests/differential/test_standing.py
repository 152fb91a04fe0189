"""Verdicts that stand, with what news and time have touched judged anew, and what follows from all of them: a
whole evaluation says the same. Of windows that bear the news it says the same state and flags."""

from dataclasses import dataclass

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from engine import pipeline
from engine.model.derived import has_strata
from engine.model.growing import grows
from engine.model.quantity import DAY
from engine.tenant.standing import Standing
from tests.differential import escalation_worlds, followed_worlds, strata_worlds
from tests.differential.starts import IS_LONG
from tests.differential.stores import stored
from tests.differential.strata_worlds import ALL_KINDS
from tests.differential.test_evaluators_agree import SHAPES
from tests.differential.test_touching import News, news, news_of, told

EXAMPLES = 300 if IS_LONG else 3
"""Worlds of each group of shapes."""

FOLLOWED = {
    "strata": strata_worlds.worlds,
    "followed": followed_worlds.worlds,
    "escalating": escalation_worlds.escalating,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """News of a world, and how many days after it was judged it is told."""

    news: News
    days: float


@st.composite
def cases(draw: st.DrawFn, shapes: tuple[str, ...]) -> Case:
    """News of a world of one of the shapes, told at once or later."""
    shape = draw(st.sampled_from(shapes))
    told = draw(news_of(FOLLOWED[shape]())) if shape in FOLLOWED else draw(news((shape,)))
    return Case(news=told, days=draw(st.sampled_from((0.0, 0.001, 1.0, 20.0, 36.5))))


def stands(case: Case, stood: list[bool], borne: list[bool]) -> None:
    """The laws."""
    world = case.news.world
    later = world.as_of + int(case.days * DAY)
    with stored(world.facts, ALL_KINDS) as store:
        of = {"snapshot": world.snapshot, "store": store}
        before = pipeline.evaluate(**of, as_of=world.as_of).verdicts
        turning = pipeline.turning(**of, as_of=world.as_of)
        turns, arises = turning.turns_at(before), turning.arises_at()
        due = [
            each
            for each, turn in zip(before, turns, strict=True)
            if (turn is not None and turn <= later) or grows(each, world.as_of)
        ]
        with told(case.news, store):
            anew = pipeline.touched(**of, versions=case.news.versions(), as_of=later, since=world.as_of)
            standing = Standing()
            standing.put(before, turns, map(turning.bears, before), world.as_of)
            left = anew if has_strata(world.snapshot) else standing.bear(anew)
            begun = None if arises is None or arises > later else world.as_of
            left |= pipeline.turned(**of, verdicts=standing.turned(later), as_of=later, begun_since=begun)
            bearing = {each.identity: each for each in before if anew.is_of(each) and not left.is_of(each)}
            anew |= pipeline.turned(
                **of,
                verdicts=due,
                as_of=later,
                begun_since=begun,
            )
            beside = [each for each in before if not anew.is_of(each)]
            stands = pipeline.evaluate(**of, as_of=later, touched=anew, beside=beside)
            assert stands == pipeline.evaluate(**of, as_of=later)
    known = {each.identity for each in before}
    for each in stands.verdicts:
        assert each.identity in known or left.is_of(each), each.identity
        if each.identity in bearing:
            was = bearing.pop(each.identity)
            assert (each.state, each.flags, each.due) == (was.state, was.flags, was.due), each.identity
            borne.append(each != was)
    assert not bearing, "what bears news stays"
    stood.append(bool(beside))


SEVERAL = (*SHAPES, *FOLLOWED)


@pytest.mark.parametrize("shapes", [(each,) for each in SEVERAL] if IS_LONG else [SEVERAL[:20], SEVERAL[20:]])
def test_what_stands_and_what_is_judged_anew_are_a_whole_evaluation(shapes: tuple[str, ...]) -> None:
    stood: list[bool] = []
    borne: list[bool] = []

    def holds(case: Case) -> None:
        stands(case, stood, borne)

    run = settings(max_examples=EXAMPLES)(given(cases(shapes))(holds))
    (run if IS_LONG else seed(1)(run))()
    assert IS_LONG or any(stood), "nothing ever stands"
