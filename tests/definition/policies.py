"""Small policies and facts for tests by hand: one agreement, one promise, a handful of kinds."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from pyrsistent import pmap

from engine.definition.evaluate import evaluate
from engine.model.agreement import Acceptance, Agreement, AgreementKind
from engine.model.calendar import Clock, Elapsed, LocalSpan, WeeklyCalendar
from engine.model.deadline import ByClass, DayEnd, LateArrivals, Limit, SingleLimit, Start, Within
from engine.model.exclusion import Cap, Exclusion, Intervals, Mode, NamedPeriod, UntilNext
from engine.model.expression import (
    ALWAYS_TRUE,
    AllOf,
    ClockDuration,
    Compare,
    Condition,
    Duration,
    Expression,
    FieldOf,
    Literal,
    Relation,
    Selection,
)
from engine.model.fact import (
    At,
    DurationType,
    Fact,
    FactKind,
    FactValue,
    Field,
    FieldType,
    InstantType,
    Lasts,
    Matrix,
    MoneyType,
    NumberType,
    TextType,
    YesNoType,
)
from engine.model.instants import instant_of
from engine.model.measure import (
    Aggregate,
    Aggregated,
    CapSpending,
    EmptyWindow,
    ExcludedTime,
    Measure,
    MissingData,
    OutageAttribution,
    PercentileMethod,
    Records,
    ShortOutages,
    Uptime,
)
from engine.model.obligation import (
    Citation,
    Duty,
    Obligation,
    ObligationKind,
    OnTrigger,
    PartWindow,
    Target,
    Terms,
)
from engine.model.period import CalendarWindows, Term, WindowUnit
from engine.model.quantity import HOUR, HOURS, PERCENT, Bound, Comparison, Instant, Unit
from engine.model.snapshot import Snapshot
from engine.model.verdict import Verdict
from engine.source import Span

NOWHERE = Span(source="test", start=0, end=0, line=1, column=1, end_line=1, end_column=1)
ZONE = "Europe/Berlin"
INSTANT, TEXT, NUMBER = InstantType(), TextType(), NumberType(decimals=2)


def kind(
    name: str, timing: At | Lasts, /, *planned: str, about: str | None = None, **types: FieldType
) -> FactKind:
    """A kind whose fields are all optional but its key; those named in `planned` may lie ahead."""
    fields = [Field(name="id", type=TEXT)]
    fields += [
        Field(name=each, type=type, optional=True, planned=each in planned) for each, type in types.items()
    ]
    return FactKind(name=name, key="id", about=about, timing=timing, fields=tuple(fields), span=NOWHERE)


PERIOD = Lasts(start="start", end="end")
PRIORITY_MATRIX = Matrix(
    field="priority",
    row_field="impact",
    column_field="urgency",
    cells={("high", "high"): "p1", ("high", "low"): "p2", ("low", "high"): "p2", ("low", "low"): "p3"},
    span=NOWHERE,
)
KINDS = {
    each.name: each
    for each in (
        replace(
            kind(
                "ticket",
                At(field="opened_at"),
                "due_at",
                about="service",
                service=TEXT,
                opened_at=INSTANT,
                due_at=INSTANT,
                closed_at=INSTANT,
                level=TEXT,
                impact=TEXT,
                urgency=TEXT,
                size=NUMBER,
                effort=DurationType(),
                urgent=YesNoType(),
            ),
            matrices=(PRIORITY_MATRIX,),
        ),
        kind("reply", At(field="at"), ticket=TEXT, at=INSTANT, good=YesNoType()),
        kind("workaround", At(field="at"), ticket=TEXT, at=INSTANT),
        kind("status", At(field="at"), ticket=TEXT, at=INSTANT, value=TEXT),
        kind("change", At(field="at"), ticket=TEXT, at=INSTANT, level=TEXT),
        kind("step", At(field="at"), case=TEXT, name=TEXT, at=INSTANT),
        kind("report", At(field="at"), month=TEXT, at=INSTANT),
        kind("outage", PERIOD, about="service", service=TEXT, start=INSTANT, end=INSTANT, cause=TEXT),
        kind(
            "maintenance", PERIOD, "start", "end", about="service",
            service=TEXT, start=INSTANT, end=INSTANT, notified_at=INSTANT, agreed=YesNoType(),
        ),
        kind("emergency", PERIOD, start=INSTANT, end=INSTANT, declared=YesNoType()),
        kind("observation", PERIOD, about="service", service=TEXT, source=TEXT, start=INSTANT, end=INSTANT),
        kind("disaster", PERIOD, start=INSTANT, end=INSTANT, saved_at=INSTANT, failed_at=INSTANT),
        kind("approval", At(field="at"), at=INSTANT, approves=TEXT, by=TEXT),
        kind("holder", PERIOD, role=TEXT, person=TEXT, start=INSTANT, end=INSTANT),
        kind(
            "waiver", PERIOD, "start", "end",
            agreement=TEXT, obligation=TEXT, start=INSTANT, end=INSTANT,
            requested_by=TEXT, approved_by=TEXT, approved_at=INSTANT, reason=TEXT,
        ),
        kind("charge", At(field="at"), at=INSTANT, amount=MoneyType(currency="USD")),
    )
}  # fmt: skip


# Facts and instants


def at(text: str, zone: str = ZONE, *, fold: int = 0) -> Instant:
    """`2025-03-04 10:00` in the zone."""
    return instant_of(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold))


def fact(kind: str, key: str, /, **values: FactValue) -> Fact:
    """A fact; fields that are not given are absent, and it is about the shop."""
    declared: dict[str, FactValue] = {each.name: None for each in KINDS[kind].fields}
    if "service" in declared:
        declared["service"] = "shop"
    return Fact(kind=kind, key=key, values={**declared, "id": key, **values})


# Expressions


def field(variable: str, kind: str, name: str) -> FieldOf:
    """`variable.name`."""
    declared = KINDS[kind].field_named(name)
    return FieldOf(variable=variable, kind=kind, field=name, type=TEXT if declared is None else declared.type)


def same(left: Expression, right: Expression, relation: Relation = Relation.IS) -> Condition:
    """`left is right`."""
    return Compare(relation=relation, left=left, right=right)


def has(variable: str, kind: str, name: str, value: str | int | Fraction | bool) -> Condition:
    """`variable.name is value`."""
    own = field(variable, kind, name)
    return same(own, Literal(value=value, type=own.type))


def of_ticket(kind: str, variable: str, *conditions: Condition) -> Selection:
    """The facts of a kind that name the ticket `t`."""
    where = same(field(variable, kind, "ticket"), field("t", "ticket", "id"))
    return Selection(kind=kind, variable=variable, where=AllOf(of=(where, *conditions)))


# Calendars


def spans(*hours: tuple[Fraction | int, Fraction | int]) -> tuple[LocalSpan, ...]:
    """Open spans by their hours of the day."""
    return tuple(LocalSpan(start=int(a * HOUR), end=int(b * HOUR)) for a, b in hours)


def weekdays(*hours: tuple[int, int], zone: str = ZONE, closed: Sequence[str] = ()) -> WeeklyCalendar:
    """Monday to Friday at these hours."""
    return WeeklyCalendar(
        name="office_hours",
        zone=zone,
        week=(spans(*hours),) * 5 + ((),) * 2,
        closed=frozenset(date.fromisoformat(each) for each in closed),
    )


OFFICE = weekdays((9, 17))


# Promises


def terms(**changes: Any) -> Terms:
    """What every obligation has."""
    cites = (Citation(document="msa", section="2", words="promise", span=NOWHERE),)
    return replace(
        Terms(
            id="a.promise",
            title="Promise",
            kind=ObligationKind.TARGET,
            agreement="a",
            cites=cites,
            obliges=None,
            subject="shop",
            subjects=("shop",),
            reported_only=False,
            severity=None,
            carries=(),
            span=NOWHERE,
        ),
        **changes,
    )


MONTHS = CalendarWindows(unit=WindowUnit.MONTH)
ANNOUNCED = Exclusion(
    name="announced",
    title="Announced maintenance",
    agreement="a",
    order=0,
    intervals=Intervals(
        facts=Selection(kind="maintenance", variable="m"),
        start=field("m", "maintenance", "start"),
        until=field("m", "maintenance", "end"),
    ),
    cap=None,
    span=NOWHERE,
)
DISASTER = Mode(
    name="disaster",
    agreement="a",
    intervals=Intervals(
        facts=Selection(kind="disaster", variable="d"),
        start=field("d", "disaster", "start"),
        until=field("d", "disaster", "end"),
    ),
    declared_by=None,
    span=NOWHERE,
)
WAITING = NamedPeriod(
    name="waiting",
    of=Selection(kind="ticket", variable="t"),
    intervals=Intervals(
        facts=of_ticket("status", "s", has("s", "status", "value", "waiting")),
        start=field("s", "status", "at"),
        until=UntilNext(same="ticket"),
    ),
    span=NOWHERE,
)


def capped(exclusion: Exclusion, length: int) -> Exclusion:
    """The exclusion with a cap in each month."""
    return replace(exclusion, cap=Cap(length=length, windows=CalendarWindows(unit=WindowUnit.MONTH)))


def target(measure: Measure, bound: Bound, **changes: Any) -> Target:
    """A monthly target."""
    return replace(
        Target(
            terms=terms(),
            measure=measure,
            bound=bound,
            windows=MONTHS,
            warns=None,
            part_windows=PartWindow.MEASURED,
            empty_windows=EmptyWindow.UNMEASURED,
            missing_data=MissingData.UNMEASURED,
            watched_source=None,
        ),
        **changes,
    )


def percent(text: str, comparison: Comparison = Comparison.AT_LEAST) -> Bound:
    """`at least 97.7%`."""
    return Bound(comparison=comparison, value=Fraction(text) / 100, unit=PERCENT)


def uptime(
    bound: str = "99", *, where: Condition = ALWAYS_TRUE, target_changes: Any = None, **changes: Any
) -> Target:
    """Uptime from outages around the clock, maintenance excluded and not counted."""
    measure = Uptime(
        outages=Selection(kind="outage", variable="o", where=where),
        least=0,
        short_outages=ShortOutages.BEFORE_EXCLUSIONS,
        attribution=OutageAttribution.SPLIT,
        hours=Elapsed(),
        excludes=(ANNOUNCED,),
        excluded_time=ExcludedTime.NOT_COUNTED,
        cap_spending=CapSpending.BAD_TIME,
    )
    return target(replace(measure, **changes), percent(bound), **(target_changes or {}))


OPENED = field("t", "ticket", "opened_at")
ANSWERED = field("r", "reply", "at")


def records(**changes: Any) -> Records:
    """Tickets answered by replies, in the window they start in; the value must be given."""
    return replace(
        Records(
            of=Selection(kind="ticket", variable="t"),
            answered_by=of_ticket("reply", "r"),
            value=changes["value"],
            belongs=OPENED,
            starts_at=OPENED,
            attributed_by_answer=False,
        ),
        **changes,
    )


def aggregate(aggregate: Aggregate, records: Records, *, rank: str = "50",
              method: PercentileMethod = PercentileMethod.NEAREST_RANK) -> Aggregated:  # fmt: skip
    """One aggregate."""
    return Aggregated(aggregate=aggregate, records=records, rank=Fraction(rank), method=method)


def hours(count: int | Fraction, clock: Clock | None = None, unit: Unit = HOURS) -> ClockDuration:
    """So many hours on a clock."""
    return ClockDuration(length=int(count * HOUR), clock=clock or Elapsed(), unit=unit)


def within(
    duration: Duration,
    *,
    start: Start = OPENED,
    strict: bool = False,
    ends: DayEnd = DayEnd.MIDNIGHT,
    closing: WeeklyCalendar | None = None,
    roll: bool = False,
    zone: str = ZONE,
) -> Within:
    """`within D of t.opened_at`."""
    return Within(
        duration=duration,
        strict=strict,
        start=start,
        zone=zone,
        day_end=ends,
        closing=closing,
        late_arrivals=LateArrivals.ROLL if roll else LateArrivals.DO_NOT_ROLL,
    )


def by_level(**limits: SingleLimit) -> ByClass:
    """`within by t.level { … }`."""
    return ByClass(by=field("t", "ticket", "level"), limits=limits)


def duty(limit: Limit, **changes: Any) -> Duty:
    """`when ticket t must reply r where r.ticket is t.id LIMIT`."""
    return replace(
        Duty(
            terms=terms(kind=ObligationKind.DUTY),
            occasion=OnTrigger(trigger=Selection(kind="ticket", variable="t")),
            fulfilments=(of_ticket("reply", "r"),),
            limit=limit,
        ),
        **changes,
    )


# Policies


class Policy:
    """One agreement with one promise."""

    def __init__(
        self,
        kinds: dict[str, FactKind],
        promise: Obligation,
        *,
        zone: str = ZONE,
        first: date = date(2025, 1, 1),
        through: date | None = date(2026, 12, 31),
        **changes: Any,
    ) -> None:
        self.promise = promise
        agreement = Agreement(
            name="a",
            title="Agreement",
            kind=AgreementKind.SLA,
            provider="us",
            customer="you",
            covers=("shop",),
            underpins=(),
            cites=(),
            term=Term(start=first, through=through),
            zone=zone,
            owned_by=None,
            accepted=Acceptance(how="signed", evidence=None, on=None),
            notice=None,
            conventions=(),
            periods=(),
            exclusions=(),
            permissions=(),
            modes=(),
            obligations=(promise,),
            escalations=(),
            span=NOWHERE,
        )
        self.snapshot = Snapshot(
            version="test",
            documents=pmap(),
            parties=pmap(),
            roles=pmap(),
            severities=pmap(),
            calendars=pmap(),
            components=pmap(),
            services=pmap(),
            kinds=pmap(kinds),
            feeds=pmap(),
            agreements=pmap({"a": replace(agreement, **changes)}),
            examples=(),
        )


def by_kind(facts: Sequence[Fact]) -> dict[str, list[Fact]]:
    """Facts as the evaluator takes them."""
    found: dict[str, list[Fact]] = {}
    for each in facts:
        found.setdefault(each.kind, []).append(each)
    return found


def verdicts(policy: Policy | Obligation, facts: Sequence[Fact], as_of: Instant | str) -> tuple[Verdict, ...]:
    """Every verdict of the promise."""
    policy = policy if isinstance(policy, Policy) else Policy(KINDS, policy)
    return evaluate(policy.snapshot, by_kind(facts), at(as_of) if isinstance(as_of, str) else as_of)


def judged(
    policy: Policy | Obligation, facts: Sequence[Fact], as_of: Instant | str, label: str | None = None
) -> Verdict:
    """The verdict on the window or trigger so named, or the only one."""
    found = [each for each in verdicts(policy, facts, as_of) if label is None or each.identity[2] == label]
    assert len(found) == 1, f"{len(found)} verdicts: {[each.identity for each in found]}"
    return found[0]
