"""Modes in part of a window, by numbers worked out by hand from Appendix 5 (2.5, 7): 97.7% and 95% (S6.5)."""

from collections.abc import Sequence
from fractions import Fraction

import pytest

from engine import definition
from engine.definition.explain import explain
from engine.model.fact import Fact
from engine.model.instants import parse_instant
from engine.model.quantity import DAY
from engine.model.verdict import Exact, Flag, State, Verdict
from engine.pipeline import silent
from engine.rules.evaluate import evaluate
from tests.differential.stores import stored
from tests.dsl.resolving import agreement, resolved, target

AFTER = "2025-09-01T00:00:00Z"
JULY = "2025-07"
DISASTER = ("2025-07-11", "2025-07-21")
"""Ten of July's 31 days."""


def at(text: str) -> int:
    """Microseconds of midnight in Berlin's summer, or of an instant."""
    found = parse_instant(text if "T" in text else f"{text}T00:00:00+02:00")
    assert found is not None
    return found


def outage(key: str, start: str, hours: Fraction | int) -> Fact:
    """The shop was down for so many hours."""
    end = at(start) + int(hours * 60) * 60_000_000
    return Fact(kind="outage", key=key, values={"id": key, "service": "shop", "start": at(start), "end": end})


def disaster(key: str, start: str, end: str | None, by: str | None = "duty_manager") -> Fact:
    """A disaster, and who declared it."""
    values = dict.fromkeys(("kind", "failed_at", "recovery_point_at"))
    span = {"invoked_at": at(start), "recovered_at": None if end is None else at(end)}
    return Fact(
        kind="disaster", key=key, values={**values, **span, "id": key, "service": "shop", "declared_by": by}
    )


def judged(effect: str, facts: Sequence[Fact], as_of: str = AFTER, window: str = JULY) -> Verdict:
    """July under the convention, by both evaluators, which agree, and explained."""
    body = """
measures uptime from outage
during always
requires at least 97.7% in each calendar month
warns below 98.5%
"""
    mode = """
mode disaster_mode {
  cites msa "7" "95 %"
  obliges acme
  during disaster d from d.invoked_at until d.recovered_at
  declared by duty_manager
  target it { requires at least 95% in each calendar month }
}
"""
    text = agreement(
        mode + target(body), f"conventions standard {{ sources are assumed watched  modes {effect} }}"
    )
    snapshot, found = resolved(text)
    assert snapshot is not None, found
    by_kind = {name: tuple(each for each in facts if each.kind == name) for name in ("outage", "disaster")}
    now = at(as_of)
    defined = definition.evaluate(snapshot, by_kind, now)
    (verdict,) = (each for each in defined if each.identity[2] == window)
    with stored(by_kind, snapshot.kinds) as store:
        plans = evaluate(snapshot, store, as_of=now, known_at=None, obligations=None, progress=silent)
    (planned,) = (each for each in plans.verdicts if each.identity[2] == window)
    assert (planned.state, planned.flags, planned.window_parts, planned.bound) == (
        verdict.state,
        verdict.flags,
        verdict.window_parts,
        verdict.bound,
    )
    assert explain(snapshot, by_kind, verdict, now).verdict == verdict
    return verdict


def value(verdict: Verdict) -> Fraction:
    """The exact measured value."""
    assert isinstance(verdict.measured, Exact)
    return verdict.measured.value


def test_ten_of_31_days_at_95_beside_97_7_are_96_83() -> None:
    verdict = judged("prorate the bound", [disaster("d1", *DISASTER)])
    assert verdict.bound is not None
    assert verdict.bound.value == Fraction(30017, 31000)
    assert [(part.mode, part.length) for part in verdict.window_parts] == [
        (None, 21 * DAY),
        ("disaster_mode", 10 * DAY),
    ]


@pytest.mark.parametrize(("minutes", "state"), [(1415, State.MET), (1416, State.BREACHED)])
def test_the_prorated_bound_decides_to_the_minute(minutes: int, state: State) -> None:
    # 44,640 min × 983/31,000 = 1,415.52 min
    down = outage("o1", "2025-07-15", Fraction(minutes, 60))
    assert judged("prorate the bound", [disaster("d1", *DISASTER), down]).state is state


