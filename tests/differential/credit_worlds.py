"""Random credits over random verdicts: two targets and a duty of one agreement, its fee and its caps."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from hypothesis import strategies as st
from pyrsistent import pmap

from engine.model.agreement import Agreement
from engine.model.calendar import Elapsed
from engine.model.credit import (
    CHOICE_KIND,
    CLAIM_KIND,
    Band,
    Choice,
    CreditCap,
    Credits,
    EarnBack,
    Excess,
    MoneyRounding,
    OnBreach,
    Payment,
    PointBand,
    Pool,
    Proportional,
    ShareOfFee,
    Steps,
    Worth,
)
from engine.model.credit_base import (
    Base,
    CountedBase,
    FeeBase,
    FixedBase,
    FixedFee,
    OfLast,
    OfUnit,
    OfWindow,
    Stretch,
    SummedBase,
    SummedFee,
)
from engine.model.deadline import DayEnd, LateArrivals, WindowEnd, Within
from engine.model.expression import (
    ALWAYS_TRUE,
    CalendarDays,
    ClockDuration,
    Compare,
    FieldOf,
    Months,
    Relation,
    Selection,
)
from engine.model.expression import Literal as Constant
from engine.model.fact import At, Fact, FactKind, Field, FieldType, Lasts, MoneyType, TextType, YesNoType
from engine.model.instants import instant_of
from engine.model.obligation import Duty, ObligationKind, OnTrigger, Reach, Target
from engine.model.partition import Combination, subject_text
from engine.model.period import CalendarWindows, RollingWindows, WindowUnit
from engine.model.quantity import (
    CALENDAR_DAYS,
    DAY,
    HOUR,
    HOURS,
    MINUTES,
    PERCENT,
    Bound,
    Comparison,
    Instant,
    Money,
    Unit,
)
from engine.model.reading import credits_of
from engine.model.snapshot import Snapshot
from engine.model.verdict import Due, Evidence, Exact, InWindow, OnTriggerFact, Range, State, Verdict
from engine.rules.plans.windows import labelled, term_of
from engine.rules.plans.windows import windows as windows_of
from tests.differential.conditions import field as ticket_field
from tests.differential.kinds import INSTANT, KINDS, NOWHERE
from tests.differential.promises import terms, uptime_targets
from tests.differential.version_worlds import by_name, in_two_versions, promised_in
from tests.differential.worlds import (
    DAYS,
    FIRST,
    LONG_AFTER,
    agreements,
    instants,
    mostly,
    or_absent,
    rows,
    snapshot_of,
    spans_of_time,
)

Drawn = TypeVar("Drawn")
EUR = MoneyType(currency="EUR")


def _field(name: str, type: FieldType, *, optional: bool = False) -> Field:
    return Field(name=name, type=type, optional=optional)


def _kind(name: str, timing: At | Lasts, *fields: Field) -> FactKind:
    return FactKind(
        name=name,
        key="id",
        about=None,
        timing=timing,
        fields=(_field("id", TextType()), *fields),
        span=NOWHERE,
    )


_MADE = (
    _field("made_at", INSTANT),
    _field("obligation", TextType()),
    _field("occasion", TextType()),
    _field("subject", TextType(), optional=True),
)
CHARGE = _kind(
    "charge",
    At(field="at"),
    _field("at", INSTANT),
    _field("region", TextType()),
    _field("paid", YesNoType(), optional=True),
    _field("amount", EUR, optional=True),
)
CREDENTIAL = _kind(
    "credential",
    Lasts(start="start", end="end"),
    _field("start", INSTANT),
    _field("end", INSTANT, optional=True),
    _field("active", YesNoType(), optional=True),
)
CLAIM = _kind(CLAIM_KIND, At(field="made_at"), *_MADE)
CHOICE = _kind(CHOICE_KIND, At(field="made_at"), *_MADE, _field("remedy", TextType()))
ALL_KINDS = {**KINDS, **{kind.name: kind for kind in (CHARGE, CREDENTIAL, CLAIM, CHOICE)}}

REGIONS: tuple[Combination, ...] = ((("region", "eu"),), (("region", "us"),))
"""What a target is judged for each of; charges bear the field, credentials do not (S6.6)."""

REMEDIES = ("a longer term", "a longer term", "credit", "nothing of the sort")


def amounts() -> st.SearchStrategy[Money]:
    """Cents matter."""
    cents = st.sampled_from((1, 100, 333, 5000, 12345, 100_000)) | st.integers(1, 200_000)
    return cents.map(lambda cents: Money(amount=Decimal(cents).scaleb(-2), currency="EUR"))


def shares() -> st.SearchStrategy[Fraction]:
    """A percentage."""
    return st.sampled_from((1, 5, 10, 25, 33, 100, 150)).map(lambda n: Fraction(n, 100))


def worths() -> st.SearchStrategy[Worth]:
    """A share or an amount."""
    return shares() | amounts()


def _of(kind: FactKind, name: str) -> FieldOf:
    found = kind.field_named(name)
    assert found is not None
    return FieldOf(variable="x", kind=kind.name, field=name, type=found.type)


def selections(kind: FactKind, condition: str) -> st.SearchStrategy[Selection]:
    """All facts of a kind, or those of which something is so, which may be unknown."""
    is_so = Compare(
        relation=Relation.IS,
        left=_of(kind, condition),
        right=Constant(value=True, type=YesNoType()),
    )
    return st.sampled_from((ALWAYS_TRUE, ALWAYS_TRUE, is_so)).map(
        lambda where: Selection(kind=kind.name, variable="x", where=where)
    )


def stretches(has_window: bool) -> st.SearchStrategy[Stretch]:
    """Every stretch that the occasion has."""
    units = st.builds(
        lambda unit, before: OfUnit(unit=unit, before=before),
        st.sampled_from(tuple(WindowUnit)),
        st.booleans(),
    )
    last = st.sampled_from((CalendarDays(days=30), CalendarDays(days=1), Months(months=1), Months(months=12)))
    found: st.SearchStrategy[Stretch] = units | last.map(lambda length: OfLast(length=length))
    return st.just(OfWindow()) | found if has_window else found


def fixed_fees() -> st.SearchStrategy[FixedFee]:
    """A fee of any unit; the definition of a fee over a stretch does not need whole ones."""
    return st.builds(
        lambda amount, unit: FixedFee(amount=amount, unit=unit), amounts(), st.sampled_from(tuple(WindowUnit))
    )


@st.composite
def fees(draw: st.DrawFn) -> FixedFee | SummedFee:
    """A fixed fee, or the sum of charges."""
    if draw(st.booleans()):
        return draw(fixed_fees())
    amount = _of(CHARGE, "amount")
    return SummedFee(charges=draw(selections(CHARGE, "paid")), amount=amount, currency="EUR")


@st.composite
def bases(draw: st.DrawFn, has_window: bool) -> Base:
    """Every base."""
    stretch = draw(stretches(has_window))
    match draw(st.sampled_from(("fixed", "fee", "summed", "counted", "fixed"))):
        case "fixed":
            return FixedBase(amount=draw(amounts()))
        case "summed":
            charges, amount = draw(selections(CHARGE, "paid")), _of(CHARGE, "amount")
            return SummedBase(charges=charges, amount=amount, currency="EUR", stretch=stretch)
        case "counted":
            facts = draw(selections(CREDENTIAL, "active"))
            return CountedBase(facts=facts, each=draw(amounts()), stretch=stretch)
        case _:
            of = stretch if not isinstance(stretch, OfLast) else OfUnit(unit=WindowUnit.MONTH, before=True)
            return FeeBase(fee=draw(fixed_fees()), stretch=of)


@st.composite
def bands(draw: st.DrawFn) -> tuple[Bound, ...]:
    """Below a level, as what is paid for mostly is, or ends anywhere, overlapping or apart."""
    if draw(st.booleans()):
        level = draw(st.sampled_from((100, 99, 95)))
        return (Bound(comparison=Comparison.BELOW, value=Fraction(level, 100), unit=PERCENT),)
    values = draw(st.lists(st.sampled_from((0, 50, 90, 95, 99, 100)), min_size=1, max_size=2))
    return tuple(
        Bound(comparison=draw(st.sampled_from(tuple(_ENDS))), value=Fraction(value, 100), unit=PERCENT)
        for value in values
    )


_ENDS = (Comparison.AT_LEAST, Comparison.AT_MOST, Comparison.ABOVE, Comparison.BELOW)
_GOOD = (Bound(comparison=Comparison.AT_LEAST, value=Fraction(99, 100), unit=PERCENT),)
"""What earns a credit back as agreements mostly say it, and as the windows after a bad one mostly are."""


@st.composite
def payments(draw: st.DrawFn, is_target: bool) -> Payment:
    """Every payment that the promise can have."""
    kinds = ("breach", "steps", "pool", *(("band", "band", "proportional") if is_target else ()))
    match draw(st.sampled_from(kinds)):
        case "band":
            return Band(worth=draw(worths()), ends=draw(bands()))
        case "breach":
            return OnBreach(worth=draw(worths()))
        case "proportional":
            return Proportional(times=Fraction(draw(st.integers(1, 30)), 2))
        case "pool":
            return Pool(pool=draw(shares()), weight=draw(shares()), at_risk=draw(shares()))
        case _:
            return draw(steps(is_target))


@st.composite
def steps(draw: st.DrawFn, is_target: bool) -> Steps:
    """Steps of what the promise has, in a unit that may be another than the lateness is in."""
    of = (
        draw(st.sampled_from((Excess.DOWNTIME, Excess.SHORTFALL, Excess.EXCESS)))
        if is_target
        else Excess.LATENESS
    )
    choices: tuple[tuple[Fraction, Unit], ...] = ((Fraction(HOUR), HOURS), (Fraction(HOUR, 2), MINUTES))
    if of is Excess.LATENESS:
        choices = (*choices, (Fraction(1), CALENDAR_DAYS))
    elif of is not Excess.DOWNTIME:
        choices = ((Fraction(1, 100), PERCENT), (Fraction(1, 1000), PERCENT))
    size, unit = draw(st.sampled_from(choices))
    return Steps(worth=draw(worths()), size=size, unit=unit, of=of, or_part=draw(st.booleans()))


@st.composite
def points(draw: st.DrawFn, is_target: bool) -> PointBand:
    """Points in a band or on a breach."""
    ends = draw(bands()) if is_target and draw(st.booleans()) else ()
    return PointBand(points=draw(st.sampled_from((1, 2, 4, 0))), ends=ends)


@st.composite
def claim_limits(draw: st.DrawFn, agreement: Agreement, is_target: bool) -> Within:
    """Within days or hours of the window's end, or of the trigger."""
    duration = draw(
        st.sampled_from(
            (
                CalendarDays(days=10),
                CalendarDays(days=0),
                Months(months=1),
                ClockDuration(length=48 * HOUR, clock=Elapsed(), unit=HOURS),
            )
        )
    )
    is_clock = isinstance(duration, ClockDuration)
    day_end = draw(st.sampled_from((DayEnd.MIDNIGHT, DayEnd.SAME_TIME)))
    starts = st.sampled_from(
        (ticket_field("t", "ticket", "opened_at"), ticket_field("t", "ticket", "wanted_by"))
    )
    return Within(
        duration=duration,
        strict=draw(st.booleans()) and (is_clock or day_end is DayEnd.SAME_TIME),
        start=WindowEnd() if is_target else draw(starts),
        zone=agreement.zone,
        day_end=day_end,
        closing=None,
        late_arrivals=LateArrivals.DO_NOT_ROLL,
    )


