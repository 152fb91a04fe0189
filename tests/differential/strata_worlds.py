"""Random policy sets in which promises read what follows from others, level above level (S9)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st
from pyrsistent import pmap

from engine import pipeline
from engine.model.agreement import Agreement
from engine.model.calendar import Elapsed
from engine.model.credit import Band, Credits, MoneyRounding
from engine.model.credit_base import FixedBase
from engine.model.derived import kinds_behind
from engine.model.expression import (
    ALWAYS_TRUE,
    AllOf,
    ClockDuration,
    Compare,
    Condition,
    Expression,
    FieldOf,
    Literal,
    OneOf,
    Relation,
    Selection,
)
from engine.model.fact import FieldType, NumberType, ReferenceType, TextType
from engine.model.measure import (
    Aggregate,
    Aggregated,
    EmptyWindow,
    MissingData,
    One,
    PercentileMethod,
    Records,
)
from engine.model.obligation import (
    Duty,
    Obligation,
    ObligationKind,
    OnTrigger,
    PartWindow,
    Target,
)
from engine.model.period import Term
from engine.model.quantity import COUNT, HOURS, MINUTE, MINUTES, Bound, Comparison, Money
from engine.model.severity import Escalation, EscalationLevel, Severity
from engine.source import Source
from tests.differential import promises
from tests.differential.conditions import field
from tests.differential.kinds import KINDS, NOWHERE, SERVICES
from tests.differential.worlds import (
    LONG_AFTER,
    World,
    agreements,
    clocks,
    instants,
    rows,
    snapshot_of,
)

_CHECKED = pipeline.check([Source(name="none.sla", text="use standard")]).snapshot
assert _CHECKED is not None
DERIVED = {name: kind for name, kind in _CHECKED.kinds.items() if kind.derived}
ALL_KINDS = {**KINDS, **DERIVED}
"""The kinds of the random worlds, and those that follow from verdicts."""

GRAVE, SLIGHT = Severity(name="grave", rank=0), Severity(name="slight", rank=1)


def of(variable: str, kind: str, name: str) -> FieldOf:
    """A field of a derived fact."""
    found = DERIVED[kind].field_named(name)
    assert found is not None
    return FieldOf(variable=variable, kind=kind, field=name, type=found.type)


def named(obligation: Obligation, id: str, severity: Severity | None, *, silent: bool = False) -> Obligation:
    """The promise under an id of its own."""
    terms = replace(obligation.terms, id=id, severity=severity, reported_only=silent)
    return replace(obligation, terms=terms)


@st.composite
def below(draw: st.DrawFn, agreement: Agreement) -> tuple[Obligation, ...]:
    """Two promises that read fed facts alone; one may pay credits."""
    first = draw(st.one_of(promises.duties(agreement), promises.prohibitions(agreement)))
    second = draw(promises.uptime_targets(agreement))
    strict = Bound(comparison=Comparison.AT_LEAST, value=Fraction(999, 1000), unit=second.bound.unit)
    second = replace(second, bound=draw(st.sampled_from((strict, second.bound))))
    bound = Bound(
        comparison=Comparison.BELOW,
        value=Fraction(draw(st.sampled_from((5, 50, 99))), 100),
        unit=second.bound.unit,
    )
    credits = Credits(
        base=FixedBase(amount=Money(amount=Decimal(200), currency="EUR")),
        payments=(Band(worth=Fraction(1, 10), ends=(bound,)),),
        currency="EUR",
        rounding=MoneyRounding.HALF_EVEN,
        decimals=2,
        span=NOWHERE,
    )
    severities = st.sampled_from((None, GRAVE, SLIGHT))
    return (
        named(first, "a.first", draw(severities), silent=draw(st.integers(0, 5)) == 5),
        named(replace(second, credits=credits), "a.second", draw(severities)),
    )


def text(value: str, type: FieldType) -> Literal:
    """A constant word."""
    return Literal(value=value, type=type)


@st.composite
def breaches(draw: st.DrawFn, variable: str, ids: Sequence[str]) -> Condition:
    """A condition that takes breaches of some of these promises alone."""
    obligation = of(variable, "breach", "obligation")
    reference = ReferenceType(to="obligation")
    chosen = draw(st.lists(st.sampled_from(ids), min_size=1, max_size=2, unique=True))
    whose: Condition = (
        Compare(relation=Relation.IS, left=obligation, right=text(chosen[0], reference))
        if len(chosen) == 1
        else OneOf(value=obligation, among=tuple(text(each, reference) for each in chosen))
    )
    extra = draw(
        st.sampled_from(
            (
                ALWAYS_TRUE,
                ALWAYS_TRUE,
                Compare(
                    relation=draw(st.sampled_from((Relation.IS, Relation.IS_NOT))),
                    left=of(variable, "breach", "severity"),
                    right=text("grave", ReferenceType(to="severity")),
                ),
                Compare(
                    relation=Relation.IS_NOT,
                    left=of(variable, "breach", "window"),
                    right=text("", TextType()),
                ),
            )
        )
    )
    return whose if extra == ALWAYS_TRUE else AllOf(of=(whose, extra))


@st.composite
def triggers(draw: st.DrawFn, ids: Sequence[str]) -> Selection:
    """Breaches of lower promises, credits, or levels reached."""
    match draw(st.sampled_from(("breach", "breach", "credit", "escalation"))):
        case "credit" if "a.second" in ids:
            where: Condition = Compare(
                relation=Relation.AT_LEAST,
                left=of("b", "credit", "amount"),
                right=Literal(value=Fraction(10), type=NumberType(decimals=0)),
            )
            return Selection(kind="credit", variable="b", where=draw(st.sampled_from((ALWAYS_TRUE, where))))
        case "escalation":
            where = Compare(
                relation=Relation.IS,
                left=of("b", "escalation", "escalation"),
                right=text("rising", TextType()),
            )
            return Selection(kind="escalation", variable="b", where=where)
        case _:
            return Selection(kind="breach", variable="b", where=draw(breaches("b", ids)))


@st.composite
def following_duties(draw: st.DrawFn, agreement: Agreement, ids: Sequence[str]) -> Duty:
    """A reply to what follows; replies are few, so that it is often late."""
    trigger = draw(triggers(ids))
    at: Expression = of("b", trigger.kind, "at")
    replies = Selection(kind="reply", variable="r")
    if trigger.kind == "breach" and draw(st.booleans()):
        ticket = Compare(
            relation=Relation.IS, left=field("r", "reply", "ticket"), right=of("b", "breach", "trigger")
        )
        replies = replace(replies, where=ticket)
    return Duty(
        terms=promises.terms(ObligationKind.DUTY),
        occasion=OnTrigger(trigger=trigger),
        fulfilments=(replies,),
        limit=draw(promises.within(agreement, at)),
    )


@st.composite
def following_prohibitions(draw: st.DrawFn, agreement: Agreement, ids: Sequence[str]) -> Target:
    """No breach, of some promises, in each window."""
    at = of("b", "breach", "at")
    records = Records(
        of=Selection(kind="breach", variable="b", where=draw(breaches("b", ids))),
        answered_by=None,
        value=One(),
        belongs=at,
        starts_at=at,
        attributed_by_answer=False,
    )
    return Target(
        terms=promises.terms(ObligationKind.PROHIBITION),
        measure=Aggregated(
            aggregate=Aggregate.COUNT,
            records=records,
            rank=Fraction(50),
            method=PercentileMethod.NEAREST_RANK,
        ),
        bound=Bound(comparison=Comparison.AT_MOST, value=Fraction(draw(st.integers(0, 2))), unit=COUNT),
        windows=draw(promises.windows()),
        warns=None,
        part_windows=PartWindow.MEASURED,
        empty_windows=EmptyWindow.MET,
        missing_data=MissingData.UNMEASURED,
        watched_source=None,
    )


@st.composite
def escalations(draw: st.DrawFn, ids: Sequence[str]) -> Escalation:
    """The escalation of breaches, on any clock."""
    where = draw(breaches("x", ids))
    length = draw(st.sampled_from((0, 60, 600, 3000))) * MINUTE
    return Escalation(
        id="a.rising",
        title="Rising",
        agreement="a",
        subjects=SERVICES,
        trigger=Selection(kind="breach", variable="x", where=where),
        start=of("x", "breach", "at"),
        levels=(
            EscalationLevel(
                number=1,
                role="boss",
                after=ClockDuration(length=0, clock=Elapsed(), unit=MINUTES),
            ),
            EscalationLevel(
                number=2,
                role="her_boss",
                after=ClockDuration(length=length, clock=draw(clocks()), unit=HOURS),
            ),
        ),
        stops_at=None,
        span=NOWHERE,
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Two promises, one to three above them, each of which may read what follows from all before it."""
    agreement = draw(agreements())
    if draw(st.sampled_from((True, True, False))):
        agreement = replace(
            agreement, term=Term(start=agreement.term.start - timedelta(days=30), through=None)
        )
    obligations = list(draw(below(agreement)))
    severities = st.sampled_from((None, GRAVE, SLIGHT))
    for name in ("third", "fourth", "fifth")[: draw(st.sampled_from((2, 1, 3)))]:
        ids = [each.terms.id for each in obligations]
        made = draw(
            st.one_of(
                following_duties(agreement, ids),
                following_duties(agreement, ids),
                following_prohibitions(agreement, ids),
            )
        )
        obligations.append(named(made, f"a.{name}", draw(severities)))
    order = draw(st.permutations(obligations))
    agreement = replace(
        agreement, obligations=tuple(order), escalations=(draw(escalations(["a.first", "a.second"])),)
    )
    snapshot = replace(snapshot_of(order[0], agreement), kinds=pmap(ALL_KINDS))
    kinds = sorted({kind for each in order for kind in kinds_behind(snapshot, each)})
    # Where nothing happens, or nothing is over yet, nothing follows.
    return World(
        snapshot=snapshot,
        facts={kind: draw(rows(kind, at_least=3 if kind in ("ticket", "outage") else 0)) for kind in kinds},
        as_of=draw(st.one_of(st.just(LONG_AFTER), st.just(LONG_AFTER), st.just(LONG_AFTER), instants())),
    )
