"""Uptime from intervals: agreed, excluded and bad time as plain sets (S5, S6.7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.definition.book import Reading
from engine.definition.calendars import open_time
from engine.definition.conditions import matching
from engine.definition.downtime import (
    deployed_length,
    forgiven_of,
    islands_of,
    lasting,
    open_since,
    weighted_length,
)
from engine.definition.intervals import Stretch, common, length, merged, until, without
from engine.definition.narrowed import outside_of, standing
from engine.definition.periods import Spell, proven, spells_of
from engine.definition.samples import read_samples
from engine.definition.windows import term_of, windows_of
from engine.model.agreement import Agreement
from engine.model.exclusion import Cap
from engine.model.measure import (
    CapSpending,
    ExcludedTime,
    MissingData,
    OutageAttribution,
    ShortOutages,
    Uptime,
)
from engine.model.obligation import PartWindow, Target
from engine.model.period import Window
from engine.model.quantity import Instant, Microseconds
from engine.model.reading import OBSERVATION_KIND


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One reading of what is unknown: the sets of time, and the value that they give.

    `granted` is what exclusions take out, wherever it is, and `excluded` what of it is agreed in the window;
    `down` are the outages that count, wherever they are; `bad` is what of them counts against the window,
    `forgiven` what would; `weighted` is the length of what is bad, or what weights make of it. `ahead` is the
    value if all hangs on what is deployed in time to come.
    """

    granted: list[Stretch]
    excluded: list[Stretch]
    down: list[Stretch]
    bad: list[Stretch]
    denominator: Fraction
    forgiven: list[Stretch]
    weighted: Fraction
    ahead: Fraction | None = None

    @property
    def value(self) -> Fraction | None:
        """max(0, (denominator − bad) / denominator); none where the denominator is empty (S5.6)."""
        if self.ahead is not None:
            return self.ahead
        if self.denominator == 0:
            return None
        return max(Fraction(0), (self.denominator - self.weighted) / self.denominator)


@dataclass(frozen=True, slots=True, kw_only=True)
class UptimeFigures:
    """All sets of time of one window; `best` and `worst` differ by what is not known (S5.7)."""

    window: Window
    agreed: list[Stretch]
    unwatched: list[Stretch]
    best: Scenario
    worst: Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class UptimeSeries:
    """The facts behind one uptime target, read once for all its windows."""

    target: Target
    measure: Uptime
    agreement: Agreement
    as_of: Instant
    outages: list[Spell]
    exclusions: list[Spell]
    modes: list[Spell]
    observations: list[Spell]
    facts: int
    gaps: list[Stretch]
    outside: list[Stretch]
    deployed: list[Spell]
    uncovered: list[Stretch]


def read_series(target: Target, measure: Uptime, agreement: Agreement, reading: Reading) -> UptimeSeries:
    """Every outage, exclusion and observation that the target reads, proven or not."""
    zone = agreement.zone
    outages, gaps, facts = outages_of(measure, agreement, reading)
    exclusions = [spell for each in measure.excludes for spell in spells_of(each, reading, zone)]
    observations = observations_of(target, reading)
    return UptimeSeries(
        target=target,
        measure=measure,
        agreement=agreement,
        as_of=reading.as_of,
        outages=outages,
        exclusions=exclusions,
        modes=[spell for each in target.modes for spell in spells_of(each, reading, zone)],
        observations=observations,
        facts=facts + len(exclusions) + len(observations),
        gaps=gaps,
        outside=outside_of(measure, agreement, reading),
        deployed=[] if measure.deployed is None else [*standing(measure.deployed.facts, zone, reading)],
        uncovered=uncovered(outages, agreement, reading.as_of) if measure.covering else [],
    )


def uncovered(covering: Sequence[Spell], agreement: Agreement, as_of: Instant) -> list[Stretch]:
    """The time of the term up to `as of` that no interval covers (S4.11)."""
    start, end = term_of(agreement)
    so_far = [(start, min(end, as_of))] if start < as_of else []
    return without(so_far, proven(covering, as_of))


def outages_of(
    measure: Uptime, agreement: Agreement, reading: Reading
) -> tuple[list[Spell], list[Stretch], int]:
    """The intervals that may be bad, the time without samples, and how many facts were read (S5.2)."""
    if measure.samples is not None:
        sampled = read_samples(measure, measure.samples, agreement, reading)
        return sampled.bad, sampled.gaps, sampled.facts
    outages = [
        Spell(
            source=measure.outages.kind,
            fact=match.fact,
            start=match.at,
            end=reading.book.ended_at(match.fact),
            proven=match.proven,
            missing=match.missing,
        )
        for match in matching(measure.outages, reading, {}, agreement.zone)
    ]
    return outages, [], len(outages)


