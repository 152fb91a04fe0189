"""Small worlds for the tests of duties: a few fact kinds, one agreement, facts in a store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
from pyrsistent import pmap

from engine.model.agreement import Agreement, AgreementKind
from engine.model.calendar import LocalSpan, WeeklyCalendar
from engine.model.deadline import DayEnd, LateArrivals, Limit, Within
from engine.model.exclusion import Intervals, NamedPeriod
from engine.model.expression import Compare, Duration, FieldOf, Relation, Selection
from engine.model.fact import At, FactKind, Field, InstantType, Lasts, TextType
from engine.model.obligation import Duty, Obligation, ObligationKind, OnTrigger, Terms
from engine.model.period import Term
from engine.model.quantity import HOUR, Instant
from engine.model.snapshot import Snapshot
from engine.model.verdict import Verdict
from engine.rules.plans.duties import judge_duties
from engine.rules.plans.recovery import judge_recovery_points
from engine.source import Span
from engine.store.database import POSITION, UNRECORDED, Store
from engine.store.encoding import column_type

NOWHERE = Span(source="test", start=0, end=0, line=1, column=1, end_line=1, end_column=1)
TEXT, INSTANT = TextType(), InstantType()
BERLIN = "Europe/Berlin"

OFFICE = WeeklyCalendar(
    name="office",
    zone=BERLIN,
    week=((LocalSpan(start=8 * HOUR, end=18 * HOUR),),) * 5 + ((),) * 2,
    closed=frozenset({date(2025, 4, 18), date(2025, 4, 21)}),
)


def _kind(name: str, timing: At | Lasts, *fields: Field, about: str | None = None) -> FactKind:
    key = Field(name="id", type=TEXT)
    return FactKind(name=name, key="id", about=about, timing=timing, fields=(key, *fields), span=NOWHERE)


def _field(name: str, type: TextType | InstantType = TEXT, *, optional: bool = False) -> Field:
    return Field(name=name, type=type, optional=optional)


KINDS = {
    kind.name: kind
    for kind in (
        _kind(
            "ticket",
            At(field="at"),
            _field("service", optional=True),
            _field("at", INSTANT),
            _field("priority", optional=True),
            Field(name="wanted_at", type=INSTANT, optional=True, planned=True),
            about="service",
        ),
        _kind(
            "reply", At(field="at"), _field("ticket"), _field("at", INSTANT), _field("tone", optional=True)
        ),
        _kind("fix", At(field="at"), _field("ticket"), _field("at", INSTANT)),
        _kind(
            "wait",
            Lasts(start="start", end="end"),
            _field("ticket"),
            _field("start", INSTANT),
            _field("end", INSTANT, optional=True),
            _field("cause", optional=True),
        ),
        _kind(
            "status", At(field="at"), _field("ticket"), _field("at", INSTANT), _field("value", optional=True)
        ),
        _kind("change", At(field="at"), _field("ticket"), _field("at", INSTANT), _field("priority")),
        _kind("step", At(field="at"), _field("case"), _field("name"), _field("at", INSTANT)),
        _kind(
            "disaster",
            Lasts(start="from", end="until"),
            _field("from", INSTANT),
            _field("until", INSTANT, optional=True),
            _field("saved_at", INSTANT, optional=True),
        ),
        _kind("report", At(field="at"), _field("month"), _field("at", INSTANT)),
    )
}

Row = Mapping[str, str | int | None]


def at(text: str) -> Instant:
    """An instant; without an offset in Berlin's civil time would be guessing, so it carries one."""
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def of(variable: str, kind: str, name: str) -> FieldOf:
    """A field of a fact."""
    field = KINDS[kind].field_named(name)
    assert field is not None
    return FieldOf(variable=variable, kind=kind, field=name, type=field.type)


TICKET, OPENED, PRIORITY = of("t", "ticket", "id"), of("t", "ticket", "at"), of("t", "ticket", "priority")


def same(left: FieldOf, right: FieldOf) -> Compare:
    """`left is right`."""
    return Compare(relation=Relation.IS, left=left, right=right)


REPLY = Selection(kind="reply", variable="r", where=same(of("r", "reply", "ticket"), TICKET))
FIX = Selection(kind="fix", variable="f", where=same(of("f", "fix", "ticket"), TICKET))
TRIGGER = OnTrigger(trigger=Selection(kind="ticket", variable="t"))
WAITING = NamedPeriod(
    name="waiting",
    of=Selection(kind="ticket", variable="t"),
    intervals=Intervals(
        facts=Selection(kind="wait", variable="w", where=same(of("w", "wait", "ticket"), TICKET)),
        start=of("w", "wait", "start"),
        until=of("w", "wait", "end"),
    ),
    span=NOWHERE,
)


