"""Uptime: outages, service hours and exclusions, with the conventions that they need (S5)."""

from collections.abc import Sequence

from engine.dsl import downtime, promises
from engine.dsl.expressions import Node
from engine.dsl.frame import Frame
from engine.dsl.syntax_to_condition import resolve_match
from engine.dsl.syntax_to_deployed import resolve_deployed
from engine.dsl.syntax_to_downtime import (
    Rules,
    resolve_at_once,
    resolve_fixed,
    resolve_rules,
    resolve_weight,
    resolve_whiles,
)
from engine.dsl.syntax_to_samples import bucket_length, resolve_samples
from engine.model.calendar import Clock, Elapsed
from engine.model.exclusion import Exclusion
from engine.model.expression import Expression, Selection
from engine.model.fact import Lasts
from engine.model.measure import (
    AtOnce,
    CapSpending,
    ExcludedTime,
    OutageAttribution,
    Samples,
    ShortOutages,
    Uptime,
)
from engine.model.period import TermWindow, Windows


def resolve_uptime(
    block: promises.Target, node: downtime.MeasuresUptime, windows: Windows | None, frame: Frame
) -> Uptime | None:
    """The share of agreed time that was not bad."""
    conventions = frame.scope.conventions
    hours = _hours(block, frame)
    excludes = _excluded(block.items, frame)
    rules = resolve_rules(node, frame)
    short = ShortOutages.BEFORE_EXCLUSIONS
    if (rules.least or rules.whole or rules.forgiven) and excludes:
        short = conventions.choice(ShortOutages, node.span, "whether an outage is short")
    attribution = OutageAttribution.SPLIT
    if not isinstance(windows, TermWindow):
        attribution = conventions.choice(
            OutageAttribution, node.span, "an outage across the edge of a window"
        )
    fixed = resolve_fixed(block.items, frame)
    standing, deployed = resolve_deployed(block.items, node, frame)
    narrowing = (*resolve_whiles(block.items, frame), *standing)
    excluded_time = ExcludedTime.NOT_COUNTED
    if excludes and fixed is None:
        excluded_time = conventions.choice(ExcludedTime, node.span, "excluded time")
    spending = CapSpending.BAD_TIME
    if any(exclusion.cap is not None for exclusion in excludes):
        spending = conventions.choice(CapSpending, node.span, "a cap on an exclusion")
    front = _bad_intervals(block, node, rules, frame)
    if front is None or hours is None:
        return None
    outages, samples, at_once, weight = front
    return Uptime(
        outages=outages,
        least=rules.least,
        short_outages=short,
        attribution=attribution,
        hours=hours,
        excludes=excludes,
        excluded_time=excluded_time,
        cap_spending=spending,
        samples=samples,
        at_once=at_once,
        whole=rules.whole,
        forgiven=rules.forgiven,
        only_while=narrowing,
        fixed=fixed,
        weight=weight,
        deployed=deployed,
    )


def _bad_intervals(
    block: promises.Target, node: downtime.MeasuresUptime, rules: Rules, frame: Frame
) -> tuple[Selection, Samples | None, AtOnce | None, Expression | None] | None:
    """Where bad intervals come from: facts that last, or samples in buckets (S5.2)."""
    matched = resolve_match(node.match, frame.scope)
    if matched is None:
        return None
    if rules.weight is not None and rules.at_once is not None:
        frame.findings.unsupported("weights of several down at once", rules.weight.span)
        return None
    selection, kind = matched[0], frame.scope.names.kinds.nouns[matched[0].kind]
    if isinstance(kind.timing, Lasts):
        if _of_samples_alone(node, frame):
            return None
        if rules.weight is not None:
            is_share = not any(
                isinstance(each, downtime.OutOfFacts) and each.weighted is not None for each in block.items
            )
            weight = resolve_weight(rules.weight, kind, matched[1], is_share=is_share)
            return None if weight is None else (selection, None, None, weight)
        if rules.at_once is None:
            return selection, None, None, None
        at_once = resolve_at_once(rules.at_once, kind, frame)
        return None if at_once is None else (selection, None, at_once, None)
    if rules.at_once is not None:
        frame.findings.unsupported("samples of several down at once", rules.at_once.span)
        return None
    if rules.weight is not None:
        frame.findings.unsupported("weights of samples", rules.weight.span)
        return None
    length = bucket_length(node, block.items, frame)
    if length is None:
        return None
    sampled = resolve_samples(node, selection, kind, length, frame)
    return None if sampled is None else (*sampled, None, None)


def _of_samples_alone(node: downtime.MeasuresUptime, frame: Frame) -> bool:
    """Whether something is said of buckets, of which facts that last have none; recorded if so."""
    for clause in node.clauses:
        if isinstance(clause, downtime.WithInEach):
            frame.findings.error(
                "type-mismatch",
                f"`{node.match.kind.text}` lasts, and only samples come in buckets",
                clause.span,
                "no buckets",
                help="choose them by a condition: `where …`",
            )
            return True
    return False


def _hours(block: promises.Target, frame: Frame) -> Clock | None:
    """The service hours, which must be said."""
    findings, names = frame.findings, frame.scope.names
    said = [
        item
        for item in block.items
        if isinstance(item, promises.DuringAlways | promises.DuringCalendar | promises.DuringHoursOf)
    ]
    if not said:
        findings.error(
            "not-said",
            f"during which hours `{block.name.text}` holds is not said",
            block.name.span,
            "no `during` line",
            help="say it: `during always`, `during office_hours` or `during hours of shop`",
        )
        return None
    if len(said) > 1:
        findings.said_twice("the service hours", said[0].span, said[1].span)
    match said[0]:
        case promises.DuringAlways():
            return Elapsed()
        case promises.DuringCalendar(calendar=calendar):
            return names.calendars.find(calendar, findings)
        case promises.DuringHoursOf(service=name):
            service = names.services.find(name, findings)
            if service is not None and service.hours is None:
                findings.error(
                    "not-said",
                    f"the hours of `{name.text}` are not said",
                    name.span,
                    "has no hours",
                    also=((service.span, "declared here"),),
                    help="say in the service: `hours always`, or `hours office_hours`",
                )
            return service.hours if service is not None else None


def _excluded(items: Sequence[Node], frame: Frame) -> tuple[Exclusion, ...]:
    """The exclusions in order of declaration; their caps are counted in one way."""
    findings = frame.findings
    found: list[Exclusion] = []
    for item in items:
        if not isinstance(item, promises.Excludes):
            continue
        for name in item.names:
            exclusion = frame.exclusions.find(name, findings)
            if exclusion is None or exclusion in found:
                continue
            found.append(exclusion)
            counted = {each.cap.elapsed for each in found if each.cap is not None}
            if exclusion.cap is not None and len(counted) > 1:
                findings.unsupported(
                    "a cap in elapsed time beside one in agreed time",
                    name.span,
                    help="count all caps of one target in one way, with or without `elapsed`",
                )
    return tuple(sorted(found, key=lambda exclusion: exclusion.order))
