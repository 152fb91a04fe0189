"""Targets: the verdict on each window of a measure held against its bound (S5.7, S6, S7)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from fractions import Fraction

from engine.definition.aggregates import Result, possible_results
from engine.definition.book import Reading, id_of
from engine.definition.buckets import Cell, read_cells, results_of, told_of
from engine.definition.countering import Figure, countering, disputed, figures_of
from engine.definition.duties import blank, flagged
from engine.definition.exceptions import Excepted, Exceptions, doubts_of, excepted_of, exceptions_of
from engine.definition.intervals import Stretch, length
from engine.definition.modes import under_modes
from engine.definition.partitions import apart, combinations
from engine.definition.periods import Spell, spells_of, unproven
from engine.definition.records import BEYOND, Member, Open, Record, members, open_records, read_records
from engine.definition.samples import in_whole_buckets
from engine.definition.signing import is_unsigned, signed_off
from engine.definition.uptime import measure_uptime, unwatched_of
from engine.definition.uptime_series import UptimeFigures, UptimeSeries, observations_of, read_series
from engine.definition.waivers import waivers_of
from engine.definition.windows import named_by_version, term_of, windows_of
from engine.model.agreement import Agreement
from engine.model.measure import (
    Aggregate,
    Aggregated,
    DaysBetween,
    EmptyWindow,
    FieldValue,
    Holds,
    One,
    ShareWithin,
    SincePrevious,
    TimeBetween,
    Uptime,
    is_share,
    is_total,
)
from engine.model.obligation import PartWindow, Target
from engine.model.period import Window
from engine.model.quantity import Bound, Comparison, Dimension, Instant, Microseconds
from engine.model.verdict import Evidence, Exact, Flag, InWindow, Measured, Part, Range, State, Verdict

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
    counters: tuple[Figure, ...] = ()


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
    cells: tuple[Cell, ...] = ()
    excepted: tuple[Excepted, ...] = ()
    counters: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModedCase:
    """A verdict on a window under the bounds of modes, and how it was judged under them: part by part where
    they split it, in the order of `window_parts`, else once as a whole."""

    verdict: Verdict
    cases: tuple[UptimeCase | RecordCase, ...]
    waiver: Spell | None
    counters: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSeries:
    """The facts behind one target over records, read once for all its windows."""

    target: Target
    measure: Aggregated | ShareWithin
    as_of: Instant
    reading: Reading
    zone: str
    records: list[Record]
    only_while: list[Spell] | None
    modes: list[Spell]
    observations: list[Spell]
    exceptions: Exceptions


def judge_target(
    target: Target, agreement: Agreement, reading: Reading, only: str | None
) -> Iterator[UptimeCase | RecordCase | ModedCase]:
    """One case for each window that has begun by `as of`, or for the one of that label; of a target `for
    each` value, one for each combination that the window has (S6.6)."""
    if isinstance(target.measure, Uptime) and target.measure.samples is not None:
        reading = in_whole_buckets(reading, target.measure.samples.length)
    begun = (
        named_by_version(window, target.windows, target.terms, agreement)
        for window in windows_of(agreement, target.windows, reading.as_of)
    )
    windows = [window for window in begun if only in (None, window.label)]
    if target.partition is None:
        yield from judge_windows(target, agreement, reading, windows)
        return
    for combination, own in combinations(target.partition, windows, reading, agreement.zone):
        read = reading.book.reading(reading.subjects, combination)
        for case in judge_windows(apart(target, combination), agreement, read, own):
            yield replace(case, verdict=replace(case.verdict, combination=combination))


def judge_windows(
    target: Target, agreement: Agreement, reading: Reading, windows: Sequence[Window]
) -> Iterator[UptimeCase | RecordCase | ModedCase]:
    """One case for each window."""
    measure, zone = target.measure, agreement.zone
    signed = signed_off(target, reading)
    said = figures_of(target, reading, zone)
    spells = [spells_of(each.mode, reading, zone) for each in target.mode_bounds]
    waivers = waivers_of(target, reading)
    if isinstance(measure, Uptime):
        series = read_series(target, measure, agreement, reading)

        def judge(of: Target, window: Window) -> UptimeCase | RecordCase:
            return judge_uptime(replace(series, target=of), window, blank_of(of, agreement, window))
    else:
        records = RecordSeries(
            target=target,
            measure=measure,
            as_of=reading.as_of,
            reading=reading,
            zone=zone,
            records=read_records(measure, agreement, reading),
            only_while=None if target.only_while is None else spells_of(target.only_while, reading, zone),
            modes=[spell for each in target.modes for spell in spells_of(each, reading, zone)],
            observations=observations_of(target, reading),
            exceptions=exceptions_of(target, reading, zone),
        )

        def judge(of: Target, window: Window) -> UptimeCase | RecordCase:
            return judge_records(replace(records, target=of), window, blank_of(of, agreement, window))

    for window in windows:
        held = prorated(target, window)
        case, again = judge(held, window), list[UptimeCase | RecordCase]()

        def verdict_on(of: Target, part: Window, again: list[UptimeCase | RecordCase] = again) -> Verdict:
            again.append(judge(of, part))
            return again[-1].verdict

        verdict = under_modes(case.verdict, held, spells, window, reading.as_of, verdict_on)
        if target.sign_off is not None and not is_left_out(target, window) and is_unsigned(window, signed):
            verdict = flagged(verdict, Flag.PROVISIONAL)
        lasting = [each for each in waivers if each.holds(window.end - 1)]
        verdict, waiver = excused(verdict, lasting, window, reading.as_of)
        tolerance = None if target.countered is None else target.countered.tolerance
        counters = countering(verdict, window, said, tolerance)
        verdict = disputed(verdict, counters)
        if again:
            yield ModedCase(verdict=verdict, cases=tuple(again), waiver=waiver, counters=counters)
        else:
            yield replace(case, verdict=verdict, excuse=waiver or case.excuse, counters=counters)


def prorated(target: Target, window: Window) -> Target:
    """The target as it is held in a window: of a part, a total in proportion to its days (S2.6)."""
    if target.part_windows is not PartWindow.PRORATED or not is_total(target.measure) or window.share == 1:
        return target
    warns = target.warns
    return replace(
        target,
        bound=shared(target.bound, window),
        warns=None if warns is None else shared(warns, window),
        mode_bounds=tuple(replace(each, bound=shared(each.bound, window)) for each in target.mode_bounds),
    )


def shared(bound: Bound, window: Window) -> Bound:
    """The share of a bound that falls to a part of a window."""
    upper = None if bound.upper is None else bound.upper * window.share
    return replace(bound, value=bound.value * window.share, upper=upper)


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
        verdict = unbreached(target, replace(verdict, state=State.NOT_APPLICABLE))
        return UptimeCase(verdict=verdict, series=series, window=window, figures=None, excuse=None)
    figures = measure_uptime(series, window)
    counts = {
        "agreed": length(figures.agreed),
        "excluded": length(figures.best.excluded),
        "bad": length(figures.best.bad),
        **({} if series.measure.weight is None else {"weighted": figures.best.weighted // 1}),
        "unwatched": length(figures.unwatched),
        "denominator": figures.best.denominator // 1,
    }
    verdict = replace(verdict, counts=counts, evidence=Evidence(facts=series.facts))
    values = (figures.best.value, figures.worst.value, *(each.value for each in figures.others))
    sides = {None if value is None else target.bound.side(value) for value in values}
    is_open = window.end > series.as_of
    if None in values[:2]:
        verdict = replace(verdict, state=EMPTY[target.empty_windows])
    else:
        sure = State.MET if sides == {0} else State.BREACHED if len(sides) == 1 else None
        verdict = with_state(replace(verdict, measured=measured(target, values)), sure, is_open)
    if verdict.state is State.UNMEASURED:
        verdict = replace(verdict, missing=missing_for_uptime(series, figures))
    verdict, excuse = excused(verdict, series.modes, window, series.as_of)
    span = (window.start, window.end)
    if names := unproven(series.exclusions, span, series.as_of):
        verdict = flagged(verdict, Flag.EXCUSE_UNPROVEN, names)
    verdict = warned(target, unbreached(target, verdict), values[0])
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
    """What would have to be known: the outages that are unproven, and what was not watched (S6.7, S7.2);
    those before the window, too, where they may have spent a cap that rolls."""
    start = term_of(series.agreement)[0] if figures.others else figures.window.start
    span = (min(start, figures.window.start), figures.window.end)
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
        verdict = unbreached(target, replace(verdict, state=State.NOT_APPLICABLE))
        return RecordCase(
            verdict=verdict, target=target, window=window, members=(), open=None, unwatched=(), excuse=None
        )
    found = members(series.records, series.measure, window, series.only_while)
    excepted = excepted_of(found, series.exceptions)
    found = [each for each in found if all(each is not other.member for other in excepted)]
    unanswered = open_records(series.records, series.measure.records, window, series.as_of)
    results = list(possible_results(series.measure, found))
    if isinstance(series.measure, Aggregated) and series.measure.per is not None:
        results = [per_time(each, series.measure.per, window) for each in results]
    values = told = [each.value for each in results]
    counts = record_counts(series, found, unanswered)
    if series.exceptions.are_said:
        counts["excepted"] = sum(each.member.is_certain for each in excepted)
    cells: list[Cell] = []
    if isinstance(series.measure, Aggregated) and (buckets := series.measure.buckets) is not None:
        found = []
        cells = list(read_cells(series.measure, buckets, window, series.reading, series.zone))
        results = results_of(series.measure, buckets, cells)
        values, told = [each.value for each in results], told_of(series.measure, buckets, cells)
        told = values if is_between(target, told) else told
        counts = {"buckets": len(cells), "empty": sum(each.is_empty for each in cells)}
    verdict = replace(
        verdict,
        measured=measured(target, told),
        counts=counts,
        evidence=Evidence(facts=len(found) + len(excepted) + len(unanswered.records)),
    )
    is_open = window.end > series.as_of
    sides = {side_of(target, each) for each in results}
    states = {state_of(target, each, is_open) for each in results}
    # Between a value that is too low and one too high lies one that is neither.
    if len(states) == 1 and not {-1, 1} <= sides:
        (state,) = states
        verdict = replace(verdict, state=state)
        if is_open and state in (State.MET, State.BREACHED):
            verdict = flagged(verdict, Flag.DECIDED_EARLY)
    else:
        verdict = with_state(verdict, None, is_open)
    doubtful = {name for each in found if not each.is_certain for name in each.record.missing}
    doubtful |= {name for each in cells for name in each.missing}
    unwatched = unwatched_of(target, window.stretches, series.observations, series.as_of)
    if unwatched and may_turn(target, verdict.state, sides):
        flags = tuple(flag for flag in verdict.flags if flag is not Flag.DECIDED_EARLY)
        verdict = replace(verdict, state=State.UNMEASURED, flags=flags)
    if verdict.state is State.MET and excepted:
        verdict = but_for(verdict, excepted)
        doubtful |= {
            name for each in excepted if not each.member.is_certain for name in each.member.record.missing
        }
    if names := doubts_of(found, series.exceptions):
        verdict = flagged(verdict, Flag.EXCUSE_UNPROVEN, names)
    if verdict.state is State.UNMEASURED:
        names = tuple(
            sorted(
                {
                    *verdict.missing,
                    *doubtful,
                    *unwatched_name(target, unwatched),
                    *shortage(target, results[0]),
                }
            )
        )
        verdict = replace(verdict, missing=names)
    if verdict.state is State.MET and all(each.is_certain for each in found):
        verdict = replace(verdict, parts=forgiven(target, results[0], found))
    verdict, excuse = excused(verdict, series.modes, window, series.as_of)
    verdict = warned(target, unbreached(target, verdict), values[0])
    return RecordCase(
        verdict=verdict,
        target=target,
        window=window,
        members=tuple(found),
        open=unanswered,
        unwatched=tuple(unwatched),
        excuse=excuse,
        cells=tuple(cells),
        excepted=tuple(excepted),
    )


def but_for(verdict: Verdict, excepted: Sequence[Excepted]) -> Verdict:
    """A window that would be breached but for what an exception takes out is excused by the first of them,
    if one is surely a record of it; else that is not known (S4.8, S7.2)."""
    certain = [each for each in excepted if each.member.is_certain]
    if not certain:
        return replace(verdict, state=State.UNMEASURED)
    first = min(certain, key=lambda each: each.rank)
    return replace(verdict, state=State.EXCUSED, excused_by=first.name)


def is_between(target: Target, told: Sequence[Fraction | None]) -> bool:
    """Whether the bound, the warning or an end of a band lies inside what is told: then the value is told."""
    bounds = [target.bound, *(() if target.warns is None else (target.warns,))]
    if target.credits is not None:
        bounds += [end for each in (*target.credits.bands, *target.credits.points) for end in each.ends]
    values = [each for each in told if each is not None]
    return any(len({bound.side(value) for value in values}) > 1 for bound in bounds)


def per_time(found: Result, per: Microseconds, window: Window) -> Result:
    """A count per so much of the window's time, all of it, also what lies ahead."""
    lasts = length(window.stretches)
    return found if found.value is None else replace(found, value=found.value * per / lasts)


