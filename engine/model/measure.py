"""Measures: a count with a unit, of facts over periods (S5, S6)."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from engine.model.calendar import Clock, DatedCalendar
from engine.model.exclusion import Exclusion, IntervalSource
from engine.model.expression import Condition, Expression, Selection
from engine.model.quantity import HOURS, PERCENT, Bound, Microseconds, Unit


class ShortOutages(StrEnum):
    """Whether outages below the least length are dropped before or after exclusions are taken out (S5.3)."""

    BEFORE_EXCLUSIONS = "before exclusions"
    AFTER_EXCLUSIONS = "after exclusions"


class OutageAttribution(StrEnum):
    """What happens to an outage that spans a window's edge (S5.5)."""

    SPLIT = "split at window edges"
    WHOLE_AT_END = "belong to the window they end in"


class ExcludedTime(StrEnum):
    """What excluded time is in the denominator (S5.6)."""

    COUNTS_AS_AVAILABLE = "counts as available"
    NOT_COUNTED = "is not counted"


class MissingData(StrEnum):
    """What unwatched time is (S6.7)."""

    UNMEASURED = "is unmeasured"
    COUNTS_AS_DOWN = "counts as down"


class EmptyWindow(StrEnum):
    """What a window with nothing in its denominator is (S5.6, S6.2)."""

    MET = "are met"
    UNMEASURED = "are unmeasured"
    NOT_APPLICABLE = "are not applicable"


class CapSpending(StrEnum):
    """What spends an exclusion's cap (S5.4)."""

    BAD_TIME = "bad time"
    ANNOUNCED_TIME = "announced time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Bad time made of samples (S5.2): the samples of each bucket are added up, number by number.

    Buckets of `length` begin at its multiples on the UTC line; only those that are over by `as of` are read.
    `is_bad` is asked of the sums, which stand for one fact of the selection. A bucket of agreed time without
    a sample is well where `missing` is absent, else as `missing` says.
    """

    length: Microseconds
    is_bad: Condition
    missing: MissingData | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AtOnce:
    """Only time in which outages of at least `count` values of a field overlap is bad (S5.2)."""

    field: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgiven:
    """In each window, the first `count` bad intervals shorter than `under` that count in it do not (S5.3)."""

    count: int
    under: Microseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Time in which at least `count` facts of a kind that lasts hold at once (S5.1)."""

    facts: Selection
    count: int


While: TypeAlias = IntervalSource | Standing
"""What agreed time is narrowed to; its condition is never unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """What bad time is held against: the agreed time of each of these facts, times its weight (S5.6).

    The condition is never unknown and the weight never absent; below 0 it is 0.
    """

    facts: Selection
    weight: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Uptime:
    """Uptime (S5): the share of agreed time that was not bad.

    `outages` selects intervals, or samples where `samples` says how they become intervals. `whole` is the
    unit in which a bad interval is counted whole (S5.3), 0 for none. `only_while` narrows agreed time to
    what lies in all of these, and all that lies ahead. `fixed` takes the place of the denominator (S5.6).
    `covering`: it is the other way round, bad is the time of the term up to `as of` that none of `outages`
    covers (S4.11), whose condition is never unknown.
    `weight` is how much of the service an outage takes, between 0 and 1; the highest counts (S5.5). With
    `deployed`, in whose place no other denominator is, it is what the outage takes of that, and all count.
    """

    outages: Selection
    least: Microseconds
    short_outages: ShortOutages
    attribution: OutageAttribution
    hours: Clock
    excludes: tuple[Exclusion, ...]
    excluded_time: ExcludedTime
    cap_spending: CapSpending
    samples: Samples | None = None
    at_once: AtOnce | None = None
    whole: Microseconds = 0
    forgiven: Forgiven | None = None
    only_while: tuple[While, ...] = ()
    fixed: Microseconds | None = None
    weight: Expression | None = None
    deployed: Deployed | None = None
    covering: bool = False


class Aggregate(StrEnum):
    """How the records of a window become one value."""

    COUNT = "count"
    SUM = "sum"
    AVERAGE = "average"
    MEDIAN = "median"
    PERCENTILE = "percentile"
    HIGHEST = "highest"
    LOWEST = "lowest"


class PercentileMethod(StrEnum):
    """How a percentile is found."""

    NEAREST_RANK = "nearest rank"
    INTERPOLATE = "interpolate"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBetween:
    """Time counted on a clock from one instant to another, in microseconds."""

    start: Expression
    end: Expression
    clock: Clock
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysBetween:
    """Days from one instant to another: civil days in `zone`, or the business days of a calendar."""

    start: Expression
    end: Expression
    zone: str
    calendar: DatedCalendar | None
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldValue:
    """A number, money or duration held by the record itself."""

    value: Expression
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """Each record counts one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """A record counts one where the condition holds, else nothing: their average is a share."""

    condition: Condition
    unit: Unit = PERCENT