def observations_of(target: Target, reading: Reading) -> list[Spell]:
    """What the target's source says that it watched (S6.7)."""
    if target.watched_source is None:
        return []
    return [
        Spell(
            source=target.watched_source,
            fact=fact,
            start=reading.book.at(fact),
            end=reading.book.ended_at(fact),
            proven=True,
            missing=(),
        )
        for fact in reading.kind(OBSERVATION_KIND)
        if fact.values["source"] == target.watched_source
    ]


def measure_uptime(series: UptimeSeries, window: Window) -> UptimeFigures:
    """The value if nothing more went or goes wrong, and if everything unknown did and does (S5.7).

    Only what is agreed and not excluded must be watched (S6.7).
    """
    opened = (open_time(series.measure.hours, a, b) for a, b in window.stretches)
    agreed = without([each for some in opened for each in some], series.outside)
    known = [each for each in series.outages if each.proven]
    best = scenario(series, window, agreed, known, [], [])
    needed = without(agreed, best.excluded)
    if series.measure.samples is not None:
        # Buckets without a sample are among the outages, down or perhaps down.
        worst = scenario(series, window, agreed, series.outages, ahead_of(series, window), [])
        missing = common(series.gaps, needed)
        return UptimeFigures(window=window, agreed=agreed, unwatched=missing, best=best, worst=worst)
    unwatched = unwatched_of(series.target, needed, series.observations, series.as_of)
    feared = merged([*unwatched, *ahead_of(series, window)])
    earlier = unwatched_earlier(series, window, best)
    worst = scenario(series, window, agreed, series.outages, feared, earlier)
    if series.target.missing_data is MissingData.COUNTS_AS_DOWN:
        unseen = without(unwatched, best.down)
        bad = merged([*best.bad, *unseen])
        more = Fraction(length(bad) - length(best.bad))
        if series.measure.weight is not None:
            more = everything_in(series, unseen)
        best = replace(best, bad=bad, weighted=best.weighted + more)
    if series.measure.deployed is not None and length(
        without(ahead_in(series, window, agreed), worst.excluded)
    ):
        # Whatever is deployed in time to come may outweigh all that was.
        best, worst = replace(best, ahead=Fraction(1)), replace(worst, ahead=Fraction(0))
    return UptimeFigures(window=window, agreed=agreed, unwatched=unwatched, best=best, worst=worst)


def ahead_in(series: UptimeSeries, window: Window, agreed: Sequence[Stretch]) -> list[Stretch]:
    """The agreed time that has not come yet."""
    return common(ahead_of(series, window), agreed)


def everything_in(series: UptimeSeries, time: Sequence[Stretch]) -> Fraction:
    """Some time, or what is deployed in it times its weights (S5.6)."""
    deployed = series.measure.deployed
    if deployed is None:
        return Fraction(length(time))
    return deployed_length(deployed, series.deployed, time, series.as_of)


def ahead_of(series: UptimeSeries, window: Window) -> list[Stretch]:
    """The part of the window that has not come yet."""
    return merged([(max(series.as_of, window.start), window.end)])


def unwatched_of(
    target: Target, needed: Sequence[Stretch], watched: Iterable[Spell], as_of: Instant
) -> list[Stretch]:
    """The part up to `as of` of what must be watched that no observation covers (S6.7)."""
    if target.watched_source is None:
        return []
    return without(until(needed, as_of), proven(watched, as_of))


def unwatched_earlier(series: UptimeSeries, window: Window, best: Scenario) -> list[Stretch]:
    """The time before the window that nobody watched and that may have spent a cap that reaches into it."""
    if series.measure.cap_spending is CapSpending.ANNOUNCED_TIME:
        return []
    starts = [
        each.start
        for exclusion in series.measure.excludes
        if exclusion.cap is not None
        for each in windows_of(series.agreement, exclusion.cap.windows, window.end)
        if each.start < window.start < each.end
    ]
    if not starts:
        return []
    before = open_time(series.measure.hours, min(starts), window.start)
    return unwatched_of(series.target, without(before, best.granted), series.observations, series.as_of)


