"""A kind's facts as they read at `as of`, of what was known by `known at` (S2.5): where plans start."""

from collections.abc import Iterable

from sqlglot import exp

from engine.model.fact import FactKind, InstantType, Matrix
from engine.model.quantity import Instant
from engine.rules.plans.plan_to_sql import column, number, snippet, text

UNTIL_NEXT = "until next "
"""Before the name of a field: the instant of the next fact of the kind with the same value of that field."""


def seen(
    kind: FactKind,
    fields: Iterable[str],
    as_of: Instant,
    known_at: Instant | None,
    *,
    next_of: Iterable[str] = (),
) -> exp.Select:
    """The key, the instant and the named fields of the facts that are seen, under the fields' own names.

    Unseen is a fact whose instant or start is later than `as of`, unless that field is `planned`; a later
    instant in any other field reads as NULL, unless that is. `next_of` names the fields of `until the next`.
    """
    wanted = {kind.key, kind.start_field, *fields, *next_of}
    given = [each for each in kind.fields if each.name in wanted]
    columns: list[exp.Expr] = [
        exp.alias_(_as_read(kind, each.name, as_of), each.name, quoted=True) for each in given
    ]
    columns += [
        exp.alias_(_cell(matrix, kind, as_of), matrix.field, quoted=True)
        for matrix in kind.matrices
        if matrix.field in wanted
    ]
    columns += [
        exp.alias_(_next(kind, field), UNTIL_NEXT + field, quoted=True) for field in sorted(set(next_of))
    ]
    return (
        exp.select(*columns)
        .from_(exp.alias_(exp.to_table(f"fact_{kind.name}", quoted=True), "f", table=True))
        .where(_known(known_at), _visible(kind, as_of))
    )


def _as_read(kind: FactKind, name: str, as_of: Instant) -> exp.Expr:
    field = kind.field_named(name)
    assert field is not None, name
    fed = column(name, "f")
    if not isinstance(field.type, InstantType) or field.planned or name == kind.start_field:
        return fed
    return snippet("CASE WHEN $f <= $as_of THEN $f END", f=fed, as_of=number(as_of))


def _cell(matrix: Matrix, kind: FactKind, as_of: Instant) -> exp.Expr:
    """The value of a matrix; NULL where a row or a column is absent or has no cell."""
    row, across = _as_read(kind, matrix.row_field, as_of), _as_read(kind, matrix.column_field, as_of)
    cells = exp.Case()
    for (row_value, column_value), cell in sorted(matrix.cells.items()):
        here = snippet("$r = $a AND $c = $b", r=row, a=text(row_value), c=across, b=text(column_value))
        cells = cells.when(here, text(cell))
    return cells if matrix.cells else exp.null()


def _next(kind: FactKind, field: str) -> exp.Expr:
    """In order of instant, then key; a fact without the field has no next one."""
    return snippet(
        "CASE WHEN $same IS NOT NULL THEN LEAD($t) OVER (PARTITION BY $same ORDER BY $t, $key) END",
        same=column(field, "f"),
        t=column(kind.start_field, "f"),
        key=column(kind.key, "f"),
    )


def _known(known_at: Instant | None) -> exp.Expr:
    """The version that is known now, or was known at an instant."""
    if known_at is None:
        return snippet("f.known_until IS NULL")
    return snippet(
        "f.known_from <= $at AND (f.known_until IS NULL OR $at < f.known_until)", at=number(known_at)
    )


def _visible(kind: FactKind, as_of: Instant) -> exp.Expr:
    field = kind.field_named(kind.start_field)
    starts = column(kind.start_field, "f")
    if field is not None and field.planned:
        return snippet("$s IS NOT NULL", s=starts)
    return snippet("$s <= $as_of", s=starts, as_of=number(as_of))