def record_counts(series: RecordSeries, found: Sequence[Member], unanswered: Open) -> dict[str, Microseconds]:
    """The numbers of records, proven ones only (S6.1)."""
    certain = [each for each in found if each.is_certain]
    counts: dict[str, Microseconds] = {"records": len(certain), "open": len(unanswered.records)}
    if unanswered.records:
        counts["oldest_open"] = unanswered.oldest
    if is_share(series.measure):
        counts["misses"] = sum(each.high == 0 for each in certain)
    return counts


def side_of(target: Target, result: Result) -> int | None:
    """On which side of the bound a result lies; so many misses as are allowed are none (S6.2)."""
    if result.value is None:
        return None
    is_forgiven = is_record_share(target) and result.misses <= target.allowed_misses
    return 0 if is_forgiven else target.bound.side(result.value)


def is_record_share(target: Target) -> bool:
    """Whether the target is a share of records."""
    return not isinstance(target.measure, Uptime) and is_share(target.measure)


def state_of(target: Target, result: Result, is_open: bool) -> State:
    """The state that one result gives; an open window is decided only by what more records cannot turn.

    Too few records, but some, decide nothing (S6.2).
    """
    side = side_of(target, result)
    if side is None:
        return State.PENDING if is_open else EMPTY[target.empty_windows]
    if 0 < result.records < target.least_records:
        return State.PENDING if is_open else State.UNMEASURED
    if side and (not is_open or not mends(target, side)):
        return State.BREACHED
    if not side and (not is_open or is_reached(target)):
        return State.MET
    return State.PENDING


