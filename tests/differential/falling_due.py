"""Random shares within a length whose records belong to the window that they fall due in."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from engine.model.agreement import Agreement
from engine.model.expression import AllOf, Expression, Selection
from engine.model.measure import DaysBetween, FallsDue, Records, ShareWithin, TimeBetween
from engine.model.obligation import Target
from engine.model.quantity import BUSINESS_DAYS, CALENDAR_DAYS, HOURS, MINUTE, PERCENT
from tests.differential.conditions import field, is_value, same, ticket_conditions
from tests.differential.promises import OPENED, TICKET_ID, bounds, record_targets
from tests.differential.worlds import clocks, dated

STARTS = st.sampled_from((OPENED, OPENED, field("t", "ticket", "classified_at")))
SHARES = st.sampled_from((Fraction(1), Fraction(9, 10), Fraction(1, 2), Fraction(0)))
ZONES = st.sampled_from(("Europe/Berlin", "UTC", "Pacific/Auckland", "Australia/Lord_Howe"))


@st.composite
def due_targets(draw: st.DrawFn, agreement: Agreement) -> Target:
    """A share of tickets answered in time, or closed in time, by whichever clock and in whichever days."""
    end: Expression = field("t", "ticket", "wanted_by")
    answer = None
    if draw(st.booleans()):
        helpful = field("r", "reply", "helpful")
        match = same(field("r", "reply", "ticket"), TICKET_ID)
        where = draw(
            st.sampled_from((match, match, AllOf(of=(match, is_value(helpful, True, helpful.type)))))
        )
        answer = Selection(kind="reply", variable="r", where=where)
        end = field("r", "reply", "at")
    value, limit = draw(lengths(draw(STARTS), end))
    measure = ShareWithin(
        records=Records(
            of=Selection(kind="ticket", variable="t", where=draw(ticket_conditions())),
            answered_by=answer,
            value=value,
            belongs=FallsDue(),
            starts_at=value.start,
            attributed_by_answer=False,
        ),
        limit=limit,
    )
    return replace(
        draw(record_targets(agreement)),
        measure=measure,
        bound=draw(bounds(SHARES, PERCENT)),
        warns=draw(st.none() | bounds(SHARES, PERCENT)),
        allowed_misses=draw(st.sampled_from((0, 0, 1))),
    )


@st.composite
def lengths(
    draw: st.DrawFn, start: Expression, end: Expression
) -> tuple[TimeBetween | DaysBetween, Fraction]:
    """How time is counted, and how much of it is allowed: none, a little, whole days, more than a month."""
    match draw(st.sampled_from(("time", "time", "calendar days", "business days"))):
        case "time":
            limit = draw(st.sampled_from((0, 60, 480, 1440, 2880, 10080, 50_000)) | st.integers(0, 6000))
            value = TimeBetween(start=start, end=end, clock=draw(clocks()), unit=HOURS)
            return value, Fraction(limit * MINUTE)
        case "calendar days":
            days = DaysBetween(start=start, end=end, zone=draw(ZONES), calendar=None, unit=CALENDAR_DAYS)
            return days, Fraction(draw(st.sampled_from((0, 1)) | st.integers(0, 20)))
        case _:
            calendar = draw(dated())
            days = DaysBetween(
                start=start, end=end, zone=calendar.zone, calendar=calendar, unit=BUSINESS_DAYS
            )
            return days, Fraction(draw(st.sampled_from((0, 1)) | st.integers(0, 9)))
