"""Targets: the verdict on each window of a measure held against its bound (S5.7, S6, S7)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from fractions import Fraction

from engine.definition.aggregates import possible_values
from engine.definition.book import Reading
from engine.definition.duties import blank, flagged
from engine.definition.intervals import Stretch, length
from engine.definition.periods import Spell, spells_of, unproven
from engine.definition.records import BEYOND, Member, Open, Record, members, open_records, read_records
from engine.definition.uptime import (
    UptimeFigures,
    UptimeSeries,
    measure_uptime,
    observations_of,
    read_series,
    unwatched_of,
)
from engine.definition.windows import windows_of
from engine.model.agreement import Agreement
from engine.model.measure import (
    Aggregate,
    Aggregated,
    DaysBetween,
    EmptyWindow,
    FieldValue,
    One,
    ShareWithin,
    TimeBetween,
    Uptime,
)
from engine.model.obligation import PartWindow, Target
from engine.model.period import Window
from engine.model.quantity import Bound, Dimension, Instant, Microseconds
from engine.model.verdict import Evidence, Exact, Flag, InWindow, Measured, Range, State, Verdict

EMPTY = {
    EmptyWindow.MET: State.MET,
    EmptyWindow.UNMEASURED: State.UNMEASURED,
    EmptyWindow.NOT_APPLICABLE: State.NOT_APPLICABLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UptimeCase:
    """A verdict on one window of uptime, and the sets of time behind it; none for a part not measured."""

    verdict: Verdict
    series: UptimeSeries
    window: Window
    figures: UptimeFigures | None
    excuse: Spell | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCase:
    """A verdict on one window of records, and the records behind it; none for a part not measured."""

    verdict: Verdict
    target: Target
    window: Window
    members: tuple[Member, ...]
    open: Open | None
    unwatched: tuple[Stretch, ...]
    excuse: Spell | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSeries:
    """The facts behind one target over records, read once for all its windows."""

    target: Target
    measure: Aggregated | ShareWithin
    as_of: Instant
    records: list[Record]
    only_while: list[Spell] | None
    modes: list[Spell]
    observations: list[Spell]


def judge_target(
    target: Target, agreement: Agreement, reading: Reading, only: str | None
) -> Iterator[UptimeCase | RecordCase]:
    """One case for each window that has begun by `as of`, or for the one of that label."""
    measure, zone = target.measure, agreement.zone
    begun = windows_of(agreement, target.windows, reading.as_of)
    windows = (window for window in begun if only in (None, window.label))
    if isinstance(measure, Uptime):
        # A share needs no prorating: it is the same of a part as of the whole.
        series = read_series(target, measure, agreement, reading)
        for window in windows:
            yield judge_uptime(series, window, blank_of(target, agreement, window))
        return
    records = RecordSeries(
        target=target,
        measure=measure,
        as_of=reading.as_of,
        records=read_records(measure, agreement, reading),
        only_while=None if target.only_while is None else spells_of(target.only_while, reading, zone),
        modes=[spell for each in target.modes for spell in spells_of(each, reading, zone)],
        observations=observations_of(target, reading),
    )
    for window in windows:
        held = prorated(target, window)
        yield judge_records(replace(records, target=held), window, blank_of(held, agreement, window))


def prorated(target: Target, window: Window) -> Target:
    """The target as it is held in a window: of a part, a total in proportion to its days (S2.6)."""
    if target.part_windows is not PartWindow.PRORATED or not is_total(target) or window.share == 1:
        return target
    bound, warns = target.bound, target.warns
    return replace(
        target,
        bound=replace(bound, value=bound.value * window.share),
        warns=None if warns is None else replace(warns, value=warns.value * window.share),
    )


def is_total(target: Target) -> bool:
    """Whether the measure grows with the length of its window: a count or a sum."""
    measure = target.measure
    return isinstance(measure, Aggregated) and measure.aggregate in (Aggregate.COUNT, Aggregate.SUM)


def blank_of(target: Target, agreement: Agreement, window: Window) -> Verdict:
    """The verdict of a window before it is judged."""
    occasion = InWindow(start=window.start, end=window.end, label=window.label)
    return replace(blank(target.terms, agreement, occasion, window.is_clipped), bound=target.bound)


def is_left_out(target: Target, window: Window) -> bool:
    """Whether this is a part of a window, which by convention is not measured (S2.6)."""
    return window.is_clipped and target.part_windows is PartWindow.NOT_MEASURED


# Uptime


def judge_uptime(series: UptimeSeries, window: Window, verdict: Verdict) -> UptimeCase:
    """MET if the bound holds at worst, BREACHED if not even at best; between them PENDING while the window is
    open, then UNMEASURED (S5.7)."""
    target = series.target
    if is_left_out(target, window):
        verdict = replace(verdict, state=State.NOT_APPLICABLE)
        return UptimeCase(verdict=verdict, series=series, window=window, figures=None, excuse=None)
    figures = measure_uptime(series, window)
    counts = {
        "agreed": length(figures.agreed),
        "excluded": length(figures.best.excluded),
        "bad": length(figures.best.bad),
        "unwatched": length(figures.unwatched),
        "denominator": figures.best.denominator,
    }
    verdict = replace(verdict, counts=counts, evidence=Evidence(facts=series.facts))
    values = (figures.best.value, figures.worst.value)
    states = {None if value is None else target.bound.holds(value) for value in values}
    is_open = window.end > series.as_of
    if None in states:
        verdict = replace(verdict, state=EMPTY[target.empty_windows])
    else:
        sure = State.MET if states == {True} else State.BREACHED if states == {False} else None
        verdict = with_state(replace(verdict, measured=measured(target, values)), sure, is_open)
    if verdict.state is State.UNMEASURED:
        verdict = replace(verdict, missing=missing_for_uptime(series, figures))
    verdict, excuse = excused(verdict, series.modes, window, series.as_of)
    span = (window.start, window.end)
    if names := unproven(series.exclusions, span, series.as_of):
        verdict = flagged(verdict, Flag.EXCUSE_UNPROVEN, names)
    verdict = warned(target, verdict, values[0])
    return UptimeCase(verdict=verdict, series=series, window=window, figures=figures, excuse=excuse)


def with_state(verdict: Verdict, sure: State | None, is_open: bool) -> Verdict:
    """The sure state, early if the window is open; else PENDING until it closes, then UNMEASURED (S5.7)."""
    if sure is None:
        return replace(verdict, state=State.PENDING if is_open else State.UNMEASURED)
    verdict = replace(verdict, state=sure)
    return flagged(verdict, Flag.DECIDED_EARLY) if is_open else verdict


def measured(target: Target, values: Sequence[Fraction | None]) -> Measured | None:
    """One exact value, or the range of those possible; none where there is no value, or any is possible."""
    known = [value for value in values if value is not None]
    if not known or any(abs(value) * 10**10 > BEYOND for value in known):
        return None
    low, high = min(known), max(known)
    if low == high:
        return Exact(value=low, unit=target.bound.unit)
    return Range(low=low, high=high, unit=target.bound.unit)


def missing_for_uptime(series: UptimeSeries, figures: UptimeFigures) -> tuple[str, ...]:
    """What would have to be known: the outages that are unproven, and what was not watched (S6.7, S7.2)."""
    span = (figures.window.start, figures.window.end)
    return tuple(
        sorted(
            {*unproven(series.outages, span, series.as_of), *unwatched_name(series.target, figures.unwatched)}
        )
    )


def unwatched_name(target: Target, unwatched: Sequence[Stretch]) -> Iterator[str]:
    """The source that did not watch, as `observation:source` (S6.7)."""
    if unwatched and target.watched_source is not None:
        yield f"observation:{target.watched_source}"


# Records


def judge_records(series: RecordSeries, window: Window, verdict: Verdict) -> RecordCase:
    """The aggregate of the window's records against the bound; every reading of unknown ones must agree."""
    target = series.target
    if is_left_out(target, window):
        verdict = replace(verdict, state=State.NOT_APPLICABLE)
        return RecordCase(
            verdict=verdict, target=target, window=window, members=(), open=None, unwatched=(), excuse=None
        )
    found = members(series.records, series.measure, window, series.only_while)
    unanswered = open_records(series.records, series.measure.records, window, series.as_of)
    values = list(possible_values(series.measure, found))
    verdict = replace(
        verdict,
        measured=measured(target, values),
        counts=record_counts(series, found, unanswered),
        evidence=Evidence(facts=len(found) + len(unanswered.records)),
    )
    is_open = window.end > series.as_of
    states = {state_of(target, value, is_open) for value in values}
    if len(states) == 1:
        (state,) = states
        verdict = replace(verdict, state=state)
        if is_open and state in (State.MET, State.BREACHED):
            verdict = flagged(verdict, Flag.DECIDED_EARLY)
    else:
        verdict = with_state(verdict, None, is_open)
    doubtful = {name for each in found if not each.is_certain for name in each.record.missing}
    span = [(window.start, min(window.end, series.as_of))]
    unwatched = unwatched_of(target, span, series.observations, series.as_of)
    if unwatched and may_turn(target, verdict.state):
        flags = tuple(flag for flag in verdict.flags if flag is not Flag.DECIDED_EARLY)
        verdict = replace(verdict, state=State.UNMEASURED, flags=flags)
    if verdict.state is State.UNMEASURED:
        names = tuple(sorted({*doubtful, *unwatched_name(target, unwatched)}))
        verdict = replace(verdict, missing=names)
    verdict, excuse = excused(verdict, series.modes, window, series.as_of)
    verdict = warned(target, verdict, values[0])
    return RecordCase(
        verdict=verdict,
        target=target,
        window=window,
        members=tuple(found),
        open=unanswered,
        unwatched=tuple(unwatched),
        excuse=excuse,
    )