_CHOICE = Choice(party="customer", instead=("a longer term",))


def _perhaps(strategy: st.SearchStrategy[Drawn]) -> st.SearchStrategy[Drawn | None]:
    return st.one_of(strategy, strategy, st.none())


@st.composite
def credits(draw: st.DrawFn, agreement: Agreement, is_target: bool, others: tuple[str, ...]) -> Credits:
    """Credits with everything that they can have, each perhaps."""
    is_points = draw(st.integers(0, 7)) == 7
    paid = () if is_points else tuple(draw(st.lists(payments(is_target), min_size=1, max_size=3)))
    pointed = draw(st.lists(points(is_target), min_size=1 if is_points else 0, max_size=2))
    worth = draw(_perhaps(amounts()))
    earned = st.builds(
        lambda ends, windows: EarnBack(ends=ends, windows=windows),
        st.just(_GOOD) | bands(),
        st.sampled_from((1, 1, 2, 3)),
    )
    return Credits(
        base=None if is_points else draw(bases(is_target)),
        payments=paid,
        points=tuple(pointed),
        points_double=is_target and draw(st.booleans()),
        point_worth=worth,
        currency=None if is_points and worth is None else "EUR",
        at_most=None if is_points else draw(_perhaps(shares())),
        at_least=None if is_points else draw(_perhaps(amounts())),
        earned_back=draw(_perhaps(earned)) if is_target else None,
        claimed=draw(_perhaps(claim_limits(agreement, is_target))),
        never_with=tuple(draw(st.lists(st.sampled_from(others), max_size=1))),
        choice=draw(st.sampled_from((None, _CHOICE))),
        rounding=draw(st.sampled_from(tuple(MoneyRounding))),
        span=NOWHERE,
    )


