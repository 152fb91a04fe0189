"""Random policies and facts in the supported core: small, crowded around the edges where mistakes hide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter
from pyrsistent import pmap

from engine.model.agreement import Acceptance, ActingParty, Agreement, AgreementKind
from engine.model.calendar import (
    Calendar,
    Clock,
    Combination,
    CombinedCalendar,
    CommonDaysCalendar,
    DatedCalendar,
    Elapsed,
    LocalSpan,
    WeeklyCalendar,
)
from engine.model.fact import Fact, FactValue
from engine.model.instants import instant_of, iso_text
from engine.model.obligation import Duty, Obligation, OnTrigger, RecoveryPoint
from engine.model.period import Term
from engine.model.quantity import HOUR, MINUTE, Instant
from engine.model.snapshot import Snapshot
from tests.differential.kinds import KINDS, NOWHERE, PRIORITIES, SERVICES, STEPS, TOPICS, ZONES_OF_OUTAGES

Drawn = TypeVar("Drawn")

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Pacific/Auckland",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
)
FIRST = datetime(2025, 3, 17, tzinfo=UTC)
DAYS = 30
"""The facts' month: clocks change in Berlin, Auckland and Lord Howe; a month and a quarter end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A policy set of one obligation, its facts, and the instant to judge it at."""

    snapshot: Snapshot
    facts: dict[str, tuple[Fact, ...]]
    as_of: Instant

    def _repr_pretty_(self, printer: RepresentationPrinter, _cycle: bool) -> None:
        """Tell a failing world by what differs from world to world, in a form that a person can read."""
        agreement = self.snapshot.agreements["a"]
        facts = [f"{fact.kind} {dict(fact.values)}" for rows in self.facts.values() for fact in rows]
        printer.text(
            "\n".join(
                (
                    f"as of {iso_text(self.as_of)}, {agreement.zone}, {agreement.term}",
                    *facts,
                    *map(repr, agreement.obligations),
                )
            )
        )


# Time

minutes = st.integers(0, DAYS * 24 * 60)
coarse = st.integers(0, DAYS * 24).map(lambda hours: hours * 60)


@cache
def instants() -> st.SearchStrategy[Instant]:
    """Minutes, often whole hours (so that edges are hit), rarely a microsecond beside one."""
    start = instant_of(FIRST)
    nudge = st.sampled_from((0, 0, 0, 0, 0, 0, -1, 1))
    return st.builds(lambda minute, by: start + minute * MINUTE + by, minutes | coarse, nudge)


def or_absent(strategy: st.SearchStrategy[FactValue]) -> st.SearchStrategy[FactValue]:
    """Mostly there."""
    return st.one_of(strategy, strategy, strategy, st.none())


hours_of_day = st.integers(0, 24).map(lambda hour: hour * HOUR)
half_hours = st.integers(0, 48).map(lambda half: half * 30 * MINUTE)


