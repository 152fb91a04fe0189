"""What must not change uptime, and what can only change it one way (S5)."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import definition
from engine.model.exclusion import Exclusion, Intervals
from engine.model.expression import Selection
from engine.model.fact import Fact
from engine.model.measure import MissingData, ShortOutages, Uptime
from engine.model.obligation import Target
from engine.model.verdict import Verdict
from tests.differential.conditions import field
from tests.differential.kinds import NOWHERE
from tests.differential.test_evaluators_agree import worlds
from tests.differential.worlds import World, snapshot_of

FEW = settings(max_examples=30)


def judged(world: World) -> dict[tuple[str, ...], Verdict]:
    return {each.identity: each for each in definition.evaluate(world.snapshot, world.facts, world.as_of)}


def with_free_exclusion(world: World) -> World:
    """The world whose promise excludes emergencies alone, after short outages are judged."""
    (promise,), agreement = world.snapshot.obligations(), world.snapshot.agreements["a"]
    assert isinstance(promise, Target) and isinstance(promise.measure, Uptime)
    emergency = Exclusion(
        name="emergency",
        title="emergency",
        agreement="a",
        order=0,
        intervals=Intervals(
            facts=Selection(kind="emergency", variable="e"),
            start=field("e", "emergency", "start"),
            until=field("e", "emergency", "end"),
        ),
        cap=None,
        span=NOWHERE,
    )
    measure = replace(
        promise.measure,
        excludes=(emergency,),
        short_outages=ShortOutages.BEFORE_EXCLUSIONS,
        forgiven=None,
        only_while=(),
    )
    changed = replace(promise, measure=measure, missing_data=MissingData.UNMEASURED)
    return replace(world, snapshot=snapshot_of(changed, replace(agreement, obligations=(changed,))))


def with_facts(world: World, kind: str, facts: list[Fact]) -> World:
    return replace(world, facts={**world.facts, kind: tuple(facts)})


@FEW
@given(worlds("uptime from samples"))
def test_a_sample_in_two_parts_says_the_same(world: World) -> None:
    parts: list[Fact] = []
    for fact in reversed(world.facts["sample"]):
        third = {
            name: Fraction(value) / 4
            for name in ("requests", "errors")
            if isinstance(value := fact.values[name], int | Fraction)
        }
        rest = {name: 3 * value for name, value in third.items()}
        parts.append(Fact(kind="sample", key=fact.key, values={**fact.values, **rest}))
        more = f"{fact.key}-more"
        parts.append(Fact(kind="sample", key=more, values={**fact.values, **third, "id": more}))
    for one, other in zip(
        judged(world).values(), judged(with_facts(world, "sample", parts)).values(), strict=True
    ):
        assert (one.state, one.measured, one.counts) == (other.state, other.measured, other.counts)


@FEW
@given(worlds("uptime narrowed"))
def test_an_outage_in_two_parts_says_the_same(world: World) -> None:
    parts: list[Fact] = []
    for fact in reversed(world.facts["outage"]):
        start, end = fact.values["start"], fact.values["end"]
        assert isinstance(start, int)
        if not isinstance(end, int) or end <= start + 1:
            parts.append(fact)
            continue
        middle, more = (start + end) // 2, f"{fact.key}-more"
        parts.append(Fact(kind="outage", key=fact.key, values={**fact.values, "end": middle}))
        parts.append(Fact(kind="outage", key=more, values={**fact.values, "start": middle, "id": more}))
    for one, other in zip(
        judged(world).values(), judged(with_facts(world, "outage", parts)).values(), strict=True
    ):
        assert (one.state, one.measured, one.counts) == (other.state, other.measured, other.counts)


@FEW
@given(worlds("uptime narrowed"), st.integers(0, 20), st.integers(1, 3000))
def test_an_added_exclusion_never_raises_bad_time(world: World, day: int, minutes: int) -> None:
    world = with_free_exclusion(world)
    start = 1_742_169_600_000_000 + day * 86_400_000_000
    added = Fact(
        kind="emergency",
        key="added",
        values={"id": "added", "service": "shop", "start": start, "end": start + minutes * 60_000_000},
    )
    before = judged(world)
    after = judged(with_facts(world, "emergency", [*world.facts.get("emergency", ()), added]))
    for identity, verdict in after.items():
        if "bad" in verdict.counts:
            assert verdict.counts["bad"] <= before[identity].counts["bad"]
            assert verdict.counts.get("weighted", 0) <= before[identity].counts.get("weighted", 0)
