"""The syntax of what changes or follows a promise: modes and escalations."""

from dataclasses import dataclass

from engine.dsl.expressions import Duration, Expression, Match, Name, Text
from engine.dsl.limits import Bound, Limit, Window, Within, WithinBy
from engine.dsl.statement import BreachIs, Cites, Convention, Obliges, Statement, When

# --- modes and escalations ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DuringFacts(Statement):
    """`during disaster d from d.invoked_at until d.recovered_at`."""

    match: Match
    start: Expression
    end: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredBy(Statement):
    """`declared by chief_executive`."""

    role: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliesTo(Statement):
    """`applies to portal_availability, restore_incident`."""

    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeRequires(Statement):
    """`requires at least 95% in each calendar month`, inside a mode."""

    bound: Bound
    window: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeTarget(Statement):
    """`target portal_availability { requires at least 95% in each calendar month }`, inside a mode."""

    name: Name
    items: tuple[ModeRequires]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeWithin(Statement):
    """`within 90 calendar days`, inside a mode: from the start of the duty itself."""

    limit: Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeDuty(Statement):
    """`duty review_documents { within 90 calendar days }`, inside a mode; or a length for each class."""

    name: Name
    items: tuple[ModeWithin | WithinBy]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recover(Statement):
    """`recover reporting_api within 2 business days on K of d.invoked_at` (RTO)."""

    service: Name
    deadline: Within
    conventions: tuple[Convention, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lose(Statement):
    """`lose reporting_api at most 15 minutes from d.recovery_point_at to d.failed_at` (RPO)."""

    service: Name | None
    at_most: Duration
    start: Expression
    end: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode(Statement):
    """`mode disaster { during disaster d from … until …  recover …  lose … }`."""

    name: Name
    title: Text | None
    items: tuple[
        Cites
        | Obliges
        | DuringFacts
        | DeclaredBy
        | AppliesTo
        | ModeTarget
        | ModeDuty
        | Recover
        | Lose
        | BreachIs,
        ...,
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartsFrom(Statement):
    """`from i.reported_at`."""

    instant: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationLevel(Statement):
    """`level 1 duty_manager within 15 minutes`."""

    number: int
    role: Name
    within: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class StopsAt(Statement):
    """`stops at i.acknowledged_at`."""

    instant: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class StopsWhen(Statement):
    """`stops when restoration r where r.incident is i.id`."""

    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class Updates(Statement):
    """`updates every 1 hour by notice n where …`."""

    every: Duration
    match: Match | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation(Statement):
    """`escalation major_incident { when …  from …  level 1 duty_manager within 15 minutes  stops at … }`."""

    name: Name
    title: Text | None
    items: tuple[Cites | When | StartsFrom | EscalationLevel | StopsAt | StopsWhen | Updates, ...]