@st.composite
def aimed(draw: st.DrawFn, agreement: Agreement, others: tuple[str, ...]) -> Credits:
    """A target's credits that are surely paid for a breach, and of one condition that they can meet."""
    terms_ = draw(credits(agreement, True, others))
    claimed, earned, choice = None, None, None
    match draw(st.sampled_from(("claimed", "earned back", "chosen"))):
        case "claimed":
            claimed = draw(claim_limits(agreement, True))
        case "earned back":
            earned = EarnBack(ends=_GOOD, windows=1)
        case _:
            choice = _CHOICE
    return replace(
        terms_,
        base=FixedBase(amount=draw(amounts())),
        payments=(OnBreach(worth=draw(amounts())), *terms_.payments),
        currency="EUR",
        earned_back=earned,
        claimed=claimed,
        choice=choice,
    )


@st.composite
def caps(draw: st.DrawFn) -> tuple[CreditCap, ...]:
    """No cap, or some, the shorter unit first."""
    units = draw(st.sets(st.sampled_from((WindowUnit.WEEK, WindowUnit.MONTH, WindowUnit.YEAR)), max_size=2))
    share = st.builds(lambda share, fee: ShareOfFee(share=share, fee=fee), shares(), fees())
    return tuple(CreditCap(limit=draw(amounts() | share), unit=unit) for unit in WindowUnit if unit in units)


