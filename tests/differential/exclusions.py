"""Random exclusions: several of them, capped over windows of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st

from engine.model.agreement import Agreement
from engine.model.approval import Approval, Approvals, Waivers
from engine.model.exclusion import Cap, Exclusion, Intervals
from engine.model.expression import ALWAYS_TRUE, NoticeCounting, Selection
from engine.model.fact import Fact
from engine.model.measure import Uptime
from engine.model.obligation import Duty, Target
from engine.model.period import CalendarWindows, CycleWindows, TermWindow, WindowUnit
from engine.model.quantity import MINUTE, PERCENT, Bound, Comparison, Instant
from tests.differential.conditions import field, notices, same
from tests.differential.kinds import NOWHERE
from tests.differential.promises import (
    duties,
    periodic_duties,
    prohibitions,
    record_targets,
    uptime_targets,
)

Promise = TypeVar("Promise", Target, Duty)

KINDS = ("maintenance", "emergency", "maintenance")
"""What excludes: the third reads the facts of the first with another condition."""


FISCAL = CycleWindows(months=3, anchor=date(2025, 2, 20))


@cache
def caps(elapsed: bool) -> st.SearchStrategy[Cap]:
    """Longer or shorter than the target's windows, and sometimes nothing at all."""
    return st.builds(
        lambda minutes, windows: Cap(length=minutes * MINUTE, windows=windows, elapsed=elapsed),
        st.sampled_from((0, 1, 30, 60, 120, 600)),
        st.sampled_from((*(CalendarWindows(unit=unit) for unit in WindowUnit), FISCAL, TermWindow())),
    )


@cache
def timings() -> st.SearchStrategy[Approvals]:
    """Either."""
    return st.sampled_from(tuple(Approvals))


@cache
def approvals(kind: str, variable: str) -> st.SearchStrategy[Approval]:
    """An approval that names the excluded fact, by the boss."""
    named = same(field("a", "approval", "approves"), field(variable, kind, "id"))
    return timings().map(
        lambda timing: Approval(
            role="boss",
            given=Selection(kind="approval", variable="a", where=named),
            by=field("a", "approval", "by"),
            timing=timing,
        )
    )


@cache
def waivers() -> st.SearchStrategy[Waivers]:
    """Approved by the boss."""
    return timings().map(lambda timing: Waivers(role="boss", timing=timing, span=NOWHERE))


@st.composite
def called(draw: st.DrawFn, promise: Promise) -> Promise:
    """The promise, which a waiver may also call by a later name."""
    other_names = draw(st.sampled_from(((), ("a.other",))))
    return replace(promise, terms=replace(promise.terms, other_names=other_names))


@cache
@st.composite
def approved_exclusions(draw: st.DrawFn) -> tuple[Exclusion, ...]:
    """Maintenance or emergencies, mostly to be approved, without a cap."""
    found = (
        replace(each, cap=None, approval=draw(approvals(kind, kind[0])))
        for each, kind in zip(draw(capped_exclusions()), KINDS, strict=False)
    )
    return tuple(found)


@st.composite
def excused_uptime(draw: st.DrawFn, agreement: Agreement) -> Target:
    """Uptime under exclusions that must be approved, and waivers."""
    target = draw(uptime_targets(agreement))
    assert isinstance(target.measure, Uptime)
    measure = replace(target.measure, excludes=draw(approved_exclusions()))
    strict = Bound(comparison=Comparison.AT_LEAST, value=Fraction(999, 1000), unit=PERCENT)
    return replace(
        draw(called(target)),
        measure=measure,
        bound=draw(st.sampled_from((target.bound, strict))),
        modes=(),
        waivers=draw(st.none() | waivers()),
    )


@st.composite
def waived_records(draw: st.DrawFn, agreement: Agreement) -> Target:
    """Records and counts that must be zero, under waivers."""
    target = draw(record_targets(agreement) | prohibitions(agreement))
    bounds = (target.bound, replace(target.bound, comparison=Comparison.BELOW, value=Fraction(0)))
    return replace(
        draw(called(target)), bound=draw(st.sampled_from(bounds)), modes=(), waivers=draw(waivers())
    )


@st.composite
def excused_duties(draw: st.DrawFn, agreement: Agreement) -> Duty:
    """Duties that exclusions, which must be approved, and waivers excuse."""
    duty = draw(duties(agreement) | periodic_duties(agreement))
    return replace(
        draw(called(duty)),
        exclusions=draw(st.just(()) | approved_exclusions()),
        modes=(),
        waivers=draw(st.none() | waivers()),
    )


@cache
@st.composite
def capped_exclusions(draw: st.DrawFn) -> tuple[Exclusion, ...]:
    """One to three exclusions, most of them capped."""
    elapsed = draw(st.booleans())
    notice = draw(notices(draw(st.sampled_from(tuple(NoticeCounting)))))
    found: list[Exclusion] = []
    for order, kind in enumerate(KINDS[: draw(st.integers(1, len(KINDS)))]):
        variable = kind[0]
        found.append(
            Exclusion(
                name=f"x{order}",
                title=f"x{order}",
                agreement="a",
                order=order,
                intervals=Intervals(
                    facts=Selection(
                        kind=kind, variable=variable, where=notice if order == 2 else ALWAYS_TRUE
                    ),
                    start=field(variable, kind, "start"),
                    until=field(variable, kind, "end"),
                ),
                approval=draw(st.none() | approvals(kind, variable)),
                cap=draw(st.one_of(caps(elapsed), caps(elapsed), st.none())),
                span=NOWHERE,
            )
        )
    return tuple(found)


@st.composite
def capped_targets(draw: st.DrawFn, agreement: Agreement) -> Target:
    """Uptime with every convention, under capped exclusions."""
    target = draw(uptime_targets(agreement))
    assert isinstance(target.measure, Uptime)
    # What nobody watched may have spent a cap: a plan leaves such windows to the definition.
    source = draw(st.sampled_from((None, None, None, None, target.watched_source)))
    measure = replace(target.measure, excludes=draw(capped_exclusions()))
    return replace(target, measure=measure, watched_source=source)


def amid(facts: Mapping[str, Sequence[Fact]]) -> st.SearchStrategy[Instant]:
    """An instant at which some exclusion begins or has begun, so that what is left of it lies ahead."""
    begins = [fact.values["start"] for kind in set(KINDS) for fact in facts.get(kind, ())]
    known = [start for start in begins if isinstance(start, int)]
    late = st.sampled_from((0, 1, 30, 60, 600))
    return (
        st.builds(lambda start, by: start + by * MINUTE, st.sampled_from(known), late)
        if known
        else st.nothing()
    )
