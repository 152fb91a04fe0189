"""Selections and intervals of facts as SQLGlot queries, once for each target that reads them (S2.7, S5.4)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made

from sqlglot import exp

from engine.model.approval import HOLDER_KIND
from engine.model.exclusion import Exclusion, IntervalSource, NamedPeriod, UntilNext
from engine.model.expression import (
    AllOf,
    AnyOf,
    BusinessDays,
    CalendarDays,
    ClockDuration,
    Condition,
    Duration,
    Months,
    Not,
    Notice,
    Selection,
    ThereIs,
)
from engine.model.fact import FactKind, InstantType, Lasts
from engine.model.quantity import Instant
from engine.model.reading import looked_up
from engine.rules.plans.acting import add_may_act
from engine.rules.plans.approvals import approved
from engine.rules.plans.asked import Tables
from engine.rules.plans.clock_tables import ClockTables
from engine.rules.plans.expression_to_sql import FactRow, Scope, holds, unknowns, value
from engine.rules.plans.kind_to_sql import seen
from engine.rules.plans.lookup import LookupByTarget
from engine.rules.plans.parts import of_its_part
from engine.rules.plans.plan_to_sql import Statement, column, snippet, text

# What nobody approved who could is unproven, unless it is no exclusion at all (S7.3).
APPROVED_ONLY = """
  SELECT target, fact, a, b, holds AND (CASE WHEN is_approved THEN TRUE END) AS holds,
    CASE WHEN is_approved THEN missing ELSE concat(missing, chr(10), fact, $by) END AS missing
  FROM ($rows) AS made
  WHERE NOT a IS NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the targets of one statement share when they read facts.

    `is_narrow` says that the targets have subjects: a kind with an `about` is then read for those alone, by
    way of `subject(target, subject)`; `asked` holds the targets themselves. `parts` are the fields of `for
    each`, whose values `part` holds. `only`: by kind, which facts can matter, of the row `f` of all of them.
    """

    kinds: Mapping[str, FactKind]
    as_of: Instant
    known_at: Instant | None
    zone: str
    tables: ClockTables
    is_narrow: bool
    parts: tuple[str, ...] = ()
    only: Mapping[str, exp.Expr] = made(default_factory=dict[str, exp.Expr])

    def seen(self, kind: FactKind, fields: Iterable[str], next_of: Iterable[str] = ()) -> exp.Select:
        """The facts of a kind as they are seen; only some of them, where not all are asked for."""
        facts = seen(kind, fields, self.as_of, self.known_at, next_of=next_of)
        return facts.where(self.only[kind.name]) if kind.name in self.only else facts

    def scope(self, *selections: Selection) -> Scope:
        """Each selection's variable stands for the row of its kind."""
        rows = {
            each.variable: FactRow(kind=self.kinds[each.kind], alias=alias_of(each)) for each in selections
        }
        return Scope(rows=rows, zone=self.zone, tables=self.tables, lookup=self.lookup(column("target", "s")))

    def lookup(self, target: exp.Expr) -> LookupByTarget:
        """Where `there is` looks for the target of a row."""
        return LookupByTarget(
            kinds=self.kinds,
            as_of=self.as_of,
            known_at=self.known_at,
            target=target if self.is_narrow or self.parts else None,
            is_narrow=self.is_narrow,
            parts=self.parts,
        )

    def add_seen(self, statement: Statement, kinds: Iterable[str]) -> None:
        """The CTEs `seen_KIND`: every field of the facts of a kind, as they are seen; with those of holders,
        `may_act`."""
        for name in sorted(set(kinds)):
            kind = self.kinds[name]
            fields = [each.name for each in kind.fields] + [each.field for each in kind.matrices]
            query = self.seen(kind, fields)
            statement.add(f"seen_{name}", "$facts", facts=query, keep=False)
            if name == HOLDER_KIND:
                add_may_act(statement, kind)

    def load_clocks(
        self, store: Tables, selections: Iterable[Selection], further: Iterable[Duration] = ()
    ) -> None:
        """The tables of the clocks and days that the statements written so far ask for.

        They span all instants of the facts selected, and reach as far back as a notice does, and as far on
        as each of the lengths that go `further`.
        """
        if not self.tables.is_needed:
            return
        used = tuple(selections)
        instants = [self.as_of]
        looked = (found.kind for each in used for found in looked_up(each.where))
        for name in sorted({*(each.kind for each in used), *looked}):
            statement = Statement()
            self.add_seen(statement, (name,))
            for field in self.kinds[name].fields:
                if isinstance(field.type, InstantType):
                    given = exp.column(exp.to_identifier(field.name, quoted=True))
                    query = "SELECT min($i), max($i) FROM $facts"
                    (found,) = store.run(statement.sql(query, i=given, facts=exp.to_table(f"seen_{name}")))
                    instants += [each for each in found if each is not None]
        leads = [*(lead for each in used for lead in _leads(each.where)), *further]
        self.tables.load(
            store,
            min(instants),
            max(instants),
            counted=max((each.length for each in leads if isinstance(each, ClockDuration)), default=0),
            days=max((_days(each) for each in leads), default=0),
        )

    def facts(self, selection: Selection) -> exp.Select:
        """FROM the facts of the selection's kind JOIN the targets `s` that read them (S2.7)."""
        kind, alias = self.kinds[selection.kind], alias_of(selection)
        facts = exp.select().from_(exp.to_table(f"seen_{selection.kind}").as_(alias))
        if not self.is_narrow or kind.about is None:
            facts = facts.join("asked AS s", join_type="CROSS")
        else:
            about = FactRow(kind=kind, alias=alias).field(kind.about)
            facts = facts.join("subject AS s", on=snippet("s.subject = $about", about=about))
        return of_its_part(facts, kind, alias, self.parts)


