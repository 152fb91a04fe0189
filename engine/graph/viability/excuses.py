"""Excuses: what takes time or cases out of a promise, and whether one reaches as far as another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import TypeAlias, cast

from engine.graph.obligation_to_edges import clause_of
from engine.model.exclusion import Cap, Exclusion, Intervals, Mode, NamedPeriod
from engine.model.expression import (
    AllOf,
    AnyOf,
    BusinessDays,
    CalendarDays,
    ClockDuration,
    Compare,
    Condition,
    Duration,
    Literal,
    Months,
    Notice,
    OneOf,
    Relation,
    Selection,
)
from engine.model.measure import Uptime
from engine.model.obligation import Duty, Obligation, Target
from engine.source import Span

Form: TypeAlias = object
"""A noun without its places and without the names of its variables: equal forms mean the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse:
    """`exclusion planned_maintenance`, where it is said, what it reads, and its cap."""

    sort: str
    name: str
    when: Intervals | Selection
    cap: Cap | None
    span: Span
    clause: str | None

    @property
    def text(self) -> str:
        """How it is named."""
        return f"{self.sort} `{self.name}`"


def excuses_of(obligation: Obligation) -> Iterator[Excuse]:
    """Every excuse that a promise has: exclusions, modes, pauses and permissions."""
    if not isinstance(obligation, Target | Duty):
        return
    exclusions = obligation.exclusions
    if isinstance(obligation, Target) and isinstance(obligation.measure, Uptime):
        exclusions += obligation.measure.excludes
    periods: tuple[Exclusion | Mode | NamedPeriod, ...] = (*exclusions, *obligation.modes)
    if isinstance(obligation, Duty):
        periods += obligation.pauses
    for each in periods:
        sort = {Exclusion: "exclusion", Mode: "mode", NamedPeriod: "pause"}[type(each)]
        cap = each.cap if isinstance(each, Exclusion) else None
        yield Excuse(
            sort=sort,
            name=each.name,
            when=each.intervals,
            cap=cap,
            span=each.span,
            clause=clause_of(each.cites, None),
        )
    for permission in obligation.permissions:
        yield Excuse(
            sort="permission",
            name=permission.name,
            when=permission.when,
            cap=None,
            span=permission.span,
            clause=clause_of(permission.cites, None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How an excuse below compares with one above about the same facts: `lead` is the notice that the upper
    one asks for and the lower one does not; `cap` the upper one's cap where the lower one excuses more."""

    above: Excuse
    lead: Duration | None
    cap: Cap | None

    @property
    def reaches(self) -> bool:
        """Whether all that is excused below is excused above."""
        return self.lead is None and self.cap is None


def compared(below: Excuse, above: Excuse) -> Match | None:
    """How the two compare; nothing if they are about different things, or the upper one asks for more."""
    if type(below.when) is not type(above.when) or (below.sort == "permission") != (
        above.sort == "permission"
    ):
        return None
    lower_facts, upper_facts = _facts(below), _facts(above)
    frames = ({lower_facts.variable: "it"}, {upper_facts.variable: "it"})
    if lower_facts.kind != upper_facts.kind or _ends(below, frames[0]) != _ends(above, frames[1]):
        return None
    lower = [form_of(each, frames[0]) for each in _stated(lower_facts.where)]
    notices = [
        (each.lead, _but_lead(each, frames[0]))
        for each in _conjuncts(lower_facts.where)
        if isinstance(each, Notice)
    ]
    lead: Duration | None = None
    for each in _conjuncts(upper_facts.where):
        if _follows(each, frames[1], lower):
            continue
        if not isinstance(each, Notice):
            return None
        given = [one for one, rest in notices if rest == _but_lead(each, frames[1])]
        if not any(_is_as_long(one, each.lead) for one in given):
            lead = each.lead
    return Match(above=above, lead=lead, cap=None if _is_capped_within(below.cap, above.cap) else above.cap)


def form_of(value: object, names: Mapping[str, str]) -> Form:
    """The form of a noun, its variables named as the mapping says."""
    if isinstance(value, Selection) and value.variable not in names:
        names = {**names, value.variable: f"variable {len(names)}"}
    if isinstance(value, Enum):
        return value
    if isinstance(value, tuple):
        return tuple(form_of(each, names) for each in cast("tuple[object, ...]", value))
    if is_dataclass(value):
        parts = ((each.name, getattr(value, each.name)) for each in fields(value) if each.compare)
        return (
            type(value).__name__,
            *(names.get(part, part) if name == "variable" else form_of(part, names) for name, part in parts),
        )
    return value


def _facts(excuse: Excuse) -> Selection:
    return excuse.when.facts if isinstance(excuse.when, Intervals) else excuse.when


def _ends(excuse: Excuse, names: Mapping[str, str]) -> Form:
    when = excuse.when
    return (form_of(when.start, names), form_of(when.until, names)) if isinstance(when, Intervals) else None


def _but_lead(notice: Notice, names: Mapping[str, str]) -> Form:
    return (form_of(notice.value, names), form_of(notice.before, names), notice.counting)


def _stated(condition: Condition) -> Iterator[Condition]:
    """The conditions that are all met, and that one among values is one among the others too."""
    for each in _conjuncts(condition):
        yield each
        if isinstance(each, Compare) and each.relation is Relation.IS and isinstance(each.right, Literal):
            yield OneOf(value=each.left, among=(each.right,))


def _follows(condition: Condition, names: Mapping[str, str], stated: Sequence[Form]) -> bool:
    """Whether a condition is met where those stated are: it is one of them, or one of its choices is."""
    if form_of(condition, names) in stated:
        return True
    match condition:
        case AnyOf(of=choices):
            return any(all(_follows(one, names, stated) for one in _conjuncts(each)) for each in choices)
        case OneOf(value=value, among=among):
            fewer = (OneOf(value=value, among=(each,)) for each in among)
            return any(form_of(each, names) in stated for each in fewer)
        case _:
            return False


def _conjuncts(condition: Condition) -> tuple[Condition, ...]:
    return condition.of if isinstance(condition, AllOf) else (condition,)


def _is_as_long(lead: Duration, other: Duration) -> bool:
    """Whether a notice is at least as long as another; those that count differently cannot be told."""
    match lead, other:
        case ClockDuration(), ClockDuration():
            return lead.clock == other.clock and lead.length >= other.length
        case CalendarDays(), CalendarDays():
            return lead.days >= other.days
        case BusinessDays(), BusinessDays():
            return lead.calendar == other.calendar and lead.days >= other.days
        case Months(), Months():
            return lead.months >= other.months
        case _:
            return False


def _is_capped_within(below: Cap | None, above: Cap | None) -> bool:
    """Whether a cap below lets no more through than one above: of the same windows, and not longer."""
    if above is None:
        return True
    if below is None or below.windows != above.windows or below.elapsed != above.elapsed:
        return False
    return below.length <= above.length
