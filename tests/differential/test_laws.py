"""Laws that hold the whole together, whatever a promise says (issue "the whole language", holds when)."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import definition
from engine.model.deadline import ByClass, Within
from engine.model.exclusion import Exclusion, Intervals, NamedPeriod
from engine.model.expression import Selection
from engine.model.fact import Fact
from engine.model.measure import OutageAttribution, ShortOutages, Uptime
from engine.model.obligation import PartWindow, Target
from engine.model.period import CalendarWindows, WindowUnit
from engine.model.quantity import Instant
from engine.model.verdict import Evidence, InWindow, State, Verdict
from engine.pipeline import silent
from engine.rules.evaluate import evaluate
from tests.differential import downtime, promises
from tests.differential.conditions import field
from tests.differential.kinds import NOWHERE
from tests.differential.shifted import in_weeks, later, verdict_later
from tests.differential.stores import stored
from tests.differential.test_evaluators_agree import SHAPES, worlds
from tests.differential.worlds import (
    LONG_AFTER,
    World,
    agreements,
    moments_of_judging,
    rows,
    snapshot_of,
    spans_of_time,
)

Judge = Callable[[World], dict[tuple[str, ...], Verdict]]
"""The verdicts of a world by what they are about, without evidence."""


def by_definition(world: World) -> dict[tuple[str, ...], Verdict]:
    """What the definition says."""
    return _by_identity(definition.evaluate(world.snapshot, world.facts, world.as_of))


def by_plans(world: World) -> dict[tuple[str, ...], Verdict]:
    """What the plans say, but for what they leave to the definition."""
    with stored(world.facts) as store:
        judged = evaluate(
            world.snapshot, store, as_of=world.as_of, known_at=None, obligations=None, progress=silent
        )
    return _by_identity([each for each in judged.verdicts if each.identity not in judged.undecided])


def _by_identity(verdicts: Sequence[Verdict]) -> dict[tuple[str, ...], Verdict]:
    return {each.identity: replace(each, evidence=Evidence(facts=0)) for each in verdicts}


JUDGES = pytest.mark.parametrize(
    ("judge", "share"), [(by_definition, 5), (by_plans, 20)], ids=["definition", "plans"]
)
"""Each evaluator, and the share of Hypothesis's examples that its slowness allows."""


