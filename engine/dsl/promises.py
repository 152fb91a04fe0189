"""The syntax of promises: targets, duties and prohibitions."""

from dataclasses import dataclass

from engine.dsl.credits import Credits
from engine.dsl.downtime import MeasuresUptime, OutOf, OutOfFacts, WhilePeriod, WhileStanding
from engine.dsl.expressions import (
    Condition,
    Duration,
    Expression,
    FieldOf,
    Match,
    Money,
    Name,
    Node,
    Number,
    Percent,
    Text,
    Unit,
)
from engine.dsl.limits import Bound, BoundsBy, CalendarWindow, Deadline, Window
from engine.dsl.statement import (
    BreachIs,
    Carries,
    Cites,
    Convention,
    Implied,
    Obliges,
    RenamedFrom,
    ReportedOnly,
    Statement,
    Unless,
    When,
)

# --- targets ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic(Node):
    """`average of`, `percentile 95 of`; `function` is average, median, highest, lowest, sum or percentile."""

    function: str
    rank: Number | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedTime(Node):
    """`hours on office_hours from t.opened_at to t.closed_at`."""

    unit: Unit
    calendar: Name | None
    start: Expression
    end: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuresValue(Statement):
    """`measures average of t.effort from ticket t where … answered by reply r where …`."""

    statistic: Statistic
    counted: CountedTime | Expression
    match: Match
    answered_by: Match | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuresCount(Statement):
    """`measures count of incident i where i.major is yes`."""

    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuresShare(Statement):
    """`measures share of ticket t where t.kind is order that t.is_right is yes`."""

    match: Match
    that: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Complement(Node):
    """`100% less`."""

    whole: Percent


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketValue(Node):
    """`sum of s.errors / sum of s.requests`, or the first sum alone."""

    numerator: FieldOf
    denominator: FieldOf | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyBuckets(Node):
    """`empty is 0%`; no value for `empty is not counted`."""

    value: Percent | Number | Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuresBuckets(Statement):
    """`measures 100% less average of (…) from sample s in buckets of 5 minutes, empty is 0%`."""

    complement: Complement | None
    statistic: Statistic
    value: BucketValue
    match: Match
    length: Duration
    empty: EmptyBuckets


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuresKeptBuckets(Statement):
    """`measures share of buckets of 1 minute that keep (…) at most 1% from sample s, empty is 0%`."""

    length: Duration
    value: BucketValue
    bound: Bound
    match: Match
    empty: EmptyBuckets


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuresThroughput(Statement):
    """`measures throughput of order o where o.is_paid is yes per hour`."""

    match: Match
    per: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuresTimeBetween(Statement):
    """`measures average of time between incident i where i.major is yes`."""

    statistic: Statistic
    match: Match


