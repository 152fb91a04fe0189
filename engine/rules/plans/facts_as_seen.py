"""The facts of a kind as they read at `as of`, in the version known at `known at` (S2.5)."""

from dataclasses import dataclass

from sqlglot import exp

from engine.model.fact import FactKind, Field, InstantType, Matrix
from engine.model.quantity import Instant
from engine.rules.plans.plan_to_sql import column, number, snippet, text

LATEST = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The two instants that every evaluation takes; `known_at` absent means everything that is known now."""

    as_of: Instant
    known_at: Instant | None


def seen(kind: FactKind, moment: Moment) -> exp.Expr:
    """A SELECT of every field of a kind, derived ones too, for the facts that are seen (S2.5).

    Unseen is a fact whose instant or start is later; a later instant in any other field reads as absent. A
    field declared `planned` may lie ahead.
    """
    table = exp.Table(this=exp.to_identifier(f"fact_{kind.name}", quoted=True))
    query = exp.select(*(_reads(field, kind, moment) for field in kind.fields)).from_(table)
    query = query.where(_is_known(moment), copy=False)
    start = kind.field_named(kind.start_field)
    is_planned = start is not None and start.planned
    begun = "$start IS NOT NULL" if is_planned else "$start <= $as_of"
    query = query.where(
        snippet(begun, start=_field(kind.start_field), as_of=number(moment.as_of)), copy=False
    )
    if not kind.matrices:
        return query
    derived = [_derived(matrix) for matrix in kind.matrices]
    return exp.select("*", *derived).from_(query.subquery("fed"))


def _field(name: str) -> exp.Expr:
    return exp.column(exp.to_identifier(name, quoted=True))


def _reads(field: Field, kind: FactKind, moment: Moment) -> exp.Expr:
    node = _field(field.name)
    is_hidden_when_later = isinstance(field.type, InstantType) and not field.planned
    if not is_hidden_when_later or field.name == kind.start_field:
        return node
    shown = snippet("CASE WHEN $f <= $as_of THEN $f END", f=node, as_of=number(moment.as_of))
    return exp.alias_(shown, field.name, quoted=True)


def _derived(matrix: Matrix) -> exp.Expr:
    row, across = column(matrix.row_field, "fed"), column(matrix.column_field, "fed")
    cells = exp.Case()
    for (row_value, column_value), value in matrix.cells.items():
        met = snippet("$r = $rv AND $c = $cv", r=row, rv=text(row_value), c=across, cv=text(column_value))
        cells = cells.when(met, text(value))
    return exp.alias_(cells, matrix.field, quoted=True)


def _is_known(moment: Moment) -> exp.Expr:
    if moment.known_at is None:
        return snippet("known_until IS NULL")
    known_at = number(moment.known_at)
    return snippet(
        "known_from <= $k AND $k < COALESCE(known_until, $latest)", k=known_at, latest=number(LATEST)
    )
