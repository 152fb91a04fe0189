"""Until the instant at which a verdict may turn, it stays what it is: a full evaluation says so."""

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from engine import pipeline
from engine.model.quantity import DAY, Instant
from engine.model.verdict import Flag, State, Verdict
from tests.differential import strata_worlds
from tests.differential.starts import IS_LONG
from tests.differential.stores import stored
from tests.differential.strata_worlds import ALL_KINDS
from tests.differential.test_evaluators_agree import SHAPES, worlds
from tests.differential.worlds import LONG_AFTER, World

EXAMPLES = 300 if IS_LONG else 3
"""Worlds of each group of shapes."""

Said = tuple[State, tuple[Flag, ...]]


def said(verdicts: tuple[Verdict, ...]) -> dict[tuple[str, str, str], Said]:
    """The state and the flags of each verdict."""
    return {each.identity: (each.state, each.flags) for each in verdicts}


def stays(world: World, share: float, seldom: list[bool]) -> None:
    """Nothing changes in a moment between now and the first turn."""
    with stored(world.facts, ALL_KINDS) as store:
        now = pipeline.evaluate(world.snapshot, store, as_of=world.as_of)
        turning = pipeline.turning(world.snapshot, store, as_of=world.as_of)
        turns, arises = turning.turns_at(now.verdicts), turning.arises_at()
        instants = [each for each in (*turns, arises) if each is not None]
        assert all(each > world.as_of for each in instants)
        first: Instant = min(instants, default=LONG_AFTER + 400 * DAY)
        seldom.append(first > world.as_of + 1)
        last = max(world.as_of, first - 1)
        for at in {world.as_of + int((last - world.as_of) * share), last}:
            then = pipeline.evaluate(world.snapshot, store, as_of=at)
            before, after = said(now.verdicts), said(then.verdicts)
            assert before.keys() == after.keys(), at
            for identity, state in before.items():
                assert after[identity] == state, (identity, at)


def moves_on(world: World, later: Instant) -> None:
    """What time has touched and turned by then is all that has changed, and can be judged alone."""
    with stored(world.facts, ALL_KINDS) as store:
        told = {"snapshot": world.snapshot, "store": store}
        before = pipeline.evaluate(**told, as_of=world.as_of).verdicts
        turning = pipeline.turning(**told, as_of=world.as_of)
        turns, arises = turning.turns_at(before), turning.arises_at()
        due = [each for each, at in zip(before, turns, strict=True) if at is not None and at <= later]
        begun = world.as_of if arises is not None and arises <= later else None
        moved = pipeline.touched(**told, versions=[], as_of=later, since=world.as_of)
        moved |= pipeline.turned(**told, verdicts=due, as_of=later, begun_since=begun)
        after = pipeline.evaluate(**told, as_of=later).verdicts
        anew = pipeline.evaluate(**told, as_of=later, touched=moved).verdicts
    were, are = said(before), said(after)
    for each in (*before, *after):
        if not moved.is_of(each):
            assert were.get(each.identity) == are.get(each.identity), each.identity
    assert anew == tuple(each for each in after if moved.is_of(each))


@st.composite
def cases(draw: st.DrawFn, shapes: tuple[str, ...]) -> tuple[World, float]:
    """A world and how far between now and its first turn it is asked again."""
    drawn = draw(st.sampled_from(shapes))
    world = draw(strata_worlds.worlds() if drawn == "strata" else worlds(drawn))
    return world, draw(st.sampled_from((0.0, 0.5, 0.9)))


SEVERAL = (*SHAPES, "strata")


@pytest.mark.parametrize("shapes", [(each,) for each in SEVERAL] if IS_LONG else [SEVERAL[:17], SEVERAL[17:]])
def test_no_verdict_changes_before_it_turns(shapes: tuple[str, ...]) -> None:
    seldom: list[bool] = []

    def holds(case: tuple[World, float]) -> None:
        stays(*case, seldom)
        moves_on(case[0], case[0].as_of + int(case[1] * 40 * DAY))

    run = settings(max_examples=EXAMPLES)(given(cases(shapes))(holds))
    (run if IS_LONG else seed(1)(run))()
    assert any(seldom), "it is never known when anything changes"
