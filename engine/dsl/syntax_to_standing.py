"""Standing duties: what must be in force at all times, so that its gaps are bad time (S4.11)."""

from fractions import Fraction

from engine.dsl import promises
from engine.dsl.credits import Credits
from engine.dsl.frame import Frame
from engine.dsl.statement import When
from engine.dsl.syntax_to_condition import resolve_match
from engine.dsl.syntax_to_credit import resolve_credits
from engine.dsl.syntax_to_downtime import is_always_known, lasts
from engine.dsl.syntax_to_excuse import resolve_excuses
from engine.dsl.syntax_to_partition import check_all_bear, resolve_partition
from engine.dsl.syntax_to_payment import Credited, Measured
from engine.dsl.syntax_to_target import excusing_modes, part_windows
from engine.dsl.syntax_to_terms import resolve_terms
from engine.dsl.syntax_to_window import resolve_window
from engine.model import quantity
from engine.model.calendar import Elapsed
from engine.model.measure import (
    CapSpending,
    EmptyWindow,
    ExcludedTime,
    MissingData,
    OutageAttribution,
    ShortOutages,
    Uptime,
)
from engine.model.obligation import ObligationKind, Target
from engine.model.period import TermWindow, Windows
from engine.model.quantity import Bound, Comparison

ELSEWHERE = (
    When,
    promises.Every,
    promises.Workload,
    promises.Steps,
    promises.Pauses,
    promises.OnChange,
    promises.WarnsBefore,
)
"""What only a duty says that arises on an occasion."""


def resolve_standing(
    block: promises.Duty, must: promises.Must, standing: promises.AtAllTimes, frame: Frame
) -> Target | None:
    """Uptime that nothing but the facts of the duty gives, of which no part may be missing."""
    frame = frame.overridden(block.items)
    findings, items = frame.findings, block.items
    terms = resolve_terms(block.name, ObligationKind.STANDING_DUTY, items, frame, title=block.title)
    findings.at_most_one(items, promises.Must, f"what `{block.name.text}` demands")
    match, *others = must.alternatives
    if others:
        findings.unsupported("alternatives of a standing duty", others[0].span)
        return None
    for item in items:
        if isinstance(item, ELSEWHERE):
            first, second = sorted((standing.span, item.span), key=lambda span: span.start)
            findings.said_twice("what the duty asks", first, second)
            return None
    _, exclusions = resolve_excuses(items, (), "make this duty arise, for it stands at all times", frame)
    windows = _windows(standing, frame)
    matched = resolve_match(match, frame.scope)
    if matched is None or windows is None or not lasts(match.kind, "what is in force lasts", frame):
        return None
    if not is_always_known(matched[0], "a standing duty", standing.span, frame):
        return None
    spending = CapSpending.BAD_TIME
    if any(exclusion.cap is not None for exclusion in exclusions):
        spending = frame.scope.conventions.choice(CapSpending, standing.span, "a cap on an exclusion")
    measure = Uptime(
        outages=matched[0],
        least=0,
        short_outages=ShortOutages.BEFORE_EXCLUSIONS,
        attribution=OutageAttribution.SPLIT,
        hours=Elapsed(),
        excludes=tuple(sorted(exclusions, key=lambda exclusion: exclusion.order)),
        excluded_time=ExcludedTime.COUNTS_AS_AVAILABLE,
        cap_spending=spending,
        covering=True,
    )
    bound = Bound(comparison=Comparison.AT_LEAST, value=Fraction(1), unit=quantity.PERCENT)
    credits = findings.at_most_one(items, Credits, "the credits")
    paid = None
    if credits is not None:
        seen = Measured(measure=measure, unit=quantity.PERCENT, calendar=None, bound=bound)
        paid = resolve_credits(
            credits,
            Credited(name=block.name.text, frame=frame, scope=frame.scope, promise=seen, windows=windows),
        )
    partition = resolve_partition(block.for_each, measure, frame) if block.for_each is not None else None
    if block.for_each is not None and partition is None:
        return None
    target = Target(
        terms=terms,
        measure=measure,
        bound=bound,
        windows=windows,
        warns=None,
        part_windows=part_windows(windows, standing, frame),
        empty_windows=EmptyWindow.MET,
        missing_data=MissingData.UNMEASURED,
        watched_source=None,
        modes=excusing_modes(block.name, frame),
        credits=paid,
        partition=partition,
    )
    if block.for_each is not None:
        check_all_bear(block.for_each, target, frame)
    return target


def _windows(standing: promises.AtAllTimes, frame: Frame) -> Windows | None:
    """The windows that are judged; all the term where none is said."""
    return TermWindow() if standing.window is None else resolve_window(standing.window, frame.findings)