def few(share: int) -> settings:
    """So many of the usual examples, and five at least."""
    return settings(max_examples=max(5, settings().max_examples // share))


IS_LONG = os.environ.get("TROTH_LONG") == "1"


def over(shapes: tuple[str, ...]) -> pytest.MarkDecorator:
    """The definition over each of the shapes, and the slower plans over shapes drawn from all of them.

    In a long run the plans are tried over each one, too.
    """
    each = tuple((shape,) for shape in shapes)
    drawn = each if IS_LONG else (shapes,)
    cases = [(by_definition, those, 12) for those in each] + [(by_plans, those, 20) for those in drawn]
    ids = [
        f"{'definition' if judge is by_definition else 'plans'}-{those[0] if len(those) == 1 else 'drawn'}"
        for judge, those, _ in cases
    ]
    return pytest.mark.parametrize(("judge", "shapes", "share"), cases, ids=ids)


def any_world(shapes: tuple[str, ...]) -> st.SearchStrategy[World]:
    """A world of one of the shapes."""
    return st.sampled_from(shapes).flatmap(worlds)


# Whole weeks


@over(tuple(SHAPES))
def test_whole_weeks_change_nothing_but_instants_and_labels(
    judge: Judge, shapes: tuple[str, ...], share: int
) -> None:
    @few(share)
    @given(any_world(shapes), st.sampled_from((-60, -1, 1, 4, 41, 1000)))
    def unmoved(world: World, weeks: int) -> None:
        world = in_weeks(world)
        moved = [verdict_later(each, weeks) for each in judge(world).values()]
        assert list(judge(later(world, weeks)).values()) == moved

    unmoved()


# Order


@over(tuple(SHAPES))
def test_the_order_of_facts_changes_nothing(judge: Judge, shapes: tuple[str, ...], share: int) -> None:
    @few(share)
    @given(any_world(shapes), st.randoms(use_true_random=False))
    def unmoved(world: World, chance: Random) -> None:
        mixed = {kind: tuple(chance.sample(facts, len(facts))) for kind, facts in world.facts.items()}
        assert judge(replace(world, facts=mixed)) == judge(world)

    unmoved()


# Parts

TIMED = {"outage": ("start", "end"), "emergency": ("start", "end")}
"""Kinds whose facts say nothing of each other and nothing of their whole length."""


def in_two(fact: Fact, as_of: Instant) -> tuple[Fact, ...]:
    """A fact that lasts as two that touch; what is still open is cut before `as of`."""
    start, end = fact.values["start"], fact.values["end"]
    assert isinstance(start, int)
    until = end if isinstance(end, int) else as_of
    if until <= start + 1:
        return (fact,)
    middle, more = (start + until) // 2, f"{fact.key}-more"
    return (
        Fact(kind=fact.kind, key=more, values={**fact.values, "start": middle, "id": more}),
        Fact(kind=fact.kind, key=fact.key, values={**fact.values, "end": middle}),
    )


def figures(verdicts: dict[tuple[str, ...], Verdict]) -> dict[tuple[str, ...], tuple[object, ...]]:
    """What is said of each window, without the names of the facts behind it."""
    return {key: (each.state, each.measured, each.counts) for key, each in verdicts.items()}


@over(("uptime", "uptime narrowed", "capped exclusions", "uptime under modes"))
def test_an_interval_in_two_parts_says_the_same(judge: Judge, shapes: tuple[str, ...], share: int) -> None:
    @few(share)
    @given(any_world(shapes))
    def unmoved(world: World) -> None:
        parts = {
            kind: tuple(part for each in facts for part in in_two(each, world.as_of))
            if kind in TIMED
            else facts
            for kind, facts in world.facts.items()
        }
        assert figures(judge(replace(world, facts=parts))) == figures(judge(world))

    unmoved()


# More exclusions


@st.composite
def excluded_worlds(draw: st.DrawFn) -> tuple[World, World]:
    """Uptime whose short outages are judged before exclusions, and the same with one exclusion more."""
    agreement = draw(agreements())
    target = draw(downtime.narrowed_targets(agreement) | downtime.sample_targets(agreement))
    assert isinstance(target.measure, Uptime)
    emergency, maintenance = (
        Exclusion(
            name=kind,
            title=kind,
            agreement="a",
            order=order,
            intervals=Intervals(
                facts=Selection(kind=kind, variable="e"),
                start=field("e", kind, "start"),
                until=field("e", kind, "end"),
            ),
            cap=None,
            span=NOWHERE,
        )
        for order, kind in enumerate(("emergency", "maintenance"))
    )
    measure = replace(
        target.measure, excludes=(emergency,), short_outages=ShortOutages.BEFORE_EXCLUSIONS, forgiven=None
    )
    one = replace(target, measure=measure)
    two = replace(target, measure=replace(measure, excludes=(emergency, maintenance)))
    source = measure.outages.kind
    kinds = {source, "emergency", "maintenance", "observation", "disaster"}
    facts = {kind: draw(rows(kind)) for kind in sorted(kinds)}
    as_of = draw(moments_of_judging())
    less, more = (
        World(
            snapshot=snapshot_of(each, replace(agreement, obligations=(each,))),
            facts=facts,
            as_of=as_of,
        )
        for each in (one, two)
    )
    return less, more


@JUDGES
def test_an_added_exclusion_never_raises_bad_time(judge: Judge, share: int) -> None:
    @few(share // 2)
    @given(excluded_worlds())
    def fewer(both: tuple[World, World]) -> None:
        less, more = map(judge, both)
        for identity in less.keys() & more.keys():
            for count in ("bad", "weighted"):
                assert more[identity].counts.get(count, 0) <= less[identity].counts.get(count, 0)

    fewer()


# More pauses


@st.composite
def paused_worlds(draw: st.DrawFn) -> tuple[World, World]:
    """A world of duties that emergencies pause, and the same with one emergency more."""
    agreement = draw(agreements())
    duty = draw(promises.duties(agreement))
    if not isinstance(duty.limit, Within | ByClass):
        duty = replace(duty, limit=draw(promises.within(agreement, promises.OPENED)))
    pause = NamedPeriod(
        name="emergencies",
        of=None,
        intervals=Intervals(
            facts=Selection(kind="emergency", variable="e"),
            start=field("e", "emergency", "start"),
            until=field("e", "emergency", "end"),
        ),
        span=NOWHERE,
    )
    duty = replace(duty, pauses=(pause,), permissions=(), exclusions=(), modes=())
    kinds = ("ticket", "reply", "workaround", "reclassification", "step", "emergency", "status", "outage")
    facts = {kind: draw(rows(kind)) for kind in (*kinds, "maintenance")}
    start, end = draw(spans_of_time())
    values = {"id": "added", "service": "shop", "start": start, "end": end}
    added = Fact(kind="emergency", key="added", values=values)
    world = World(
        snapshot=snapshot_of(duty, replace(agreement, obligations=(duty,))),
        facts=facts,
        as_of=draw(moments_of_judging()),
    )
    return world, replace(world, facts={**facts, "emergency": (*facts["emergency"], added)})


GOOD = {State.BREACHED: 0, State.PENDING: 1, State.MET: 1}
"""A pause puts a breach off, or makes good what was not; it never does the opposite."""


@JUDGES
def test_an_added_pause_never_brings_a_deadline_nearer(judge: Judge, share: int) -> None:
    @few(share // 2)
    @given(paused_worlds())
    def later_or_same(both: tuple[World, World]) -> None:
        less, more = map(judge, both)
        for identity in less.keys() & more.keys():
            before, after = less[identity], more[identity]
            if before.due is not None and after.due is not None:
                assert after.due.at >= before.due.at
                last = before.due.last_moment or before.due.at
                assert (after.due.last_moment or after.due.at) >= last
            if before.state in GOOD and after.state in GOOD:
                assert GOOD[after.state] >= GOOD[before.state]

    later_or_same()


# Sums


def cut_by(world: World, unit: WindowUnit) -> World:
    """The world whose promise has windows of a unit, each part of one measured."""
    agreement = world.snapshot.agreements["a"]
    (target,) = agreement.obligations
    assert isinstance(target, Target)
    cut = replace(
        target,
        windows=CalendarWindows(unit=unit),
        part_windows=PartWindow.MEASURED,
        modes=(),
        mode_bounds=(),
        partition=None,
        bounds=None,
    )
    if isinstance(cut.measure, Uptime):
        excludes = tuple(replace(each, cap=None) for each in cut.measure.excludes)
        measure = replace(cut.measure, excludes=excludes, attribution=OutageAttribution.SPLIT, forgiven=None)
        cut = replace(cut, measure=measure)
    return replace(
        world,
        snapshot=snapshot_of(cut, replace(agreement, obligations=(cut,))),
        as_of=LONG_AFTER,
    )


ADDED = ("bad", "agreed", "excluded", "unwatched", "records")
"""The counts of a verdict that add up."""


@over(("uptime", "uptime narrowed", "uptime from samples", "capped exclusions", "records"))
def test_without_caps_the_days_of_a_month_sum_to_the_month(
    judge: Judge, shapes: tuple[str, ...], share: int
) -> None:
    @few(share)
    @given(any_world(shapes))
    def summed(world: World) -> None:
        months = judge(cut_by(world, WindowUnit.MONTH))
        sums: dict[str, Counter[str]] = {}
        for day in judge(cut_by(world, WindowUnit.DAY)).values():
            assert isinstance(day.occasion, InWindow)
            month = day.occasion.label[:7]
            sums.setdefault(month, Counter()).update(
                {each: day.counts[each] for each in ADDED if each in day.counts}
            )
        for month in months.values():
            assert isinstance(month.occasion, InWindow)
            if month.occasion.end > LONG_AFTER:
                continue
            found = sums[month.occasion.label]
            assert {each: month.counts.get(each, 0) for each in ADDED} == {
                each: found[each] for each in ADDED
            }

    summed()
