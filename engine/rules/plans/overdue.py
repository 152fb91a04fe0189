"""How much time is left at least until an open record of a share becomes a miss (S6.1)."""

from collections.abc import Sequence

from engine.model.measure import DaysBetween, ShareWithin, TimeBetween
from engine.model.obligation import Target
from engine.model.period import Window
from engine.model.quantity import DAY, MINUTE, Instant
from engine.model.snapshot import Snapshot
from engine.model.verdict import InWindow
from engine.rules.plans.asked import Asked, Tables, load_subjects
from engine.rules.plans.civil_time import civil_day_of
from engine.rules.plans.clock_tables import ClockTables
from engine.rules.plans.falling_due import due_lengths
from engine.rules.plans.intervals_to_sql import Reading
from engine.rules.plans.plan_to_sql import Statement
from engine.rules.plans.pruning import about_windows
from engine.rules.plans.records_to_sql import RecordPlan, left_of_records

LEAST_LEFT = """
  SELECT target, min(time_left)
  FROM paired AS p
  WHERE NOT is_overdue AND time_left IS NOT NULL AND NOT EXISTS(
    SELECT 1 FROM paired AS a
    WHERE a.target = p.target AND a.fact = p.fact AND a.answer_holds AND NOT a.answered_at IS NULL
  )
  GROUP BY target
"""


def asked_in(snapshot: Snapshot, target: Target, occasions: Sequence[InWindow]) -> Asked:
    """A target in the windows of verdicts that there are."""
    windows = tuple(
        Window(start=each.start, end=each.end, label=each.label, full_start=each.start, full_end=each.end)
        for each in occasions
    )
    return Asked(target=target, agreement=snapshot.agreements[target.terms.agreement], windows=windows)


def overdue_at(
    group: Sequence[Asked], snapshot: Snapshot, store: Tables, *, as_of: Instant, known_at: Instant | None
) -> list[Instant | None]:
    """For each target, of one shape, the instant before which no open record in its windows becomes a miss;
    absent where none ever does. Records of all combinations of values are taken."""
    first = group[0].target
    measure = first.measure
    assert isinstance(measure, ShareWithin)
    counted = measure.records.value
    if not isinstance(counted, TimeBetween | DaysBetween):
        return [None for _ in group]
    reading = Reading(
        kinds=snapshot.kinds,
        as_of=as_of,
        known_at=known_at,
        zone=group[0].agreement.zone,
        tables=ClockTables(),
        is_narrow=bool(first.terms.subjects),
        only=about_windows(group, snapshot.kinds),
    )
    plan = RecordPlan(measure=measure, only_while=None)
    statement = Statement()
    reading.add_seen(statement, {each.kind for each in plan.selections})
    statement.add("paired", "$rows", rows=left_of_records(plan, reading))
    query = statement.sql(LEAST_LEFT)
    reading.load_clocks(store, plan.selections, due_lengths(measure))
    store.load("asked", {"target": "BIGINT"}, [(number,) for number in range(len(group))])
    load_subjects(store, enumerate(group))
    found: dict[int, int] = dict(store.run(query))
    return [
        None if number not in found else _over(counted, found[number], as_of) for number in range(len(group))
    ]


def _over(counted: TimeBetween | DaysBetween, left: int, as_of: Instant) -> Instant:
    """No clock counts faster than time passes, and no calendar opens on more days than there are."""
    if isinstance(counted, TimeBetween):
        return as_of + left + 1
    zone = counted.zone if counted.calendar is None else counted.calendar.zone
    day = civil_day_of(zone, as_of)
    # Days begin at most a day before or after they do in UTC.
    return max(as_of + 1, (day + left) * DAY) if left else _next_day(zone, as_of)


def _next_day(zone: str, as_of: Instant) -> Instant:
    """When another day begins."""
    low, high = as_of, as_of + 2 * DAY
    today = civil_day_of(zone, as_of)
    while high - low > 1:
        middle = (low + high) // 2
        if civil_day_of(zone, middle) > today:
            high = middle
        else:
            low = middle
    # Where a clock is put back just after midnight, another day begins twice.
    earlier = (high - minutes * MINUTE for minutes in range(180, 0, -1))
    return next((each for each in earlier if each > as_of and civil_day_of(zone, each) > today), high)
