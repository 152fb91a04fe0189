"""The syntax of an agreement: its frame, measures, periods, exclusions and permissions."""

from dataclasses import dataclass
from enum import StrEnum

from engine.dsl.consequences import Escalation, Mode
from engine.dsl.credits import CapsCredits, Fee
from engine.dsl.expressions import (
    Condition,
    Date,
    Duration,
    Expression,
    Match,
    Name,
    NextOf,
    Node,
    Text,
    Unit,
)
from engine.dsl.followups import Improvement, Ladder, NotifyAtRisk, NotifyBreach, Right
from engine.dsl.limits import Limit, SpacedWindow, Window, Within
from engine.dsl.promises import Duty, ForEach, Prohibition, Target
from engine.dsl.statement import Cites, Convention, Statement, When, Zone

# --- the frame ----------------------------------------------------------------------------------


class AgreementKind(StrEnum):
    """Service level agreement, operational level agreement, underpinning contract."""

    SLA = "sla"
    OLA = "ola"
    UC = "uc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Between(Statement):
    """`between acme as provider and bolt as customer`, in either order."""

    provider: Name
    customer: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Covers(Statement):
    """`covers shop, api`."""

    services: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce(Statement):
    """`in force from 2025-01-01 through 2026-12-31`, both days included; open without `through`."""

    first: Date
    last: Date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePeriod(Statement):
    """`notice 90 calendar days before the end`."""

    length: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Renews(Statement):
    """`renews for 12 months unless notice n where …`, or `when review r where …`."""

    length: Duration
    unless: bool
    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedBy(Statement):
    """`accepted by "order form 2024-117" on 2024-12-20`."""

    evidence: Text
    on: Date


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsAccepted(Statement):
    """`terms accepted on 2024-12-20`."""

    on: Date


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedWithoutAcceptance(Statement):
    """`published without acceptance`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedBy(Statement):
    """`owned by service_owner, in law by head_of_legal`."""

    role: Name
    in_law: Name | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiversApprovedBy(Statement):
    """`waivers approved by head_of_service`."""

    role: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Underpins(Statement):
    """`underpins acme_sla`."""

    agreements: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsesConventions(Statement):
    """`conventions standard`, `conventions standard { … }`, `conventions { … }`."""

    named: Name | None
    items: tuple[Convention, ...]


# --- measures -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureOf(Statement):
    """`of challenge c where …  answered by challenge_response r where r.challenge is c.id`."""

    match: Match
    answered_by: Match | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountsTime(Statement):
    """`counts calendar days from c.received_at to r.at`, `counts hours on office_hours from … to …`."""

    unit: Unit
    calendar: Name | None
    start: Expression
    end: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class CountsValue(Statement):
    """`counts s.score`."""

    value: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class BelongsTo(Statement):
    """`belongs to the window of r.at`."""

    instant: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Statement):
    """`measure challenge_time { of …  counts …  belongs to the window of … }`."""

    name: Name
    title: Text | None
    items: tuple[Cites | MeasureOf | CountsTime | CountsValue | BelongsTo, ...]


# --- periods, exclusions, permissions -----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class WhenLasting(Statement):
    """`when maintenance m from m.start until m.end where …`; without `until` it never ends."""

    kind: Name
    alias: Name
    start: Expression
    end: Expression | NextOf | None
    where: Condition | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Period(Statement):
    """`period waiting_on_customer of incident i { when status s from … until … where … }`."""

    name: Name
    of: Match | None
    title: Text | None
    items: tuple[Cites | WhenLasting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyStretch(Node):
    """`in any 720 hours`: every stretch of so much time, wherever it begins."""

    length: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class CappedAt(Statement):
    """`capped at 10 hours in each calendar year`, `… in any 720 hours`; `… 10 hours elapsed …` counts outside
    hours, too."""

    length: Duration
    elapsed: bool
    window: Window | AnyStretch


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedBy(Statement):
    """`approved by service_owner`."""

    role: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion(Statement):
    """`exclusion planned_maintenance "Announced maintenance" { when …  capped at … }`."""

    name: Name
    title: Text | None
    items: tuple[Cites | WhenLasting | CappedAt | ApprovedBy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission(Statement):
    """`permission contact_changes { when change c where c.kind is "contact details" }`."""

    name: Name
    title: Text | None
    items: tuple[Cites | When, ...]


# --- what keeps it ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOn(Statement):
    """`signed "contract 4711" on 2024-12-20`."""

    evidence: Text | None
    on: Date


@dataclass(frozen=True, slots=True, kw_only=True)
class InMinutes(Statement):
    """`accepted in minutes "steering board 7" on 2024-12-20`."""

    evidence: Text
    on: Date


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Statement):
    """`kept raw 2 years, summaries 10 years`."""

    raw: Duration
    summaries: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputes(Statement):
    """`disputes within 30 calendar days of report`."""

    within: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyDuty(Statement):
    """`customer must name_contacts { when …  must … }`: a duty of that side."""

    party: Name
    name: Name
    for_each: ForEach | None
    title: Text | None
    items: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsibility(Statement):
    """`customer must "give access to the premises"`: described, and measured by nothing."""

    party: Name
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ActsThrough(Statement):
    """`provider acts through tern, northwind for restore { cites … }`: who acts for a side, in the promises
    named or in all that bind it."""

    side: Name
    parties: tuple[Name, ...]
    promises: tuple[Name, ...]
    items: tuple[Cites, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComesFrom(Statement):
    """`facts of outage, sample come from gleif { cites … }`: which parties may feed what."""

    kinds: tuple[Name, ...]
    parties: tuple[Name, ...]
    items: tuple[Cites, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported(Statement):
    """`reported every calendar month by business day 10 on K`: on business day `day`, or within a `limit`."""

    window: Window
    limit: Limit | None
    day: int
    calendar: Name | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed(Statement):
    """`reviewed every 3 months from 2025-03-31 by service_owner`."""

    window: SpacedWindow
    by: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedOn(Statement):
    """`reviewed on incident i within 10 business days on K of i.reported_at by service_owner`."""

    match: Match
    deadline: Within
    by: Name


# --- amendments and versions --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementVersion(Statement):
    """`version "2"`."""

    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Without(Statement):
    """`without target chat_response`: what an amendment takes away; `sort` is the word before the name."""

    sort: str
    name: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Amends(Node):
    """`amends gold`."""

    name: Name


# --- the agreement ------------------------------------------------------------------------------

AgreementItem = (
    Between
    | Covers
    | Cites
    | InForce
    | NoticePeriod
    | Renews
    | AcceptedBy
    | TermsAccepted
    | PublishedWithoutAcceptance
    | OwnedBy
    | WaiversApprovedBy
    | Underpins
    | Zone
    | UsesConventions
    | Measure
    | Period
    | Exclusion
    | Permission
    | Target
    | Duty
    | Prohibition
    | Mode
    | Escalation
    | Fee
    | CapsCredits
    | AgreementVersion
    | Without
    | SignedOn
    | InMinutes
    | Kept
    | Disputes
    | PartyDuty
    | Responsibility
    | ActsThrough
    | ComesFrom
    | Reported
    | Reviewed
    | ReviewedOn
    | Ladder
    | NotifyBreach
    | NotifyAtRisk
    | Right
    | Improvement
)
"""What can stand in an agreement or a template, in any order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement(Statement):
    """`agreement acme_sla is sla "Acme managed hosting" { … }`."""

    name: Name
    kind: AgreementKind
    title: Text | None
    amends: Amends | None = None
    items: tuple[AgreementItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template(Statement):
    """`template gold { … }`: an agreement that nobody has made yet."""

    name: Name
    title: Text | None
    amends: Amends | None
    items: tuple[AgreementItem, ...]
