"""Approvals as SQLGlot nodes: whether whoever held the role approved, and in time (S4.8, S7.3)."""

from sqlglot import exp

from engine.model.approval import Approval, Approvals
from engine.rules.plans.acting import MAY_ACT, could_act
from engine.rules.plans.expression_to_sql import Scope, holds, value
from engine.rules.plans.plan_to_sql import snippet, text

APPROVED = """
  EXISTS (
    SELECT 1 FROM $given AS $alias
    JOIN $may_act AS h ON $could_act
    WHERE $holds AND $in_time
  )
"""


def approved(approval: Approval, start: exp.Expr, scope: Scope) -> exp.Expr:
    """Whether the fact of which `scope` knows the row is approved; its time begins at `start`.

    The scope knows the approval's row, too; the facts stand in `seen_KIND`, and who could act in `may_act`.
    """
    row = scope.fact(approval.given.variable)
    is_late = snippet("$at < $start", at=row.instant, start=start)
    return snippet(
        APPROVED,
        given=exp.to_table(f"seen_{approval.given.kind}"),
        alias=exp.to_identifier(row.alias),
        may_act=exp.to_table(MAY_ACT),
        could_act=could_act(text(approval.role), value(approval.by, scope), row.instant),
        holds=holds(approval.given.where, scope),
        in_time=is_late if approval.timing is Approvals.BEFORE else exp.true(),
    )
