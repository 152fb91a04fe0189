"""The records of a measure as SQL: each with its answer, its value, and the window that holds it (S6)."""

from dataclasses import dataclass, replace
from fractions import Fraction

from sqlglot import exp

from engine.model.calendar import Elapsed
from engine.model.exclusion import Exclusion, IntervalSource, Permission
from engine.model.expression import Selection
from engine.model.measure import (
    Aggregate,
    Aggregated,
    DaysBetween,
    FallsDue,
    FieldValue,
    Holds,
    One,
    Records,
    ShareWithin,
    SincePrevious,
    TimeBetween,
    is_share,
)
from engine.model.reading import interval_selections
from engine.rules.plans.buckets_to_sql import add_buckets
from engine.rules.plans.exceptions import add_exclusion, exceptions, permitted
from engine.rules.plans.expression_to_sql import (
    FactRow,
    Scope,
    holds,
    may_be_unknown,
    possible,
    scaled,
    value,
)
from engine.rules.plans.falling_due import falls_due_at
from engine.rules.plans.intervals_to_sql import Reading, alias_of, intervals
from engine.rules.plans.notice_to_sql import counted_until, day_of
from engine.rules.plans.parts import fields_of_parts
from engine.rules.plans.plan_to_sql import Statement, number, snippet, text

RANKED = (Aggregate.MEDIAN, Aggregate.PERCENTILE)

CHOSEN = """
  SELECT r.target, r.fact, r.holds IS TRUE AS is_proven, r.starts_at, r.answered_at, r.is_open,
    CASE WHEN NOT ($by_answer AND r.is_open) THEN r.belongs_at END AS belongs_at,
    r.value,
    $is_miss AS is_miss, $excepted_by AS excepted_by, $exception_doubt AS exception_doubt,
    $can_be_open AS can_be_open,
    ($counts) AND NOT coalesce($inside, TRUE) IS FALSE AS counts,
    r.holds IS TRUE AND NOT r.is_doubtful AND NOT ($inside) IS NULL
      AND (r.is_open OR NOT (r.belongs_at IS NULL OR r.value IS NULL)) AS is_sure
  FROM answered AS r
"""

INSIDE = """
  CASE
    WHEN EXISTS(
      SELECT 1 FROM during AS d WHERE d.target = r.target AND d.holds
        AND d.a <= r.belongs_at AND (d.b IS NULL OR r.belongs_at < d.b)
    ) THEN TRUE
    WHEN NOT EXISTS(
      SELECT 1 FROM during AS d WHERE d.target = r.target AND d.holds IS NULL
        AND d.a <= r.belongs_at AND (d.b IS NULL OR r.belongs_at < d.b)
    ) THEN FALSE
  END
"""

APART = """
  r.value - LAG(r.value) OVER (PARTITION BY s.target, s.win ORDER BY r.value, r.fact)
"""

AGGREGATE = """
  SELECT target, win, count(*) AS records, sum(value) AS total, min(value) AS lowest, max(value) AS highest,
    sum(CASE WHEN is_miss THEN 1 ELSE 0 END) AS misses, bit_xor(hash) AS hashes,
    NULL AS below, NULL AS above, NULL AS part, $missed AS missed, $excepted_by AS excepted_by,
    $exception_doubt AS exception_doubt
  FROM member GROUP BY target, win
"""

