"""What the checks look for inside agreements and promises."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import TypeVar

from engine.model.agreement import Agreement
from engine.model.calendar import CombinedCalendar, CommonDaysCalendar, DatedCalendar, WeeklyCalendar
from engine.model.deadline import ByClass, Judged, SingleLimit, Within
from engine.model.decimals import exact_text
from engine.model.expression import AllOf, BusinessDays, Condition
from engine.model.measure import Uptime
from engine.model.obligation import Duty, Obligation, Target
from engine.model.quantity import PERCENT, Bound
from engine.model.snapshot import Snapshot
from engine.source import Span

Noun = TypeVar("Noun")

HIDDEN = frozenset({"span", "cites", "cells", "closed"})
"""Fields in which nothing is said."""


def within(value: object, *kinds: type[Noun]) -> Iterator[Noun]:
    """Every noun of some kinds inside another, in order of declaration."""
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, kinds):
            yield each
        left += _inside(each)


def _inside(value: object) -> Sequence[object]:
    """What a noun is made of, the last part first."""
    if isinstance(value, tuple):
        return value[::-1]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, ByClass):
        return tuple(value.limits.values())[::-1]
    return [getattr(value, name) for name in _parts(type(value))]


@cache
def _parts(kind: type) -> tuple[str, ...]:
    """The fields of a noun's type in which something is said, the last one first; none of what is no noun."""
    if not is_dataclass(kind):
        return ()
    return tuple(field.name for field in fields(kind) if field.name not in HIDDEN)[::-1]


def uptime_targets(snapshot: Snapshot) -> Iterator[tuple[Agreement, Target, Uptime]]:
    """Every target of uptime, with its agreement and its measure."""
    for agreement, target in targets(snapshot):
        if isinstance(target.measure, Uptime):
            yield agreement, target, target.measure


def targets(snapshot: Snapshot) -> Iterator[tuple[Agreement, Target]]:
    """Every target with its agreement."""
    for agreement, obligation in obligations(snapshot):
        if isinstance(obligation, Target):
            yield agreement, obligation


def duties(snapshot: Snapshot) -> Iterator[tuple[Agreement, Duty]]:
    """Every duty with its agreement."""
    for agreement, obligation in obligations(snapshot):
        if isinstance(obligation, Duty):
            yield agreement, obligation


def obligations(snapshot: Snapshot) -> Iterator[tuple[Agreement, Obligation]]:
    """Every promise with its agreement."""
    for name in sorted(snapshot.agreements):
        for obligation in snapshot.agreements[name].obligations:
            yield snapshot.agreements[name], obligation


def limits_of(duty: Duty) -> tuple[SingleLimit, ...]:
    """The limits that a duty may have, one for each class; words that are judged set none, and what a fact
    says has no length yet."""
    if isinstance(duty.limit, Judged) or (isinstance(duty.limit, Within) and duty.limit.read is not None):
        return ()
    return tuple(duty.limit.limits.values()) if isinstance(duty.limit, ByClass) else (duty.limit,)


def conjuncts(condition: Condition) -> tuple[Condition, ...]:
    """What must hold together."""
    return condition.of if isinstance(condition, AllOf) else (condition,)


def day_calendars(agreement: Agreement) -> Iterator[DatedCalendar]:
    """The calendars on which the agreement counts business days, each once, in order of use."""
    seen: dict[str, DatedCalendar] = {}
    for days in within(agreement.obligations, BusinessDays):
        seen.setdefault(days.calendar.name, days.calendar)
    yield from seen.values()


def zones_in(value: object) -> Iterator[tuple[str, str]]:
    """The names and zones of the calendars that a noun names; what they combine is their own affair."""
    found = tuple(within(value, CombinedCalendar, CommonDaysCalendar, WeeklyCalendar))
    members = {id(one) for each in found if not isinstance(each, WeeklyCalendar) for one in each.members}
    for each in found:
        if not isinstance(each, CombinedCalendar) and id(each) not in members:
            yield each.name, each.zone


def bounds_of(target: Target) -> Iterator[tuple[Bound, Span]]:
    """Every bound that a target may be held against, where it is said: its own, those by value, of modes."""
    yield target.bound, target.terms.span
    for _, bound in target.bounds.bounds[1:] if target.bounds is not None else ():
        yield bound, target.terms.span
    for each in target.mode_bounds:
        yield each.bound, each.mode.span


def percent_text(bound: Bound) -> str:
    """A share as a percentage, exactly."""
    return f"{exact_text(bound.value / PERCENT.size)}%"
