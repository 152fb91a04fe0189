"""Targets and prohibitions: a measure over each window against a bound (S5, S6)."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from engine.dsl import credits as credit_syntax
from engine.dsl import downtime, promises
from engine.dsl.conventions import Percentages, Sources
from engine.dsl.expressions import Name, Node
from engine.dsl.frame import Frame
from engine.dsl.read_bound import is_bound_read
from engine.dsl.statement import Implied
from engine.dsl.syntax_to_bound import resolve_bound
from engine.dsl.syntax_to_bound_table import resolve_bounds
from engine.dsl.syntax_to_counter import resolve_counter
from engine.dsl.syntax_to_credit import resolve_credits
from engine.dsl.syntax_to_downtime import interval_source
from engine.dsl.syntax_to_duration import elapsed_microseconds
from engine.dsl.syntax_to_excuse import resolve_excuses
from engine.dsl.syntax_to_measure import attributed, counted_records
from engine.dsl.syntax_to_mode import resolve_mode_bounds
from engine.dsl.syntax_to_partition import check_all_bear, resolve_partition
from engine.dsl.syntax_to_payment import Credited, Measured
from engine.dsl.syntax_to_proviso import resolve_provisos
from engine.dsl.syntax_to_sign_off import resolve_sign_off
from engine.dsl.syntax_to_statistic import NO_RANK, MeasuredIn, resolve_aggregate, resolve_records
from engine.dsl.syntax_to_terms import resolve_terms
from engine.dsl.syntax_to_uptime import resolve_uptime
from engine.dsl.syntax_to_window import cuts_windows, resolve_window
from engine.model import quantity
from engine.model.calendar import Elapsed
from engine.model.exclusion import Mode
from engine.model.measure import (
    Aggregate,
    Aggregated,
    EmptyWindow,
    ExcludedTime,
    Measure,
    MissingData,
    PercentileMethod,
    Uptime,
    is_total,
)
from engine.model.obligation import MeasuringSource, ObligationKind, PartWindow, Target
from engine.model.period import Windows
from engine.model.quantity import Bound, Comparison, Dimension, Rounding, RoundingMode, Unit
from engine.source import Span

MOST_DECIMALS = 9

MEASURES = downtime.MeasuresUptime | promises.MeasuresRecords
"""The statements that say what a target measures."""


def resolve_target(block: promises.Target, frame: Frame) -> Target | None:
    """A promise for each window."""
    frame = frame.overridden(block.items)
    findings, items = frame.findings, block.items
    terms = resolve_terms(block.name, ObligationKind.TARGET, items, frame, title=block.title, of=block.of)
    requires = findings.exactly_one(
        items,
        promises.Requires,
        f"what `{block.name.text}` requires",
        block.name.span,
        "requires at least 99.5% in each calendar month",
    )
    warns = findings.at_most_one(items, promises.WarnsBeyond, "when to warn")
    credits = findings.at_most_one(items, credit_syntax.Credits, "the credits")
    windows = resolve_window(requires.window, findings) if requires is not None else None
    measured = _measured(block, requires, windows, frame)
    is_sampled = measured is not None and isinstance(measured[0], Uptime) and measured[0].samples is not None
    source, missing_data = _watched(block, frame, is_sampled=is_sampled)
    modes = excusing_modes(block.name, frame)
    if requires is None or measured is None or windows is None:
        return None
    measure, unit, calendar = measured
    rounding = _rounding(unit, requires.bound, frame)
    if isinstance(measure, Uptime) and measure.samples is not None:
        missing = _missing_samples(block.name.span, missing_data, frame)
        measure, source = replace(measure, samples=replace(measure.samples, missing=missing)), None
    partition = resolve_partition(block.for_each, measure, frame) if block.for_each is not None else None
    if block.for_each is not None and partition is None:
        return None
    if is_bound_read(requires.bound, measure, findings):
        return None
    bound, bounds = resolve_bounds(block, requires.bound, unit, partition, measure, frame, calendar)
    beyond = resolve_bound(warns.bound, unit, frame, calendar) if warns is not None else None
    parts = part_windows(windows, requires, frame)
    if parts is PartWindow.PRORATED and credits is not None and is_total(measure):
        findings.unsupported("prorating the bands of credits", credits.span)
    empty_windows = _empty_windows(measure, requires, frame)
    least_records, allowed_misses = resolve_provisos(requires.provisos, measure, frame)
    if bound is None:
        return None
    implied = findings.at_most_one(items, Implied, "`implied`")
    if implied is not None and block.name.text in frame.replacing:
        findings.unsupported("an implied level that a mode changes", implied.span)
    effect, mode_bounds = resolve_mode_bounds(block.name, bound, measured, windows, frame)
    is_bucketed = isinstance(measure, Aggregated) and measure.buckets is not None
    if is_bucketed and mode_bounds:
        findings.unsupported("a mode that changes the bound of a bucketed measure", requires.span)
    paid = None
    if credits is not None:
        held = replace(bound, rounding=rounding)
        seen = Measured(measure=measure, unit=unit, calendar=calendar, bound=held)
        credited = Credited(
            name=block.name.text, frame=frame, scope=frame.scope, promise=seen, windows=windows
        )
        paid = resolve_credits(credits, credited)
    if bounds is not None:
        rows = tuple((value, replace(each, rounding=rounding)) for value, each in bounds.bounds)
        bounds = replace(bounds, bounds=rows)
    target = Target(
        terms=terms,
        measure=measure,
        bound=replace(bound, rounding=rounding),
        windows=windows,
        warns=replace(beyond, rounding=rounding) if beyond is not None else None,
        part_windows=parts,
        empty_windows=empty_windows,
        missing_data=missing_data,
        watched_source=source,
        modes=modes,
        credits=paid,
        sign_off=resolve_sign_off(block.items, frame),
        countered=resolve_counter(block.items, unit, effect, frame),
        least_records=least_records,
        allowed_misses=allowed_misses,
        implied=implied is not None,
        mode_effect=effect,
        mode_bounds=tuple(
            replace(each, bound=replace(each.bound, rounding=rounding)) for each in mode_bounds
        ),
        partition=partition,
        bounds=bounds,
        source=_measuring_source(block),
    )
    if block.for_each is not None:
        check_all_bear(block.for_each, target, frame)
    return target


def _rounding(unit: Unit, place: Node, frame: Frame) -> Rounding | None:
    """How a percentage is rounded, by convention (S1.2)."""
    if unit.dimension is not Dimension.RATIO:
        return None
    conventions = frame.scope.conventions
    choice = conventions.choice(Percentages, place.span, "a bound in percent")
    said = conventions.said.get(Percentages)
    if choice is Percentages.EXACTLY or said is None or said.decimals is None:
        return None
    if said.decimals > MOST_DECIMALS:
        frame.findings.error(
            "too-many-decimals",
            f"a percentage is rounded to at most {MOST_DECIMALS} decimals",
            said.span,
            "too many",
            help="say fewer, or `percentages compare exactly`",
        )
    return Rounding(
        mode=RoundingMode.HALF_UP
        if choice in (Percentages.HALF_UP_BEFORE, Percentages.HALF_UP_AFTER)
        else RoundingMode.HALF_EVEN,
        decimals=said.decimals,
        before_comparing=choice in (Percentages.HALF_UP_BEFORE, Percentages.HALF_EVEN_BEFORE),
    )


def resolve_prohibition(block: promises.Prohibition, frame: Frame) -> Target | None:
    """A count that must be zero."""
    frame = frame.overridden(block.items)
    findings, items = frame.findings, block.items
    terms = resolve_terms(block.name, ObligationKind.PROHIBITION, items, frame, title=block.title)
    never = findings.exactly_one(
        items,
        promises.Never,
        f"what `{block.name.text}` forbids",
        block.name.span,
        "never issuance over the term",
    )
    kinds = {never.match.kind.text} if never is not None else set[str]()
    permissions, exclusions = resolve_excuses(items, kinds, "fall under this prohibition", frame)
    if never is None:
        return None
    windows = resolve_window(never.window, findings)
    counted = counted_records(never.match, frame)
    during = interval_source(never.during, "a prohibition", frame) if never.during is not None else None
    modes = excusing_modes(block.name, frame)
    if windows is None or counted is None or (never.during is not None and during is None):
        return None
    records = attributed(counted, never.match, frame)
    measure = Aggregated(
        aggregate=Aggregate.COUNT, records=records, rank=NO_RANK, method=PercentileMethod.NEAREST_RANK
    )
    bound = Bound(comparison=Comparison.AT_MOST, value=Fraction(0), unit=quantity.COUNT)
    credits = findings.at_most_one(items, credit_syntax.Credits, "the credits")
    paid = None
    if credits is not None:
        seen = Measured(measure=measure, unit=quantity.COUNT, calendar=None, bound=bound)
        credited = Credited(
            name=block.name.text, frame=frame, scope=frame.scope, promise=seen, windows=windows
        )
        paid = resolve_credits(credits, credited)
    return Target(
        terms=terms,
        measure=measure,
        bound=bound,
        windows=windows,
        warns=None,
        part_windows=part_windows(windows, never, frame),
        empty_windows=EmptyWindow.MET,
        missing_data=MissingData.UNMEASURED,
        watched_source=None,
        modes=modes,
        only_while=during,
        permissions=permissions,
        exclusions=exclusions,
        credits=paid,
    )


def excusing_modes(name: Name, frame: Frame) -> tuple[Mode, ...]:
    """The modes that apply to a promise: they excuse it (S6.5)."""
    applying = frame.excusing.get(name.text, ())
    modes = [frame.modes.nouns.get(mode.text) for mode in applying]
    return tuple(mode for mode in modes if mode is not None)


def _measured(
    block: promises.Target, requires: promises.Requires | None, windows: Windows | None, frame: Frame
) -> MeasuredIn | None:
    """What the target measures: uptime, said by `measures`, or an aggregate, said by `requires`."""
    findings = frame.findings
    said = [item for item in block.items if isinstance(item, MEASURES)]
    aggregate = requires.aggregate if requires is not None else None
    places = [*(item.span for item in said), *(() if aggregate is None else (aggregate.span,))]
    if len(places) > 1:
        findings.said_twice("what is measured", places[0], places[1])
        return None
    for item in said:
        if isinstance(item, downtime.MeasuresUptime):
            measure = resolve_uptime(block, item, windows, frame)
            return (measure, quantity.PERCENT, None) if measure is not None else None
        _only_of_uptime(block.items, frame)
        return resolve_records(item, windows, frame)
    _only_of_uptime(block.items, frame)
    if aggregate is None:
        if requires is not None:
            findings.error(
                "not-said",
                f"what `{block.name.text}` measures is not said",
                block.name.span,
                "no `measures` line",
                help="say it: `measures uptime from outage`, or `requires average response_time at most …`",
            )
        return None
    return resolve_aggregate(aggregate, frame)


def _only_of_uptime(items: Sequence[Node], frame: Frame) -> None:
    for item in items:
        match item:
            case promises.Excludes():
                frame.findings.unsupported(
                    "an exclusion from a measure of records",
                    item.span,
                    help="leave the records out by a condition: `where …`",
                )
            case downtime.WhilePeriod() | downtime.WhileStanding() | downtime.OutOf() | downtime.OutOfFacts():
                frame.findings.unsupported("`while` or `out of` with a measure of records", item.span)
            case promises.DuringAlways() | promises.DuringCalendar() | promises.DuringHoursOf():
                frame.findings.unsupported(
                    "`during` with a measure of records",
                    item.span,
                    help="count on a calendar: `counts hours on office_hours from … to …`",
                )
            case _:
                pass


def _watched(block: promises.Target, frame: Frame, *, is_sampled: bool) -> tuple[str | None, MissingData]:
    """The source whose observations say what was watched, and what unwatched time is (S6.7)."""
    findings, conventions = frame.findings, frame.scope.conventions
    source = findings.at_most_one(block.items, promises.MeasuredBy, "the source")
    if source is not None:
        if source.by is not None:
            frame.scope.names.parties.knows(source.by, findings)
        if source.sampled_every is not None:
            elapsed_microseconds(source.sampled_every, findings, what="the interval of a source")
    place = source.span if source is not None else block.name.span
    if conventions.choice(Sources, place, "what a silent source means") is Sources.ASSUMED:
        return None, MissingData.UNMEASURED
    missing = conventions.choice(MissingData, place, "what unwatched time is")
    if source is None and not is_sampled and Sources in conventions.said:
        findings.error(
            "source-missing",
            f"`{block.name.text}` does not say which source watches it",
            block.name.span,
            "sources are watched where observed",
            help='say it: `source "Portal monitor"`, or `convention sources are assumed watched`',
        )
    return source.name.value if source is not None else None, missing


def _measuring_source(block: promises.Target) -> MeasuringSource | None:
    """The source that is said, and by whom, whatever its silence means."""
    said = next((each for each in block.items if isinstance(each, promises.MeasuredBy)), None)
    if said is None:
        return None
    party = said.by.text if said.by is not None else None
    return MeasuringSource(name=said.name.value, party=party, span=said.span)


def _missing_samples(place: Span, missing: MissingData, frame: Frame) -> MissingData | None:
    """Samples say themselves what was watched: without one a bucket is missing, or assumed well (S6.7)."""
    sources = frame.scope.conventions.choice(Sources, place, "what a silent source means")
    return None if sources is Sources.ASSUMED else missing


def part_windows(windows: Windows, place: Node, frame: Frame) -> PartWindow:
    """What a window that the term cuts short is worth, where one is."""
    if not any(cuts_windows(each, windows) for each in frame.terms):
        return PartWindow.MEASURED
    return frame.scope.conventions.choice(
        PartWindow, place.span, "what a window cut short by the term is worth"
    )


def _empty_windows(measure: Measure, place: Node, frame: Frame) -> EmptyWindow:
    """What an empty window is, where one can be: a count is never empty, and always is never empty."""
    match measure:
        case Aggregated(aggregate=Aggregate.COUNT):
            return EmptyWindow.MET
        case Uptime(fixed=int()):
            return EmptyWindow.MET
        case Uptime(hours=Elapsed(), excludes=excludes, excluded_time=excluded, only_while=()) if (
            not excludes or excluded is ExcludedTime.COUNTS_AS_AVAILABLE
        ):
            return EmptyWindow.MET
        case _:
            return frame.scope.conventions.choice(
                EmptyWindow, place.span, "what a window with nothing in it is"
            )
