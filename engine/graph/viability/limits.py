"""How long a promise gives, on which clock, from when, and for which share of its cases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from engine.model.calendar import CommonDaysCalendar, DatedCalendar, WeeklyCalendar
from engine.model.deadline import ByClass, DayEnd, Judged, LateArrivals, SingleLimit, Start, Within
from engine.model.expression import BusinessDays, CalendarDays, ClockDuration, Duration, Months
from engine.model.measure import Aggregate, Aggregated, DaysBetween, RecordValue, ShareWithin, TimeBetween
from engine.model.obligation import Duty, Obligation, Target
from engine.model.period import Windows
from engine.model.quantity import Comparison

EVERY = Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A length of time, `amount` of what `like` counts: microseconds of its clock, days or months.

    `strict`: it must take less. The rest says when the last of so many days is over, and when the first
    begins (S4.2, S4.3): `zone` is that of civil days. `start` is the instant from which it is counted, which
    two of one length need not share.
    """

    amount: Fraction
    like: Duration
    strict: bool
    zone: str
    day_end: DayEnd
    closing: DatedCalendar | None
    late_arrivals: LateArrivals
    start: Start = field(compare=False)

    @property
    def rolls(self) -> bool:
        """Whether what begins after closing begins with the next opening (S4.3)."""
        return self.late_arrivals is LateArrivals.ROLL

    def counts_like(self, other: "Limit") -> bool:
        """Whether two are counted alike, so that they may simply be added and compared."""
        match self.like, other.like:
            case ClockDuration(clock=one), ClockDuration(clock=two):
                return one == two
            case BusinessDays(calendar=one), BusinessDays(calendar=two):
                is_alike = one == two and self.late_arrivals is other.late_arrivals
            case (CalendarDays(), CalendarDays()) | (Months(), Months()):
                is_alike = self.zone == other.zone
            case _:
                return False
        return is_alike and self.day_end is other.day_end and self.closing == other.closing


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePromise:
    """The longest time that a promise gives, by class of its cases (`None`: for all), kept for so large a
    share of them in each of its windows; `mean` where it is of their average, and the share is nothing.
    `windows` are absent where each case is judged by itself."""

    limits: Mapping[str | None, Limit]
    share: Fraction
    mean: bool = False
    windows: Windows | None = None

    def limit(self, of: str | None) -> Limit | None:
        """The limit for a class, or the one for all."""
        return self.limits.get(of, self.limits.get(None))


def time_promise(obligation: Obligation) -> TimePromise | None:
    """The limit of a duty on a clock or in days, or of a target about times; none for all others."""
    match obligation:
        case Duty(limit=Within(read=None) as limit):
            return TimePromise(limits={None: _of_duty(limit)}, share=EVERY)
        case Duty(limit=ByClass() as limit):
            found: dict[str | None, Limit] = {
                name: _of_duty(each)
                for name, each in limit.limits.items()
                if isinstance(each, Within) and each.read is None
            }
            return TimePromise(limits=found, share=EVERY) if found else None
        case Target() if not (obligation.terms.reported_only or obligation.implied):
            return _of_target(obligation)
        case _:
            return None


def other_limits(obligation: Obligation) -> Mapping[str | None, SingleLimit | Judged]:
    """The limits of a duty, by class, that are no length of time known beforehand."""
    if not isinstance(obligation, Duty):
        return {}
    limit = obligation.limit
    limits: Mapping[str | None, SingleLimit | Judged] = (
        {**limit.limits} if isinstance(limit, ByClass) else {None: limit}
    )
    return {
        name: each for name, each in limits.items() if not (isinstance(each, Within) and each.read is None)
    }


def _of_duty(limit: Within) -> Limit:
    return Limit(
        amount=amount_of(limit.duration),
        like=limit.duration,
        strict=limit.strict,
        zone=limit.zone,
        day_end=limit.day_end,
        closing=limit.closing,
        late_arrivals=limit.late_arrivals,
        start=limit.start,
    )


def amount_of(duration: Duration) -> Fraction:
    """How much of its own clock a length is: microseconds, days or months."""
    match duration:
        case ClockDuration(length=counted):
            return Fraction(counted)
        case CalendarDays(days=count) | BusinessDays(days=count):
            return Fraction(count)
        case Months(months=count):
            return Fraction(count)


def _of_target(target: Target) -> TimePromise | None:
    measure = target.measure
    is_below = target.bound.comparison is Comparison.BELOW
    match measure:
        case ShareWithin():
            limit, share, is_below = measure.limit, target.bound.value, False
        case Aggregated(buckets=None, per=None) if is_below or target.bound.comparison is Comparison.AT_MOST:
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
    found = _between(measure.records.value, limit, is_below)
    if found is None:
        return None
    is_mean = isinstance(measure, Aggregated) and measure.aggregate is Aggregate.AVERAGE
    windows = None if share == EVERY else target.windows
    return TimePromise(limits={None: found}, share=share, mean=is_mean, windows=windows)


def _between(value: RecordValue, amount: Fraction, is_below: bool) -> Limit | None:
    zone = "UTC"
    match value:
        case TimeBetween(clock=clock, unit=unit):
            like: Duration = ClockDuration(length=int(amount), clock=clock, unit=unit)
        case DaysBetween(calendar=None):
            like, zone = CalendarDays(days=int(amount)), value.zone
        case DaysBetween(calendar=WeeklyCalendar() | CommonDaysCalendar() as calendar):
            like = BusinessDays(days=int(amount), calendar=calendar)
        case _:
            return None
    return Limit(
        amount=amount,
        like=like,
        strict=is_below,
        zone=zone,
        day_end=DayEnd.MIDNIGHT,
        closing=None,
        late_arrivals=LateArrivals.DO_NOT_ROLL,
        start=value.start,
    )
