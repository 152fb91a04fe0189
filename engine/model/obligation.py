"""Promises: targets (one promise per window), duties (one per trigger), and recovery points."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from engine.model.calendar import Clock, DatedCalendar
from engine.model.exclusion import Exclusion, IntervalSource, Mode, NamedPeriod, Permission
from engine.model.expression import Duration, Expression, NoticeCounting, Selection
from engine.model.period import Windows, WindowUnit
from engine.model.quantity import Bound, Microseconds, Money, Unit
from engine.model.severity import Severity
from engine.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """The words that an obligation encodes: document, section, at most eight words or the figure."""

    document: str
    section: str
    words: str
    span: Span = field(compare=False)


class ObligationKind(StrEnum):
    """What the author called it."""

    TARGET = "target"
    DUTY = "duty"
    PERIODIC_DUTY = "periodic duty"
    PROHIBITION = "prohibition"
    RECOVERY_TIME = "recovery time objective"
    RECOVERY_POINT = "recovery point objective"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What every obligation has. `id` is `agreement.obligation`; `subjects` are the services whose facts it
    reads (empty: facts of any subject); `subject` is the name shown in its verdicts (S2.7)."""

    id: str
    title: str
    kind: ObligationKind
    agreement: str
    cites: tuple[Citation, ...]
    obliges: str | None
    subject: str
    subjects: tuple[str, ...]
    reported_only: bool
    severity: Severity | None
    carries: tuple[str, ...]
    span: Span = field(compare=False)


# Measures


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
class Uptime:
    """Uptime from intervals (S5): the share of agreed time that was not bad."""

    outages: Selection
    least: Microseconds
    short_outages: ShortOutages
    attribution: OutageAttribution
    hours: Clock
    excludes: tuple[Exclusion, ...]
    excluded_time: ExcludedTime
    cap_spending: CapSpending


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