FINAL = """
  SELECT s.target, s.win, coalesce(a.records, 0), coalesce(a.misses, 0), a.total, a.lowest, a.highest,
    a.below, a.above, a.part, coalesce(o.records, 0), coalesce(o.oldest_us, 0), NOT d.target IS NULL,
    CAST(xor(coalesce(a.hashes, 0), coalesce(o.hashes, 0)) AS VARCHAR), a.missed,
    a.excepted_by, a.exception_doubt
  FROM span AS s
  LEFT JOIN aggregate AS a ON a.target = s.target AND a.win = s.win
  LEFT JOIN unanswered AS o ON o.target = s.target AND o.win = s.win
  LEFT JOIN doubt AS d ON d.target = s.target AND d.win = s.win
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPlan:
    """A measure over records whose statement is to be written, and the period to which it is kept."""

    measure: Aggregated | ShareWithin
    only_while: IntervalSource | None
    names_misses: bool = False
    is_upper: bool = False
    permissions: tuple[Permission, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()

    @property
    def records(self) -> Records:
        """What is measured."""
        return self.measure.records

    @property
    def selections(self) -> list[Selection]:
        """Every selection that it reads."""
        also = [] if self.only_while is None else [self.only_while.intervals.facts]
        answers = [] if self.records.answered_by is None else [self.records.answered_by]
        if isinstance(self.records.value, Holds):
            also.append(replace(self.records.of, where=self.records.value.condition))
        also += [each.when for each in self.permissions]
        also += [each for source in self.exclusions for each in interval_selections(source)]
        return [self.records.of, *answers, *also]

    @property
    def has_exceptions(self) -> bool:
        """Whether a permission or an exclusion takes records out."""
        return bool(self.permissions or self.exclusions)


def statement(plan: RecordPlan, reading: Reading) -> str:
    """From the facts to the figures of every window, step by step."""
    records, measure = plan.records, plan.measure
    whole = Statement()
    if isinstance(measure, Aggregated) and measure.buckets is not None:
        add_buckets(whole, measure, measure.buckets, reading, is_upper=plan.is_upper)
        return _aggregated(whole, plan)
    reading.add_seen(whole, {each.kind for each in plan.selections})
    whole.add("paired", "$rows", rows=_paired(plan, reading))
    is_doubtful = records.answered_by is not None and may_be_unknown(records.answered_by.where, reading.kinds)
    _add_answered(whole, records, is_doubtful=is_doubtful)
    if plan.only_while is not None:
        whole.add(
            "during", "SELECT target, a, b, holds FROM ($rows) AS r", rows=intervals(plan.only_while, reading)
        )
    is_within = isinstance(measure, ShareWithin)
    late: exp.Expr = exp.false()
    if is_within:
        late = snippet("r.is_open OR r.value > $limit", limit=number(measure.limit // 1))
    elif is_share(measure):
        late = snippet("r.value = 0")
    for place, source in enumerate(plan.exclusions):
        add_exclusion(whole, place, source, reading)
    excepted_by, exception_doubt = exceptions(plan.permissions, plan.exclusions)
    if plan.has_exceptions:
        late = snippet("NOT $excepted_by IS NULL", excepted_by=exp.Paren(this=excepted_by.copy()))
    whole.add(
        "chosen",
        CHOSEN,
        by_answer=exp.convert(records.attributed_by_answer),
        is_miss=late,
        excepted_by=excepted_by,
        exception_doubt=exception_doubt,
        can_be_open=exp.convert(can_be_open(records)),
        counts=snippet("NOT r.is_open OR r.is_overdue" if is_within else "NOT r.is_open"),
        inside=exp.true() if plan.only_while is None else snippet(INSIDE),
    )
    counted: exp.Expr = snippet("r.value")
    if isinstance(records.value, SincePrevious):
        counted = snippet(APART)
    whole.chain("records", counted=counted)
    return _aggregated(whole, plan)


def _aggregated(whole: Statement, plan: RecordPlan) -> str:
    """From `member`, `doubt` and `unanswered` to the figures of every window."""
    measure = plan.measure
    if isinstance(measure, Aggregated) and measure.aggregate in RANKED:
        whole.chain("records_ranked")
    else:
        names = snippet("string_agg(CASE WHEN is_miss THEN fact END, CHR(10))")
        doubt = snippet("string_agg(CASE WHEN NOT is_miss THEN exception_doubt END, '')")
        whole.add(
            "aggregate",
            AGGREGATE,
            missed=names if plan.names_misses else exp.null(),
            excepted_by=snippet("min(excepted_by)") if plan.has_exceptions else exp.null(),
            exception_doubt=doubt if plan.has_exceptions else exp.null(),
        )
    return whole.sql(FINAL)


def can_be_open(records: Records) -> bool:
    """Whether a record can be unanswered: it wants an answer, or its own time an end (S6.1)."""
    return records.answered_by is not None or isinstance(records.value, TimeBetween | DaysBetween)


def scale(records: Records, reading: Reading) -> Fraction:
    """What one unit of `value` stands for, in the base of the measure's dimension."""
    if not isinstance(records.value, FieldValue):
        return Fraction(1)
    return scaled(records.value.value, _scope(records, reading)).scale