@pytest.mark.parametrize(
    ("in_disaster", "outside", "state"),
    # 10 days at 95% allow 720 min, 21 days at 97.7% allow 695.52 min
    [
        (720, 695, State.MET),
        (721, 0, State.BREACHED),
        (0, 696, State.BREACHED),
    ],
)
def test_split_parts_have_their_own_time_and_bound(in_disaster: int, outside: int, state: State) -> None:
    facts = [
        disaster("d1", *DISASTER),
        outage("o1", "2025-07-12", Fraction(in_disaster, 60)),
        outage("o2", "2025-07-25", Fraction(outside, 60)),
    ]
    verdict = judged("split the window", facts)
    assert verdict.state is state
    assert verdict.counts["bad"] == (in_disaster + outside) * 60_000_000
    ordinary, under = verdict.window_parts
    assert under.measured == Exact(value=1 - Fraction(in_disaster, 14400), unit=under.bound.unit)
    assert ordinary.measured == Exact(value=1 - Fraction(outside, 30240), unit=under.bound.unit)
    assert state in (ordinary.state, under.state)


def test_the_time_before_and_after_a_disaster_is_one_part() -> None:
    # 400 min before and 200 min after: each would breach 97.7% of its 10 or 11 days alone but for the first
    facts = [
        disaster("d1", *DISASTER),
        outage("o1", "2025-07-02", Fraction(400, 60)),
        outage("o2", "2025-07-25", Fraction(200, 60)),
    ]
    verdict = judged("split the window", facts)
    assert verdict.state is State.MET
    assert value(verdict) == 1 - Fraction(600, 30240)
    assert verdict.flags == (Flag.AT_RISK,)


def test_a_governing_mode_sets_the_bound_of_the_whole_window() -> None:
    # 44,640 min at 95% allow 2,232 min
    down = outage("o1", "2025-07-25", Fraction(2232, 60))
    verdict = judged("govern the window", [disaster("d1", *DISASTER), down])
    assert (verdict.state, value(verdict)) == (State.MET, Fraction(95, 100))
    assert verdict.bound is not None and verdict.bound.value == Fraction(95, 100)
    without = judged("govern the window", [down])
    assert (without.state, without.window_parts) == (State.BREACHED, ())


@pytest.mark.parametrize("effect", ["split the window", "prorate the bound", "govern the window"])
def test_a_mode_that_nobody_is_known_to_have_declared_is_unproven(effect: str) -> None:
    down = outage("o1", "2025-07-12", 20)
    verdict = judged(effect, [disaster("d1", *DISASTER, by=None), down])
    assert (verdict.state, verdict.flags) == (State.BREACHED, (Flag.EXCUSE_UNPROVEN,))
    assert verdict.missing == ("disaster:d1.declared_by",)
    by_clerk = judged(effect, [disaster("d1", *DISASTER, by="clerk"), down])
    assert (by_clerk.state, by_clerk.flags) == (State.BREACHED, ())


@pytest.mark.parametrize(
    ("effect", "state"),
    [
        ("split the window", State.PENDING),
        ("prorate the bound", State.PENDING),
        ("govern the window", State.BREACHED),
    ],
)
def test_a_mode_that_is_still_open_keeps_its_window_pending(effect: str, state: State) -> None:
    # Ten hours of the disaster's first day are far below 95%, but its part may yet grow.
    facts = [disaster("d1", "2025-07-11", None), outage("o1", "2025-07-02", 60)]
    assert judged(effect, facts, "2025-07-12").state is state


def test_several_disasters_are_one_part() -> None:
    facts = [
        disaster("d1", "2025-07-03", "2025-07-05"),
        disaster("d2", "2025-07-04", "2025-07-06"),
        disaster("d3", "2025-06-25", "2025-07-02"),
    ]
    verdict = judged("split the window", facts)
    assert [(part.mode, part.length) for part in verdict.window_parts] == [
        (None, 27 * DAY),
        ("disaster_mode", 4 * DAY),
    ]
    june = judged("prorate the bound", facts, window="2025-06")
    assert [(part.mode, part.length) for part in june.window_parts] == [
        (None, 24 * DAY),
        ("disaster_mode", 6 * DAY),
    ]
