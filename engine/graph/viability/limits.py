"""How long a promise gives, on which clock, and for which share of its cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.model.calendar import CommonDaysCalendar, WeeklyCalendar
from engine.model.deadline import ByClass, Within
from engine.model.expression import BusinessDays, CalendarDays, ClockDuration, Duration
from engine.model.measure import Aggregate, Aggregated, DaysBetween, RecordValue, ShareWithin, TimeBetween
from engine.model.obligation import Duty, Obligation, Target
from engine.model.quantity import Comparison

EVERY = Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePromise:
    """The longest time that a promise gives, by class of its cases (`None`: for all), kept for so large a
    share of them; `mean` where it is of their average."""

    limits: Mapping[str | None, Duration]
    share: Fraction
    mean: bool = False

    def limit(self, of: str | None) -> Duration | None:
        """The limit for a class, or the one for all."""
        return self.limits.get(of, self.limits.get(None))


def time_promise(obligation: Obligation) -> TimePromise | None:
    """The limit of a duty on a clock or in days, or of a target about times; none for all others."""
    match obligation:
        case Duty(limit=Within(read=None) as limit):
            return TimePromise(limits={None: limit.duration}, share=EVERY)
        case Duty(limit=ByClass() as limit):
            found: dict[str | None, Duration] = {
                name: each.duration
                for name, each in limit.limits.items()
                if isinstance(each, Within) and each.read is None
            }
            return TimePromise(limits=found, share=EVERY) if found else None
        case Target() if not (obligation.terms.reported_only or obligation.implied):
            return _of_target(obligation)
        case _:
            return None


def _of_target(target: Target) -> TimePromise | None:
    measure = target.measure
    match measure:
        case ShareWithin():
            limit, share = measure.limit, target.bound.value
        case Aggregated(buckets=None, per=None) if target.bound.comparison in (
            Comparison.AT_MOST,
            Comparison.BELOW,
        ):
            limit = target.bound.value
            shares = {
                Aggregate.HIGHEST: EVERY,
                Aggregate.PERCENTILE: measure.rank / 100,
                Aggregate.MEDIAN: Fraction(1, 2),
                Aggregate.AVERAGE: Fraction(0),
            }
            if measure.aggregate not in shares:
                return None
            share = shares[measure.aggregate]
        case _:
            return None
    duration = _duration(measure.records.value, limit)
    if duration is None:
        return None
    is_mean = isinstance(measure, Aggregated) and measure.aggregate is Aggregate.AVERAGE
    return TimePromise(limits={None: duration}, share=share, mean=is_mean)


def _duration(value: RecordValue, limit: Fraction) -> Duration | None:
    match value:
        case TimeBetween(clock=clock, unit=unit):
            return ClockDuration(length=int(limit), clock=clock, unit=unit)
        case DaysBetween(calendar=None):
            return CalendarDays(days=int(limit))
        case DaysBetween(calendar=WeeklyCalendar() | CommonDaysCalendar() as calendar):
            return BusinessDays(days=int(limit), calendar=calendar)
        case _:
            return None