def is_reached(target: Target) -> bool:
    """Whether a bound once kept stays kept: a count only rises."""
    counts_up = isinstance(target.measure, Aggregated) and target.measure.aggregate is Aggregate.COUNT
    return counts_up and target.bound.wants_high


def may_turn(target: Target, state: State, sides: Collection[int | None]) -> bool:
    """Whether records that nobody saw could turn a state, also that of an empty window (S6.7)."""
    match state:
        case State.MET:
            return spoils(target)
        case State.BREACHED:
            return any(mends(target, side) for side in sides if side)
        case State.NOT_APPLICABLE:
            return True
        case _:
            return False


def spoils(target: Target) -> bool:
    """Whether more records could lead a value that keeps the bound out of it."""
    match target.bound.comparison:
        case Comparison.AT_LEAST | Comparison.ABOVE:
            return moves(target) is not Move.UP
        case Comparison.AT_MOST | Comparison.BELOW:
            return moves(target) is not Move.DOWN
        case Comparison.EXACTLY | Comparison.BETWEEN:
            return True


def mends(target: Target, side: int) -> bool:
    """Whether more records could still mend a value on that side of the bound (S5.7)."""
    return moves(target) is not (Move.DOWN if side < 0 else Move.UP)


def shortage(target: Target, result: Result) -> Iterator[str]:
    """The records that there are, where they are too few (S6.2)."""
    if 0 < result.records < target.least_records:
        yield f"records: {result.records} of {target.least_records}"


