"""SQL texts with holes become one statement, CTE after CTE; only SQLGlot nodes fill the holes."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import resources
from typing import cast

import sqlglot
from sqlglot import exp

from engine.model.quantity import DAY
from engine.rules.plans.civil_time import DAYS_FROM_YEAR_ZERO

DIALECT = "duckdb"


def text(value: str) -> exp.Expr:
    """A text constant."""
    return exp.Literal.string(value)


def number(value: int) -> exp.Expr:
    """An integer constant."""
    return exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value))


def column(name: str, table: str) -> exp.Column:
    """A quoted column of a table."""
    return exp.column(exp.to_identifier(name, quoted=True), table=table)


def snippet(sql: str, **holes: exp.Expr) -> exp.Expr:
    """A small text of ours with its holes, `$name`, filled.

    `utc_day(t)` is the number of an instant's UTC day as the clock tables count it, before 1970 too.

    >>> snippet("utc_day($t)", t=column("at", "r")).sql(DIALECT)
    '((r."at" + 62167219200000000) // 86400000000)'
    """
    return _filled(_parsed(sql), holes)


def union(tables: Iterable[str]) -> exp.Query:
    """All rows of tables of the same columns."""
    query: exp.Query | None = None
    for table in tables:
        rows = exp.select("*").from_(table)
        query = rows if query is None else exp.union(query, rows, distinct=False)
    assert query is not None
    return query


class Statement:
    """A statement that grows CTE by CTE."""

    def __init__(self) -> None:
        self._ctes: list[tuple[str, exp.Expr, bool | None]] = []
        self._is_recursive = False

    def add(self, name: str, sql: str, *, keep: bool | None = None, **holes: exp.Expr) -> None:
        """Add a CTE; `keep` says whether the engine must work it out once and keep it, or must not."""
        fixed = _fixed(sql)
        body = snippet(sql, **holes) if fixed is None else exp.Var(this=fixed)
        self._ctes.append((name, body, keep))

    def chain(self, file: str, **holes: exp.Expr) -> None:
        """Add the CTEs of one of the `.sql` files beside this module."""
        for name, query, fixed, is_recursive in _chain(file):
            body = _filled(query, holes) if fixed is None else exp.Var(this=fixed)
            self._ctes.append((name, body, None))
            self._is_recursive |= is_recursive

    def sql(self, final: str, **holes: exp.Expr) -> str:
        """The whole statement, ending in a SELECT."""
        query = cast(exp.Select, snippet(final, **holes))
        for name, body, keep in self._ctes:
            query = query.with_(name, as_=cast(exp.Query, body), materialized=keep, copy=False)
        if self._is_recursive:
            query.args["with_"].set("recursive", True)
        # The tree is written once and then let go: a copy of it would cost as much as the writing.
        return query.sql(dialect=DIALECT, pretty=True, copy=False)


@cache
def _parsed(sql: str) -> exp.Expr:
    def expand(node: exp.Expr) -> exp.Expr:
        if not (isinstance(node, exp.Anonymous) and node.name.lower() == "utc_day"):
            return node
        shifted = exp.Add(this=node.expressions[0], expression=number(DAYS_FROM_YEAR_ZERO * DAY))
        return exp.Paren(this=exp.IntDiv(this=exp.Paren(this=shifted), expression=number(DAY)))

    return _transformed(sqlglot.parse_one(sql, dialect=DIALECT), expand)


@cache
def _chain(file: str) -> tuple[tuple[str, exp.Expr, str | None, bool], ...]:
    """The CTEs of a file, which holds `name AS (…), name AS (…)`: each with its text if that is fixed, and
    whether it reads itself."""
    body = resources.files("engine.rules.plans").joinpath(f"{file}.sql").read_text(encoding="utf-8")
    query = _parsed("WITH " + body + " SELECT 1")
    return tuple(
        (
            cte.alias,
            cte.this,
            _written(cte.this),
            any(table.name == cte.alias for table in cte.this.find_all(exp.Table)),
        )
        for cte in query.args["with_"].expressions
    )


@cache
def _fixed(sql: str) -> str | None:
    """The text of a query without holes, as SQLGlot writes it: that is done once for all statements."""
    return _written(_parsed(sql))


def _written(query: exp.Expr) -> str | None:
    """None if it has holes, or a text of several lines, which must not be indented."""
    for node in query.walk():
        if isinstance(node, exp.Placeholder) or (isinstance(node, exp.Literal) and "\n" in node.name):
            return None
    return query.sql(dialect=DIALECT, pretty=True)


def _filled(query: exp.Expr, holes: Mapping[str, exp.Expr]) -> exp.Expr:
    """A copy, its holes filled. SQLGlot's own copies and walks take four times as long."""
    if isinstance(query, exp.Placeholder):
        # What stands in no tree yet is taken as it is: copies of copies would cost most of the time here.
        filling = holes[query.name]
        filling = filling if filling.parent is None else _filled(filling, {})
        # SQLGlot writes a tree as it is: an operator inside another needs its brackets.
        is_inner = isinstance(query.parent, _OPERATORS) and not isinstance(query.parent, exp.Paren)
        is_bare = isinstance(filling, _OPERATORS) and not isinstance(filling, exp.Paren)
        return exp.Paren(this=filling) if is_inner and is_bare else filling
    arguments: dict[str, object] = {}
    for name, value in query.args.items():
        if isinstance(value, exp.Expr):
            arguments[name] = _filled(value, holes)
        elif isinstance(value, list):
            parts = cast(list[object], value)
            arguments[name] = [_filled(each, holes) if isinstance(each, exp.Expr) else each for each in parts]
        else:
            arguments[name] = value
    made = type(query)(**arguments)
    made.comments = query.comments and [*query.comments]
    return made


_OPERATORS = (exp.Binary, exp.Unary)


def _transformed(query: exp.Expr, change: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    # SQLGlot leaves the arguments that it passes on untyped.
    transform = cast(Callable[..., exp.Expr], query.transform)
    return transform(change)
