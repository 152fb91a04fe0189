"""The facts behind an uptime target, and the sets of time that are made of them for one window (S5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.definition.book import Reading
from engine.definition.conditions import matching
from engine.definition.intervals import Stretch, without
from engine.definition.narrowed import outside_of, standing
from engine.definition.periods import Spell, proven, spells_of
from engine.definition.rolling_caps import Spent
from engine.definition.samples import read_samples
from engine.definition.windows import term_of, windows_of
from engine.model.agreement import Agreement
from engine.model.measure import (
    Uptime,
)
from engine.model.obligation import Target
from engine.model.period import RollingWindows, Window
from engine.model.quantity import Instant
from engine.model.reading import OBSERVATION_KIND


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One reading of what is unknown: the sets of time, and the value that they give.

    `granted` is what exclusions take out, wherever it is, and `excluded` what of it is agreed in the window;
    `spends` are the outages that spend caps and `down` those that count, wherever they are; `bad` is what of
    them counts against the window, `forgiven` what would; `weighted` is the length of what is bad, or what
    weights make of it. `ahead` is the value if all hangs on what is deployed in time to come.
    """

    granted: list[Stretch]
    excluded: list[Stretch]
    spends: list[Stretch]
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
    """All sets of time of one window; `best` and `worst` differ by what is not known (S5.7). `others` are
    further readings where it is not known what of a cap that rolls was spent."""

    window: Window
    agreed: list[Stretch]
    unwatched: list[Stretch]
    best: Scenario
    worst: Scenario
    others: tuple[Scenario, ...] = ()


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
    rolling_days: Mapping[str, Sequence[Window]]
    rolling: Spent = Spent.KNOWN


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
        rolling_days=rolling_days(target, measure, agreement, reading.as_of),
    )


def rolling_days(
    target: Target, measure: Uptime, agreement: Agreement, as_of: Instant
) -> Mapping[str, Sequence[Window]]:
    """By exclusion whose cap rolls with the days, its windows up to the end of the target's last (S5.4)."""
    rolling = {
        each.name: each.cap.windows
        for each in measure.excludes
        if each.cap is not None and isinstance(each.cap.windows, RollingWindows)
    }
    if not rolling:
        return {}
    last = max((each.end - 1 for each in windows_of(agreement, target.windows, as_of)), default=as_of)
    return {name: [*windows_of(agreement, own, max(as_of, last))] for name, own in rolling.items()}


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
