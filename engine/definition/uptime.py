"""Uptime from intervals: agreed, excluded and bad time as plain sets (S5, S6.7)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from engine.definition.calendars import open_time
from engine.definition.downtime import (
    deployed_length,
    forgiven_of,
    islands_of,
    lasting,
    open_since,
    weighted_length,
)
from engine.definition.excluded import excluded_time
from engine.definition.intervals import Stretch, common, length, merged, until, without
from engine.definition.periods import Spell, proven
from engine.definition.rolling_caps import Spent
from engine.definition.uptime_series import Scenario, UptimeFigures, UptimeSeries
from engine.definition.windows import term_of, windows_of
from engine.model.exclusion import AnyStretch
from engine.model.measure import (
    CapSpending,
    ExcludedTime,
    MissingData,
    OutageAttribution,
    ShortOutages,
)
from engine.model.obligation import Target
from engine.model.period import RollingWindows, Window
from engine.model.quantity import Instant


def measure_uptime(series: UptimeSeries, window: Window) -> UptimeFigures:
    """The value at best and at worst; where it is not known what of a cap that rolls was spent, also if all
    of it was and if nothing was: more bad time may leave more of it for later."""
    figures = measure_spent(series, window)
    if not is_spending_unsure(series, figures):
        return figures
    others = [
        measure_spent(replace(series, rolling=each), window) for each in (Spent.EVERYTHING, Spent.NOTHING)
    ]
    return replace(figures, others=tuple(one for each in others for one in (each.best, each.worst)))


def is_spending_unsure(series: UptimeSeries, figures: UptimeFigures) -> bool:
    """Whether a cap rolls, and time up to the window's end that may spend one is bad in one reading alone."""
    measure, window = series.measure, figures.window
    caps = {each.name: each.cap for each in measure.excludes if each.cap is not None}
    if measure.cap_spending is CapSpending.ANNOUNCED_TIME or not any(cap.rolls for cap in caps.values()):
        return False
    under = proven((each for each in series.exclusions if each.source in caps), series.as_of)
    doubtful = without(figures.worst.spends, figures.best.spends)
    return bool(until(common(doubtful, under), window.end))


def measure_spent(series: UptimeSeries, window: Window) -> UptimeFigures:
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
    caps = [each.cap for each in series.measure.excludes if each.cap is not None]
    starts = [
        each.start
        for cap in caps
        if not isinstance(cap.windows, RollingWindows | AnyStretch)
        for each in windows_of(series.agreement, cap.windows, window.end)
        if each.start < window.start < each.end
    ]
    if any(cap.rolls for cap in caps):
        # What was spent hangs on what had been spent before it, and so on.
        starts.append(min(term_of(series.agreement)[0], window.start))
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
        spends = down = lasting(islands, whole, measure)
        excluded = excluded_time(series, window, merged([*down, *feared, *earlier]))
    else:
        # What is too short is known only after exclusions: until then every outage spends a cap.
        spends, excluded = islands, excluded_time(series, window, whole)
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
        spends=spends,
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
