"""A random world at home in UTC, without holidays, cut by weeks; and the same world some weeks later."""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from typing import Any

from engine.model.agreement import Agreement
from engine.model.calendar import CommonDaysCalendar, WeeklyCalendar
from engine.model.expression import CalendarDays, Months
from engine.model.fact import Fact, FactValue, InstantType
from engine.model.obligation import Workload
from engine.model.period import CalendarWindows, CycleWindows, RollingWindows, WindowUnit
from engine.model.quantity import DAY, Instant
from engine.model.verdict import Due, InWindow, OnTriggerFact, Part, Verdict
from tests.differential.kinds import KINDS
from tests.differential.worlds import World, snapshot_of

WEEK = 7 * DAY
LABELS = {"report": "month", "judgement": "case"}
"""The fields in which facts name a window."""

ENDLESS = 250_000_000_000_000_000
"""An instant beyond this is the end of a term that has none, and is never shifted."""


def in_weeks(world: World) -> World:
    """The world in UTC: no holidays, and nothing of it is as long as a month, a quarter or a year."""
    return _with(world, lambda agreement: _rebuilt(agreement, _at_home))


def later(world: World, weeks: int) -> World:
    """Facts, term and `as of` shifted by whole weeks."""
    shifted = _with(world, lambda agreement: _rebuilt(agreement, lambda node: _term_later(node, weeks)))
    return replace(
        shifted,
        facts={
            kind: tuple(_fact_later(each, weeks) for each in facts) for kind, facts in world.facts.items()
        },
        as_of=world.as_of + weeks * WEEK,
    )


def verdict_later(verdict: Verdict, weeks: int) -> Verdict:
    """The verdict, with its instants and labels shifted by whole weeks."""
    by = weeks * WEEK
    match verdict.occasion:
        case OnTriggerFact() as trigger:
            occasion = replace(trigger, at=trigger.at + by)
        case InWindow() as window:
            label = label_later(window.label, weeks)
            end = window.end if window.end > ENDLESS else window.end + by
            occasion = replace(window, start=window.start + by, end=end, label=label)
    return replace(
        verdict,
        occasion=occasion,
        due=None if verdict.due is None else _due_later(verdict.due, weeks),
        fulfilled_at=None if verdict.fulfilled_at is None else verdict.fulfilled_at + by,
        parts=tuple(_part_later(each, by) for each in verdict.parts),
    )


def label_later(label: str, weeks: int) -> str:
    """The label of a week, or every date in a label, so many weeks later."""
    by = timedelta(weeks=weeks)
    if week := re.fullmatch(r"(\d{4})-W(\d{2})", label):
        monday = date.fromisocalendar(int(week[1]), int(week[2]), 1) + by
        return f"{monday.isocalendar().year}-W{monday.isocalendar().week:02}"
    return re.sub(r"\d{4}-\d{2}-\d{2}", lambda found: (date.fromisoformat(found[0]) + by).isoformat(), label)


def _with(world: World, change: Callable[[Agreement], Agreement]) -> World:
    agreement = change(world.snapshot.agreements["a"])
    (obligation,) = agreement.obligations
    return replace(world, snapshot=snapshot_of(obligation, agreement))


def _rebuilt(value: Any, change: Callable[[Any], Any]) -> Any:
    """The value with every dataclass in it changed, from the leaves up."""
    match value:
        case tuple():
            return tuple(_rebuilt(each, change) for each in value)
        case Mapping():
            return {key: _rebuilt(each, change) for key, each in value.items()}
        case _ if is_dataclass(value) and not isinstance(value, type):
            parts = {each.name: _rebuilt(getattr(value, each.name), change) for each in fields(value)}
            return change(replace(value, **parts))
        case _:
            return value


def _at_home(node: Any) -> Any:
    # What has a zone may have a unit as well.
    if isinstance(getattr(node, "zone", None), str):
        node = replace(node, zone="UTC")
    match node:
        case WeeklyCalendar() | CommonDaysCalendar():
            return replace(node, closed=frozenset())
        case CalendarWindows(unit=unit) if unit is not WindowUnit.DAY:
            return CalendarWindows(unit=WindowUnit.WEEK)
        case RollingWindows(months=months) if months:
            return RollingWindows(days=28 * months)
        case CycleWindows():
            return RollingWindows(days=7)
        case Months(months=months):
            return CalendarDays(days=28 * months)
        case Workload(unit=unit) if unit is not WindowUnit.DAY:
            return replace(node, unit=WindowUnit.WEEK)
        case _ if getattr(node, "unit", None) in (WindowUnit.MONTH, WindowUnit.QUARTER, WindowUnit.YEAR):
            return replace(node, unit=WindowUnit.WEEK)
        case _:
            return node


def _term_later(node: Any, weeks: int) -> Any:
    if not isinstance(node, Agreement):
        return node
    by = timedelta(weeks=weeks)
    through = None if node.term.through is None else node.term.through + by
    return replace(node, term=replace(node.term, start=node.term.start + by, through=through))


def _fact_later(fact: Fact, weeks: int) -> Fact:
    def value_later(name: str, value: FactValue) -> FactValue:
        field = KINDS[fact.kind].field_named(name)
        assert field is not None
        if isinstance(value, str) and LABELS.get(fact.kind) == name:
            return label_later(value, weeks)
        if isinstance(field.type, InstantType) and isinstance(value, int):
            return value + weeks * WEEK
        return value

    return replace(fact, values={name: value_later(name, value) for name, value in fact.values.items()})


def _due_later(due: Due, weeks: int) -> Due:
    by = weeks * WEEK
    return replace(
        due,
        at=due.at + by,
        date=None if due.date is None else due.date + timedelta(weeks=weeks),
        last_moment=None if due.last_moment is None else due.last_moment + by,
    )


def _part_later(part: Part, by: Instant) -> Part:
    return replace(part, at=None if part.at is None else part.at + by)