def terms(name: str = "promise", *, agreement: str = "a", subjects: tuple[str, ...] = ()) -> Terms:
    """What every obligation has."""
    return Terms(
        id=f"{agreement}.{name}",
        title=name,
        kind=ObligationKind.DUTY,
        agreement=agreement,
        cites=(),
        obliges=None,
        subject=subjects[0] if subjects else agreement,
        subjects=subjects,
        reported_only=False,
        severity=None,
        carries=(),
        span=NOWHERE,
    )


def within(
    duration: Duration,
    *,
    strict: bool = False,
    day_end: DayEnd = DayEnd.MIDNIGHT,
    rolls: bool = False,
    zone: str = BERLIN,
    closing: WeeklyCalendar | None = None,
) -> Within:
    """`within D of t.at`."""
    return Within(
        duration=duration,
        strict=strict,
        start=OPENED,
        zone=zone,
        day_end=day_end,
        closing=closing,
        late_arrivals=LateArrivals.ROLL if rolls else LateArrivals.DO_NOT_ROLL,
    )


def duty(limit: Limit, **others: object) -> Duty:
    """A ticket must be answered in time."""
    answered = Duty(terms=terms(), occasion=TRIGGER, fulfilments=(REPLY,), limit=limit)
    return replace(answered, **others)


def agreement(name: str = "a", *obligations: Obligation, zone: str = BERLIN) -> Agreement:
    """In force through 2025, accepted by nobody."""
    return Agreement(
        name=name,
        title=name,
        kind=AgreementKind.SLA,
        provider="us",
        customer="you",
        covers=(),
        underpins=(),
        cites=(),
        term=Term(start=date(2025, 1, 1), through=date(2025, 12, 31)),
        zone=zone,
        owned_by=None,
        accepted=None,
        notice=None,
        conventions=(),
        periods=(),
        exclusions=(),
        permissions=(),
        modes=(),
        obligations=obligations,
        escalations=(),
        span=NOWHERE,
    )


def snapshot(*agreements: Agreement) -> Snapshot:
    """A policy set of the agreements alone."""
    return Snapshot(
        version="test",
        documents=pmap({}),
        parties=pmap({}),
        roles=pmap({}),
        severities=pmap({}),
        calendars=pmap({}),
        components=pmap({}),
        services=pmap({}),
        kinds=pmap(KINDS),
        feeds=pmap({}),
        agreements=pmap({each.name: each for each in agreements}),
        examples=(),
    )


def stored(facts: Mapping[str, Sequence[Row]]) -> Store:
    """A store in memory that holds the facts, keyed by their order where they have no key."""
    store = Store.open(None)
    arrow = {"VARCHAR": pa.string(), "BIGINT": pa.int64()}
    for name, kind in KINDS.items():
        store.create(kind)
        rows = [{"id": str(number), **row} for number, row in enumerate(facts.get(name, ()))]
        columns = {
            field.name: pa.array([row.get(field.name) for row in rows], arrow[column_type(field.type)])
            for field in kind.fields
        }
        columns["known_from"] = pa.array([UNRECORDED] * len(rows), pa.int64())
        columns[POSITION] = pa.array(range(len(rows)), pa.int64())
        store.append(kind, pa.table(columns), corrections=False)
    return store


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The verdicts of a world, and which of them the definition must decide."""

    verdicts: tuple[Verdict, ...]
    undecided: frozenset[tuple[str, str, str]]


def judged(policies: Snapshot, facts: Mapping[str, Sequence[Row]], as_of: Instant) -> Found:
    """All duties and recovery points through the plan."""
    obligations = policies.obligations()
    duties = [each for each in obligations if isinstance(each, Duty)]
    others = [each for each in obligations if not isinstance(each, Duty)]
    with stored(facts) as store:
        found = judge_duties(policies, duties, store, as_of=as_of, known_at=None, progress=lambda *_: None)
        losses = judge_recovery_points(policies, others, store, as_of=as_of, known_at=None)  # type: ignore
    return Found(verdicts=found.verdicts + losses.verdicts, undecided=found.undecided)


def only(duty: Obligation, facts: Mapping[str, Sequence[Row]], as_of: str | Instant) -> Verdict:
    """The one verdict of one obligation."""
    instant = at(as_of) if isinstance(as_of, str) else as_of
    (verdict,) = judged(snapshot(agreement("a", duty)), facts, instant).verdicts
    return verdict
