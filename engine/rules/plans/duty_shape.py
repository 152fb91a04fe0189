"""Duties of one shape: what they must have in common to be judged by one statement."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never

from engine.model.agreement import Agreement
from engine.model.calendar import DatedCalendar, Elapsed
from engine.model.deadline import (
    LONGEST_READ,
    LONGEST_READ_MONTHS,
    AtLeastBefore,
    ByBusinessDay,
    ByClass,
    ByInstant,
    DayEnd,
    Judged,
    LateArrivals,
    Limit,
    PausedDay,
    SingleLimit,
    Start,
    WindowEnd,
    Within,
)
from engine.model.exclusion import Exclusion, Mode, NamedPeriod
from engine.model.expression import (
    BusinessDays,
    CalendarDays,
    ClockDuration,
    Duration,
    Expression,
    FieldOf,
    Months,
    Selection,
)
from engine.model.obligation import Duty, OnTrigger, Reclassification, Recovered, RunningDeadlines, Workload
from engine.model.partition import Combination
from engine.model.quantity import DAY
from engine.rules.plans.clock_tables import ELAPSED, ClockTables
from engine.rules.plans.partitions import Uses

Moment: TypeAlias = ByInstant | AtLeastBefore | ByBusinessDay
"""A limit whose end is written into the statement, as an expression over the instant that it counts from."""

ELAPSED_TIME, CLOCK_TIME, DAYS = "elapsed", "clock", "days"
"""The shapes of `within`; the shape of a Moment is its number in the statement."""

JUDGED = "judged"
"""The shape of words that nothing can measure."""

ENDS = {DayEnd.MIDNIGHT: "midnight", DayEnd.CLOSE_OF_BUSINESS: "closing", DayEnd.SAME_TIME: "time"}

ALLOWANCE = {
    "target": "BIGINT",
    "class": "VARCHAR",
    "limit_no": "BIGINT",
    "shape": "VARCHAR",
    "source": "BIGINT",
    "length": "BIGINT",
    "is_strict": "BOOLEAN",
    "cal": "BIGINT",
    "is_months": "BOOLEAN",
    "ends": "VARCHAR",
    "closing_cal": "BIGINT",
    "rolls": "BOOLEAN",
    "looks_back": "BOOLEAN",
}
"""`allowance`: the limits of each duty, by class where there are classes; `source` is the number of the
instant that the limit counts from, `looks_back` whether earlier facts fulfil too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLength:
    """The field of the trigger that says how long a limit is, in how many microseconds, days or months each,
    and how many of these there are at most."""

    field: FieldOf
    unit: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyShape:
    """The parts of a duty that are written into its statement; names that it does not need are left out.

    `parts` are the fields of `for each`; `is_registered`: a trigger counts where its combination is in use.

    `takes_lengths`: a mode that begins while the duty runs gives it another length.

    `trigger` is absent in a duty of windows, bound to `variable`. `sources` are the instants that limits
    count from, `withins` the shapes of `within` there are; `looks_back` is absent where limits differ in it.
    """

    trigger: Selection | None
    joined: tuple[Selection, ...]
    variable: str
    fulfilments: tuple[Selection, ...] | Recovered
    by: Expression | None
    sources: tuple[Start, ...]
    withins: tuple[str, ...]
    moments: tuple[Moment, ...]
    looks_back: bool | None
    reclassification: Reclassification | None
    pauses: tuple[NamedPeriod, ...]
    paused_day: PausedDay
    has_steps: bool
    permissions: tuple[Selection, ...]
    excuses: tuple[Exclusion | Mode, ...]
    mode_limits: tuple[Mode, ...]
    takes_lengths: bool
    warns: Duration | None
    workload: Workload | None
    is_judged: bool
    persons_judge: bool
    zone: str
    is_narrow: bool
    parts: tuple[str, ...]
    is_registered: bool
    read: ReadLength | None

    @property
    def has_regimes(self) -> bool:
        """Whether one occasion may have several deadlines, one after the other."""
        return self.reclassification is not None or self.takes_lengths

    @property
    def triggers(self) -> tuple[Selection, ...]:
        """What an occasion is made of, in order; nothing in a duty of windows."""
        return () if self.trigger is None else (self.trigger, *self.joined)