# Promises, verdicts, facts


@st.composite
def agreements_with_credits(draw: st.DrawFn) -> tuple[Agreement, ...]:
    """Two targets over windows of one kind, and a duty on tickets, in one version or two, of which the
    second may say anew what is paid, and mostly says all caps anew."""
    alone = draw(agreements())
    of = draw(st.just((alone,)) | in_two_versions(alone, FIRST.date(), 40))
    versions: list[Agreement] = []
    for turn in of:
        if not versions or draw(st.booleans()):
            promises, limits = draw(promises_with_credits(turn)), draw(caps())
        else:
            limits = draw(st.sampled_from((versions[-1].credit_caps, draw(caps()))))
        obligations = tuple(promised_in(each, turn, of) for each in promises)
        versions.append(replace(turn, obligations=obligations, credit_caps=limits))
    return tuple(versions)


def neighbour_of(agreement: Agreement) -> Agreement:
    """Another agreement, whose one promise has the short name of the first one of this."""
    first = agreement.obligations[0]
    assert isinstance(first, Target)
    alike = replace(first.terms, id="b.first", other_names=(), agreement="b", reach=Reach())
    obligations = (replace(first, terms=alike, credits=None),)
    alone = replace(agreement, name="b", version=None, supersedes=None, superseded_by=None, credit_caps=())
    return replace(alone, obligations=obligations)


@st.composite
def promises_with_credits(draw: st.DrawFn, bare: Agreement) -> tuple[Target | Duty, ...]:
    """What one version promises."""
    first, second = (draw(uptime_targets(bare)) for _ in range(2))
    units = (WindowUnit.WEEK, WindowUnit.WEEK, WindowUnit.MONTH, WindowUnit.DAY)
    cut = draw(st.sampled_from((*(CalendarWindows(unit=unit) for unit in units), RollingWindows(days=7))))
    ids = ("a.first", "a.second", "a.third")

    def named(promise: Target, id: str, subject: str) -> Target:
        own = replace(promise.terms, id=id, subject=subject, subjects=(subject,), other_names=(f"{id}_now",))
        others = tuple(each for each in ids if each != id)
        some = aimed(bare, others) if id == ids[0] else _perhaps(credits(bare, True, others))
        return replace(promise, terms=own, windows=cut, credits=draw(some))

    duty = Duty(
        terms=replace(terms(ObligationKind.DUTY), id="a.third", other_names=("a.third_now",)),
        occasion=OnTrigger(trigger=Selection(kind="ticket", variable="t")),
        fulfilments=(),
        limit=Within(
            duration=CalendarDays(days=1),
            strict=False,
            start=ticket_field("t", "ticket", "opened_at"),
            zone=bare.zone,
            day_end=DayEnd.MIDNIGHT,
            closing=None,
            late_arrivals=LateArrivals.DO_NOT_ROLL,
        ),
        credits=draw(_perhaps(credits(bare, False, ids[:2]))),
    )
    return (
        named(first, ids[0], "shop"),
        named(second, ids[1], draw(st.sampled_from(("api", "shop")))),
        duty,
    )