def record_counts(series: RecordSeries, found: Sequence[Member], unanswered: Open) -> dict[str, Microseconds]:
    """The numbers of records, proven ones only (S6.1)."""
    certain = [each for each in found if each.is_certain]
    counts: dict[str, Microseconds] = {"records": len(certain), "open": len(unanswered.records)}
    if unanswered.records:
        counts["oldest_open"] = unanswered.oldest
    if isinstance(series.measure, ShareWithin):
        counts["misses"] = sum(each.high == 0 for each in certain)
    return counts


def state_of(target: Target, value: Fraction | None, is_open: bool) -> State:
    """The state that one value gives; an open window is decided only by what more records cannot turn."""
    if value is None:
        return State.PENDING if is_open else EMPTY[target.empty_windows]
    state = State.MET if target.bound.holds(value) else State.BREACHED
    if not is_open or (state is State.BREACHED and not mends(target)):
        return state
    counts_up = isinstance(target.measure, Aggregated) and target.measure.aggregate is Aggregate.COUNT
    return State.MET if counts_up and target.bound.wants_high and state is State.MET else State.PENDING


def may_turn(target: Target, state: State) -> bool:
    """Whether records that nobody saw could turn a state, also that of an empty window (S6.7)."""
    match state:
        case State.MET:
            return moves(target) is not (Move.UP if target.bound.wants_high else Move.DOWN)
        case State.BREACHED:
            return mends(target)
        case State.NOT_APPLICABLE:
            return True
        case _:
            return False