def _scope(records: Records, reading: Reading) -> Scope:
    return reading.scope(records.of, *(() if records.answered_by is None else (records.answered_by,)))


def _paired(plan: RecordPlan, reading: Reading) -> exp.Expr:
    """Each record beside each of its possible answers, or alone."""
    records, scope = plan.records, _scope(plan.records, reading)
    of = scope.fact(records.of.variable)
    rows = reading.facts(records.of)
    answered_at, answer, answer_holds = exp.null(), exp.null(), exp.true()
    if records.answered_by is not None:
        by = scope.fact(records.answered_by.variable)
        rows = _with_answers(rows, records.answered_by, of, by, scope, reading)
        answered_at, answer = by.instant, by.key
        answer_holds = holds(records.answered_by.where, scope)
        is_open: exp.Expr = snippet("$at IS NULL", at=answered_at)
    elif isinstance(records.value, TimeBetween | DaysBetween):
        answered_at = value(records.value.end, scope)
        is_open = snippet("$at IS NULL", at=answered_at)
    else:
        is_open = exp.false()
    columns = {
        "fact": snippet("$kind || $key", kind=text(f"{records.of.kind}:"), key=of.key),
        "holds": holds(records.of.where, scope),
        "starts_at": value(records.starts_at, scope),
        "answered_at": answered_at,
        "answer": answer,
        "answer_holds": answer_holds,
        "is_open": is_open,
        "belongs_at": _belongs_at(plan.measure, scope, reading),
        "value": _value(records, scope, reading),
        "is_overdue": _is_overdue(plan.measure, scope, reading),
    }
    columns |= permitted(plan.permissions, of, scope)
    rows = rows.select("s.target", *(exp.alias_(node.copy(), name) for name, node in columns.items()))
    return rows.where(snippet("NOT $holds IS FALSE", holds=exp.Paren(this=holds(records.of.where, scope))))


def _with_answers(
    rows: exp.Select, answered_by: Selection, of: FactRow, by: FactRow, scope: Scope, reading: Reading
) -> exp.Select:
    """LEFT JOIN the answers at or after the record, of the subjects that the target reads (S2.7, S6.1)."""
    condition = snippet(
        "$at >= $since AND $holds",
        at=by.instant,
        since=of.instant,
        holds=possible(answered_by.where, scope, reading.kinds),
    )
    is_apart = bool(fields_of_parts(by.kind, reading.parts))
    if not is_apart and not (reading.is_narrow and by.kind.about is not None):
        answers: exp.Expr = exp.to_table(f"seen_{answered_by.kind}").as_(alias_of(answered_by))
    else:
        given = reading.facts(answered_by).select("s.target AS read_by", f"{by.alias}.*")
        answers = exp.Subquery(this=given, alias=exp.to_identifier(by.alias))
        condition = snippet("$by = s.target AND $c", by=exp.column("read_by", by.alias), c=condition)
    return rows.join(answers, on=condition, join_type="LEFT")


def _add_answered(whole: Statement, records: Records, *, is_doubtful: bool) -> None:
    """Each record with its earliest proven answer or none, and the other ways to read it (S7.2)."""
    if records.answered_by is None:
        whole.add("answered", "SELECT *, FALSE AS is_doubtful FROM paired")
    elif not is_doubtful:
        whole.add(
            "answered",
            "SELECT *, FALSE AS is_doubtful FROM paired"
            " QUALIFY row_number() OVER (PARTITION BY target, fact ORDER BY answered_at, answer) = 1",
        )
    else:
        whole.chain("records_doubtful")
        return
    whole.add("doubtful", "SELECT target, belongs_at FROM paired WHERE FALSE")


