"""A small hosting policy as model objects: an SLA and the contract under it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

from pyrsistent import pmap

from engine.model.agreement import Acceptance, Agreement, AgreementKind
from engine.model.calendar import LocalSpan, WeeklyCalendar
from engine.model.deadline import DayEnd, LateArrivals, Within
from engine.model.exclusion import Cap, Exclusion, Intervals
from engine.model.expression import ClockDuration, FieldOf, Selection
from engine.model.fact import (
    At,
    FactKind,
    Field,
    InstantType,
    Lasts,
    ReferenceType,
    TextType,
)
from engine.model.feed import Feed, LocalTime
from engine.model.instants import parse_instant
from engine.model.measure import (
    CapSpending,
    EmptyWindow,
    ExcludedTime,
    MissingData,
    OutageAttribution,
    ShortOutages,
    Uptime,
)
from engine.model.obligation import Citation, Duty, ObligationKind, OnTrigger, PartWindow, Target, Terms
from engine.model.party import Document, Party, PartyStanding, Role
from engine.model.period import CalendarWindows, Term, WindowUnit
from engine.model.quantity import HOUR, HOURS, MINUTE, MINUTES, PERCENT, Bound, Comparison, Instant
from engine.model.service import Component, NeedsOne, NeedsSome, Service
from engine.model.severity import Escalation, EscalationLevel, Severity
from engine.model.snapshot import Snapshot
from engine.source import Span

SPAN = Span(source="hosting.sla", start=0, end=1, line=1, column=1, end_line=1, end_column=2)


def instant(text: str) -> Instant:
    """The instant of an ISO text."""
    found = parse_instant(text)
    assert found is not None, text
    return found


def party(name: str, standing: PartyStanding = PartyStanding.EXTERNAL) -> Party:
    """A party named after itself."""
    return Party(name=name, title=name.title(), standing=standing, span=SPAN)


def service(name: str, provider: str, *needs: NeedsOne | NeedsSome) -> Service:
    """A service and what it needs."""
    return Service(
        name=name,
        title=name.title(),
        provider=provider,
        owner=None,
        hours=None,
        needs=needs,
        attributes=(("class", "business"),),
        span=SPAN,
    )


def one(name: str) -> NeedsOne:
    """A need for one thing."""
    return NeedsOne(name=name, span=SPAN)


def some(count: int, *members: NeedsOne | NeedsSome) -> NeedsSome:
    """A need for so many of the members."""
    return NeedsSome(count=count, members=members, span=SPAN)


def terms(id: str, kind: ObligationKind, *subjects: str, **changes: object) -> Terms:
    """The terms of an obligation with one citation."""
    agreement, _, name = id.partition(".")
    plain = Terms(
        id=id,
        title=name.replace("_", " ").title(),
        kind=kind,
        agreement=agreement,
        cites=(Citation(document="msa", section=f"3.{len(name)}", words="99.9 %", span=SPAN),),
        obliges=None,
        subject=subjects[0] if subjects else agreement,
        subjects=subjects,
        reported_only=False,
        severity=SEVERITIES["severity_1"],
        carries=(),
        span=SPAN,
    )
    return replace(plain, **changes)


SEVERITIES = {name: Severity(name=name, rank=rank) for rank, name in enumerate(("severity_1", "severity_2"))}

OFFICE = WeeklyCalendar(
    name="office",
    zone="Europe/Berlin",
    week=(*((LocalSpan(start=8 * HOUR, end=18 * HOUR),) for _ in range(5)), (), ()),
)

KINDS = {
    "outage": FactKind(
        name="outage",
        key="id",
        about="service",
        timing=Lasts(start="start", end="end"),
        fields=(
            Field(name="id", type=TextType()),
            Field(name="service", type=ReferenceType(to="service")),
            Field(name="start", type=InstantType()),
            Field(name="end", type=InstantType(), optional=True),
        ),
        span=SPAN,
    ),
    **{
        name: FactKind(
            name=name,
            key="id",
            about=None,
            timing=At(field="at"),
            fields=(Field(name="id", type=TextType()), Field(name="at", type=InstantType())),
            span=SPAN,
        )
        for name in ("incident", "restoration", "maintenance")
    },
}

AT = InstantType()
MAINTENANCE = Exclusion(
    name="planned",
    title="Planned maintenance",
    agreement="acme_sla",
    order=0,
    intervals=Intervals(
        facts=Selection(kind="maintenance", variable="m"),
        start=FieldOf(variable="m", kind="maintenance", field="at", type=AT),
        until=FieldOf(variable="m", kind="maintenance", field="at", type=AT),
    ),
    cap=Cap(length=10 * HOUR, windows=CalendarWindows(unit=WindowUnit.YEAR)),
    span=SPAN,
)


def uptime(id: str, subject: str, bound: Fraction, **changes: object) -> Target:
    """A monthly uptime target."""
    return Target(
        terms=terms(id, ObligationKind.TARGET, subject, **changes),
        measure=Uptime(
            outages=Selection(kind="outage", variable="o"),
            least=0,
            short_outages=ShortOutages.BEFORE_EXCLUSIONS,
            attribution=OutageAttribution.SPLIT,
            hours=OFFICE,
            excludes=(MAINTENANCE,),
            excluded_time=ExcludedTime.COUNTS_AS_AVAILABLE,
            cap_spending=CapSpending.BAD_TIME,
        ),
        bound=Bound(comparison=Comparison.AT_LEAST, value=bound, unit=PERCENT),
        windows=CalendarWindows(unit=WindowUnit.MONTH),
        warns=None,
        part_windows=PartWindow.MEASURED,
        empty_windows=EmptyWindow.MET,
        missing_data=MissingData.UNMEASURED,
        watched_source="monitor",
    )


RESTORE = Duty(
    terms=terms("acme_sla.restore", ObligationKind.DUTY, "shop"),
    occasion=OnTrigger(trigger=Selection(kind="incident", variable="i")),
    fulfilments=(Selection(kind="restoration", variable="r"),),
    limit=Within(
        duration=ClockDuration(length=4 * HOUR, clock=OFFICE, unit=HOURS),
        strict=False,
        start=FieldOf(variable="i", kind="incident", field="at", type=AT),
        zone="Europe/Berlin",
        day_end=DayEnd.MIDNIGHT,
        closing=None,
        late_arrivals=LateArrivals.DO_NOT_ROLL,
    ),
)

ESCALATION = Escalation(
    id="acme_sla.major",
    title="Major incident",
    agreement="acme_sla",
    subjects=("shop",),
    trigger=Selection(kind="incident", variable="i"),
    start=FieldOf(variable="i", kind="incident", field="at", type=AT),
    levels=(
        EscalationLevel(
            number=1,
            role="duty_manager",
            after=ClockDuration(length=15 * MINUTE, clock=OFFICE, unit=MINUTES),
        ),
    ),
    stops_at=None,
    span=SPAN,
)


def agreement(name: str, kind: AgreementKind, provider: str, customer: str, **changes: object) -> Agreement:
    """An agreement in force in 2025."""
    plain = Agreement(
        name=name,
        title=name.replace("_", " ").title(),
        kind=kind,
        provider=provider,
        customer=customer,
        covers=(),
        underpins=(),
        cites=(Citation(document="msa", section="1", words="Schedule 3", span=SPAN),),
        term=Term(start=date(2025, 1, 1), through=date(2025, 12, 31)),
        zone="Europe/Berlin",
        owned_by=None,
        accepted=Acceptance(how="signed", evidence=None, on=date(2024, 12, 20)),
        notice=None,
        conventions=(),
        periods=(),
        exclusions=(),
        permissions=(),
        modes=(),
        obligations=(),
        escalations=(),
        span=SPAN,
    )
    return replace(plain, **changes)


def snapshot(**changes: Mapping[str, object]) -> Snapshot:
    """A policy set with nothing in it but what is given as mappings."""
    bare = Snapshot(
        version="0" * 64,
        documents=pmap(),
        parties=pmap(),
        roles=pmap(),
        severities=pmap(),
        calendars=pmap(),
        components=pmap(),
        services=pmap(),
        kinds=pmap(),
        feeds=pmap(),
        agreements=pmap(),
        examples=(),
    )
    return replace(bare, **{name: pmap(given) for name, given in changes.items()})


def hosting() -> Snapshot:
    """Acme sells Bolt a shop that needs a database and one of two hosts, one of them Northwind's."""
    sla = agreement(
        "acme_sla",
        AgreementKind.SLA,
        "acme",
        "bolt",
        covers=("shop",),
        exclusions=(MAINTENANCE,),
        obligations=(uptime("acme_sla.uptime", "shop", Fraction(999, 1000)), RESTORE),
        escalations=(ESCALATION,),
    )
    uc = agreement(
        "northwind_uc",
        AgreementKind.UC,
        "northwind",
        "acme",
        covers=("host_a",),
        underpins=("acme_sla",),
        obligations=(
            uptime("northwind_uc.uptime", "host_a", Fraction(995, 1000), carries=("acme_sla.uptime",)),
        ),
    )
    db = Component(name="db", title="Database", kind="database", span=SPAN)
    feed = Feed(
        name="outage_log",
        kind="outage",
        file="outages.csv",
        zone=None,
        local_time=LocalTime.REFUSE,
        columns=(),
        constants=(),
        ignores=(),
        ignores_others=True,
        decimals=None,
        corrections=False,
        span=SPAN,
    )
    services = (
        service("shop", "acme", one("db"), some(1, one("host_a"), one("host_b"))),
        service("host_a", "northwind"),
        service("host_b", "acme"),
    )
    parties = (party("acme"), party("bolt"), party("northwind", PartyStanding.SUPPLIER))
    return snapshot(
        documents={
            "msa": Document(
                name="msa",
                title="Master agreement",
                version="1",
                dated=date(2024, 12, 1),
                prevails_over=(),
                span=SPAN,
            )
        },
        parties={each.name: each for each in parties},
        roles={"duty_manager": Role(name="duty_manager", title="Duty manager", party="acme", span=SPAN)},
        severities=SEVERITIES,
        calendars={"office": OFFICE},
        components={"db": db},
        services={each.name: each for each in services},
        kinds=KINDS,
        feeds={"outage_log": feed},
        agreements={"acme_sla": sla, "northwind_uc": uc},
    )
