"""Random promises: every shape of the supported core, with every convention that touches it."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

from hypothesis import strategies as st

from engine.model.agreement import Agreement
from engine.model.calendar import Elapsed
from engine.model.deadline import (
    AtLeastBefore,
    ByBusinessDay,
    ByClass,
    ByInstant,
    DayEnd,
    LateArrivals,
    Limit,
    PausedDay,
    SingleLimit,
    Start,
    WindowEnd,
    Within,
)
from engine.model.exclusion import Cap, Exclusion, Intervals, Mode, NamedPeriod, Permission, UntilNext
from engine.model.expression import (
    ALWAYS_TRUE,
    AllOf,
    Arithmetic,
    CalendarDays,
    ClockDuration,
    Condition,
    Earliest,
    Expression,
    Latest,
    Literal,
    Months,
    NoticeCounting,
    Operator,
    Selection,
    WindowLabel,
)
from engine.model.measure import (
    Aggregate,
    Aggregated,
    CapSpending,
    DaysBetween,
    EmptyWindow,
    ExcludedTime,
    FallsDue,
    FieldValue,
    MissingData,
    One,
    OutageAttribution,
    PercentileMethod,
    Records,
    RecordValue,
    ShareWithin,
    ShortOutages,
    TimeBetween,
    Uptime,
)
from engine.model.obligation import (
    Duty,
    ObligationKind,
    OnChange,
    OnTrigger,
    OnWindow,
    PartWindow,
    Reclassification,
    Recovered,
    RecoveryPoint,
    Target,
    Terms,
)
from engine.model.period import (
    CalendarWindows,
    CycleWindows,
    RollingWindows,
    TermWindow,
    Windows,
    WindowUnit,
)
from engine.model.quantity import (
    BUSINESS_DAYS,
    CALENDAR_DAYS,
    COUNT,
    DAY,
    HOUR,
    HOURS,
    MINUTE,
    MINUTES,
    NUMBER,
    PERCENT,
    Bound,
    Comparison,
    Rounding,
    RoundingMode,
    Unit,
)
from tests.differential.conditions import (
    durations,
    field,
    is_value,
    notices,
    same,
    ticket_conditions,
)
from tests.differential.kinds import NOWHERE, PRIORITIES, SERVICES, STEPS
from tests.differential.kinds import NUMBER as NUMBER_TYPE
from tests.differential.worlds import clocks, dated

TICKET_ID = field("t", "ticket", "id")
OPENED = field("t", "ticket", "opened_at")


def terms(kind: ObligationKind, subjects: tuple[str, ...] = SERVICES) -> Terms:
    """What every obligation has."""
    return Terms(
        id="a.promise",
        title="Promise",
        kind=kind,
        agreement="a",
        cites=(),
        obliges=None,
        subject="a" if len(subjects) != 1 else subjects[0],
        subjects=subjects,
        reported_only=False,
        severity=None,
        carries=(),
        span=NOWHERE,
    )


@cache
def some_terms(kind: ObligationKind) -> st.SearchStrategy[Terms]:
    """Of one service, of both, or of any subject."""
    return st.sampled_from((SERVICES, ("shop",), ())).map(lambda subjects: terms(kind, subjects))


@cache
def windows() -> st.SearchStrategy[Windows]:
    """Every kind of window."""
    return st.one_of(
        st.sampled_from(tuple(WindowUnit)).map(lambda unit: CalendarWindows(unit=unit)),
        st.sampled_from((WindowUnit.MONTH, WindowUnit.WEEK)).map(lambda unit: CalendarWindows(unit=unit)),
        st.sampled_from((1, 3, 7, 30)).map(lambda days: RollingWindows(days=days)),
        st.sampled_from((1, 2)).map(lambda months: RollingWindows(months=months)),
        cycles(),
        st.just(TermWindow()),
    )


@cache
def cycles() -> st.SearchStrategy[CycleWindows]:
    """Billing months, fiscal quarters and years; some begin on a day that not every month has."""
    days = st.sampled_from((date(2000, 1, 15), date(2000, 2, 29), date(2000, 3, 31), date(2001, 4, 1)))
    return st.builds(
        lambda months, anchor: CycleWindows(months=months, anchor=anchor),
        st.sampled_from((1, 1, 2, 3, 5, 12)),
        days | st.integers(-400, 400).map(lambda day: date(2025, 3, 31) + timedelta(days=day)),
    )


@cache
def roundings() -> st.SearchStrategy[Rounding | None]:
    """None, mostly; else coarse enough to change what is met."""
    return st.none() | st.builds(
        lambda mode, decimals, before: Rounding(mode=mode, decimals=decimals, before_comparing=before),
        st.sampled_from(tuple(RoundingMode)),
        st.integers(0, 2),
        st.booleans(),
    )


def bounds(values: st.SearchStrategy[Fraction], unit: Unit) -> st.SearchStrategy[Bound]:
    """Any comparison with any of the values; a percentage may be rounded."""
    return st.builds(
        lambda comparison, value, other, rounding: bound_of(comparison, value, other, unit, rounding),
        st.sampled_from(tuple(Comparison)),
        values,
        values,
        roundings() if unit == PERCENT else st.none(),
    )


def bound_of(
    comparison: Comparison, value: Fraction, other: Fraction, unit: Unit, rounding: Rounding | None = None
) -> Bound:
    """A bound at a value; `between` that and another."""
    if comparison is not Comparison.BETWEEN:
        return Bound(comparison=comparison, value=value, unit=unit, rounding=rounding)
    low, high = min(value, other), max(value, other)
    return Bound(comparison=comparison, value=low, unit=unit, rounding=rounding, upper=high)


# Periods


def _intervals(kind: str, variable: str, where: Condition, start: str, end: str) -> Intervals:
    return Intervals(
        facts=Selection(kind=kind, variable=variable, where=where),
        start=field(variable, kind, start),
        until=field(variable, kind, end),
    )


@cache
@st.composite
def exclusions(draw: st.DrawFn, windows: Windows | None) -> tuple[Exclusion, ...]:
    """Announced maintenance, perhaps capped, and emergencies, perhaps."""
    counting = draw(st.sampled_from(tuple(NoticeCounting)))
    where = draw(st.just(ALWAYS_TRUE) | notices(counting))
    cap = None
    if isinstance(windows, CalendarWindows) and draw(st.booleans()):
        cap = Cap(length=draw(st.sampled_from((0, 30, 60, 120, 600))) * MINUTE, windows=windows)
    announced = _intervals("maintenance", "m", where, "start", "end")
    emergency = _intervals("emergency", "e", ALWAYS_TRUE, "start", "end")
    both = tuple(
        Exclusion(
            name=name, title=name, agreement="a", order=order, intervals=intervals, cap=limit, span=NOWHERE
        )
        for order, (name, intervals, limit) in enumerate(
            (("announced", announced, cap), ("emergency", emergency, None))
        )
    )
    return both[draw(st.integers(0, 1)) : draw(st.integers(1, 2))]


@cache
def modes() -> st.SearchStrategy[tuple[Mode, ...]]:
    """Disaster, or nothing."""
    mode = Mode(
        name="disaster",
        agreement="a",
        intervals=_intervals("disaster", "d", ALWAYS_TRUE, "invoked_at", "recovered_at"),
        declared_by=None,
        span=NOWHERE,
    )
    return st.sampled_from(((), (), (mode,)))


@cache
@st.composite
def pauses(draw: st.DrawFn) -> tuple[NamedPeriod, ...]:
    """Waiting of the ticket, until the next status; emergencies of anybody; or nothing."""
    waiting = NamedPeriod(
        name="waiting",
        of=Selection(kind="ticket", variable="t"),
        intervals=Intervals(
            facts=Selection(
                kind="status",
                variable="s",
                where=AllOf(
                    of=(
                        same(field("s", "status", "ticket"), TICKET_ID),
                        is_value(
                            field("s", "status", "value"), "waiting", field("s", "status", "value").type
                        ),
                    )
                ),
            ),
            start=field("s", "status", "at"),
            until=UntilNext(same="ticket"),
        ),
        span=NOWHERE,
    )
    emergency = NamedPeriod(
        name="emergencies",
        of=None,
        intervals=_intervals("emergency", "e", ALWAYS_TRUE, "start", "end"),
        span=NOWHERE,
    )
    return draw(st.sampled_from(((), (waiting,), (waiting,), (emergency,), (waiting, emergency))))


# Targets


@st.composite
def uptime_targets(draw: st.DrawFn, agreement: Agreement) -> Target:
    """Uptime from intervals, with every convention of S5."""
    cut = draw(windows())
    if isinstance(cut, TermWindow) and agreement.term.through is None:
        cut = CalendarWindows(unit=WindowUnit.YEAR)  # no share of time without end
    cause = field("o", "outage", "cause")
    where = draw(st.sampled_from((ALWAYS_TRUE, ALWAYS_TRUE, is_value(cause, "ours", cause.type))))
    measure = Uptime(
        outages=Selection(kind="outage", variable="o", where=where),
        least=draw(st.sampled_from((0, 0, 5, 30, 60))) * MINUTE,
        short_outages=draw(st.sampled_from(tuple(ShortOutages))),
        attribution=draw(st.sampled_from(tuple(OutageAttribution))),
        hours=draw(clocks()),
        excludes=draw(exclusions(cut)),
        excluded_time=draw(st.sampled_from(tuple(ExcludedTime))),
        cap_spending=draw(st.sampled_from(tuple(CapSpending))),
    )
    levels = st.sampled_from(
        (Fraction(1), Fraction(999, 1000), Fraction(95, 100), Fraction(1, 2), Fraction(0))
    )
    comparison = st.sampled_from(
        (*tuple(Comparison), Comparison.AT_LEAST, Comparison.ABOVE, Comparison.AT_LEAST)
    )
    return Target(
        terms=draw(some_terms(ObligationKind.TARGET)),
        measure=measure,
        bound=bound_of(draw(comparison), draw(levels), draw(levels), PERCENT),
        windows=cut,
        warns=draw(st.none() | bounds(levels, PERCENT)),
        part_windows=draw(st.sampled_from(tuple(PartWindow))),
        empty_windows=draw(st.sampled_from(tuple(EmptyWindow))),
        missing_data=draw(st.sampled_from(tuple(MissingData))),
        watched_source=draw(st.sampled_from((None, None, "monitor"))),
        modes=draw(modes()),
    )


@st.composite
def record_values(draw: st.DrawFn, end: Expression) -> tuple[RecordValue, Unit, st.SearchStrategy[Fraction]]:
    """What is counted of each record, its unit, and sensible bounds."""
    start = draw(st.sampled_from((OPENED, field("t", "ticket", "classified_at"))))
    match draw(st.sampled_from(("time", "time", "calendar days", "business days", "size", "effort", "one"))):
        case "time":
            unit = draw(st.sampled_from((MINUTES, HOURS)))
            lengths = st.integers(0, 3000).map(lambda minutes: Fraction(minutes * MINUTE))
            return TimeBetween(start=start, end=end, clock=draw(clocks()), unit=unit), unit, lengths
        case "calendar days":
            zone = draw(st.sampled_from(("Europe/Berlin", "UTC", "Pacific/Auckland")))
            days = DaysBetween(start=start, end=end, zone=zone, calendar=None, unit=CALENDAR_DAYS)
            return days, CALENDAR_DAYS, st.integers(0, 20).map(Fraction)
        case "business days":
            calendar = draw(dated())
            days = DaysBetween(
                start=start, end=end, zone=calendar.zone, calendar=calendar, unit=BUSINESS_DAYS
            )
            return days, BUSINESS_DAYS, st.integers(0, 12).map(Fraction)
        case "size":
            size = FieldValue(value=field("t", "ticket", "size"), unit=NUMBER)
            return size, NUMBER, st.integers(-100, 5000).map(lambda n: Fraction(n, 100))
        case "effort":
            effort = FieldValue(value=field("t", "ticket", "effort"), unit=HOURS)
            return effort, HOURS, st.integers(0, 10).map(lambda n: Fraction(n * HOUR))
        case _:
            return One(), COUNT, st.integers(0, 4).map(Fraction)


@st.composite
def record_targets(draw: st.DrawFn, agreement: Agreement) -> Target:
    """One aggregate, or a share within, over tickets that are answered by replies or not at all."""
    answered = draw(st.booleans())
    helpful = field("r", "reply", "helpful")
    answer = None
    end: Expression = field("t", "ticket", "wanted_by")
    if answered:
        match = same(field("r", "reply", "ticket"), TICKET_ID)
        where = draw(
            st.sampled_from((match, match, AllOf(of=(match, is_value(helpful, True, helpful.type)))))
        )
        answer = Selection(kind="reply", variable="r", where=where)
        end = field("r", "reply", "at")
    value, unit, levels = draw(record_values(end))
    timed = isinstance(value, TimeBetween | DaysBetween)
    by_answer = answered and draw(st.booleans())
    starts_at = value.start if isinstance(value, TimeBetween | DaysBetween) else OPENED
    records = Records(
        of=Selection(kind="ticket", variable="t", where=draw(ticket_conditions())),
        answered_by=answer,
        value=value,
        belongs=field("r", "reply", "at") if by_answer else draw(st.sampled_from((OPENED, starts_at))),
        starts_at=starts_at,
        attributed_by_answer=by_answer,
    )
    if timed and not by_answer and draw(st.booleans()):
        records = draw(st.sampled_from((records, replace(records, belongs=FallsDue()))))
        measure: Aggregated | ShareWithin = ShareWithin(records=records, limit=draw(levels))
        levels = st.sampled_from((Fraction(1), Fraction(9, 10), Fraction(1, 2), Fraction(0)))
        unit = PERCENT
    else:
        aggregates = (Aggregate.COUNT, Aggregate.SUM) if isinstance(value, One) else tuple(Aggregate)
        aggregate = draw(st.sampled_from(aggregates))
        if aggregate is Aggregate.COUNT:
            unit, levels = COUNT, st.integers(0, 4).map(Fraction)
        measure = Aggregated(
            aggregate=aggregate,
            records=records,
            rank=Fraction(draw(st.sampled_from((1, 50, 75, 90, 95, 100)))),
            method=draw(st.sampled_from(tuple(PercentileMethod))),
        )
    return Target(
        terms=draw(some_terms(ObligationKind.TARGET)),
        measure=measure,
        bound=draw(bounds(levels, unit)),
        windows=draw(windows()),
        warns=draw(st.none() | bounds(levels, unit)),
        part_windows=draw(st.sampled_from(tuple(PartWindow))),
        empty_windows=draw(st.sampled_from(tuple(EmptyWindow))),
        missing_data=draw(st.sampled_from(tuple(MissingData))),
        watched_source=draw(st.sampled_from((None, None, None, "monitor"))),
        modes=draw(modes()),
    )


@st.composite
def prohibitions(draw: st.DrawFn, agreement: Agreement) -> Target:
    """No ticket of a sort, perhaps only while there is a disaster."""
    only_while = draw(modes())
    return Target(
        terms=draw(some_terms(ObligationKind.PROHIBITION)),
        measure=Aggregated(
            aggregate=Aggregate.COUNT,
            records=Records(
                of=Selection(kind="ticket", variable="t", where=draw(ticket_conditions())),
                answered_by=None,
                value=One(),
                belongs=OPENED,
                starts_at=OPENED,
                attributed_by_answer=False,
            ),
            rank=Fraction(50),
            method=PercentileMethod.NEAREST_RANK,
        ),
        bound=Bound(comparison=Comparison.AT_MOST, value=Fraction(0), unit=COUNT),
        windows=draw(windows()),
        warns=None,
        part_windows=draw(st.sampled_from(tuple(PartWindow))),
        empty_windows=EmptyWindow.MET,
        missing_data=MissingData.UNMEASURED,
        watched_source=None,
        only_while=only_while[0] if only_while else None,
    )


# Duties


@st.composite
def within(draw: st.DrawFn, agreement: Agreement, start: Start) -> Within:
    """`within D of start` in every way that the language allows."""
    duration = draw(durations())
    day_end = draw(st.sampled_from(tuple(DayEnd)))
    is_clock = isinstance(duration, ClockDuration)
    strict = draw(st.booleans()) and (is_clock or day_end is DayEnd.SAME_TIME)
    closing = draw(dated()) if isinstance(duration, CalendarDays | Months) else None
    return Within(
        duration=duration,
        strict=strict,
        start=start,
        zone=agreement.zone,
        day_end=day_end,
        closing=closing if day_end is DayEnd.CLOSE_OF_BUSINESS else None,
        late_arrivals=draw(st.sampled_from(tuple(LateArrivals))),
    )


@cache
@st.composite
def by_number(draw: st.DrawFn, agreement: Agreement, start: Start) -> ByClass:
    """A length for each of some numbers, whole or not, that a ticket holds or that follow from it."""
    weight, half = field("t", "ticket", "weight"), Literal(value=Fraction(1, 2), type=NUMBER_TYPE)
    by = draw(st.sampled_from((weight, Arithmetic(operator=Operator.TIMES, left=weight, right=half))))
    chosen = draw(st.sets(st.sampled_from(("0.25", "0.5", "0.625", "1", "1.25", "2")), min_size=3))
    limits: dict[str, SingleLimit] = {each: draw(within(agreement, start)) for each in sorted(chosen)}
    return ByClass(by=by, limits=limits)


@cache
@st.composite
def by_class(draw: st.DrawFn, agreement: Agreement, start: Start) -> ByClass:
    """A length for each of some classes of tickets."""
    chosen = draw(st.sets(st.sampled_from(PRIORITIES), min_size=1))
    limits: dict[str, SingleLimit] = {each: draw(within(agreement, start)) for each in sorted(chosen)}
    return ByClass(by=field("t", "ticket", "priority"), limits=limits)


def _by_priority(limit: Limit) -> bool:
    """Whether a change of priority is one of the class."""
    return isinstance(limit, ByClass) and limit.by == field("t", "ticket", "priority")


@st.composite
def limits(draw: st.DrawFn, agreement: Agreement) -> Limit:
    """Any limit of a duty on a ticket."""
    classified, wanted = field("t", "ticket", "classified_at"), field("t", "ticket", "wanted_by")
    start = draw(
        st.sampled_from(
            (OPENED, classified, Latest(of=(OPENED, classified)), Earliest(of=(OPENED, classified)))
        )
    )
    match draw(st.sampled_from(("within", "within", "class", "by", "lead", "lead", "business day"))):
        case "within":
            return draw(within(agreement, start))
        case "class":
            return draw(by_class(agreement, start) | by_number(agreement, start))
        case "by":
            return ByInstant(at=wanted, strict=draw(st.booleans()))
        case "lead":
            counting = draw(st.sampled_from(tuple(NoticeCounting)))
            return AtLeastBefore(lead=draw(durations()), at=wanted, counting=counting, zone=agreement.zone)
        case _:
            return ByBusinessDay(
                number=draw(st.integers(1, 4)),
                calendar=draw(dated()),
                unit=draw(st.sampled_from((WindowUnit.MONTH, WindowUnit.WEEK))),
                anchor=OPENED,
                shift=draw(st.integers(0, 1)),
                zone=agreement.zone,
                day_end=draw(st.sampled_from((DayEnd.MIDNIGHT, DayEnd.CLOSE_OF_BUSINESS))),
            )


@st.composite
def duties(draw: st.DrawFn, agreement: Agreement) -> Duty:
    """A ticket must be answered, in time."""
    limit = draw(limits(agreement))
    helpful = field("r", "reply", "helpful")
    match = same(field("r", "reply", "ticket"), TICKET_ID)
    answer = Selection(
        kind="reply",
        variable="r",
        where=draw(st.sampled_from((match, match, AllOf(of=(match, is_value(helpful, True, helpful.type)))))),
    )
    workaround = Selection(
        kind="workaround", variable="w", where=same(field("w", "workaround", "ticket"), TICKET_ID)
    )
    permission = Permission(
        name="allowed",
        agreement="a",
        when=Selection(kind="ticket", variable="t", where=draw(ticket_conditions())),
        span=NOWHERE,
    )
    is_within = isinstance(limit, Within | ByClass)
    where = draw(st.just(ALWAYS_TRUE) | st.just(ALWAYS_TRUE) | ticket_conditions())
    return Duty(
        terms=draw(some_terms(ObligationKind.DUTY)),
        occasion=OnTrigger(trigger=Selection(kind="ticket", variable="t", where=where)),
        fulfilments=draw(st.sampled_from(((answer,), (answer,), (answer, workaround)))),
        limit=limit,
        reclassification=draw(st.none() | changes()) if _by_priority(limit) else None,
        pauses=draw(pauses()) if is_within else (),
        paused_day=draw(st.sampled_from(tuple(PausedDay))),
        steps=draw(st.sampled_from(((), (), (), STEPS, STEPS[:2]))),
        permissions=draw(st.sampled_from(((), (), (permission,)))),
        exclusions=draw(st.just(()) | exclusions(None)),
        modes=draw(modes()),
        warns=draw(
            st.none() | st.sampled_from((CalendarDays(days=2), CalendarDays(days=0))) | elapsed_durations()
        ),
    )


@cache
def changes() -> st.SearchStrategy[Reclassification]:
    """What a ticket's change of class does."""
    changing = Selection(
        kind="reclassification",
        variable="k",
        where=same(field("k", "reclassification", "ticket"), TICKET_ID),
    )
    return st.sampled_from(tuple(OnChange)).map(
        lambda effect: Reclassification(
            effect=effect, changes=changing, new_class=field("k", "reclassification", "value")
        )
    )