@st.composite
def verdicts_of(
    draw: st.DrawFn, agreement: Agreement, tickets: tuple[Fact, ...], as_of: Instant
) -> tuple[Verdict, ...]:
    """Verdicts as an evaluator could give them, with figures at random."""
    found: list[Verdict] = []
    for promise in agreement.obligations:
        if isinstance(promise, Target):
            whole = windows_of(agreement, promise.windows, as_of)
            windows = labelled(whole, promise.windows, promise.terms, agreement.version)
            # Bad windows, then mostly good ones: only such can earn a credit back.
            good_from = draw(st.integers(0, 7))
            combinations = draw(st.sampled_from(((), (), REGIONS)))
            for place, w in enumerate(windows[-7:] if combinations else windows[-14:]):
                window = InWindow(start=w.start, end=w.end, label=w.label)
                each = [draw(_of_window(promise, window, place >= good_from)) for _ in combinations or ((),)]
                found += [
                    replace(one, subject=subject_text(one.subject, combination), combination=combination)
                    for one, combination in zip(each, combinations or ((),), strict=True)
                ]
        elif isinstance(promise, Duty):
            begins, ends = term_of(agreement)
            found += [
                draw(_of_ticket(promise, ticket, at))
                for ticket in tickets
                if isinstance(at := ticket.values["opened_at"], int) and begins <= at < min(ends, as_of + 1)
            ]
    return tuple(replace(each, version=agreement.version) for each in found)


_STATES = (State.BREACHED, State.BREACHED, State.BREACHED, State.MET, State.EXCUSED, State.UNMEASURED)


