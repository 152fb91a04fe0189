"""The statement that judges the duties of one shape: one row for each occasion of each of them (S4, S7)."""

from dataclasses import dataclass, field

from sqlglot import exp

from engine.model.approval import HOLDER_KIND
from engine.model.expression import NoticeCounting
from engine.model.obligation import Recovered
from engine.model.reading import JUDGEMENT_KIND, STEP_KIND
from engine.rules.plans.acting import could_act
from engine.rules.plans.duty_answers import add_answers, add_owing, add_pauses
from engine.rules.plans.duty_deadlines import add_deadlines
from engine.rules.plans.duty_occasions import add_occasions
from engine.rules.plans.duty_shape import DAYS, DutyShape
from engine.rules.plans.duty_writing import DutyWriting
from engine.rules.plans.expression_to_sql import FactRow
from engine.rules.plans.intervals_to_sql import Reading, intervals
from engine.rules.plans.notice_to_sql import latest_before
from engine.rules.plans.plan_to_sql import column, number, snippet, union

JUDGED = """
  SELECT w.*, d.due_at, d.last_at, d.due_day, d.counted, d.paused, d.late, w.until > d.last_at AS is_late
  FROM owing AS w
  LEFT JOIN deadline AS d ON d.id = w.id AND d.n = w.n
"""

# A change, or a mode, comes too late for a deadline that has ended before it (S4.9), or that nobody can tell.
GOVERNED = """
  SELECT *
  FROM judged
  WHERE next_at IS NULL OR last_at < next_at OR start IS NULL OR limit_no IS NULL
  QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY n) = 1
"""

SUPERSEDED = """
  SELECT j.id, LIST(STRUCT_PACK(named := j.class, due_at := j.due_at) ORDER BY j.n) AS superseded
  FROM judged AS j
  JOIN governed AS g ON g.id = j.id AND j.n < g.n
  WHERE j.due_at IS NOT NULL
  GROUP BY j.id
"""

LATE_DAYS = """
  SELECT g.id, GREATEST(0, d.ordinal - e.ordinal) AS days_late
  FROM governed AS g
  LEFT JOIN day_slot AS s
    ON s.cal = g.cal AND s.utc_day = utc_day(g.until) AND g.until >= s.slot_from AND g.until < s.slot_to
  LEFT JOIN day AS d ON d.cal = g.cal AND d.day = s.day
  LEFT JOIN day AS e ON e.cal = g.cal AND e.day = g.due_day
  WHERE g.is_late AND g.due_day IS NOT NULL
"""

EXCUSE_OF_RANK = """
  SELECT target, $rank AS rank, a, b, holds, missing
  FROM ($intervals)
  WHERE holds IS NOT FALSE
"""

EXCUSE = """
  SELECT g.id, MIN(CASE WHEN e.holds THEN e.rank END) AS excuse,
    STRING_AGG(CASE WHEN e.holds IS NULL THEN e.missing ELSE '' END, '') AS excuse_doubt
  FROM governed AS g
  JOIN every_excuse AS e
    ON e.target = g.target AND g.last_at >= e.a AND g.last_at < COALESCE(e.b, $as_of + 1)
  WHERE $breached
  GROUP BY g.id
"""

MODE_DOUBT = """
  SELECT g.id, STRING_AGG(e.missing, '') AS mode_doubt
  FROM governed AS g
  JOIN every_mode AS e
    ON e.target = g.target AND e.holds IS NULL AND (
      g.since >= e.a AND (e.b IS NULL OR g.since < e.b)
      OR $takes AND e.a > g.since AND e.a < g.until AND e.a <= g.last_at
    )
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

# Where days end before midnight, a pause may begin on the last day but after the last moment (S4.6).
UNREVIVED = """
  SELECT DISTINCT w.id
  FROM numbered AS w
  JOIN skipped AS k ON k.id = w.id AND k.n = w.n
  WHERE w.ends <> 'midnight' AND k.days_skipped > 0
"""

FIRST_STEP = """
  SELECT o.id, $step AS step, MIN($at) AS first_at
  FROM governed AS o
  JOIN $facts AS r ON $case = o.named
  WHERE $at <= o.answered_at AND $about
  GROUP BY o.id, $step
"""

STEPS = """
  SELECT id, LIST(STRUCT_PACK(step := step, first_at := first_at)) AS steps
  FROM first_step
  GROUP BY id
