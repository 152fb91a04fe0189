"""What the parts of a duty statement share: the facts it reads, and what its variables stand for (S2.7)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlglot import exp

from engine.model.approval import HOLDER_KIND
from engine.model.deadline import WindowEnd
from engine.model.exclusion import Exclusion, NamedPeriod, UntilNext
from engine.model.expression import Condition, Expression, FieldOf, Selection
from engine.model.fact import FactKind
from engine.model.obligation import Recovered
from engine.model.reading import JUDGEMENT_KIND, STEP_KIND, interval_selections
from engine.rules.plans.acting import add_may_act, holder_fields
from engine.rules.plans.duty_shape import DutyShape
from engine.rules.plans.expression_to_sql import (
    FactRow,
    Scope,
    WindowRow,
    fields_of,
    holds,
    may_be_unknown,
    possible,
)
from engine.rules.plans.intervals_to_sql import Reading
from engine.rules.plans.parts import fields_of_parts
from engine.rules.plans.plan_to_sql import Statement, column, number, snippet

TRIGGER_ROW = "t"
"""The row of a trigger's facts, with its place from the second on; `t.` stands before the names of its fields
where they are carried along."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyWriting:
    """A duty statement while it is written, CTE after CTE."""

    shape: DutyShape
    reading: Reading
    statement: Statement = field(default_factory=Statement)

    @property
    def as_of(self) -> exp.Expr:
        """What time it is."""
        return number(self.reading.as_of)

    def kind(self, selection: Selection) -> FactKind:
        """The kind of a selection's facts."""
        return self.reading.kinds[selection.kind]

    def facts(self, kind: str) -> exp.Expr:
        """The CTE of a kind's facts, as they are seen."""
        return exp.to_identifier(f"seen_{kind}")

    def about(self, row: FactRow, of: str = "o") -> exp.Expr:
        """Whether a fact is about a subject of the duty of row `of` and bears the values of its combination;
        a kind without `about`, or without the fields, always does (S2.7, S6.6)."""
        target, found = column("target", of), list[exp.Expr]()
        if self.reading.is_narrow and row.kind.about is not None:
            found.append(
                snippet(
                    "EXISTS (SELECT 1 FROM subject AS s WHERE s.target = $target AND s.subject = $about)",
                    target=target,
                    about=row.field(row.kind.about),
                )
            )
        if fields_of_parts(row.kind, self.reading.parts):
            found.append(
                snippet("EXISTS (SELECT 1 FROM part AS p WHERE $own)", own=self.part_of(row, target))
            )
        return exp.and_(*found) if found else exp.true()

    def part_of(self, row: FactRow, target: exp.Expr) -> exp.Expr:
        """Whether a fact bears the values of the combination `p` of a duty (S6.6)."""
        fields = fields_of_parts(row.kind, self.reading.parts)
        same = (
            snippet("$value = $of", value=row.field(each), of=column(f"of_{each}", "p")) for each in fields
        )
        return exp.and_(snippet("p.target = $target", target=target), *same)

    def scope(self, *others: tuple[Selection, str]) -> Scope:
        """The trigger's fields are carried in row `o`, under every variable that stands for it; other facts
        stand in rows of their own."""
        shape = self.shape
        rows: dict[str, FactRow | WindowRow] = {}
        if shape.trigger is None:
            rows[shape.variable] = WindowRow(label=column("named", "o"))
        else:
            abouts = (each.of for each in shape.pauses if each.of is not None and self.is_own(each))
            rows |= self.triggers((*shape.permissions, *abouts))
        for selection, alias in others:
            rows[selection.variable] = FactRow(kind=self.kind(selection), alias=alias)
        lookup = self.reading.lookup(column("target", "o"))
        return Scope(rows=rows, zone=self.reading.zone, tables=self.reading.tables, lookup=lookup)

    def triggers(self, also: Iterable[Selection], alias: str | None = "o") -> dict[str, FactRow | WindowRow]:
        """Each trigger's row, under its own variable and under those of selections of the same kind.

        Without an alias each trigger stands in the row of its own facts, `t`, `t1`, ….
        """
        rows: dict[str, FactRow | WindowRow] = {}
        of_kind: dict[str, FactRow] = {}
        for place, selection in enumerate(self.shape.triggers):
            table = TRIGGER_ROW + (str(place) if place else "")
            row = FactRow(
                kind=self.kind(selection), alias=alias or table, prefix=f"{table}." if alias else ""
            )
            rows[selection.variable] = row
            of_kind.setdefault(selection.kind, row)
        return {each.variable: of_kind[each.kind] for each in also} | rows

    def is_own(self, pause: NamedPeriod) -> bool:
        """Whether a pause is read for the trigger alone."""
        return pause.of is not None and pause.of.kind in {each.kind for each in self.shape.triggers}

    def is_unknowable(self, condition: Condition) -> bool:
        """Whether a condition can be unknown."""
        return may_be_unknown(condition, self.reading.kinds)

    def matches(self, where: Condition, scope: Scope, *, proven: bool) -> exp.Expr:
        """Whether a fact matches, proven or just possibly (S7.2)."""
        if proven:
            return holds(where, scope)
        maybe = possible(where, scope, self.reading.kinds)
        return snippet("$possible AND $holds IS NULL", possible=maybe, holds=holds(where, scope))

    # What is read

    def add_seen(self) -> None:
        """`seen_KIND`: the facts of each kind with the fields that are needed, as they are seen."""
        shape, reading = self.shape, self.reading
        needed: dict[str, set[str]] = {each.kind: set() for each in self._selections()}
        next_of: dict[str, set[str]] = {}
        for read in self.fields():
            needed.setdefault(read.kind, set()).add(read.field)
        if shape.has_steps:
            needed.setdefault(STEP_KIND, set()).update(("case", "name"))
        if shape.is_judged:
            needed.setdefault(JUDGEMENT_KIND, set()).update(("promise", "case", "role", "met", "by"))
        if shape.persons_judge:
            needed.setdefault(HOLDER_KIND, set())
        if shape.workload is not None:
            needed[shape.workload.counted.kind].update(shape.workload.each)
        if HOLDER_KIND in needed:
            needed[HOLDER_KIND].update(holder_fields(reading.kinds[HOLDER_KIND]))
        for source in (*shape.pauses, *shape.excuses, *shape.mode_limits):
            if isinstance(source.intervals.until, UntilNext):
                next_of.setdefault(source.intervals.facts.kind, set()).add(source.intervals.until.same)
        for name, fields in sorted(needed.items()):
            kind, following = reading.kinds[name], next_of.get(name, set[str]())
            fields |= following | ({kind.about} if kind.about else set())
            fields |= set(fields_of_parts(kind, reading.parts))
            facts = reading.seen(kind, fields, following)
            # Few are kept: joined first, all of them would be read.
            self.statement.add(f"seen_{name}", "$facts", facts=facts, keep=name in reading.only or None)
            if name == HOLDER_KIND:
                add_may_act(self.statement, kind)

    def fields(self) -> Iterator[FieldOf]:
        """Every field that is read."""
        for selection in self._selections():
            yield from fields_of(selection.where)
        for expression in self._expressions():
            yield from fields_of(expression)

    def _selections(self) -> Iterator[Selection]:
        shape = self.shape
        yield from shape.triggers
        if shape.workload is not None:
            yield shape.workload.counted
        if not isinstance(shape.fulfilments, Recovered):
            yield from shape.fulfilments
        if shape.reclassification is not None:
            yield shape.reclassification.changes
        yield from shape.permissions
        for source in (*shape.pauses, *shape.excuses, *shape.mode_limits):
            yield from interval_selections(source)

    def _expressions(self) -> Iterator[Expression]:
        shape = self.shape
        yield from (each for each in shape.sources if not isinstance(each, WindowEnd))
        if shape.by is not None:
            yield shape.by
        if shape.read is not None:
            yield shape.read.field
        if isinstance(shape.fulfilments, Recovered):
            yield shape.fulfilments.at
        if shape.reclassification is not None:
            yield shape.reclassification.new_class
        for source in (*shape.pauses, *shape.excuses, *shape.mode_limits):
            yield source.intervals.start
            if not isinstance(source.intervals.until, UntilNext):
                yield source.intervals.until
            if isinstance(source, Exclusion) and source.approval is not None:
                yield source.approval.by
