"""The statement that judges the duties of one shape: occasions, fulfilments, deadlines, excuses (S4, S7)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlglot import exp

from engine.model.deadline import WindowEnd
from engine.model.exclusion import NamedPeriod, UntilNext
from engine.model.expression import Condition, Expression, FieldOf, NoticeCounting, Selection
from engine.model.fact import FactKind
from engine.model.obligation import OnChange, Reclassification, Recovered
from engine.model.reading import STEP_KIND
from engine.rules.plans.duty_deadlines import add_deadlines, union
from engine.rules.plans.duty_shape import DAYS, DutyShape
from engine.rules.plans.expression_to_sql import (
    FactRow,
    Scope,
    WindowRow,
    absences,
    fields_of,
    holds,
    may_be_unknown,
    possible,
    unknowns,
    value,
)
from engine.rules.plans.intervals_to_sql import Reading, intervals
from engine.rules.plans.kind_to_sql import UNTIL_NEXT, seen
from engine.rules.plans.notice_to_sql import latest_before
from engine.rules.plans.plan_to_sql import Statement, column, number, snippet, text

TRIGGER = "t."
"""Before the names of the trigger's fields, where they are carried along."""

NOTHING = exp.null()

ALLOWED = (
    "l.limit_no, l.shape, l.source, l.length, l.is_strict, l.cal, l.is_months, l.ends, l.closing_cal, l.rolls,"
    " l.looks_back"
)

DUTY_COLUMNS = """
  o.target, o.named, o.began_at, o.is_outside, o.holds, o.doubt, o.permitted, o.permit_doubt,
  g.start, g.lacking, g.limit_no, g.answered_at, g.branch, g.answer_key, g.due_at, g.last_at, g.due_day,
  g.counted, g.paused, g.late, g.is_late
"""

FROM_OCCASION = "FROM occasion AS o LEFT JOIN governed AS g ON g.id = o.id"

EXTRAS = (
    *("days_late", "excuse", "excuse_doubt", "pause_doubt"),
    *("superseded", "steps", "is_warned", "is_undecided"),
)

LATE_DAYS = """
  SELECT g.id, GREATEST(0, d.ordinal - e.ordinal) AS days_late
  FROM governed AS g
  JOIN day_slot AS s
    ON s.cal = g.cal AND s.utc_day = utc_day(g.until) AND g.until >= s.slot_from AND g.until < s.slot_to
  JOIN day AS d ON d.cal = g.cal AND d.day = s.day
  JOIN day AS e ON e.cal = g.cal AND e.day = g.due_day
  WHERE g.is_late
"""

EXCUSE = """
  SELECT g.id, MIN(CASE WHEN e.holds THEN e.rank END) AS excuse,
    STRING_AGG(CASE WHEN e.holds IS NULL THEN e.missing ELSE '' END, '') AS excuse_doubt
  FROM governed AS g
  JOIN every_excuse AS e ON e.target = g.target AND g.last_at >= e.a AND (e.b IS NULL OR g.last_at < e.b)
  WHERE $late
  GROUP BY g.id
"""