@cache
@st.composite
def day_spans(draw: st.DrawFn) -> tuple[LocalSpan, ...]:
    """No, one or two open spans of a day, in order and apart."""
    shape = draw(st.sampled_from(("closed", "all day", "office", "split", "random")))
    match shape:
        case "closed":
            edges: list[int] = []
        case "all day":
            edges = [0, 24 * HOUR]
        case "office":
            edges = [9 * HOUR, 17 * HOUR]
        case "split":
            edges = [0, 2 * HOUR + 30 * MINUTE, 3 * HOUR, 12 * HOUR]
        case _:
            edges = sorted(draw(st.lists(half_hours, min_size=2, max_size=4, unique=True)))
            edges = edges[: len(edges) // 2 * 2]
    return tuple(LocalSpan(start=a, end=b) for a, b in zip(edges[::2], edges[1::2], strict=True))


@cache
@st.composite
def weekly(draw: st.DrawFn) -> WeeklyCalendar:
    """A calendar that opens on two weekdays at least."""
    week = [draw(day_spans()) for _ in range(7)]
    for weekday in draw(st.lists(st.integers(0, 6), min_size=2, max_size=5, unique=True)):
        week[weekday] = (LocalSpan(start=9 * HOUR, end=17 * HOUR),)
    closed = draw(st.sets(st.integers(0, DAYS), max_size=4))
    return WeeklyCalendar(
        name="k",
        zone=draw(st.sampled_from(ZONES)),
        week=tuple(week),
        closed=frozenset(FIRST.date() + timedelta(days=day) for day in closed),
    )


@cache
@st.composite
def common_days(draw: st.DrawFn) -> CommonDaysCalendar:
    """Open on days open in both, or in one of them."""
    return CommonDaysCalendar(
        name="common",
        zone=draw(st.sampled_from(ZONES)),
        members=(draw(weekly()), draw(weekly())),
        spans=(LocalSpan(start=0, end=24 * HOUR),)
        if draw(st.booleans())
        else (LocalSpan(start=8 * HOUR, end=20 * HOUR),),
        any=draw(st.booleans()),
    )


@cache
def dated() -> st.SearchStrategy[DatedCalendar]:
    """A calendar that has days."""
    return weekly() | weekly() | common_days()


@cache
def combined() -> st.SearchStrategy[Calendar]:
    """Two calendars combined by instants."""
    return st.builds(
        lambda how, a, b: CombinedCalendar(name="both", combination=how, members=(a, b)),
        st.sampled_from(tuple(Combination)),
        weekly(),
        dated(),
    )


@cache
def clocks() -> st.SearchStrategy[Clock]:
    """Any clock."""
    return st.just(Elapsed()) | dated() | dated() | combined()


LONG_AFTER = instant_of(FIRST + timedelta(days=3 * DAYS))
"""When all that was open in the facts' month is over."""


def moments_of_judging() -> st.SearchStrategy[Instant]:
    """Any instant of the facts' month, mostly late in it, or long after it."""
    late = st.integers(18 * 24, DAYS * 24).map(lambda hours: instant_of(FIRST) + hours * HOUR)
    return st.one_of(st.just(LONG_AFTER), late, instants(), st.just(LONG_AFTER))


# Facts

EARLIER = instant_of(FIRST - timedelta(days=10))
ROLES = ("boss", "boss", "boss", "chief", "manager", "clerk")
POSTS = st.tuples(
    st.sampled_from(ROLES),
    st.sampled_from(("ann", "ann", "ann", "bob")),
    st.sampled_from((None, None, None, "ann", "bob", "eve")),
)
"""A role, who holds it, and for whom: mostly in person, else as a deputy, perhaps of nobody who holds it."""

PEOPLE = st.sampled_from(("ann", "ann", "ann", "ann", "ann", "bob", None))
GRANTS = ("approval", "holder", "waiver")
"""The kinds of which there always is a fact: without one nothing is excused."""


@cache
@st.composite
def spans_of_time(draw: st.DrawFn) -> tuple[Instant, Instant | None]:
    """A start and, mostly, an end; short, long, of no length, or open."""
    start = draw(instants())
    if draw(st.integers(0, 9)) == 0:
        return start, None
    length = draw(st.sampled_from((0, 1, 4, 5, 30, 60, 300, 1440, 4000)) | st.integers(0, 600))
    return start, start + length * MINUTE


def mostly(usual: Sequence[Drawn], other: st.SearchStrategy[Drawn]) -> st.SearchStrategy[Drawn]:
    """Mostly a usual value."""
    return st.integers(0, 3).flatmap(lambda die: other if die == 3 else st.sampled_from(usual))


@cache
@st.composite
def long_spans_of_time(draw: st.DrawFn) -> tuple[Instant, Instant | None]:
    """A start, often before the facts' month, and an end some weeks later."""
    start = draw(st.just(EARLIER) | instants())
    return start, start + draw(st.integers(1, 90)) * 24 * HOUR


@cache
@st.composite
def rows(draw: st.DrawFn, kind: str, at_most: int = 5, at_least: int = 0) -> tuple[Fact, ...]:
    """Facts of a kind, keys `KIND-1`, `KIND-2`, …"""
    fewest = max(at_least, 1 if kind in GRANTS else 0)
    if kind == "sample":
        return draw(samples())
    return tuple(
        Fact(kind=kind, key=f"{kind}-{n}", values={"id": f"{kind}-{n}", **draw(_values(kind))})
        for n in range(1, max(fewest, draw(st.sampled_from((3, 2, 1, at_most, 0)))) + 1)
    )


@cache
@st.composite
def samples(draw: st.DrawFn) -> tuple[Fact, ...]:
    """A few rows of samples, one close to the other, good, bad or of no requests."""
    found: list[Fact] = []
    for _ in range(draw(st.integers(0, 3))):
        start, apart = draw(instants()), draw(st.sampled_from((10, 20, 30, 60)))
        for place in range(draw(st.integers(1, 6))):
            key = f"sample-{len(found) + 1}"
            values: dict[str, FactValue] = {
                "id": key,
                "service": draw(st.sampled_from(SERVICES)),
                "taken_at": start + place * apart * MINUTE,
                "zone": draw(st.sampled_from(ZONES_OF_OUTAGES)),
                "requests": Fraction(draw(st.sampled_from((100, 100, 15, 2, 0)))),
                "errors": Fraction(draw(st.sampled_from((0, 5, 6, 100)))),
            }
            found.append(Fact(kind="sample", key=key, values=values))
    return tuple(found)


@cache
@st.composite
def _values(draw: st.DrawFn, kind: str) -> dict[str, FactValue]:
    service, ticket = st.sampled_from(SERVICES), st.integers(1, 4).map(lambda n: f"ticket-{n}")
    match kind:
        case "ticket":
            opened = draw(instants())
            return {
                "service": draw(service),
                "opened_at": opened,
                "classified_at": draw(or_absent(st.sampled_from((opened, opened + HOUR)) | instants())),
                "wanted_by": draw(or_absent(instants())),
                "topic": draw(or_absent(st.sampled_from(TOPICS))),
                "priority": draw(or_absent(st.sampled_from(PRIORITIES))),
                "size": draw(or_absent(st.integers(-500, 5000).map(lambda n: Fraction(n, 100)))),
                "weight": draw(
                    (st.integers(-20, 900) | st.sampled_from((50, 100, 125, 200))).map(
                        lambda n: Fraction(n, 100)
                    )
                ),
                "effort": draw(or_absent(st.integers(0, 600).map(lambda n: n * MINUTE))),
                "days": draw(or_absent(st.sampled_from((0, 1, 1, 2, 3, 5, 12, -1, 4_000)).map(Fraction))),
                "urgent": draw(or_absent(st.booleans())),
            }
        case "reply":
            return {"ticket": draw(ticket), "at": draw(instants()), "helpful": draw(or_absent(st.booleans()))}
        case "workaround":
            return {"ticket": draw(ticket), "at": draw(instants())}
        case "status":
            value = st.sampled_from(("waiting", "working"))
            return {"ticket": draw(ticket), "at": draw(instants()), "value": draw(or_absent(value))}
        case "reclassification":
            return {
                "ticket": draw(ticket),
                "at": draw(instants()),
                "value": draw(or_absent(st.sampled_from(PRIORITIES))),
            }
        case "step":
            return {"case": draw(ticket), "name": draw(st.sampled_from(STEPS)), "at": draw(instants())}
        case "judgement":
            cases = ("ticket-1", "ticket-2", "ticket-3", "2025-03", "2025-W13", "2025-03-30")
            return {
                "promise": draw(st.sampled_from(("a.d", "a.d", "a.d", "a.e"))),
                "case": draw(st.sampled_from(cases)),
                "role": draw(st.sampled_from(("manager", "manager", "director"))),
                "by": draw(or_absent(st.sampled_from(("ann", "ann", "bob", "manager")))),
                "met": draw(st.booleans()),
                "at": draw(instants()),
            }
        case "report":
            months = st.sampled_from(("2025-03", "2025-04", "2025-W13", "2025-Q1", "2025-03-30"))
            return {"month": draw(months), "at": draw(instants())}
        case "sign_off":
            start = draw(instants())
            days = draw(st.sampled_from((1, 3, 7, 31, 40)))
            end = draw(st.sampled_from((start + days * 24 * HOUR, None)))
            return {
                "source": draw(st.sampled_from(("monitor", "monitor", "other"))),
                "by": draw(st.sampled_from(("chief", "chief", "clerk", "ann", "ann", "bob"))),
                "start": start,
                "end": end,
                "signed_at": draw(st.sampled_from((start, end or start, (end or start) + HOUR))),
            }
        case "approval":
            named = [f"{each}-{n}" for each in ("maintenance", "emergency") for n in (1, 1, 2)]
            return {
                "at": draw(mostly((EARLIER,), instants())),
                "approves": draw(st.sampled_from((*named, None))),
                "by": draw(PEOPLE),
            }
        case "holder":
            start, end = draw(mostly(((EARLIER, None),), spans_of_time()))
            role, person, deputised = draw(POSTS)
            return {"role": role, "person": person, "deputy_for": deputised, "start": start, "end": end}
        case "waiver":
            start, end = draw(spans_of_time() | long_spans_of_time() | long_spans_of_time())
            return {
                "agreement": draw(st.sampled_from(("a",) * 7 + ("b",))),
                "obligation": draw(st.sampled_from(("promise",) * 7 + ("other",))),
                "start": start,
                "end": end,
                "approved_by": draw(PEOPLE),
                "approved_at": draw(mostly((start, EARLIER, None), instants())),
            }
        case "disaster":
            start, end = draw(spans_of_time())
            return {
                "invoked_at": start,
                "recovered_at": end,
                "recovery_point_at": draw(or_absent(instants())),
                "failed_at": draw(or_absent(instants())),
                "declared_by": draw(or_absent(st.sampled_from(("chief", "chief", "clerk")))),
            }
        case _:
            start, end = draw(spans_of_time())
            values: dict[str, FactValue] = {"service": draw(service), "start": start, "end": end}
            if kind == "outage":
                values["zone"] = draw(st.sampled_from(ZONES_OF_OUTAGES))
                values["share"] = Fraction(draw(st.sampled_from((100, 50, 33, 7, 0, -20, 150))), 100)
                values["cause"] = draw(or_absent(st.sampled_from(("ours", "theirs"))))
            if kind == "deployment":
                values["topic"] = draw(st.sampled_from(TOPICS))
                values["priority"] = draw(st.sampled_from(PRIORITIES))
                values["urgent"] = draw(or_absent(st.booleans()))
                values["users"] = Fraction(draw(st.sampled_from((10000, 300, 50, 1, 0, -700))), 100)
            if kind == "maintenance":
                values["notified_at"] = draw(or_absent(st.just(start - 48 * HOUR) | instants()))
            if kind == "observation":
                values["source"] = draw(st.sampled_from(("monitor", "monitor", "other")))
            return values


# Policies


def trigger_of(promise: Obligation) -> str | None:
    """The kind of fact that a promise has occasions of."""
    match promise:
        case Duty(occasion=OnTrigger(trigger=trigger)) | RecoveryPoint(trigger=trigger):
            return trigger.kind
        case _:
            return None


def snapshot_of(obligation: Obligation, agreement: Agreement) -> Snapshot:
    """A policy set of one agreement with one obligation."""
    return Snapshot(
        version="random",
        documents=pmap(),
        parties=pmap(),
        roles=pmap(),
        severities=pmap(),
        calendars=pmap(),
        components=pmap(),
        services=pmap(),
        kinds=pmap(KINDS),
        feeds=pmap(),
        agreements=pmap({agreement.name: agreement}),
        examples=(),
    )


ACTING = (
    (),
    *(
        (ActingParty(party="they", side=side, obligations=named, cites=(), span=NOWHERE),)
        for side in ("us", "you")
        for named in ((), ("a.promise",))
    ),
)
"""Who acts for a side changes no verdict: whoever is bound stays bound (S10)."""


@cache
@st.composite
def agreements(draw: st.DrawFn) -> Agreement:
    """An agreement without obligations: its zone and term matter."""
    start = FIRST.date() + timedelta(days=draw(st.sampled_from((-40, -40, -40, -16, 0, 5, 14))))
    length = draw(st.sampled_from((None, None, None, 12, 20, 45)))
    return Agreement(
        name="a",
        title="Random",
        kind=AgreementKind.SLA,
        provider="us",
        customer="you",
        covers=SERVICES,
        underpins=(),
        cites=(),
        term=Term(start=start, through=None if length is None else start + timedelta(days=length)),
        zone=draw(st.sampled_from(ZONES)),
        owned_by=None,
        accepted=draw(st.none() | st.just(Acceptance(how="signed", evidence=None, on=date(2025, 1, 1)))),
        notice=None,
        conventions=(),
        periods=(),
        exclusions=(),
        permissions=(),
        modes=(),
        obligations=(),
        escalations=(),
        span=NOWHERE,
        acting=draw(st.sampled_from(ACTING)),
    )