def _leads(condition: Condition) -> Iterator[Duration]:
    """How far back the notices of a condition reach."""
    match condition:
        case Notice(lead=lead):
            yield lead
        case AllOf(of=of) | AnyOf(of=of):
            for each in of:
                yield from _leads(each)
        case ThereIs(facts=facts):
            yield from _leads(facts.where)
        case Not(of=each):
            yield from _leads(each)
        case _:
            pass


def _days(duration: Duration) -> int:
    match duration:
        case CalendarDays(days=days) | BusinessDays(days=days):
            return days
        case Months(months=months):
            return 31 * months
        case ClockDuration():
            return 0


def alias_of(selection: Selection) -> str:
    """The alias of a selection's facts; none of ours begins so."""
    return f"the_{selection.variable}"


def periods(selection: Selection, reading: Reading) -> exp.Select:
    """(target, fact, a, b, holds, missing) of the periods of a kind; `b` is NULL while open."""
    kind, scope = reading.kinds[selection.kind], reading.scope(selection)
    row = scope.fact(selection.variable)
    assert isinstance(kind.timing, Lasts)
    return _rows(selection, scope, reading.facts(selection), row.instant, row.field(kind.timing.end))


def intervals(source: IntervalSource, reading: Reading) -> exp.Select:
    """(target, fact, a, b, holds, missing) of a period, exclusion or mode; a start that is absent makes none.

    A period `of` a kind is read for every fact of that kind.
    """
    made, of = source.intervals, source.of if isinstance(source, NamedPeriod) else None
    approval = source.approval if isinstance(source, Exclusion) else None
    others = () if of is None else (of,)
    scope = reading.scope(made.facts, *others, *(() if approval is None else (approval.given,)))
    rows = reading.facts(made.facts)
    apart: list[exp.Expr] = []
    if of is not None:
        about = reading.facts(of).select("s.target AS of_target", f"{alias_of(of)}.*")
        rows = rows.join(
            exp.Subquery(this=about.where(holds(of.where, scope)), alias=exp.to_identifier(alias_of(of))),
            on=snippet("$of = s.target", of=exp.column("of_target", alias_of(of))),
        )
        apart.append(scope.fact(of.variable).key)
    if isinstance(made.until, UntilNext):
        until = _next(scope.fact(made.facts.variable), made.until.same, apart)
    else:
        until = value(made.until, scope)
    start = value(made.start, scope)
    query = _rows(made.facts, scope, rows, start, until)
    if approval is None:
        return exp.select("*").from_(exp.Subquery(this=query, alias="made")).where("NOT a IS NULL")
    is_approved = exp.alias_(approved(approval, start, scope), "is_approved")
    unapproved = snippet(
        APPROVED_ONLY, rows=query.select(is_approved), by=text(f" approved by {approval.role}")
    )
    assert isinstance(unapproved, exp.Select)
    return unapproved


def _rows(selection: Selection, scope: Scope, rows: exp.Select, a: exp.Expr, b: exp.Expr) -> exp.Select:
    row = scope.fact(selection.variable)
    columns = {
        "fact": snippet("$kind || $key", kind=text(f"{selection.kind}:"), key=row.key),
        "a": a,
        "b": b,
        "holds": holds(selection.where, scope),
        "missing": unknowns(selection.where, scope),
    }
    return rows.select("s.target", *(exp.alias_(node.copy(), name) for name, node in columns.items()))


def _next(row: FactRow, same: str, apart: Iterable[exp.Expr]) -> exp.Expr:
    """The instant of the next fact whose field is the same, in order of instant and key."""
    node = snippet(
        "CASE WHEN NOT $same IS NULL THEN"
        " LEAD($at) OVER (PARTITION BY s.target, $same ORDER BY $at, $key) END",
        same=row.field(same),
        at=row.instant,
        key=row.key,
    )
    for window in node.find_all(exp.Window):
        window.set("partition_by", [*window.args["partition_by"], *apart])
    return node


def together(selects: Sequence[exp.Expr]) -> exp.Expr:
    """UNION ALL."""
    return selects[0] if len(selects) == 1 else exp.union(*selects, distinct=False, copy=False)


def names_in(missing: str) -> tuple[str, ...]:
    """The fields that a `missing` column names, each once, in order."""
    return tuple(sorted({name for name in missing.split("\n") if name}))