PAUSE_DOUBT = """
  SELECT g.id, STRING_AGG(p.missing, '') AS pause_doubt
  FROM governed AS g
  JOIN perhaps_pause AS p ON p.id = g.id
  WHERE p.a < g.until
    AND p.b > CASE WHEN g.shape IN ('elapsed', 'clock', 'days') THEN g.start ELSE g.began_at END
  GROUP BY g.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyStatement:
    """Writes the statement of one shape: one row for each occasion of each duty."""

    shape: DutyShape
    reading: Reading
    statement: Statement = field(default_factory=Statement)

    def sql(self) -> str:
        """The whole statement; it reads `asked`, `subject`, `allowance`, `win` and the clock tables."""
        self._seen()
        self._occasions()
        self._answers()
        self._owing()
        self._pauses()
        add_deadlines(self.statement, self.shape, self.reading.tables)
        self._governed()
        return self._final()

    # What is read

    def _seen(self) -> None:
        """`seen_KIND`: the facts of each kind with the fields that are needed, as they are seen."""
        shape = self.shape
        needed: dict[str, set[str]] = {each.kind: set() for each in self._selections()}
        next_of: dict[str, set[str]] = {}
        for read in self._fields():
            needed.setdefault(read.kind, set()).add(read.field)
        if shape.has_steps:
            needed.setdefault(STEP_KIND, set()).update(("case", "name"))
        for source in (*shape.pauses, *shape.excuses):
            if isinstance(source.intervals.until, UntilNext):
                next_of.setdefault(source.intervals.facts.kind, set()).add(source.intervals.until.same)
        for name, fields in sorted(needed.items()):
            kind = self.reading.kinds[name]
            fields |= next_of.get(name, set()) | ({kind.about} if kind.about else set())
            facts = seen(
                kind, fields, self.reading.as_of, self.reading.known_at, next_of=next_of.get(name, ())
            )
            self.statement.add(f"seen_{name}", "$facts", facts=facts)

    def _selections(self) -> Iterator[Selection]:
        shape = self.shape
        if shape.trigger is not None:
            yield shape.trigger
        if not isinstance(shape.fulfilments, Recovered):
            yield from shape.fulfilments
        if shape.reclassification is not None:
            yield shape.reclassification.changes
        yield from shape.permissions
        for source in (*shape.pauses, *shape.excuses):
            yield source.intervals.facts
            if isinstance(source, NamedPeriod) and source.of is not None:
                yield source.of

    def _expressions(self) -> Iterator[Expression]:
        shape = self.shape
        yield from (each for each in shape.sources if not isinstance(each, WindowEnd))
        if shape.by is not None:
            yield shape.by
        if isinstance(shape.fulfilments, Recovered):
            yield shape.fulfilments.at
        if shape.reclassification is not None:
            yield shape.reclassification.new_class
        for source in (*shape.pauses, *shape.excuses):
            yield source.intervals.start
            if not isinstance(source.intervals.until, UntilNext):
                yield source.intervals.until

    def _fields(self) -> Iterator[FieldOf]:
        for selection in self._selections():
            yield from fields_of(selection.where)
        for expression in self._expressions():
            yield from fields_of(expression)

    # What the variables stand for

    def _kind(self, selection: Selection) -> FactKind:
        return self.reading.kinds[selection.kind]

    def _scope(self, carried: str | None, *others: tuple[Selection, str]) -> Scope:
        """The trigger's fields, under every name that they go by, are carried in one row; other facts stand in
        their own."""
        shape = self.shape
        rows: dict[str, FactRow | WindowRow] = {}
        if carried is not None and shape.trigger is None:
            rows[shape.variable] = WindowRow(label=column("named", carried))
        elif carried is not None and shape.trigger is not None:
            row = FactRow(kind=self._kind(shape.trigger), alias=carried, prefix=TRIGGER)
            abouts = (each.of for each in shape.pauses if each.of is not None and self._is_own(each))
            for selection in (shape.trigger, *shape.permissions, *abouts):
                rows[selection.variable] = row
        for selection, alias in others:
            rows[selection.variable] = FactRow(kind=self._kind(selection), alias=alias)
        return Scope(rows=rows, zone=self.reading.zone, tables=self.reading.tables)

    def _is_own(self, pause: NamedPeriod) -> bool:
        """Whether a pause is read for the trigger alone."""
        trigger = self.shape.trigger
        return pause.of is not None and trigger is not None and pause.of.kind == trigger.kind

    def _is_unknowable(self, condition: Condition) -> bool:
        return may_be_unknown(condition, self.reading.kinds)

    # Occasions

    def _occasions(self) -> None:
        """`occasion`: every trigger that is seen and not proven otherwise, or every window (S2.5, S2.6)."""
        if self.shape.trigger is None:
            self._windows()
        else:
            self._triggers(self.shape.trigger)
        self._called()

    def _windows(self) -> None:
        self.statement.add(
            "occasion",
            "SELECT ROW_NUMBER() OVER () AS id, w.target, w.label AS named, w.ends_at AS began_at, w.full_end,"
            " FALSE AS is_outside, TRUE AS holds, '' AS doubt, CAST(NULL AS BIGINT) AS permitted,"
            " '' AS permit_doubt FROM win AS w",
            keep=True,
        )

    def _triggers(self, trigger: Selection) -> None:
        kind = self._kind(trigger)
        row = FactRow(kind=kind, alias="t")
        names = {selection.variable: row for selection in (trigger, *self.shape.permissions)}
        scope = Scope(rows=names, zone=self.reading.zone, tables=self.reading.tables)
        permits = exp.Case()
        for rank, each in enumerate(self.shape.permissions):
            permits = permits.when(holds(each.where, scope), number(rank))
        joins = (
            "FROM $facts AS t JOIN subject AS s ON s.subject = $about JOIN asked AS q ON q.target = s.target"
            if self.reading.is_narrow and kind.about
            else "FROM $facts AS t CROSS JOIN asked AS q"
        )
        query = snippet(
            "SELECT ROW_NUMBER() OVER () AS id, q.target, $key AS named, $at AS began_at,"
            " ($at < q.term_from OR $at >= q.term_to) AS is_outside, $holds AS holds, $doubt AS doubt,"
            f" CAST($permits AS BIGINT) AS permitted, $permit_doubt AS permit_doubt {joins}"
            " WHERE $possible AND $at <= $as_of",
            key=row.key,
            at=row.instant,
            holds=holds(trigger.where, scope),
            doubt=unknowns(trigger.where, scope),
            permits=permits if self.shape.permissions else NOTHING,
            permit_doubt=_joined_texts(unknowns(each.where, scope) for each in self.shape.permissions),
            facts=exp.to_identifier(f"seen_{kind.name}"),
            about=row.field(kind.about or kind.key),
            possible=possible(trigger.where, scope, self.reading.kinds),
            as_of=number(self.reading.as_of),
        )
        fields = sorted({each.field for each in self._fields() if each.kind == kind.name} | {kind.key})
        assert isinstance(query, exp.Select)
        carried = (exp.alias_(row.field(each), TRIGGER + each, quoted=True) for each in fields)
        self.statement.add("occasion", "$query", keep=True, query=query.select(*carried, copy=False))

    def _called(self) -> None:
        """`called`: the occasions that are judged; `held`: with the limit that their class chooses, its start,
        and what is lacking where there is none."""
        shape, scope = self.shape, self._scope("o")
        self.statement.add(
            "called",
            "SELECT o.*, $class AS class, $unclassed AS unclassed FROM occasion AS o"
            " WHERE NOT o.is_outside AND o.holds AND o.permitted IS NULL",
            **{
                "class": _as_text(NOTHING if shape.by is None else value(shape.by, scope)),
                "unclassed": text("") if shape.by is None else self._unclassed(shape.by, scope),
            },
        )
        chosen = "l.class IS NULL" if shape.by is None else "l.class = o.class"
        self.statement.add(
            "held",
            f"SELECT o.*, {ALLOWED}, $start AS start,"
            " CASE WHEN l.limit_no IS NULL THEN o.unclassed ELSE $absent END AS lacking"
            f" FROM called AS o LEFT JOIN allowance AS l ON l.target = o.target AND {chosen}",
            start=self._start(),
            absent=self._absent_start(),
        )

    def _start(self) -> exp.Expr:
        """The instant that the limit `l` counts from."""
        return self._by_source(self._source(each) for each in self.shape.sources)

    def _absent_start(self) -> exp.Expr:
        """What is missing where that is absent."""
        scope = self._scope("o")
        return self._by_source(
            text("") if isinstance(each, WindowEnd) else absences(each, scope) for each in self.shape.sources
        )

    def _source(self, source: Expression | WindowEnd) -> exp.Expr:
        if isinstance(source, WindowEnd):
            return column("began_at", "o")
        return snippet("CAST($v AS BIGINT)", v=value(source, self._scope("o")))

    def _by_source(self, nodes: Iterable[exp.Expr]) -> exp.Expr:
        """The node that the limit's `source` chooses."""
        each = list(nodes)
        if len(each) == 1:
            return each[0]
        case = exp.Case(this=column("source", "l"))
        for place, node in enumerate(each):
            case = case.when(number(place), node)
        return case

    def _unclassed(self, by: Expression, scope: Scope) -> exp.Expr:
        """What is missing where a class is absent, or has no row."""
        named = _joined_texts(
            snippet(
                "CONCAT($kind, $key, $name)",
                kind=text(f"\n{each.kind}:"),
                key=scope.fact(each.variable).key,
                name=text(f".{each.field}"),
            )
            for each in fields_of(by)
        )
        absent = absences(by, scope)
        return snippet("CASE WHEN $a = '' THEN $named ELSE $a END", a=absent, named=named)

    # Fulfilments

    def _answers(self) -> None:
        """`answer`: the earliest proven match of any branch, ties by branch and key; `perhaps`: the unproven."""
        fulfilments = self.shape.fulfilments
        if isinstance(fulfilments, Recovered):
            recovered = value(fulfilments.at, self._scope("o"))
            self.statement.add(
                "answer",
                "SELECT o.id, $at AS answered_at, 0 AS branch, o.named AS answer_key FROM called AS o"
                " WHERE $at <= $as_of",
                at=recovered,
                as_of=number(self.reading.as_of),
            )
            return
        for branch, selection in enumerate(fulfilments):
            self._matches(f"match_{branch}", selection, number(branch))
        self.statement.add(
            "answer",
            "SELECT id, answered_at, branch, answer_key FROM ($matches)"
            " QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY answered_at, branch, answer_key) = 1",
            matches=union([f"match_{branch}" for branch in range(len(fulfilments))]),
        )
        doubtful = [each for each in fulfilments if self._is_unknowable(each.where)]
        for branch, selection in enumerate(doubtful):
            self._matches(f"perhaps_{branch}", selection, number(branch), proven=False)
        if doubtful:
            self.statement.add(
                "perhaps",
                "SELECT id, MIN(answered_at) AS perhaps_at FROM ($matches) GROUP BY id",
                matches=union([f"perhaps_{branch}" for branch in range(len(doubtful))]),
            )

    def _matches(self, name: str, selection: Selection, branch: exp.Expr, *, proven: bool = True) -> None:
        scope = self._scope("o", (selection, "r"))
        row = scope.fact(selection.variable)
        early = {True: "TRUE", False: "$at >= o.start", None: "(o.looks_back OR $at >= o.start)"}
        self.statement.add(
            name,
            "SELECT o.id, $at AS answered_at, $branch AS branch, $key AS answer_key FROM held AS o"
            f" JOIN $facts AS r ON $match {self._about(row)}"
            f" WHERE {early[self.shape.looks_back]} AND $at <= $as_of AND o.start IS NOT NULL",
            at=row.instant,
            key=row.key,
            branch=branch,
            facts=exp.to_identifier(f"seen_{selection.kind}"),
            match=self._match(selection.where, scope, proven=proven),
            as_of=number(self.reading.as_of),
            **self._about_hole(row),
        )

    def _match(self, where: Condition, scope: Scope, *, proven: bool) -> exp.Expr:
        if proven:
            return holds(where, scope)
        maybe = possible(where, scope, self.reading.kinds)
        return snippet("$possible AND $holds IS NULL", possible=maybe, holds=holds(where, scope))

    def _about(self, row: FactRow) -> str:
        """Of the subjects of the target, where the fact is about anything (S2.7)."""
        is_open = not self.reading.is_narrow or row.kind.about is None
        return "" if is_open else "JOIN subject AS s ON s.target = o.target AND s.subject = $about"

    def _about_hole(self, row: FactRow) -> dict[str, exp.Expr]:
        return {"about": row.field(row.kind.about or row.kind.key)}

    # Deadlines and what puts them off

    def _owing(self) -> None:
        """`owing`: one row for each deadline, numbered `n`, and the instant until which its clock runs; a
        changed class opens the next one (S4.9)."""
        change = self.shape.reclassification
        as_of = number(self.reading.as_of)
        if change is None:
            self.statement.add(
                "owing",
                "SELECT o.*, 0 AS n, CAST(NULL AS BIGINT) AS next_at, a.answered_at, a.branch, a.answer_key,"
                " COALESCE(a.answered_at, $as_of) AS until"
                " FROM held AS o LEFT JOIN answer AS a ON a.id = o.id",
                as_of=as_of,
            )
            return
        self._changes(change)
        restarted = "r.n > 0 AND l.shape IN ('elapsed', 'clock', 'days')"
        restarts = restarted if change.effect is OnChange.RESTARTS else "FALSE"
        self.statement.add(
            "owing",
            f"SELECT o.* EXCLUDE (class), {ALLOWED}, r.class, r.n, r.next_at,"
            f" CASE WHEN {restarts} THEN r.changed_at ELSE $start END AS start,"
            " CASE WHEN l.limit_no IS NULL THEN r.unclassed ELSE $absent END AS lacking,"
            " a.answered_at, a.branch, a.answer_key, COALESCE(a.answered_at, $as_of) AS until"
            " FROM regime AS r JOIN called AS o ON o.id = r.id LEFT JOIN answer AS a ON a.id = r.id"
            " LEFT JOIN allowance AS l ON l.target = o.target AND l.class = r.class",
            start=self._start(),
            absent=self._absent_start(),
            as_of=as_of,
        )

    def _changes(self, change: Reclassification) -> None:
        """`regime`: the trigger's own class, then each proven change after the start and before the fulfilment,
        in order of instant and key; `perhaps_changed`: the occasions with an unproven one."""
        self._change("change", change, proven=True)
        self.statement.add(
            "regime",
            "SELECT *, LEAD(changed_at) OVER (PARTITION BY id ORDER BY n) AS next_at FROM ("
            "SELECT id, 0 AS n, CAST(NULL AS BIGINT) AS changed_at, class, unclassed FROM held"
            " WHERE start IS NOT NULL UNION ALL SELECT id, ROW_NUMBER() OVER (PARTITION BY id ORDER BY"
            " changed_at, change_key), changed_at, class, unclassed FROM change)",
        )
        if self._is_unknowable(change.changes.where):
            self._change("perhaps_changed", change, proven=False)

    def _change(self, name: str, change: Reclassification, *, proven: bool) -> None:
        scope = self._scope("o", (change.changes, "r"))
        row = scope.fact(change.changes.variable)
        self.statement.add(
            name,
            "SELECT o.id, $at AS changed_at, $key AS change_key, $class AS class, $unclassed AS unclassed"
            f" FROM held AS o JOIN $facts AS r ON $match {self._about(row)} LEFT JOIN answer AS a ON a.id = o.id"
            " WHERE $at > CASE WHEN o.looks_back THEN o.began_at ELSE o.start END AND $at <= $as_of"
            " AND (a.answered_at IS NULL OR $at < a.answered_at)",
            **{
                "at": row.instant,
                "key": row.key,
                "class": _as_text(value(change.new_class, scope)),
                "unclassed": self._unclassed(change.new_class, scope),
                "facts": exp.to_identifier(f"seen_{change.changes.kind}"),
                "match": self._match(change.changes.where, scope, proven=proven),
                "as_of": number(self.reading.as_of),
                **self._about_hole(row),
            },
        )

    def _pauses(self) -> None:
        """`pause`: when the clock of an occasion stands still, proven; `perhaps_pause`: unproven (S3.3, S7.3)."""
        for place, pause in enumerate(self.shape.pauses):
            query = self._own_pause(pause) if self._is_own(pause) else self._common_pause(pause)
            self.statement.add(f"pause_{place}", "$query", query=query)
        if self.shape.pauses:
            every = union([f"pause_{place}" for place in range(len(self.shape.pauses))])
            self.statement.add("every_pause", "$every", every=every)
            self.statement.add("pause", "SELECT id, a, b FROM every_pause WHERE holds")
            self.statement.add(
                "perhaps_pause", "SELECT id, a, b, missing FROM every_pause WHERE holds IS NULL"
            )

    def _common_pause(self, pause: NamedPeriod) -> exp.Expr:
        return snippet(
            "SELECT o.id, i.a, COALESCE(i.b, $as_of) AS b, i.holds, i.missing FROM called AS o"
            " JOIN ($intervals) AS i ON i.target = o.target WHERE i.holds IS NOT FALSE",
            intervals=intervals(pause, self.reading),
            as_of=number(self.reading.as_of),
        )

    def _own_pause(self, pause: NamedPeriod) -> exp.Expr:
        made, of = pause.intervals, pause.of
        assert of is not None
        scope = self._scope("o", (made.facts, "r"))
        row = scope.fact(made.facts.variable)
        is_next = isinstance(made.until, UntilNext)
        until = column(UNTIL_NEXT + made.until.same, "r") if is_next else value(made.until, scope)
        return snippet(
            "SELECT o.id, $a AS a, COALESCE($b, $as_of) AS b, $holds AS holds, $missing AS missing"
            f" FROM called AS o JOIN $facts AS r ON $possible {self._about(row)}"
            " WHERE $of AND $a IS NOT NULL",
            a=value(made.start, scope),
            b=until,
            holds=holds(made.facts.where, scope),
            missing=unknowns(made.facts.where, scope),
            facts=exp.to_identifier(f"seen_{made.facts.kind}"),
            possible=possible(made.facts.where, scope, self.reading.kinds),
            of=holds(of.where, scope),
            as_of=number(self.reading.as_of),
            **self._about_hole(row),
        )

    # The verdict's row

    def _governed(self) -> None:
        """`governed`: each occasion's deadline, the first that ended before the next change, else the last."""
        self.statement.add(
            "judged",
            "SELECT w.*, d.due_at, d.last_at, d.due_day, d.counted, d.paused, d.late, w.until > d.last_at AS is_late"
            " FROM owing AS w LEFT JOIN deadline AS d ON d.id = w.id AND d.n = w.n",
        )
        if self.shape.reclassification is None:
            self.statement.add("governed", "SELECT * FROM judged")
            return
        self.statement.add(
            "governed",
            "SELECT * FROM judged WHERE next_at IS NULL OR last_at < next_at OR start IS NULL"
            " QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY n) = 1",
        )
        self.statement.add(
            "superseded",
            "SELECT j.id, LIST(STRUCT_PACK(named := j.class, due_at := j.due_at) ORDER BY j.n) AS superseded"
            " FROM judged AS j JOIN governed AS g ON g.id = j.id AND j.n < g.n"
            " WHERE j.due_at IS NOT NULL GROUP BY j.id",
        )

    def _final(self) -> str:
        """What `DutyRow` holds, in its order."""
        shape = self.shape
        extras = dict.fromkeys(EXTRAS, "NULL")
        joins: list[str] = []

        def join(table: str, **columns: str) -> None:
            joins.append(f"LEFT JOIN {table} ON {table}.id = o.id")
            extras.update(columns)

        if DAYS in shape.withins or shape.moments:
            self.statement.add("late_days", LATE_DAYS)
            join("late_days", days_late="late_days.days_late")
        if shape.excuses:
            self._excuses()
            join("excuse", excuse="excuse.excuse", excuse_doubt="excuse.excuse_doubt")
        if any(self._is_unknowable(each.intervals.facts.where) for each in shape.pauses):
            self.statement.add("pause_doubt", PAUSE_DOUBT)
            join("pause_doubt", pause_doubt="pause_doubt.pause_doubt")
        if shape.reclassification is not None:
            join("superseded", superseded="superseded.superseded")
        if shape.has_steps:
            self._steps()
            join("steps", steps="steps.steps")
        joins += self._doubts(extras)
        holes: dict[str, exp.Expr] = {}
        if shape.warns is not None:
            due, zone, tables = column("due_at", "g"), self.reading.zone, self.reading.tables
            extras["is_warned"] = "($as_of >= $warned)"
            warned = latest_before(due, shape.warns, NoticeCounting.SAME_TIME, zone, tables).at
            holes = {"as_of": number(self.reading.as_of), "warned": warned}
        columns = ", ".join(f"{node} AS {name}" for name, node in extras.items())
        return self.statement.sql(
            f"SELECT {DUTY_COLUMNS}, {columns} {FROM_OCCASION} {' '.join(joins)}", **holes
        )

    def _excuses(self) -> None:
        """`excuse`: the exclusion or mode whose period contains the last moment, or doubts about one (S4.8)."""
        excuses = self.shape.excuses
        for rank, source in enumerate(excuses):
            self.statement.add(
                f"excuse_{rank}",
                "SELECT target, $rank AS rank, a, b, holds, missing FROM ($intervals) WHERE holds IS NOT FALSE",
                rank=number(rank),
                intervals=intervals(source, self.reading),
            )
        self.statement.add(
            "every_excuse", "$every", every=union([f"excuse_{r}" for r in range(len(excuses))])
        )
        # With steps a fulfilment in time may be a breach too.
        late = snippet("g.is_late OR g.answered_at IS NOT NULL" if self.shape.has_steps else "g.is_late")
        self.statement.add("excuse", EXCUSE, late=late)

    def _steps(self) -> None:
        """`steps`: the first instant of each step by the fulfilment (S4.10)."""
        row = FactRow(kind=self.reading.kinds[STEP_KIND], alias="r")
        self.statement.add(
            "first_step",
            "SELECT o.id, $step AS step, MIN($at) AS first_at FROM governed AS o"
            f" JOIN $facts AS r ON $case = o.named {self._about(row)}"
            " WHERE $at <= o.answered_at GROUP BY o.id, $step",
            step=row.field("name"),
            at=row.instant,
            case=row.field("case"),
            facts=exp.to_identifier(f"seen_{STEP_KIND}"),
            **self._about_hole(row),
        )
        self.statement.add(
            "steps",
            "SELECT id, LIST(STRUCT_PACK(step := step, first_at := first_at)) AS steps FROM first_step GROUP BY id",
        )

    def _doubts(self, extras: dict[str, str]) -> Iterator[str]:
        """Where a match is unproven the plan does not try both ways (S7.2): the definition does."""
        doubts: list[str] = []
        fulfilments = () if isinstance(self.shape.fulfilments, Recovered) else self.shape.fulfilments
        if any(self._is_unknowable(each.where) for each in fulfilments):
            yield "LEFT JOIN perhaps ON perhaps.id = o.id"
            doubts.append("perhaps.perhaps_at IS NOT NULL")
        change = self.shape.reclassification
        if change is not None and self._is_unknowable(change.changes.where):
            yield "LEFT JOIN (SELECT DISTINCT id FROM perhaps_changed) AS changed ON changed.id = o.id"
            doubts.append("changed.id IS NOT NULL")
        if doubts:
            extras["is_undecided"] = " OR ".join(doubts)


def _as_text(node: exp.Expr) -> exp.Expr:
    return snippet("CAST($v AS VARCHAR)", v=node)


def _joined_texts(texts: Iterable[exp.Expr]) -> exp.Expr:
    each = [node for node in texts if node != text("")]
    if not each:
        return text("")
    return each[0] if len(each) == 1 else exp.func("CONCAT", *each, dialect="duckdb")