@dataclass(frozen=True, slots=True, kw_only=True)
class SincePrevious:
    """A record counts the elapsed time since the one before it in the same window, in microseconds; the first
    of a window counts nothing. Records that begin at once are no time apart."""

    at: Expression
    unit: Unit = HOURS


RecordValue: TypeAlias = TimeBetween | DaysBetween | FieldValue | One | Holds | SincePrevious


@dataclass(frozen=True, slots=True, kw_only=True)
class FallsDue:
    """The instant at which the length of a share runs out, counted as its records are, from their start: the
    earliest at which the clock has counted it, or the last one of the last day (S4.1-S4.3). Whose clock never
    counts so much belongs to no window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The records that a measure reads.

    `answered_by`: the earliest match at or after the record's instant, ties by key; a record without one is
    open (S6.1). `belongs` is the instant whose window the record belongs to, FallsDue only in a share within
    a length of time between two instants; `starts_at` is the instant from which an open record is counted as
    open. `attributed_by_answer`: `belongs` reads the answer.
    """

    of: Selection
    answered_by: Selection | None
    value: RecordValue
    belongs: Expression | FallsDue
    starts_at: Expression
    attributed_by_answer: bool

    @property
    def looks_back(self) -> bool:
        """Whether an open record is reported in every window at whose end it was open; else it is in the one
        that it starts in alone."""
        return self.attributed_by_answer or isinstance(self.belongs, FallsDue)


TOLD = 10**15
"""The value of a bucket is told cut off and rounded up to so many parts of one (S1.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Buckets:
    """`in buckets of 5 minutes, empty is 0%`: the window cut from its start into elapsed lengths (S6.3).

    A bucket's value is the sum of the numerators of its records over that of their denominators, or the sum
    alone. It is empty where its denominators are not above zero, and then has the value `empty` or is left
    out. `is_complement`: 100% less what is found across the buckets. With `kept` a bucket counts one where
    its value keeps that bound, exactly, else nothing: their average is the share of those that keep it.
    """

    length: Microseconds
    numerator: Expression
    denominator: Expression | None
    empty: Fraction | None
    is_complement: bool
    kept: Bound | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregated:
    """One aggregate over the records of a window, or over its `buckets` (S6); `rank` is the percentile,
    0 < rank ≤ 100. A count `per` so much time of its window is a throughput."""

    aggregate: Aggregate
    records: Records
    rank: Fraction
    method: PercentileMethod
    buckets: Buckets | None = None
    per: Microseconds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareWithin:
    """The share of records whose value is at most `limit` (base of the value's dimension); late ones, open or
    answered, are misses; open ones not yet due are neither (S6.1)."""

    records: Records
    limit: Fraction


def is_total(measure: "Measure") -> bool:
    """Whether the value grows with the length of its window: a sum, or a count that is no throughput."""
    if not isinstance(measure, Aggregated) or measure.per is not None:
        return False
    return measure.aggregate in (Aggregate.COUNT, Aggregate.SUM)


def is_share(measure: "Aggregated | ShareWithin") -> bool:
    """Whether each record is a hit or a miss."""
    return isinstance(measure, ShareWithin) or isinstance(measure.records.value, Holds)


Measure: TypeAlias = Uptime | Aggregated | ShareWithin