MeasuresRecords = (
    MeasuresValue
    | MeasuresCount
    | MeasuresShare
    | MeasuresBuckets
    | MeasuresKeptBuckets
    | MeasuresThroughput
    | MeasuresTimeBetween
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DuringAlways(Statement):
    """`during always`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuringCalendar(Statement):
    """`during office_hours`."""

    calendar: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class DuringHoursOf(Statement):
    """`during hours of customer_portal`."""

    service: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Excludes(Statement):
    """`excludes planned_maintenance`."""

    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredBy(Statement):
    """`source "Portal monitor" by gleif, signed off by relationship_manager, sampled every 1 minute`."""

    name: Text
    by: Name | None
    signed_off_by: Name | None
    sampled_every: Duration | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance(Node):
    """`within 0.1 points`, or `within 1%` of what was measured."""

    limit: Percent | Number

    @property
    def relative(self) -> bool:
        """Whether it is a share of what was measured."""
        return isinstance(self.limit, Percent)


@dataclass(frozen=True, slots=True, kw_only=True)
class CounteredBy(Statement):
    """`countered by own_figure f where f.of is "portal" with f.percent * 1%, settled at f.settled_at`."""

    match: Match
    value: Expression
    tolerance: Tolerance | None
    settled_at: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class OfMeasure(Node):
    """`average challenge_time`; `function` is average, median, highest, lowest or sum."""

    function: str
    measure: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentileOf(Node):
    """`percentile 95 of response_time`."""

    rank: Number
    measure: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class CountOf(Node):
    """`count of incident i where i.priority is p1`."""

    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareWithin(Node):
    """`share of challenge_time within 15 calendar days`; a field is refused, with the words that say it."""

    measure: Name
    limit: Duration | FieldOf


Aggregate = OfMeasure | PercentileOf | CountOf | ShareWithin


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastRecords(Node):
    """`with at least 100 records`."""

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedMisses(Node):
    """`with 1 miss allowed`."""

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Requires(Statement):
    """`requires at least 97.7% in each calendar month`; `aggregate` is None for what `measures` says."""

    aggregate: Aggregate | None
    bound: Bound | BoundsBy
    window: Window
    provisos: tuple[LeastRecords | AllowedMisses, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WarnsBeyond(Statement):
    """`warns below 98.5%`."""

    bound: Bound


@dataclass(frozen=True, slots=True, kw_only=True)
class ForEach(Node):
    """`for each region, class`, `for each zone in deployment d where d.is_paid is yes`."""

    fields: tuple[Name, ...]
    register: Match | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Statement):
    """`target portal_availability of customer_portal for each region "Customer Portal" { … }`."""

    name: Name
    of: Name | None
    for_each: ForEach | None
    title: Text | None
    items: tuple[
        Cites
        | RenamedFrom
        | Obliges
        | MeasuresUptime
        | MeasuresValue
        | MeasuresCount
        | MeasuresShare
        | MeasuresBuckets
        | MeasuresKeptBuckets
        | MeasuresThroughput
        | MeasuresTimeBetween
        | WhilePeriod
        | WhileStanding
        | OutOf
        | OutOfFacts
        | DuringAlways
        | DuringCalendar
        | DuringHoursOf
        | Excludes
        | MeasuredBy
        | CounteredBy
        | Requires
        | WarnsBeyond
        | ReportedOnly
        | Implied
        | BreachIs
        | Carries
        | Credits
        | Convention,
        ...,
    ]


# --- duties and prohibitions --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Every(Statement):
    """`every calendar month m`."""

    window: Window
    alias: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class AtAllTimes(Node):
    """`at all times`, judged over the term or in each window that is said."""

    window: Window | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Must(Statement):
    """`must restoration r where …  alternatively workaround w where …  within 24 hours of i.reported_at`."""

    alternatives: tuple[Match, ...]
    deadline: Deadline | AtAllTimes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload(Statement):
    """`workload at most 10 challenge in each calendar day for each qvi beyond it the excess waits`; the
    room may also be `in each minute`, `in each hour` or `at once`."""

    at_most: int
    match: Match
    room: CalendarWindow | str
    each: tuple[Name, ...]
    beyond: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps(Statement):
    """`steps review, research, validate, respond`, in this order."""

    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses(Statement):
    """`pauses while waiting_on_customer`."""

    periods: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnChange(Statement):
    """`keeps its start when reclassification k changes i.priority to k.priority`, or `restarts when …`."""

    restarts: bool
    match: Match
    changed: FieldOf
    to: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class WarnsBefore(Statement):
    """`warns 3 calendar days before`."""

    length: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty(Statement):
    """`duty answer_challenge for each region "Challenge vLEI data" { when …  must … }`."""

    name: Name
    title: Text | None
    items: tuple[
        Cites
        | RenamedFrom
        | Obliges
        | When
        | Every
        | Must
        | Workload
        | Steps
        | Unless
        | Pauses
        | OnChange
        | WarnsBefore
        | ReportedOnly
        | BreachIs
        | Carries
        | Credits
        | Convention,
        ...,
    ]
    for_each: ForEach | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Never(Statement):
    """`never issuance i where … while termination_in_progress in each calendar month`."""

    match: Match
    during: Name | None
    window: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Prohibition(Statement):
    """`prohibition no_issuance { obliges qvi  never issuance over the term }`."""

    name: Name
    title: Text | None
    items: tuple[
        Cites
        | RenamedFrom
        | Obliges
        | Never
        | Unless
        | ReportedOnly
        | BreachIs
        | Carries
        | Credits
        | Convention,
        ...,
    ]
