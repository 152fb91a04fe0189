"""The CTEs that give each row of `owing` its deadline, whatever its shape (S4)."""

from sqlglot import exp

from engine.model.deadline import PausedDay
from engine.rules.plans.clock_tables import ClockTables
from engine.rules.plans.duty_shape import CLOCK_TIME, DAYS, ELAPSED_TIME, DutyShape
from engine.rules.plans.moment_to_sql import moment
from engine.rules.plans.notice_to_sql import months_later
from engine.rules.plans.plan_to_sql import Statement, number, snippet, text, union

NO_PAUSE = "SELECT *, c_start + length AS x, c_start + length AS x_last, CAST(0 AS BIGINT) AS paused FROM run"

CLOCK_DEADLINE = """
  SELECT id, n, due_at, CASE WHEN is_strict THEN due_at - 1 ELSE last_at END AS last_at,
    CAST(NULL AS BIGINT) AS due_day, counted, paused, CAST(NULL AS BIGINT) AS late
  FROM clock_due
"""

DAY_DEADLINE = """
  SELECT id, n, due_at, CASE WHEN ends = 'midnight' OR is_strict THEN due_at - 1 ELSE due_at END AS last_at,
    due_day, CAST(NULL AS BIGINT) AS counted, CAST(NULL AS BIGINT) AS paused, CAST(NULL AS BIGINT) AS late
  FROM day_due
"""

ENDLESS = """
  SELECT w.id, w.n, CAST(NULL AS BIGINT) AS due_at, CAST(NULL AS BIGINT) AS last_at,
    CAST(NULL AS BIGINT) AS due_day, CAST(NULL AS BIGINT) AS counted, CAST(NULL AS BIGINT) AS paused,
    CAST(NULL AS BIGINT) AS late
  FROM owing AS w
"""

MOMENT_DEADLINE = """
  SELECT w.id, w.n, $due_at AS due_at, $last_at AS last_at, $day AS due_day, CAST(NULL AS BIGINT) AS counted,
    CAST(NULL AS BIGINT) AS paused, $late AS late
  FROM owing AS w
  WHERE w.shape = $shape
"""


def add_deadlines(statement: Statement, shape: DutyShape, tables: ClockTables) -> None:
    """`deadline(id, n, due_at, last_at, due_day, counted, paused, late)`: when each ends, and the last
    instant that is in time; both NULL where it never ends."""
    parts: list[str] = []
    if CLOCK_TIME in shape.withins or ELAPSED_TIME in shape.withins:
        _add_clock(statement, shape)
        statement.add("clock_deadline", CLOCK_DEADLINE)
        parts.append("clock_deadline")
    if DAYS in shape.withins:
        _add_days(statement, shape)
        statement.add("day_deadline", DAY_DEADLINE)
        parts.append("day_deadline")
    for place, limit in enumerate(shape.moments):
        nodes = moment(limit, tables)
        statement.add(
            f"moment_deadline_{place}",
            MOMENT_DEADLINE,
            due_at=nodes.due_at,
            last_at=nodes.last_at,
            day=nodes.day,
            late=nodes.late,
            shape=text(str(place)),
        )
        parts.append(f"moment_deadline_{place}")
    statement.add("deadline", "$parts", parts=union(parts)) if parts else statement.add("deadline", ENDLESS)


def _add_clock(statement: Statement, shape: DutyShape) -> None:
    statement.chain("duty_clock")
    if shape.pauses:
        statement.chain("duty_pause")
    else:
        statement.add("placed", NO_PAUSE)
    statement.chain("duty_due")


def _add_days(statement: Statement, shape: DutyShape) -> None:
    # A window's end belongs to the day before it (S2.3).
    back = number(1 if shape.trigger is None else 0)
    later = months_later(snippet("r.first_day"), snippet("CAST(r.length AS INTEGER)"))
    statement.chain("duty_days", back=back, months_later=later)
    if shape.pauses:
        when = "p.paused > 0" if shape.paused_day is PausedDay.ANY else "p.paused = d.open_us"
        statement.chain("duty_paused_days", is_paused=snippet(when))
    else:
        statement.add("skipped", "SELECT id, n, 0 AS days_skipped FROM numbered WHERE FALSE")
    statement.chain("duty_day_due", back=back, skipped=exp.to_identifier("skipped"))