@cache
@st.composite
def duties_by_class(draw: st.DrawFn, agreement: Agreement) -> Duty:
    """A duty whose length is that of the ticket's class, which may change."""
    duty = draw(duties(agreement))
    limit = draw(by_class(agreement, OPENED))
    return replace(duty, limit=limit, reclassification=draw(changes()), permissions=(), steps=())


def elapsed_durations() -> st.SearchStrategy[ClockDuration]:
    """Hours that always count."""
    return st.integers(0, 48).map(lambda n: ClockDuration(length=n * HOUR, clock=Elapsed(), unit=HOURS))


@st.composite
def periodic_duties(draw: st.DrawFn, agreement: Agreement) -> Duty:
    """A report for every window."""
    cut = draw(st.sampled_from(tuple(WindowUnit)).map(lambda unit: CalendarWindows(unit=unit)) | cycles())
    if isinstance(cut, CycleWindows) or draw(st.booleans()):
        limit: Limit = draw(within(agreement, WindowEnd()))
    else:
        limit = ByBusinessDay(
            number=draw(st.integers(1, 4)),
            calendar=draw(dated()),
            unit=cut.unit,
            anchor=WindowEnd(),
            shift=draw(st.integers(0, 1)),
            zone=agreement.zone,
            day_end=draw(st.sampled_from((DayEnd.MIDNIGHT, DayEnd.CLOSE_OF_BUSINESS))),
        )
    month = same(field("r", "report", "month"), WindowLabel(variable="m"))
    return Duty(
        terms=terms(ObligationKind.PERIODIC_DUTY, ()),
        occasion=OnWindow(windows=cut, variable="m"),
        fulfilments=(
            Selection(kind="report", variable="r", where=draw(st.sampled_from((month, ALWAYS_TRUE)))),
        ),
        limit=limit,
        modes=draw(modes()),
        warns=draw(st.none() | st.just(CalendarDays(days=2))),
    )


@st.composite
def recovery_times(draw: st.DrawFn, agreement: Agreement) -> Duty:
    """A disaster must be over in time."""
    return Duty(
        terms=terms(ObligationKind.RECOVERY_TIME, ()),
        occasion=OnTrigger(trigger=Selection(kind="disaster", variable="d")),
        fulfilments=Recovered(at=field("d", "disaster", "recovered_at")),
        limit=draw(within(agreement, field("d", "disaster", "invoked_at"))),
    )


@st.composite
def recovery_points(draw: st.DrawFn, agreement: Agreement) -> RecoveryPoint:
    """At most so much may be lost."""
    return RecoveryPoint(
        terms=terms(ObligationKind.RECOVERY_POINT, ()),
        trigger=Selection(kind="disaster", variable="d"),
        start=field("d", "disaster", "recovery_point_at"),
        end=field("d", "disaster", "failed_at"),
        bound=Bound(
            comparison=draw(st.sampled_from((Comparison.AT_MOST, Comparison.BELOW))),
            value=Fraction(draw(st.integers(0, 3 * DAY // HOUR)) * HOUR),
            unit=HOURS,
        ),
        closed_at=field("d", "disaster", "recovered_at"),
    )