def mode_class(place: int, named: str | None = None) -> str:
    """The class under which the limit of a duty's `place`th mode stands, for each class of the trigger where
    there are some; no class that is fed is so named."""
    return f"\n{place}" + ("" if named is None else f"\n{named}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedDuty:
    """A duty and the agreement that it is in. Of a duty `for each` value, one combination, and when it is in
    use; absent for at all times."""

    duty: Duty
    agreement: Agreement
    combination: Combination = ()
    used_at: Uses | None = None

    @property
    def judge(self) -> str | None:
        """The role that decides where nothing can be measured."""
        return self.duty.limit.role if isinstance(self.duty.limit, Judged) else None

    @property
    def limits(self) -> tuple[tuple[str | None, SingleLimit | Judged], ...]:
        """The limits with their classes; a single limit has none."""
        limit = self.duty.limit
        own = tuple(sorted(limit.limits.items())) if isinstance(limit, ByClass) else ((None, limit),)
        given = (
            (mode_class(place, named), each)
            for place, mode in enumerate(self.duty.mode_limits)
            for named, each in _by_class(mode.limit, [named for named, _ in own])
        )
        return (*own, *given)

    @property
    def modes(self) -> dict[str, str]:
        """The name of the mode by each class under which a limit of it stands."""
        named = [named for named, _ in self.limits if named is not None and named.startswith("\n")]
        return {each: self.duty.mode_limits[int(each.split("\n")[1])].mode.name for each in named}


def _by_class(
    limit: Within | ByClass, classes: Sequence[str | None]
) -> Sequence[tuple[str | None, SingleLimit]]:
    """A limit by each of the classes: its own rows, or the same for all."""
    if isinstance(limit, ByClass):
        return sorted(limit.limits.items())
    return [(named, limit) for named in classes]


def shape_of(asked: AskedDuty) -> DutyShape:
    """The shape of a duty."""
    duty = asked.duty
    limits = [limit for _, limit in asked.limits]
    on = duty.occasion
    looking = {looks_back(limit, duty) for limit in limits}
    return DutyShape(
        trigger=on.trigger if isinstance(on, OnTrigger) else None,
        joined=on.joined if isinstance(on, OnTrigger) else (),
        variable=on.trigger.variable if isinstance(on, OnTrigger) else on.variable,
        fulfilments=duty.fulfilments,
        by=duty.limit.by if isinstance(duty.limit, ByClass) else None,
        sources=tuple(dict.fromkeys(source_of(limit) for limit in limits)),
        withins=tuple(sorted({within_shape(each.duration) for each in limits if isinstance(each, Within)})),
        moments=tuple(dict.fromkeys(each for each in limits if not isinstance(each, Within | Judged))),
        looks_back=looking.pop() if len(looking) == 1 else None,
        reclassification=duty.reclassification if isinstance(duty.limit, ByClass) else None,
        pauses=tuple(replace(each, name="") for each in duty.pauses),
        paused_day=duty.paused_day,
        has_steps=bool(duty.steps),
        permissions=tuple(each.when for each in duty.permissions),
        excuses=(
            *(replace(each, name="", title="", agreement="", order=0) for each in duty.exclusions),
            *(replace(each, name="", agreement="", declared_by=None) for each in duty.modes),
        ),
        mode_limits=tuple(
            replace(each.mode, name="", agreement="", declared_by=None) for each in duty.mode_limits
        ),
        takes_lengths=bool(duty.mode_limits) and duty.running_deadlines is RunningDeadlines.TAKE,
        warns=duty.warns,
        workload=duty.workload,
        is_judged=isinstance(duty.limit, Judged),
        persons_judge=isinstance(duty.limit, Judged) and duty.limit.persons,
        zone=asked.agreement.zone,
        is_narrow=bool(duty.terms.subjects),
        parts=tuple(field for field, _ in asked.combination),
        is_registered=asked.used_at is not None,
        read=read_length(duty.limit),
    )


def read_length(limit: Limit) -> ReadLength | None:
    """How a limit reads its length from the trigger, if it does."""
    if not isinstance(limit, Within) or limit.read is None:
        return None
    match limit.duration:
        case ClockDuration(length=unit):
            most = LONGEST_READ * DAY
        case CalendarDays(days=unit) | BusinessDays(days=unit):
            most = LONGEST_READ
        case Months(months=unit):
            most = LONGEST_READ_MONTHS
        case _:
            assert_never(limit.duration)
    return ReadLength(field=limit.read, unit=unit, most=most)


def allowances(
    number: int, asked: AskedDuty, shape: DutyShape, tables: ClockTables
) -> Iterator[Sequence[object]]:
    """The rows of `allowance` of one duty; a limit's number is its place in `asked.limits`."""
    for limit_no, (named, limit) in enumerate(asked.limits):
        source = shape.sources.index(source_of(limit))
        back = looks_back(limit, asked.duty)
        if isinstance(limit, Judged):
            yield (number, named, limit_no, JUDGED, source, *(0, False, None, False, None, None, False), back)
            continue
        if not isinstance(limit, Within):
            cal = None if (days := days_of(limit)) is None else tables.days(days)
            how = str(shape.moments.index(limit))
            yield (number, named, limit_no, how, source, 0, False, cal, False, None, None, False, back)
            continue
        how, allowed = within_shape(limit.duration), limit.duration
        length, cal, rolls = _length(allowed), _counted_on(limit, tables), False
        closing = None
        if not isinstance(allowed, ClockDuration):
            calendar = allowed.calendar if isinstance(allowed, BusinessDays) else limit.closing
            closing = None if calendar is None else tables.days(calendar)
            rolls = isinstance(allowed, BusinessDays) and limit.late_arrivals is LateArrivals.ROLL
        is_months, ends = isinstance(allowed, Months), ENDS[limit.day_end]
        row = (number, named, limit_no, how, source, length, limit.strict, cal, is_months, ends, closing)
        yield (*row, rolls, back)


def source_of(limit: SingleLimit | Judged) -> Start:
    """The instant that a limit counts from."""
    match limit:
        case Within(start=start) | Judged(start=start):
            return start
        case ByInstant(at=at) | AtLeastBefore(at=at):
            return at
        case ByBusinessDay(anchor=anchor):
            return anchor
        case _:
            assert_never(limit)


def looks_back(limit: SingleLimit | Judged, duty: Duty) -> bool:
    """Whether facts earlier than the start fulfil too (S4.5); what the trigger itself holds always may."""
    if isinstance(duty.fulfilments, Recovered):
        return True
    return not isinstance(limit, Within | Judged) or isinstance(limit.start, WindowEnd)


def within_shape(duration: Duration) -> str:
    """How a duration is counted."""
    if not isinstance(duration, ClockDuration):
        return DAYS
    return ELAPSED_TIME if isinstance(duration.clock, Elapsed) else CLOCK_TIME


def days_of(limit: SingleLimit) -> str | DatedCalendar | None:
    """The days in which it is told how late something is; none where that is an elapsed time."""
    match limit:
        case Within(duration=duration, zone=zone) | AtLeastBefore(lead=duration, zone=zone):
            if isinstance(duration, ClockDuration):
                return None
            return duration.calendar if isinstance(duration, BusinessDays) else zone
        case ByBusinessDay(calendar=calendar):
            return calendar
        case ByInstant():
            return None
        case _:
            assert_never(limit)


def _counted_on(limit: Within, tables: ClockTables) -> int:
    days = days_of(limit)
    if days is not None:
        return tables.days(days)
    return tables.clock(limit.duration.clock) if isinstance(limit.duration, ClockDuration) else ELAPSED


def _length(duration: Duration) -> int:
    match duration:
        case ClockDuration(length=length):
            return length
        case CalendarDays(days=days) | BusinessDays(days=days):
            return days
        case Months(months=months):
            return months
        case _:
            assert_never(duration)
