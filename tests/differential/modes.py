"""Random modes that give targets other bounds, in each of the ways that conventions name (S6.5)."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from engine.model.agreement import Agreement
from engine.model.deadline import ByClass, SingleLimit, Within
from engine.model.exclusion import Intervals, Mode
from engine.model.expression import ALWAYS_TRUE, Condition, Expression, Selection
from engine.model.fact import TextType
from engine.model.measure import Aggregated, ShareWithin, Uptime
from engine.model.obligation import Duty, ModeBound, ModeEffect, ModeLimit, RunningDeadlines, SignOff, Target
from engine.model.period import CalendarWindows, TermWindow, WindowUnit
from engine.model.quantity import Bound, Dimension
from tests.differential import downtime, promises
from tests.differential.conditions import field, is_value
from tests.differential.kinds import NOWHERE, PRIORITIES

PERSONS = SignOff(source="monitor", by="chief", persons=True)
"""Whoever held the role may sign as well."""

EFFECTS = tuple(effect for effect in ModeEffect if effect is not ModeEffect.EXCUSE)


def mode(name: str, kind: str, start: str, end: str, where: Condition = ALWAYS_TRUE) -> Mode:
    """A mode during the facts of a kind."""
    return Mode(
        name=name,
        agreement="a",
        intervals=Intervals(
            facts=Selection(kind=kind, variable="d", where=where),
            start=field("d", kind, start),
            until=field("d", kind, end),
        ),
        declared_by=None,
        span=NOWHERE,
    )


def declared(where: Condition = ALWAYS_TRUE) -> Mode:
    """A disaster."""
    return mode("disaster", "disaster", "invoked_at", "recovered_at", where)


DECLARED_BY_CHIEF = is_value(field("d", "disaster", "declared_by"), "chief", TextType())
ANNOUNCED = mode("works", "maintenance", "start", "end")


def several() -> st.SearchStrategy[tuple[Mode, ...]]:
    """Disasters, proven or not, announced works whose end is known ahead, or both."""
    disaster = st.sampled_from((declared(), declared(), declared(DECLARED_BY_CHIEF)))
    return st.one_of(
        disaster.map(lambda one: (one,)),
        disaster.map(lambda one: (one, ANNOUNCED)),
        disaster.map(lambda one: (ANNOUNCED, one)),
        st.just((ANNOUNCED,)),
    )


@st.composite
def with_bounds(draw: st.DrawFn, target: Target) -> Target:
    """The target under modes that change its bound."""
    own = target.bound
    size = Fraction(1, 20) if own.unit.dimension is Dimension.RATIO else own.unit.size
    bounds = st.integers(-20, 20).map(lambda n: max(Fraction(0), own.value + n * size))
    return replace(
        target,
        modes=(),
        implied=False,
        sign_off=draw(st.sampled_from((None, SignOff(source="monitor", by="chief"), PERSONS))),
        mode_effect=draw(st.sampled_from(EFFECTS)),
        mode_bounds=tuple(
            ModeBound(mode=each, bound=Bound(comparison=own.comparison, value=draw(bounds), unit=own.unit))
            for each in draw(several())
        ),
    )


@st.composite
def uptime_targets(draw: st.DrawFn, agreement: Agreement) -> Target:
    """Uptime under modes, mostly without caps and least lengths: what they do is often unknown."""
    usual = [promises.uptime_targets(agreement)] * 6
    target = draw(st.one_of(*usual, downtime.sample_targets(agreement), downtime.narrowed_targets(agreement)))
    if isinstance(target.measure, Uptime) and draw(st.sampled_from((True, True, False))):
        excludes = tuple(replace(each, cap=None) for each in target.measure.excludes)
        target = replace(target, measure=replace(target.measure, excludes=excludes, least=0))
    target = draw(with_bounds(target))
    if isinstance(target.measure, Uptime) and target.mode_effect is ModeEffect.SPLIT:
        # A fixed denominator is one of a whole window, and so is a number of outages forgiven.
        target = replace(target, measure=replace(target.measure, fixed=None, forgiven=None))
    return target


@st.composite
def record_targets(draw: st.DrawFn, agreement: Agreement) -> Target:
    """Records under modes, half of them chosen by nothing that can be unknown."""
    target = draw(promises.record_targets(agreement))
    measure = target.measure
    if isinstance(measure, Aggregated | ShareWithin) and draw(st.booleans()):
        records = replace(measure.records, of=replace(measure.records.of, where=ALWAYS_TRUE))
        target = replace(target, measure=replace(measure, records=records))
    target = draw(with_bounds(target))
    is_endless = isinstance(target.windows, TermWindow) and agreement.term.through is None
    if is_endless and target.mode_effect in (ModeEffect.SPLIT, ModeEffect.PRORATE):
        # A mode has no share of a term without end: `check` refuses it.
        target = replace(target, windows=CalendarWindows(unit=WindowUnit.YEAR))
    return target


@st.composite
def duties(draw: st.DrawFn, agreement: Agreement) -> Duty:
    """A duty to which modes give another length."""
    duty = draw(promises.duties(agreement))
    start = draw(st.sampled_from((promises.OPENED, field("t", "ticket", "classified_at"))))
    is_by_class = draw(st.booleans())
    own = draw(_lengths(agreement, start, is_by_class=is_by_class))
    modes = draw(several())
    return replace(
        duty,
        limit=own,
        reclassification=None,
        running_deadlines=draw(st.sampled_from(RunningDeadlines)),
        mode_limits=tuple(
            ModeLimit(
                mode=mode,
                limit=draw(_lengths(agreement, start, is_by_class=is_by_class and draw(st.booleans()))),
            )
            for mode in modes
        ),
    )


@st.composite
def _lengths(
    draw: st.DrawFn, agreement: Agreement, start: Expression, *, is_by_class: bool
) -> Within | ByClass:
    """One length, or one for each class, of which a row may be missing."""
    if not is_by_class:
        return draw(promises.within(agreement, start))
    classes = draw(st.sampled_from((PRIORITIES, PRIORITIES, PRIORITIES[1:])))
    first, second = draw(promises.within(agreement, start)), draw(promises.within(agreement, start))
    limits: dict[str, SingleLimit] = {each: draw(st.sampled_from((first, second))) for each in classes}
    return ByClass(by=field("t", "ticket", "priority"), limits=limits)