@st.composite
def _of_window(draw: st.DrawFn, promise: Target, window: InWindow, mostly_good: bool) -> Verdict:
    values = st.sampled_from((0, 500, 900, 949, 950, 990, 995, 999, 1000))
    value = Fraction(draw(mostly((995, 1000), values) if mostly_good else values), 1000)
    exact = Exact(value=value, unit=PERCENT)
    agreed = window.end - window.start
    return Verdict(
        obligation=promise.terms.id,
        subject=promise.terms.subject,
        occasion=window,
        state=draw(st.sampled_from(_STATES)),
        measured=draw(
            st.sampled_from((exact, exact, exact, Range(low=Fraction(0), high=value, unit=PERCENT), None))
        ),
        bound=promise.bound,
        counts={"agreed": agreed, "denominator": draw(st.sampled_from((agreed, agreed // 2, 0)))},
    )


@st.composite
def _of_ticket(draw: st.DrawFn, promise: Duty, ticket: Fact, at: Instant) -> Verdict:
    late, unit = draw(
        st.sampled_from(((None, None), (Fraction(3), CALENDAR_DAYS), (Fraction(5 * HOUR // 2), HOURS)))
    )
    on = date(1970, 1, 1) + timedelta(days=at // DAY + 1)
    due = draw(
        st.sampled_from((Due(at=at + DAY, inclusive=True), Due(at=at + DAY, inclusive=False, date=on), None))
    )
    return Verdict(
        obligation=promise.terms.id,
        subject=promise.terms.subject,
        occasion=OnTriggerFact(kind="ticket", key=ticket.key, at=at),
        state=draw(st.sampled_from(_STATES)),
        due=due,
        fulfilled_at=draw(st.sampled_from((at + 2 * DAY, None))),
        late_by=late,
        late_unit=unit,
        evidence=Evidence(facts=1, ids=(f"ticket:{ticket.key}",)),
    )


@st.composite
def _charges(draw: st.DrawFn) -> tuple[Fact, ...]:
    cents = st.integers(0, 90_000).map(lambda n: Fraction(n, 100))
    many = st.sampled_from((6, 2, 0))
    # Half the time known: an unknown charge makes every base unknown.
    known = draw(st.booleans())
    return tuple(
        Fact(
            kind="charge",
            key=f"charge-{n}",
            values={
                "id": f"charge-{n}",
                "at": draw(instants()),
                "region": draw(st.sampled_from(("eu", "eu", "us"))),
                "paid": draw(st.booleans() if known else or_absent(st.booleans())),
                "amount": draw(cents if known else or_absent(cents)),
            },
        )
        for n in range(draw(many))
    )


@st.composite
def _credentials(draw: st.DrawFn) -> tuple[Fact, ...]:
    known = draw(st.booleans())
    facts: list[Fact] = []
    for n in range(draw(st.sampled_from((5, 2, 0)))):
        start, end = draw(spans_of_time())
        active = draw(st.booleans() if known else or_absent(st.booleans()))
        values = {"id": f"credential-{n}", "start": start, "end": end, "active": active}
        facts.append(Fact(kind="credential", key=f"credential-{n}", values=values))
    return tuple(facts)


@st.composite
def _made(draw: st.DrawFn, kind: str, verdicts: tuple[Verdict, ...]) -> tuple[Fact, ...]:
    """Claims or choices, mostly soon after what there can be a credit for, rarely of another subject."""
    facts: list[Fact] = []
    # One by one along the verdicts, not each at random: so few credits are left without any by chance.
    broken = [each for each in verdicts if each.state is State.BREACHED][draw(st.integers(0, 2)) :]
    others = draw(st.lists(st.sampled_from(verdicts), max_size=2)) if verdicts else []
    for n, verdict in enumerate((*broken[:: draw(st.sampled_from((1, 2, 20)))][:9], *others)):
        obligation, subject, occasion = verdict.identity
        # A name without its agreement's, which a neighbour's promise may bear, too.
        short = draw(st.sampled_from((obligation, f"{obligation}_now"))).partition(".")[2]
        over = verdict.occasion.end if isinstance(verdict.occasion, InWindow) else verdict.occasion.at
        values = {
            "id": f"{kind}-{n}",
            "made_at": draw(mostly((over - HOUR, over, over + HOUR, over + 9 * DAY), instants())),
            "obligation": (f"{obligation}_now", obligation, short)[n % 3],
            "occasion": draw(st.sampled_from((occasion, verdict.whole_window))),
            "subject": draw(mostly((subject,), st.sampled_from((None, subject, "another")))),
        }
        if kind == CHOICE_KIND:
            values["remedy"] = draw(st.sampled_from(REMEDIES))
        facts.append(Fact(kind=kind, key=f"{kind}-{n}", values=values))
    return tuple(facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditWorld:
    """A policy set with credits, its facts, verdicts on its promises, and the instant."""

    snapshot: Snapshot
    facts: dict[str, tuple[Fact, ...]]
    verdicts: tuple[Verdict, ...]
    as_of: Instant


_MONTHS_END = instant_of(FIRST) + DAYS * DAY
"""When some windows are over for long and others only just, so that they may still be claimed for."""


@st.composite
def credit_worlds(draw: st.DrawFn) -> CreditWorld:
    """A world whose verdicts are given."""
    versions = draw(agreements_with_credits())
    as_of = draw(mostly((_MONTHS_END, LONG_AFTER), instants()))
    tickets = draw(rows("ticket"))
    said = [each for version in versions for each in draw(verdicts_of(version, tickets, as_of))]
    verdicts = tuple(sorted(said, key=lambda verdict: verdict.identity))
    snapshot = snapshot_of(versions[-1].obligations[0], versions[-1])
    neighbours = draw(st.just(()) | st.just((neighbour_of(versions[-1]),)))
    snapshot = replace(snapshot, kinds=pmap(ALL_KINDS), agreements=by_name((*versions, *neighbours)))
    credited = [(each, credits_of(snapshot.obligation_of(each))) for each in verdicts]
    claimed = tuple(each for each, credit in credited if credit is not None and credit.claimed is not None)
    chosen = tuple(each for each, credit in credited if credit is not None and credit.choice is not None)
    return CreditWorld(
        snapshot=snapshot,
        facts={
            "ticket": tickets,
            "charge": draw(_charges()),
            "credential": draw(_credentials()),
            CLAIM_KIND: draw(_made(CLAIM_KIND, claimed)),
            CHOICE_KIND: draw(_made(CHOICE_KIND, chosen)),
        },
        verdicts=verdicts,
        as_of=as_of,
    )
