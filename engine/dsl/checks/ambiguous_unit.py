"""Hours that fill days, on a calendar whose day is shorter: 24 office hours are three days (S4.1)."""

from collections.abc import Iterator
from fractions import Fraction

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.dsl.checks.parts import duties, limits_of
from engine.model.calendar import Clock, WeeklyCalendar
from engine.model.deadline import Within
from engine.model.decimals import exact_text
from engine.model.expression import ClockDuration
from engine.model.quantity import DAY, HOUR, Microseconds
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each duty within 24, 48, … hours on a clock that is open for less than that a day."""
    for _, duty in duties(snapshot):
        for limit in limits_of(duty):
            if not isinstance(limit, Within) or not isinstance(limit.duration, ClockDuration):
                continue
            length, clock = limit.duration.length, limit.duration.clock
            day = _day(clock)
            if day is not None and 0 < day < DAY and length % DAY == 0:
                hours = exact_text(Fraction(length, HOUR))
                yield warning(
                    "ambiguous-unit",
                    f"{hours} hours of `{duty.terms.id}` are {exact_text(Fraction(length, day))} days",
                    duty.terms.span,
                    f"its clock runs {exact_text(Fraction(day, HOUR))} hours a day",
                    f"say `{length // DAY} business days` if days are meant, or the hours that are worked",
                )


def _day(clock: Clock) -> Microseconds | None:
    """The longest working day of a weekly calendar."""
    if not isinstance(clock, WeeklyCalendar):
        return None
    return max(sum(span.end - span.start for span in spans) for spans in clock.week)
