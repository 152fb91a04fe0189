"""From when on a deadline is at risk (S7.1)."""

from collections.abc import Sequence

from engine.model.calendar import Elapsed
from engine.model.expression import (
    BusinessDays,
    CalendarDays,
    ClockDuration,
    Duration,
    Months,
    NoticeCounting,
)
from engine.model.quantity import Instant
from engine.rules.plans.asked import Tables
from engine.rules.plans.clock_tables import ClockTables
from engine.rules.plans.notice_to_sql import latest_before
from engine.rules.plans.plan_to_sql import Statement, column


def warned_from(
    lead: Duration, instants: Sequence[Instant], zone: str, store: Tables
) -> dict[Instant, Instant | None]:
    """By the instant at which a deadline ends, the one that lies so long before it."""
    if not instants:
        return {}
    if isinstance(lead, ClockDuration) and isinstance(lead.clock, Elapsed):
        return {each: each - lead.length for each in instants}
    tables = ClockTables()
    warned = latest_before(column("at", "d"), lead, NoticeCounting.SAME_TIME, zone, tables).at
    sql = Statement().sql("SELECT d.at, $warned FROM due_then AS d", warned=warned)
    store.load("due_then", {"at": "BIGINT"}, [(each,) for each in sorted(set(instants))])
    match lead:
        case CalendarDays(days=days) | BusinessDays(days=days):
            reach = days
        case Months(months=months):
            reach = 31 * months
        case ClockDuration():
            reach = 0
    tables.load(
        store,
        min(instants),
        max(instants),
        counted=lead.length if isinstance(lead, ClockDuration) else 0,
        days=reach,
    )
    found: dict[Instant, Instant | None] = dict(store.run(sql))
    return found
