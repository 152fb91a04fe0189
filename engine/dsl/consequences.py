"""The syntax of what changes or follows a promise: credits, modes, escalations."""

from dataclasses import dataclass

from engine.dsl.expressions import (
    Duration,
    Expression,
    FieldOf,
    Match,
    Money,
    Name,
    Node,
    Percent,
    Relation,
    Text,
)
from engine.dsl.limits import Within
from engine.dsl.statement import BreachIs, Cites, Convention, Obliges, Statement, When

# --- credits ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SumOfField(Node):
    """`sum of c.amount of charge c where …`."""

    value: FieldOf
    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditBase(Statement):
    """`base USD 1200`, `base sum of c.amount of charge c`."""

    value: Money | SumOfField


@dataclass(frozen=True, slots=True, kw_only=True)
class BandEnd(Node):
    """`below 99.95%`, `at or above 99.0%`; `inclusive` for `at or`."""

    relation: Relation
    inclusive: bool
    value: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Pays(Statement):
    """`pays 10% below 99.95% and at or above 99.0%`."""

    share: Percent
    band: tuple[BandEnd, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditCap(Statement):
    """`at most 100% of base`."""

    share: Percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits(Statement):
    """`credits { base USD 1200  pays 10% below 99.95% and at or above 99.0%  at most 50% of base }`."""

    items: tuple[CreditBase | Pays | CreditCap, ...]


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
    items: tuple[Cites | Obliges | DuringFacts | DeclaredBy | AppliesTo | Recover | Lose | BreachIs, ...]


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
class Escalation(Statement):
    """`escalation major_incident { when …  from …  level 1 duty_manager within 15 minutes  stops at … }`."""

    name: Name
    title: Text | None
    items: tuple[Cites | When | StartsFrom | EscalationLevel | StopsAt, ...]
