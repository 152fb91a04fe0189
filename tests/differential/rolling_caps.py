"""Random exclusions whose caps roll, over work and outages that come close to one another."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from hypothesis import strategies as st

from engine.model.agreement import Agreement
from engine.model.exclusion import AnyStretch, Cap
from engine.model.fact import Fact
from engine.model.measure import Uptime
from engine.model.obligation import Target
from engine.model.period import CalendarWindows, RollingWindows, WindowUnit
from engine.model.quantity import HOUR, MINUTE, Instant
from tests.differential.exclusions import KINDS, capped_targets
from tests.differential.worlds import instants

ROLLING = (
    *(RollingWindows(days=days) for days in (1, 2, 3, 7)),
    RollingWindows(months=1),
    *(AnyStretch(length=hours * HOUR) for hours in (1, 24, 25, 48, 72, 168)),
    AnyStretch(length=90 * MINUTE),
)

MONTHLY = CalendarWindows(unit=WindowUnit.MONTH)


@cache
def caps(elapsed: bool) -> st.SearchStrategy[Cap]:
    """Mostly one that rolls and is soon spent, and sometimes nothing at all."""
    return st.builds(
        lambda minutes, windows: Cap(length=minutes * MINUTE, windows=windows, elapsed=elapsed),
        st.sampled_from((30, 1, 60, 90, 120, 600, 1500, 0)),
        st.sampled_from((*ROLLING, MONTHLY)),
    )


@st.composite
def rolling_targets(draw: st.DrawFn, agreement: Agreement) -> Target:
    """Uptime with every convention, under capped exclusions of which one at least rolls."""
    target = draw(capped_targets(agreement))
    measure = target.measure
    assert isinstance(measure, Uptime)
    elapsed = draw(st.booleans())
    excludes = [
        replace(each, cap=None if each.cap is None else draw(caps(elapsed)), approval=None)
        for each in measure.excludes
    ]
    place = draw(st.integers(0, len(excludes) - 1))
    cap = replace(draw(caps(elapsed)), windows=draw(st.sampled_from(ROLLING)))
    excludes[place] = replace(excludes[place], cap=cap)
    return replace(target, measure=replace(measure, excludes=tuple(excludes)))


@st.composite
def close_by(draw: st.DrawFn, facts: Mapping[str, Sequence[Fact]]) -> dict[str, tuple[Fact, ...]]:
    """The facts, with what excludes and what was down mostly within days of one instant: so caps are spent,
    and what was spent comes back."""
    about = draw(instants())
    found = {kind: tuple(rows) for kind, rows in facts.items()}
    for kind in {*KINDS, "outage"} & found.keys():
        found[kind] = tuple([draw(_moved(fact, about)) for fact in found[kind]])
    return found


@st.composite
def _moved(draw: st.DrawFn, fact: Fact, about: Instant) -> Fact:
    start, end = fact.values["start"], fact.values["end"]
    assert isinstance(start, int)
    hours = draw(st.sampled_from((0, 0, 1, 1, 2, 12, 24, 26, 48, 50, 72, 73, 170)))
    moved = about + hours * HOUR
    if end is None:
        return fact
    assert isinstance(end, int)
    return Fact(
        kind=fact.kind, key=fact.key, values={**fact.values, "start": moved, "end": moved + end - start}
    )
