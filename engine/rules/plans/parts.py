"""Which facts a target `for each` value reads, as SQLGlot nodes (S6.6)."""

from collections.abc import Sequence

from sqlglot import exp

from engine.model.fact import FactKind
from engine.rules.plans.plan_to_sql import column, snippet


def fields_of_parts(kind: FactKind, parts: Sequence[str]) -> list[str]:
    """The fields of a combination that a kind has."""
    derived = {matrix.field for matrix in kind.matrices}
    return [field for field in parts if field in derived or kind.field_named(field) is not None]


def of_its_part(rows: exp.Select, kind: FactKind, alias: str, parts: Sequence[str]) -> exp.Select:
    """The rows of the kind that bear the values of the target `s`, by way of `part(target, …)`."""
    fields = fields_of_parts(kind, parts)
    if not fields:
        return rows
    same = [
        snippet("$value = $part", value=column(field, alias), part=column(f"of_{field}", "part"))
        for field in fields
    ]
    return rows.join("part", on=exp.and_(snippet("part.target = s.target"), *same, copy=False))
