"""Random duties whose length a fact says: hours or days of a number, or a duration (S4.1 to S4.4)."""

from dataclasses import replace

from hypothesis import strategies as st

from engine.model.agreement import Agreement
from engine.model.deadline import PausedDay, Within
from engine.model.expression import BusinessDays, CalendarDays, ClockDuration, FieldOf, Months, Selection
from engine.model.obligation import Duty, Excess, ObligationKind, OnTrigger, Workload
from engine.model.period import WindowUnit
from engine.model.quantity import HOUR, MINUTE
from tests.differential.conditions import field, same
from tests.differential.promises import pauses, some_terms, within

SIZE, EFFORT, DAYS = (field("t", "ticket", name) for name in ("size", "effort", "days"))


WAITING = Workload(
    at_most=1,
    counted=Selection(kind="ticket", variable="t"),
    unit=WindowUnit.DAY,
    each=(),
    excess=Excess.WAITS,
)


@st.composite
def read_limits(draw: st.DrawFn, agreement: Agreement) -> Within:
    """A limit of which one unit is said, and a field that says how many; it may be absent or mean nothing."""
    start = draw(st.sampled_from(("opened_at", "opened_at", "classified_at")))
    limit = draw(within(agreement, field("t", "ticket", start)))
    match limit.duration:
        case ClockDuration() as duration:
            sorts: tuple[tuple[int, FieldOf], ...] = ((HOUR, SIZE), (MINUTE, SIZE), (1, EFFORT), (HOUR, DAYS))
            each, read = draw(st.sampled_from(sorts))
            return replace(limit, duration=replace(duration, length=each), read=read)
        case CalendarDays():
            return replace(limit, duration=CalendarDays(days=draw(st.sampled_from((1, 7)))), read=DAYS)
        case BusinessDays(calendar=calendar):
            return replace(limit, duration=BusinessDays(days=1, calendar=calendar), read=DAYS)
        case Months():
            return replace(limit, duration=Months(months=draw(st.sampled_from((1, 12)))), read=DAYS)


@st.composite
def duties_with_read_limits(draw: st.DrawFn, agreement: Agreement) -> Duty:
    """A ticket says by itself within what time it must be answered."""
    match = same(field("r", "reply", "ticket"), field("t", "ticket", "id"))
    return Duty(
        terms=draw(some_terms(ObligationKind.DUTY)),
        occasion=OnTrigger(trigger=Selection(kind="ticket", variable="t")),
        fulfilments=(Selection(kind="reply", variable="r", where=match),),
        limit=draw(read_limits(agreement)),
        pauses=draw(pauses()),
        paused_day=draw(st.sampled_from(tuple(PausedDay))),
        warns=draw(st.none() | st.just(CalendarDays(days=2))),
        workload=draw(st.sampled_from((None, None, WAITING))),
    )
