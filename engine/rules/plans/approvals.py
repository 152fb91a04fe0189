"""Approvals as SQLGlot nodes: whether whoever held the role approved, and in time (S4.8, S7.3)."""

from collections.abc import Mapping

from sqlglot import exp

from engine.model.approval import HOLDER_KIND, Approval, Approvals
from engine.model.fact import FactKind, Lasts
from engine.rules.plans.expression_to_sql import FactRow, Scope, holds, value
from engine.rules.plans.plan_to_sql import snippet, text

APPROVED = """
  EXISTS (
    SELECT 1 FROM $given AS $alias
    JOIN $holders AS holder ON $is_holder
    WHERE $holds AND $in_time
  )
"""

HELD = "$of = $role AND $person = $by AND $since <= $at AND ($until IS NULL OR $at < $until)"


def approved(approval: Approval, start: exp.Expr, scope: Scope, kinds: Mapping[str, FactKind]) -> exp.Expr:
    """Whether the fact of which `scope` knows the row is approved; its time begins at `start`.

    The scope knows the approval's row, too, and the facts stand in `seen_KIND`.
    """
    row, holder = scope.fact(approval.given.variable), FactRow(kind=kinds[HOLDER_KIND], alias="holder")
    is_late = snippet("$at < $start", at=row.instant, start=start)
    return snippet(
        APPROVED,
        given=exp.to_table(f"seen_{approval.given.kind}"),
        alias=exp.to_identifier(row.alias),
        holders=exp.to_table(f"seen_{HOLDER_KIND}"),
        is_holder=held(text(approval.role), value(approval.by, scope), row.instant, holder),
        holds=holds(approval.given.where, scope),
        in_time=is_late if approval.timing is Approvals.BEFORE else exp.true(),
    )


def held(role: exp.Expr, by: exp.Expr, at: exp.Expr, holder: FactRow) -> exp.Expr:
    """Whether the row of a holder says that a person held the role at an instant."""
    assert isinstance(holder.kind.timing, Lasts)
    return snippet(
        HELD,
        of=holder.field("role"),
        role=role,
        person=holder.field("person"),
        by=by,
        since=holder.instant,
        until=holder.field(holder.kind.timing.end),
        at=at,
    )
