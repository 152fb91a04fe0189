"""Uptime: outages, service hours and exclusions, with the conventions that they need (S5)."""

from collections.abc import Sequence

from engine.dsl import promises
from engine.dsl.expressions import Node
from engine.dsl.frame import Frame
from engine.dsl.syntax_to_condition import resolve_match
from engine.dsl.syntax_to_duration import elapsed_microseconds
from engine.model.calendar import Clock, Elapsed
from engine.model.exclusion import Exclusion
from engine.model.fact import Lasts
from engine.model.measure import (
    CapSpending,
    ExcludedTime,
    OutageAttribution,
    ShortOutages,
    Uptime,
)
from engine.model.period import TermWindow, Windows


def resolve_uptime(
    block: promises.Target, node: promises.MeasuresUptime, windows: Windows | None, frame: Frame
) -> Uptime | None:
    """The share of agreed time that was not bad."""
    findings, conventions = frame.findings, frame.scope.conventions
    hours = _hours(block, frame)
    excludes = _excluded(block.items, frame)
    least = 0
    if node.lasting is not None:
        least = elapsed_microseconds(node.lasting, findings, what="the least length of an outage") or 0
    short = ShortOutages.BEFORE_EXCLUSIONS
    if least and excludes:
        short = conventions.choice(ShortOutages, node.span, "whether an outage is short")
    attribution = OutageAttribution.SPLIT
    if not isinstance(windows, TermWindow):
        attribution = conventions.choice(
            OutageAttribution, node.span, "an outage across the edge of a window"
        )
    excluded_time = ExcludedTime.NOT_COUNTED
    if excludes:
        excluded_time = conventions.choice(ExcludedTime, node.span, "excluded time")
    spending = CapSpending.BAD_TIME
    if any(exclusion.cap is not None for exclusion in excludes):
        spending = conventions.choice(CapSpending, node.span, "a cap on an exclusion")
    matched = resolve_match(node.match, frame.scope)
    if matched is None or not _lasts(node, frame) or hours is None:
        return None
    return Uptime(
        outages=matched[0],
        least=least,
        short_outages=short,
        attribution=attribution,
        hours=hours,
        excludes=excludes,
        excluded_time=excluded_time,
        cap_spending=spending,
    )


def _lasts(node: promises.MeasuresUptime, frame: Frame) -> bool:
    kind = frame.scope.names.kinds.nouns.get(node.match.kind.text)
    if kind is None or isinstance(kind.timing, Lasts):
        return kind is not None
    frame.findings.error(
        "type-mismatch",
        f"`{kind.name}` happens at one instant, and uptime is made of what lasts",
        node.match.kind.span,
        "does not last",
        also=((kind.span, "declared here"),),
        help="declare the kind with `lasts start until end`",
    )
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