def _belongs_at(measure: Aggregated | ShareWithin, scope: Scope, reading: Reading) -> exp.Expr:
    """The instant whose window a record belongs to (S6.1)."""
    belongs = measure.records.belongs
    if not isinstance(belongs, FallsDue):
        return value(belongs, scope)
    assert isinstance(measure, ShareWithin), "only a share falls due"
    counted = measure.records.value
    assert isinstance(counted, TimeBetween | DaysBetween), "only time between two instants falls due"
    return falls_due_at(value(counted.start, scope), counted, measure.limit // 1, reading.tables)


def _value(records: Records, scope: Scope, reading: Reading) -> exp.Expr:
    match records.value:
        case One():
            return number(1)
        case FieldValue(value=field):
            return value(field, scope)
        case SincePrevious(at=at):
            return value(at, scope)
        case Holds(condition=condition):
            holding = holds(condition, scope)
            return snippet("CASE WHEN $c THEN 1 WHEN NOT $c THEN 0 END", c=exp.Paren(this=holding))
        case TimeBetween(start=start, end=end) | DaysBetween(start=start, end=end):
            return _between(records.value, value(start, scope), value(end, scope), reading)


def _is_overdue(measure: Aggregated | ShareWithin, scope: Scope, reading: Reading) -> exp.Expr:
    """Whether an open record has passed the last moment of a share's limit (S6.1)."""
    counted = measure.records.value
    if isinstance(measure, Aggregated) or not isinstance(counted, TimeBetween | DaysBetween):
        return exp.false()
    so_far = _between(counted, value(counted.start, scope), number(reading.as_of), reading)
    return snippet("coalesce($so_far > $limit, FALSE)", so_far=so_far, limit=number(measure.limit // 1))


def left_of_records(plan: RecordPlan, reading: Reading) -> exp.Select:
    """The records of a share beside their answers, with `time_left`: what its limit leaves by `as of`."""
    measure, scope = plan.measure, _scope(plan.records, reading)
    counted = plan.records.value
    assert isinstance(measure, ShareWithin), "only a share has a limit"
    assert isinstance(counted, TimeBetween | DaysBetween), "only time between two instants runs on"
    so_far = _between(counted, value(counted.start, scope), number(reading.as_of), reading)
    left = snippet("($limit - $so_far)", limit=number(measure.limit // 1), so_far=so_far)
    rows = _paired(plan, reading)
    assert isinstance(rows, exp.Select)
    return rows.select(exp.alias_(left, "time_left"), copy=False)


def _between(
    counted: TimeBetween | DaysBetween, start: exp.Expr, end: exp.Expr, reading: Reading
) -> exp.Expr:
    """The time on a clock, or the days, from one instant to another; negative for the way back."""
    tables = reading.tables
    if isinstance(counted, TimeBetween):
        if isinstance(counted.clock, Elapsed):
            return snippet("($b - $a)", a=start, b=end)
        cal = number(tables.clock(counted.clock))
        return snippet("($b - $a)", a=counted_until(start, cal), b=counted_until(end, cal))
    if counted.calendar is None:
        cal = number(tables.days(counted.zone))
        return snippet("($b - $a)", a=day_of(start, cal), b=day_of(end, cal))
    cal = number(tables.days(counted.calendar))
    return snippet("($b - $a)", a=_days_opened(start, cal), b=_days_opened(end, cal))


def _days_opened(at: exp.Expr, cal: exp.Expr) -> exp.Expr:
    """How many days had opened by the civil day of an instant, it included (S4.3)."""
    return snippet(
        "(SELECT d.ordinal FROM day_slot AS s JOIN day AS d ON d.cal = s.cal AND d.day = s.day"
        " WHERE s.cal = $cal AND s.utc_day = utc_day($t) AND $t >= s.slot_from AND $t < s.slot_to)",
        cal=cal,
        t=at,
    )