def scenario(
    series: UptimeSeries,
    window: Window,
    agreed: Sequence[Stretch],
    outages: Sequence[Spell],
    feared: Sequence[Stretch],
    earlier: Sequence[Stretch],
) -> Scenario:
    """One reading: these outages, and all time that is feared to be bad beside them (S5.2–S5.6).

    What is feared of the time before the window spends the caps that reach into it.
    """
    measure = series.measure
    islands = series.uncovered if measure.covering else islands_of(measure, outages, series.as_of)
    whole = merged([*islands, *feared, *earlier])
    if measure.short_outages is ShortOutages.BEFORE_EXCLUSIONS:
        units = islands
        down = lasting(islands, whole, measure)
        excluded = excluded_time(series, window, merged([*down, *feared, *earlier]))
    else:
        # What is too short is known only after exclusions: until then every outage spends a cap.
        excluded = excluded_time(series, window, whole)
        units, whole = without(islands, excluded), without(whole, excluded)
        down = lasting(units, whole, measure)
    if measure.attribution is OutageAttribution.SPLIT:
        bad = common(down, agreed)
    else:
        bad = belonging(series, window, islands, down, outages)
    bad = without(bad, excluded)
    forgiven: list[Stretch] = []
    if measure.forgiven is not None:
        forgiven = forgiven_of(measure.forgiven, units, whole, bad)
        bad = without(bad, forgiven)
    elsewhere = [] if measure.attribution is OutageAttribution.SPLIT else down
    fear = without(without(common(feared, agreed), elsewhere), excluded)
    everything = merged([*bad, *fear])
    weighted = Fraction(length(everything))
    if measure.weight is not None:
        known = weighted_length(measure, outages, bad, series.as_of)
        weighted = known + everything_in(series, without(fear, down))
    bad = everything
    inside = common(excluded, agreed)
    return Scenario(
        granted=excluded,
        excluded=inside,
        down=down,
        bad=bad,
        denominator=denominator_of(series, agreed, inside),
        forgiven=forgiven,
        weighted=weighted,
    )


def denominator_of(series: UptimeSeries, agreed: Sequence[Stretch], excluded: Sequence[Stretch]) -> Fraction:
    """What bad time is held against: a fixed time, or agreed time with or without excluded time, or what is
    deployed in that (S5.6)."""
    if series.measure.fixed is not None:
        return Fraction(series.measure.fixed)
    counts = series.measure.excluded_time is ExcludedTime.COUNTS_AS_AVAILABLE
    return everything_in(series, agreed if counts else without(agreed, excluded))


def belonging(
    series: UptimeSeries,
    window: Window,
    islands: Sequence[Stretch],
    down: Sequence[Stretch],
    outages: Sequence[Spell],
) -> list[Stretch]:
    """The agreed time of the term in outages that belong whole to the window they end in (S5.5).

    One that is still open belongs to the window of `as of`, one that outlasts the term to its last.
    """
    start, end = term_of(series.agreement)
    open_from = open_since(series.measure, outages)
    own: list[Stretch] = []
    for a, b in islands:
        is_open = any(a <= opened < b for opened in open_from)
        last = min(series.as_of if is_open else b - 1, end - 1)
        if window.holds(last):
            own.append((max(a, start), min(b, end)))
    pieces = common(down, merged(own))
    return [each for a, b in pieces for each in open_time(series.measure.hours, a, b)]


def excluded_time(series: UptimeSeries, window: Window, spent_by: Sequence[Stretch]) -> list[Stretch]:
    """X up to the window's end: exclusions without caps first, then capped ones, one after the other in order
    of start, declaration and key, each until the cap is spent in its own window (S5.4)."""
    measure, until_end = series.measure, max(series.as_of, window.end - 1)
    caps = {each.name: (each.order, each.cap) for each in measure.excludes if each.cap is not None}
    uncapped = proven((each for each in series.exclusions if each.source not in caps), series.as_of)
    # What `while` leaves out is gone before anything is excluded, and spends no cap.
    granted = merged([*uncapped, *series.outside])
    capped = (each for each in series.exclusions if each.source in caps and each.proven)
    in_order = sorted(capped, key=lambda each: (each.start, caps[each.source][0], each.fact.key))
    left: dict[tuple[str, str], Microseconds] = {}
    for spell in in_order:
        cap = caps[spell.source][1]
        for own in windows_of(series.agreement, cap.windows, until_end):
            asked = without(common([spell.stretch(series.as_of)], [(own.start, own.end)]), granted)
            counted = asked if cap.elapsed else in_hours(measure, asked)
            spends_all = measure.cap_spending is CapSpending.ANNOUNCED_TIME
            spent = counted if spends_all else common(counted, spent_by)
            still = left.get((spell.source, own.label), held_cap(series.target, cap, own))
            given = until_spent(asked, spent, still)
            left[spell.source, own.label] = max(0, still - length(spent))
            granted = merged([*granted, *given])
    return granted


def held_cap(target: Target, cap: Cap, own: Window) -> Microseconds:
    """What a cap allows in one of its windows; prorated, a part of one allows its share, in microseconds."""
    return int(cap.length * own.share) if target.part_windows is PartWindow.PRORATED else cap.length


def in_hours(measure: Uptime, stretches: Sequence[Stretch]) -> list[Stretch]:
    """What of some time lies in the service hours."""
    return [each for a, b in stretches for each in open_time(measure.hours, a, b)]


def until_spent(asked: Sequence[Stretch], spent: Sequence[Stretch], cap: Microseconds) -> list[Stretch]:
    """What is asked for, in order of time, up to the instant at which the cap is spent (S5.4)."""
    if cap == 0:
        return []
    left = cap
    for start, end in spent:
        if left <= end - start:
            return until(asked, start + left)
        left -= end - start
    return list(asked)
