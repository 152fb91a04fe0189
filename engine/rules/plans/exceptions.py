"""What a prohibition's `unless` excepts, as SQLGlot nodes: what takes a record out of it (S4.8, S7.3)."""

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from engine.model.exclusion import Exclusion, Permission
from engine.rules.plans.expression_to_sql import FactRow, Scope, concatenated, holds, unknowns
from engine.rules.plans.intervals_to_sql import Reading, intervals
from engine.rules.plans.plan_to_sql import Statement, number, snippet, text

HOLDS_IT = """
  EXISTS(
    SELECT 1 FROM $spells AS e WHERE e.target = r.target AND e.holds
      AND e.a <= r.belongs_at AND (e.b IS NULL OR r.belongs_at < e.b)
  )
"""

PERHAPS_HOLDS_IT = """
  coalesce((
    SELECT string_agg(e.missing, '') FROM $spells AS e WHERE e.target = r.target AND e.holds IS NULL
      AND e.a <= r.belongs_at AND (e.b IS NULL OR r.belongs_at < e.b)
  ), '')
"""


def permitted(permissions: Sequence[Permission], of: FactRow, scope: Scope) -> dict[str, exp.Expr]:
    """`permitted_by`, the place of the first permission that surely holds for a record, and what is missing
    for the others; each reads the record by a name of its own."""
    if not permissions:
        return {}
    own = replace(scope, rows={each.when.variable: of for each in permissions})
    case = exp.Case()
    for place, each in enumerate(permissions):
        case = case.when(holds(each.when.where, own), number(place))
    doubt = concatenated(unknowns(each.when.where, own) for each in permissions)
    return {"permitted_by": case, "permit_doubt": doubt}


def add_exclusion(statement: Statement, place: int, source: Exclusion, reading: Reading) -> None:
    """`excepted_time_N`: the stretches of time that an exclusion takes out."""
    rows = intervals(source, reading)
    statement.add(
        f"excepted_time_{place}", "SELECT target, a, b, holds, missing FROM ($rows) AS made", rows=rows
    )


def exceptions(
    permissions: Sequence[Permission], exclusions: Sequence[Exclusion]
) -> tuple[exp.Expr, exp.Expr]:
    """Of the record `r`, the place of the first exception that takes it out, permissions first, and what is
    missing for those that may."""
    case, doubts = exp.Case(), list[exp.Expr]()
    if permissions:
        case = case.when(snippet("NOT r.permitted_by IS NULL"), snippet("r.permitted_by"))
        doubts.append(snippet("r.permit_doubt"))
    for place in range(len(exclusions)):
        spells = exp.to_table(f"excepted_time_{place}")
        case = case.when(snippet(HOLDS_IT, spells=spells), number(len(permissions) + place))
        doubts.append(snippet(PERHAPS_HOLDS_IT, spells=spells))
    if not doubts:
        return exp.null(), text("")
    return case, concatenated(doubts)