def mends(target: Target) -> bool:
    """Whether more records could still mend a breach (S5.7)."""
    return moves(target) is not (Move.DOWN if target.bound.wants_high else Move.UP)


class Move(Enum):
    """Where more records can move a value."""

    UP = auto()
    DOWN = auto()
    BOTH = auto()


def moves(target: Target) -> Move:
    """A count, a highest and a sum of what is never negative only rise, a lowest only falls."""
    measure = target.measure
    if not isinstance(measure, Aggregated):
        return Move.BOTH
    match measure.aggregate:
        case Aggregate.COUNT | Aggregate.HIGHEST:
            return Move.UP
        case Aggregate.SUM:
            return Move.UP if is_never_negative(measure) else Move.BOTH
        case Aggregate.LOWEST:
            return Move.DOWN
        case _:
            return Move.BOTH


def is_never_negative(measure: Aggregated) -> bool:
    """Whether no record takes away: ones and fed durations do not; numbers, money and ways back may."""
    match measure.records.value:
        case One():
            return True
        case FieldValue(unit=unit):
            return unit.dimension is Dimension.TIME
        case TimeBetween() | DaysBetween():
            return False


# Both


def excused(
    verdict: Verdict, modes: Sequence[Spell], window: Window, as_of: Instant
) -> tuple[Verdict, Spell | None]:
    """A breach in a window that a mode meets is excused by it, if the mode is proven (S6.5, S7.3)."""
    if verdict.state is not State.BREACHED:
        return verdict, None
    meeting = [each for each in modes if each.start < window.end and window.start < each.stretch(as_of)[1]]
    mode = next((each for each in meeting if each.proven), None)
    if mode is not None:
        return replace(verdict, state=State.EXCUSED, excused_by=mode.source), mode
    names = tuple(name for each in meeting for name in each.missing)
    return (flagged(verdict, Flag.EXCUSE_UNPROVEN, names) if names else verdict), None


def warned(target: Target, verdict: Verdict, value: Fraction | None) -> Verdict:
    """At risk: the best value of an open window, or the value that met the bound, is beyond the warning."""
    bound: Bound | None = target.warns
    is_held = verdict.state in (State.PENDING, State.MET)
    if bound is None or value is None or not is_held or not bound.holds(value):
        return verdict
    return flagged(verdict, Flag.AT_RISK)