def forgiven(target: Target, result: Result, found: Sequence[Member]) -> tuple[Part, ...]:
    """The misses that are allowed where the bound alone would not hold, by name (S6.2)."""
    if result.value is None or target.bound.holds(result.value):
        return ()
    missed = sorted(id_of(each.record.match.fact) for each in found if each.high == 0)
    return tuple(Part(name="miss allowed", text=id) for id in missed)


def unbreached(target: Target, verdict: Verdict) -> Verdict:
    """A level that nobody agreed is measured and never breached."""
    if not target.implied:
        return verdict
    is_breach = verdict.state in (State.BREACHED, State.EXCUSED)
    verdict = replace(verdict, state=State.NOT_APPLICABLE, excused_by=None) if is_breach else verdict
    return flagged(verdict, Flag.IMPLIED)


class Move(Enum):
    """Where more records can move a value."""

    UP = auto()
    DOWN = auto()
    BOTH = auto()


def moves(target: Target) -> Move:
    """A count, a highest and a sum of what is never negative only rise, a lowest only falls."""
    measure = target.measure
    if not isinstance(measure, Aggregated) or measure.buckets is not None:
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
        case One() | Holds():
            return True
        case FieldValue(unit=unit):
            return unit.dimension is Dimension.TIME
        case TimeBetween() | DaysBetween() | SincePrevious():
            return False


# Both


def excused(
    verdict: Verdict, modes: Sequence[Spell], window: Window, as_of: Instant
) -> tuple[Verdict, Spell | None]:
    """A breach in a window that a mode meets, or whose last moment lies in a waiver, is excused by it, if it
    is proven (S4.8, S6.5, S7.3)."""
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
