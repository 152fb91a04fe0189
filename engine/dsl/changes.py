"""The syntax of the change language: what is asked of a policy set after the words `what if`."""

from dataclasses import dataclass

from engine.dsl.agreement import AgreementItem
from engine.dsl.expressions import Date, Name, Node, Number, Path, Text
from engine.dsl.limits import Bound, Limit
from engine.dsl.statement import Statement
from engine.dsl.syntax import Block


@dataclass(frozen=True, slots=True, kw_only=True)
class ForClass(Node):
    """`for gold`: the row of a table of bounds or lengths."""

    value: Name | Text | Number


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeBound(Statement):
    """`change acme_sla.availability to at least 99.9%`, `change acme_sla.availability for gold to …`."""

    promise: Path
    row: ForClass | None
    bound: Bound


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLimit(Statement):
    """`change acme_sla.restore for p1 to within 2 hours`."""

    promise: Path
    row: ForClass | None
    limit: Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLead(Statement):
    """`change acme_sla.announce to at least 21 calendar days before`; another bound than that is refused."""

    promise: Path
    lead: Bound


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeBusinessDay(Statement):
    """`change acme_sla.monthly_report to by business day 8 on office_hours`."""

    promise: Path
    number: int
    calendar: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeHours(Statement):
    """`change hours of shop to office_hours`, `change hours of acme_sla.answers to always` (no calendar)."""

    of: Path
    calendar: Name | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAgreement(Statement):
    """`end host_uc on 2026-06-30`, its last day."""

    agreement: Name
    on: Date


@dataclass(frozen=True, slots=True, kw_only=True)
class DropAgreement(Statement):
    """`drop agreement host_uc`."""

    agreement: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class DropSupplier(Statement):
    """`drop supplier northwind`: every agreement in which it is the provider, and redundant legs on it."""

    party: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class DropMember(Statement):
    """`drop exclusion maintenance from acme_sla`; `sort` is the word before the name."""

    sort: str
    member: Name
    agreement: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class DropNeed(Statement):
    """`drop need db from shop`."""

    need: Name
    service: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNeed(Statement):
    """`add need cdn to shop`; `add need rack_c to hosting beside rack_a`: either of them will do."""

    need: Name
    service: Name
    beside: Name | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddBlock(Statement):
    """`add component rack_c "Rack in hall C"`: any block of a policy."""

    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceBlock(Statement):
    """`replace calendar office_hours { … }`: any block of a policy, instead of the one of that name."""

    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendAgreement(Statement):
    """`amend acme_sla { target availability { … }  without target latency }`: an amendment's delta."""

    agreement: Name
    items: tuple[AgreementItem, ...]


Change = (
    ChangeBound
    | ChangeLimit
    | ChangeLead
    | ChangeBusinessDay
    | ChangeHours
    | EndAgreement
    | DropAgreement
    | DropSupplier
    | DropMember
    | DropNeed
    | AddNeed
    | AddBlock
    | ReplaceBlock
    | AmendAgreement
)
"""One change of a policy set."""