RecordValue: TypeAlias = TimeBetween | DaysBetween | FieldValue | One


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The records that a measure reads.

    `answered_by`: the earliest match at or after the record's instant, ties by key; a record without one is
    open (S6.1). `belongs` is the instant whose window the record belongs to; `starts_at` is the instant from
    which an open record is counted as open. `attributed_by_answer`: `belongs` reads the answer.
    """

    of: Selection
    answered_by: Selection | None
    value: RecordValue
    belongs: Expression
    starts_at: Expression
    attributed_by_answer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregated:
    """One aggregate over the records of a window (S6); `rank` is the percentile, 0 < rank ≤ 100."""

    aggregate: Aggregate
    records: Records
    rank: Fraction
    method: PercentileMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareWithin:
    """The share of records whose value is at most `limit` (base of the value's dimension); late ones, open or
    answered, are misses; open ones not yet due are neither (S6.1)."""

    records: Records
    limit: Fraction


Measure: TypeAlias = Uptime | Aggregated | ShareWithin


class PartWindow(StrEnum):
    """What a window that the term cut short is worth (S2.6)."""

    MEASURED = "are measured"
    NOT_MEASURED = "are not measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A measure over each window against a bound. A prohibition is a count that must be zero; `only_while`
    keeps the records whose `belongs` instant lies inside the named period or mode."""

    terms: Terms
    measure: Measure
    bound: Bound
    windows: Windows
    warns: Bound | None
    part_windows: PartWindow
    empty_windows: EmptyWindow
    missing_data: MissingData
    watched_source: str | None
    modes: tuple[Mode, ...] = ()
    only_while: IntervalSource | None = None
    credits: "Credits | None" = None


# Duties


class DayEnd(StrEnum):
    """When a deadline day ends (S4.2)."""

    MIDNIGHT = "at midnight"
    CLOSE_OF_BUSINESS = "at close of business"
    SAME_TIME = "at the same time of day"


class LateArrivals(StrEnum):
    """What happens to a start after the last closing of its day (S4.3)."""

    DO_NOT_ROLL = "do not roll"
    ROLL = "roll to the next opening"


class PausedDay(StrEnum):
    """When a day is paused (S4.6)."""

    ALL = "when all of it is"
    ANY = "when any of it is"


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """`within D of start`, or `in less than D of start` when `strict`.

    `zone` is the agreement's, for calendar days and months. `closing` is the calendar whose last closing ends
    the day (needed by close of business on calendar days). `start` reads the trigger; in a periodic duty the
    start is the end of the occasion window and `start` is WindowEnd.
    """

    duration: Duration
    strict: bool
    start: "Start"
    zone: str
    day_end: DayEnd
    closing: DatedCalendar | None
    late_arrivals: LateArrivals


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowEnd:
    """The end of the occasion window: its last civil day is day 0 (S2.3); on a clock, its last instant."""


Start: TypeAlias = Expression | WindowEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class ByInstant:
    """`before t` (strict) or `by t`; facts earlier than the trigger count (S4.5)."""

    at: Expression
    strict: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeastBefore:
    """`at least D before t`; facts earlier than the trigger count (S4.5)."""

    lead: Duration
    at: Expression
    counting: NoticeCounting
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ByBusinessDay:
    """`by business day N on K of P`: the Nth day of P on which K opens (S4.4).

    P is the civil unit that holds `anchor` (or the occasion window itself, WindowEnd), moved by `shift`
    units; the zone is that of the agreement.
    """

    number: int
    calendar: DatedCalendar
    unit: WindowUnit
    anchor: Start
    shift: int
    zone: str
    day_end: DayEnd


SingleLimit: TypeAlias = Within | ByInstant | AtLeastBefore | ByBusinessDay


@dataclass(frozen=True, slots=True, kw_only=True)
class ByClass:
    """`within by EXPR { value LIMIT … }`: the limit that the trigger's class chooses."""

    by: Expression
    limits: Mapping[str, SingleLimit]

    def __hash__(self) -> int:
        """Hash by the class expression: the limits are a mapping."""
        return hash(self.by)


Limit: TypeAlias = SingleLimit | ByClass


class OnChange(StrEnum):
    """What a changed classification does to the clock (S4.9)."""

    KEEPS_START = "keeps its start"
    RESTARTS = "restarts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reclassification:
    """Facts that change the class that a ByClass limit reads: `new_class` is read from the change."""

    effect: OnChange
    changes: Selection
    new_class: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTrigger:
    """The duty arises at each fact of the selection, at the kind's instant or start."""

    trigger: Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class OnWindow:
    """The duty arises for each window, bound to `variable`."""

    windows: Windows
    variable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """A recovery objective is fulfilled by an instant that the trigger itself holds (the mode's end)."""

    at: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something must follow something, in time (S4). `fulfilments` are alternatives, in order."""

    terms: Terms
    occasion: OnTrigger | OnWindow
    fulfilments: tuple[Selection, ...] | Recovered
    limit: Limit
    reclassification: Reclassification | None = None
    pauses: tuple[NamedPeriod, ...] = ()
    paused_day: PausedDay = PausedDay.ALL
    steps: tuple[str, ...] = ()
    permissions: tuple[Permission, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    modes: tuple[Mode, ...] = ()
    warns: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryPoint:
    """`lose at most D from A to B`: per trigger, the elapsed time between two of its instants."""

    terms: Terms
    trigger: Selection
    start: Expression
    end: Expression
    bound: Bound
    closed_at: Expression


Obligation: TypeAlias = Target | Duty | RecoveryPoint


# Credits


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """`pays share of base` for measured values inside all the ends; every end is said (S8.4)."""

    share: Fraction
    ends: tuple[Bound, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedBase:
    """The credit base is a fixed amount for each window."""

    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class SummedBase:
    """The credit base is the sum of a money field over the charges whose instant lies in the window."""

    charges: Selection
    amount: Expression
    currency: str


class MoneyRounding(StrEnum):
    """How money rounds, once, at the end (S1.3)."""

    HALF_EVEN = "half even"
    HALF_UP = "half up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits:
    """Tier credits of a target; `at_most` is a share of the base."""

    base: FixedBase | SummedBase
    bands: tuple[Band, ...]
    at_most: Fraction | None
    rounding: MoneyRounding
    decimals: int
    span: Span = field(compare=False)