"""

JUDGEMENT = """
  SELECT o.id, $key AS judgement, $met AS is_judged_met, $by AS judged_by
  FROM held AS o
  JOIN asked AS q ON q.target = o.target
  JOIN $facts AS r ON $promise = q.promise AND $role = q.judge AND $case = o.named
  WHERE $at <= $as_of AND $about AND $may_judge
  QUALIFY ROW_NUMBER() OVER (PARTITION BY o.id ORDER BY $at DESC, $key DESC) = 1
"""

MAY_JUDGE = """
  $by IS NULL OR $by = q.judge
  OR NOT EXISTS (SELECT 1 FROM seen_holder AS a WHERE $appointed = q.judge)
  OR EXISTS (SELECT 1 FROM may_act AS h WHERE $could_act)
"""

FINAL = """
  SELECT o.target, o.named, o.began_at, o.is_outside, o.holds, o.doubt, o.permitted, o.permit_doubt,
    g.start, g.lacking, g.limit_no, g.answered_at, g.branch, g.answer_key, g.due_at, g.last_at, g.due_day,
    g.counted, g.paused, g.late, g.is_late, g.length
  FROM occasion AS o
  LEFT JOIN governed AS g ON g.id = o.id
"""


@dataclass(slots=True, kw_only=True)
class Extras:
    """The columns that only some shapes need, from CTEs of their own; the others read NULL."""

    columns: dict[str, exp.Expr] = field(
        default_factory=lambda: dict.fromkeys(
            (
                *("days_late", "excuse", "excuse_doubt", "mode_doubt", "pause_doubt"),
                *("superseded", "steps", "is_warned", "is_undecided"),
                *("joined_keys", "binds", "waits_until", "judgement", "is_judged_met", "judged_by"),
            ),
            exp.null(),
        )
    )
    tables: list[str] = field(default_factory=list[str])

    def take(self, table: str, *columns: str) -> None:
        """Take columns from a table with at most one row for each occasion."""
        self.tables.append(table)
        self.columns |= {each: column(each, table) for each in columns}


def duty_statement(shape: DutyShape, reading: Reading) -> str:
    """One `DutyRow` for each occasion, from `asked`, `subject`, `allowance`, `win` and the clock tables."""
    writing = DutyWriting(shape=shape, reading=reading)
    writing.add_seen()
    add_occasions(writing)
    add_answers(writing)
    add_owing(writing)
    add_pauses(writing)
    add_deadlines(writing.statement, shape, reading.tables)
    writing.statement.add("judged", JUDGED)
    writing.statement.add("governed", GOVERNED if shape.has_regimes else "SELECT * FROM judged")
    extras = Extras()
    _add_figures(writing, extras)
    _add_excuses(writing, extras)
    _add_mode_doubts(writing, extras)
    _add_judgement(writing, extras)
    if shape.joined:
        extras.columns["joined_keys"] = column("joined_keys", "o")
    if shape.workload is not None:
        extras.columns |= {each: column(each, "g") for each in ("binds", "waits_until")}
    _add_doubts(writing, extras)
    final = snippet(FINAL)
    assert isinstance(final, exp.Select)
    for table in extras.tables:
        final = final.join(
            table, on=snippet("$a = o.id", a=column("id", table)), join_type="LEFT", copy=False
        )
    named = (exp.alias_(node, name) for name, node in extras.columns.items())
    return writing.statement.sql("$rows", rows=final.select(*named, copy=False))


def _add_figures(writing: DutyWriting, extras: Extras) -> None:
    """How many days late; what was superseded; when each step was first taken; whether it is warned of."""
    statement, shape, reading = writing.statement, writing.shape, writing.reading
    if DAYS in shape.withins or shape.moments:
        statement.add("late_days", LATE_DAYS)
        extras.take("late_days", "days_late")
    if shape.has_regimes:
        statement.add("superseded", SUPERSEDED)
        extras.take("superseded", "superseded")
    if shape.has_steps:
        row = FactRow(kind=reading.kinds[STEP_KIND], alias="r")
        statement.add(
            "first_step",
            FIRST_STEP,
            step=row.field("name"),
            case=row.field("case"),
            at=row.instant,
            facts=writing.facts(STEP_KIND),
            about=writing.about(row),
        )
        statement.add("steps", STEPS)
        extras.take("steps", "steps")
    if shape.warns is not None:
        due = column("due_at", "g")
        warned = latest_before(due, shape.warns, NoticeCounting.SAME_TIME, reading.zone, reading.tables).at
        extras.columns["is_warned"] = snippet("$as_of >= $warned", as_of=writing.as_of, warned=warned)


def _add_excuses(writing: DutyWriting, extras: Extras) -> None:
    """`excuse`: the exclusion or mode whose period contains the last moment, and doubts about one (S4.8)."""
    statement, excuses = writing.statement, writing.shape.excuses
    if not excuses:
        return
    for rank, source in enumerate(excuses):
        made = intervals(source, writing.reading)
        statement.add(f"excuse_{rank}", EXCUSE_OF_RANK, rank=number(rank), intervals=made)
    statement.add("every_excuse", "$every", every=union(f"excuse_{rank}" for rank in range(len(excuses))))
    # With steps a fulfilment in time may be a breach too.
    breached = "g.is_late OR g.answered_at IS NOT NULL" if writing.shape.has_steps else "g.is_late"
    statement.add("excuse", EXCUSE, breached=snippet(breached), as_of=writing.as_of)
    extras.take("excuse", "excuse", "excuse_doubt")


def _add_judgement(writing: DutyWriting, extras: Extras) -> None:
    """`judgement`: the last word of the role that decides (S7.1)."""
    if not writing.shape.is_judged:
        return
    row = FactRow(kind=writing.reading.kinds[JUDGEMENT_KIND], alias="r")
    writing.statement.add(
        "judgement_on",
        JUDGEMENT,
        promise=row.field("promise"),
        case=row.field("case"),
        role=row.field("role"),
        met=row.field("met"),
        by=row.field("by"),
        key=row.key,
        at=row.instant,
        facts=writing.facts(JUDGEMENT_KIND),
        as_of=writing.as_of,
        about=writing.about(row),
        may_judge=_may_judge(writing, row),
    )
    extras.take("judgement_on", "judgement", "is_judged_met", "judged_by")


def _may_judge(writing: DutyWriting, judgement: FactRow) -> exp.Expr:
    """Where it is told who held the role, a person who judges must have been able to act for it."""
    if not writing.shape.persons_judge:
        return exp.true()
    by, holder = judgement.field("by"), FactRow(kind=writing.reading.kinds[HOLDER_KIND], alias="a")
    return snippet(
        MAY_JUDGE,
        by=by,
        appointed=holder.field("role"),
        could_act=could_act(column("judge", "q"), by, judgement.instant),
    )


def _add_mode_doubts(writing: DutyWriting, extras: Extras) -> None:
    """`mode_doubt`: what would prove a mode that gives the deadline another length (S7.3)."""
    if writing.shape.mode_limits:
        takes = exp.true() if writing.shape.takes_lengths else exp.false()
        writing.statement.add("mode_doubt", MODE_DOUBT, takes=takes)
        extras.take("mode_doubt", "mode_doubt")


def _add_doubts(writing: DutyWriting, extras: Extras) -> None:
    """Unproven pauses are named (S7.3). A plan neither tries another unproven match both ways (S7.2) nor asks
    which pauses began too late to matter (S4.6): the occasion is undecided."""
    statement, shape = writing.statement, writing.shape
    if any(writing.is_unknowable(each.intervals.facts.where) for each in shape.pauses):
        statement.add("pause_doubt", PAUSE_DOUBT)
        extras.take("pause_doubt", "pause_doubt")
    doubts: list[exp.Expr] = []
    fulfilments = () if isinstance(shape.fulfilments, Recovered) else shape.fulfilments
    if any(writing.is_unknowable(each.where) for each in fulfilments):
        extras.take("perhaps")
        doubts.append(snippet("perhaps.perhaps_at < COALESCE(g.answered_at, perhaps.perhaps_at + 1)"))
    if shape.reclassification is not None and writing.is_unknowable(shape.reclassification.changes.where):
        statement.add("changed", "SELECT DISTINCT id FROM perhaps_changed")
        extras.take("changed")
        doubts.append(snippet("changed.id IS NOT NULL"))
    if shape.workload is not None:
        extras.take("uncounted")
        doubts.append(snippet("uncounted.id IS NOT NULL"))
    if shape.pauses and DAYS in shape.withins:
        statement.add("unrevived", UNREVIVED)
        extras.take("unrevived")
        doubts.append(snippet("unrevived.id IS NOT NULL"))
    if doubts:
        extras.columns["is_undecided"] = exp.or_(*doubts)
