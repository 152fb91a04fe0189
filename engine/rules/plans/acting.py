"""Who may act for a role, as SQLGlot nodes: its holders, and their deputies while they hold it (S4.8)."""

from sqlglot import exp

from engine.model.approval import DEPUTY_FOR, HOLDER_KIND
from engine.model.fact import FactKind, Lasts
from engine.rules.plans.expression_to_sql import FactRow
from engine.rules.plans.plan_to_sql import Statement, snippet

MAY_ACT = "may_act"
"""The CTE (of_role, person, a, b): when a person could act for a role; `b` is NULL while that is open."""

HOLDERS = "SELECT $role AS of_role, $person AS person, $a AS a, $b AS b FROM $holders AS h"

WITH_DEPUTIES = """
  SELECT $role AS of_role, $person AS person, $a AS a, $b AS b
  FROM $holders AS h WHERE $deputy_for IS NULL
  UNION ALL
  SELECT $role, $deputy, CASE WHEN $a < $from THEN $from ELSE $a END,
    CASE WHEN $b IS NULL OR $until < $b THEN $until ELSE $b END
  FROM $holders AS h
  JOIN $holders AS d ON $same = $role AND $whom = $person AND $deputy_for IS NULL
"""

COULD_ACT = "h.of_role = $role AND h.person = $by AND h.a <= $at AND (h.b IS NULL OR $at < h.b)"


def holder_fields(kind: FactKind) -> set[str]:
    """The fields by which holders are read."""
    assert isinstance(kind.timing, Lasts)
    return {"role", "person", kind.timing.end, *((DEPUTY_FOR,) if _has_deputies(kind) else ())}


def add_may_act(statement: Statement, kind: FactKind) -> None:
    """`may_act`, from the holders in `seen_holder`. One is a deputy only of who holds the role himself."""
    assert isinstance(kind.timing, Lasts)
    holder, deputy = FactRow(kind=kind, alias="h"), FactRow(kind=kind, alias="d")
    end = kind.timing.end
    holes: dict[str, exp.Expr] = {
        "role": holder.field("role"),
        "person": holder.field("person"),
        "a": holder.instant,
        "b": holder.field(end),
        "holders": exp.to_table(f"seen_{HOLDER_KIND}"),
    }
    if not _has_deputies(kind):
        statement.add(MAY_ACT, "$rows", rows=snippet(HOLDERS, **holes))
        return
    holes |= {
        "deputy_for": holder.field(DEPUTY_FOR),
        "deputy": deputy.field("person"),
        "from": deputy.instant,
        "until": deputy.field(end),
        "same": deputy.field("role"),
        "whom": deputy.field(DEPUTY_FOR),
    }
    statement.add(MAY_ACT, "$rows", rows=snippet(WITH_DEPUTIES, **holes))


def could_act(role: exp.Expr, by: exp.Expr, at: exp.Expr) -> exp.Expr:
    """Whether the row `h` of `may_act` says that a person could act for the role at an instant."""
    return snippet(COULD_ACT, role=role, by=by, at=at)


def _has_deputies(kind: FactKind) -> bool:
    """Whether a holder may say for whom he stands in."""
    return kind.field_named(DEPUTY_FOR) is not None
