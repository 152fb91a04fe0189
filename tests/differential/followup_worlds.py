"""Random histories of windows, and the ladders, rights and improvements that fold over them (S8.3, S8.5)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st
from pyrsistent import pmap

from engine.definition.windows import named_by_version, windows_of
from engine.model.agreement import Agreement
from engine.model.credit import Band, Credits, MoneyRounding
from engine.model.credit_base import FixedBase
from engine.model.expression import (
    ALWAYS_TRUE,
    CalendarDays,
    Compare,
    Condition,
    Duration,
    Expression,
    Months,
    Relation,
    Selection,
)
from engine.model.fact import Fact, InstantType, TextType
from engine.model.followup import (
    BreachedIn,
    Extension,
    Figure,
    FigureIn,
    FigureOver,
    Improvement,
    Ladder,
    LadderLevel,
    Pattern,
    Power,
    Reopening,
    Right,
)
from engine.model.instants import instant_of
from engine.model.obligation import Target
from engine.model.period import CalendarWindows, Term, WindowUnit
from engine.model.quantity import (
    DAY,
    HOURS,
    MINUTE,
    PERCENT,
    Bound,
    Comparison,
    Dimension,
    Instant,
    Money,
    Unit,
)
from engine.model.snapshot import Snapshot
from engine.model.verdict import Exact, Flag, InWindow, Range, State, Verdict
from tests.differential import promises
from tests.differential.conditions import field, is_value
from tests.differential.kinds import NOWHERE, YES_NO
from tests.differential.strata_worlds import ALL_KINDS, of, text
from tests.differential.version_worlds import by_name, in_two_versions, promised_in
from tests.differential.worlds import FIRST, agreements, instants, rows, snapshot_of

EUROS = Unit(name="EUR", dimension=Dimension.MONEY)
SPAN = {WindowUnit.DAY: 40, WindowUnit.WEEK: 90, WindowUnit.MONTH: 500, WindowUnit.QUARTER: 1200}
"""So many days of term make a history of each unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Verdicts as they might be, facts, and the policy set whose reactions are asked for."""

    snapshot: Snapshot
    verdicts: tuple[Verdict, ...]
    facts: dict[str, tuple[Fact, ...]]
    as_of: Instant


def paid(target: Target) -> Target:
    """The target with credits for low values."""
    ends = (Bound(comparison=Comparison.BELOW, value=Fraction(1, 2), unit=PERCENT),)
    credits = Credits(
        base=FixedBase(amount=Money(amount=Decimal(100), currency="EUR")),
        payments=(Band(worth=Fraction(1, 10), ends=ends),),
        currency="EUR",
        rounding=MoneyRounding.HALF_EVEN,
        decimals=2,
        span=NOWHERE,
    )
    return replace(target, credits=credits)


@st.composite
def verdicts(draw: st.DrawFn, target: Target, agreement: Agreement, as_of: Instant) -> list[Verdict]:
    """One for each window and subject: a state, downtime, and a measured value or a range."""
    found: list[Verdict] = []
    states = st.sampled_from((State.BREACHED, State.BREACHED, State.MET, State.MET, State.MET, *State))
    for subject in draw(st.sampled_from((("shop",), ("shop",), ("shop", "api")))):
        for whole in windows_of(agreement, target.windows, as_of):
            window = named_by_version(whole, target.windows, target.terms, agreement)
            value = Fraction(draw(st.integers(0, 20)), 20)
            low = Range(low=Fraction(0), high=value, unit=PERCENT)
            found.append(
                Verdict(
                    obligation=target.terms.id,
                    subject=subject,
                    occasion=InWindow(start=window.start, end=window.end, label=window.label),
                    state=draw(states),
                    flags=(Flag.REPORTED_ONLY,) if target.terms.reported_only else (),
                    measured=draw(st.sampled_from((Exact(value=value, unit=PERCENT),) * 5 + (low, None))),
                    counts={"bad": draw(st.integers(0, 600)) * MINUTE},
                    version=agreement.version,
                )
            )
    return found


def some(kind: str, variable: str) -> st.SearchStrategy[Selection]:
    """Facts of a kind, all of them, of some, or as the opening breach has it."""
    choices: list[Condition] = [ALWAYS_TRUE, ALWAYS_TRUE]
    if kind == "reply":
        choices.append(is_value(field(variable, "reply", "helpful"), True, YES_NO))
    return st.sampled_from([Selection(kind=kind, variable=variable, where=each) for each in choices])


@st.composite
def levels(draw: st.DrawFn, number: int, lowest: int, highest: int) -> LadderLevel:
    """A level that counts from a notice or from a plan."""
    notice = draw(some("reply", "n"))
    window = of("b", "breach", "window")
    named = Compare(relation=Relation.IS_NOT, left=window, right=text("2025-03", TextType()))
    notice = replace(notice, where=draw(st.sampled_from((notice.where, notice.where, named))))
    plan = Selection(kind="ticket", variable="p")
    planned: Expression = field("p", "ticket", "wanted_by")
    by_plan = draw(st.integers(0, 3)) == 0
    needs = draw(st.sampled_from(((), (), (Selection(kind="workaround", variable="c"),))))
    above = list(range(lowest, number))
    until = Extension(by=Selection(kind="ticket", variable="e"), to=field("e", "ticket", "wanted_by"))
    again = Reopening(within=draw(st.integers(1, 4)), at_or_above=draw(st.integers(lowest, highest)))
    return LadderLevel(
        number=number,
        role=f"role_{number}",
        notice=draw(st.sampled_from((None, notice))) if by_plan else notice,
        needs=(*needs, plan) if by_plan else needs,
        remedied=planned if by_plan else field("n", "reply", "at"),
        waits_for="p" if by_plan else "n",
        after=draw(st.integers(0, 3)),
        extension=draw(st.sampled_from((None, None, until))),
        after_failure_of=draw(st.sampled_from((above[-1], above[-1], None))) if above else None,
        reopening=draw(st.sampled_from((None, again))),
        gives=draw(st.sampled_from((None, Power(party="you", power="leave")))),
    )


@st.composite
def ladders(draw: st.DrawFn, targets: Sequence[str], unit: WindowUnit) -> Ladder:
    """A ladder of one to three levels."""
    highest = draw(st.integers(1, 3))
    return Ladder(
        id="a.ladder",
        title="Ladder",
        agreement="a",
        cites=(),
        targets=tuple(targets),
        variable="b",
        unit=unit,
        levels=tuple(draw(levels(number, 1, highest)) for number in range(1, highest + 1)),
        clean=draw(st.sampled_from((1, 2, 2))),
        late_approvals=draw(st.booleans()),
        span=NOWHERE,
    )


@st.composite
def patterns(draw: st.DrawFn, targets: Sequence[str]) -> Pattern:
    """Every sort of pattern, of up to four windows."""
    length = draw(st.integers(1, 4))
    needed, target = draw(st.integers(1, length)), draw(st.sampled_from(targets))
    figure = draw(st.sampled_from(tuple(Figure)))
    comparison = draw(st.sampled_from(tuple(Comparison)))
    match figure:
        case Figure.DOWNTIME:
            value, unit = Fraction(draw(st.integers(0, 900)) * MINUTE), HOURS
        case Figure.CREDITS:
            value, unit = Fraction(draw(st.sampled_from((0, 10, 20)))), EUROS
        case Figure.AVERAGE:
            value, unit = Fraction(draw(st.integers(0, 20)), 20), PERCENT
    bound = Bound(comparison=comparison, value=value, unit=unit)
    return draw(
        st.sampled_from(
            (
                BreachedIn(obligation=target, needed=needed, of=length),
                FigureIn(figure=figure, obligation=target, bound=bound, needed=needed, of=length),
                FigureOver(figure=figure, obligation=target, bound=bound, of=length),
            )
        )
    )


def lengths() -> st.SearchStrategy[Duration]:
    """Civil days or months."""
    days = st.integers(0, 40).map(lambda days: CalendarDays(days=days))
    return st.one_of(days, days, st.integers(1, 3).map(lambda months: Months(months=months)))


@st.composite
def rights(draw: st.DrawFn, targets: Sequence[str]) -> Right:
    """A right that one pattern or another gives."""
    return Right(
        id="a.right",
        title="Right",
        agreement="a",
        cites=(),
        holder="you",
        power="leave",
        patterns=tuple(draw(st.lists(patterns(targets), min_size=1, max_size=2))),
        exercisable=draw(st.none() | lengths()),
        exercised_by=draw(st.none() | some("reply", "e")),
        span=NOWHERE,
    )


@st.composite
def improvements(draw: st.DrawFn, targets: Sequence[str]) -> Improvement:
    """An improvement recorded as a ticket."""
    needs = (field("i", "ticket", "topic"), field("i", "ticket", "size"))
    return Improvement(
        id="a.improvement",
        title="Improvement",
        agreement="a",
        cites=(),
        owner="boss",
        patterns=tuple(draw(st.lists(patterns(targets), min_size=1, max_size=2))),
        due=draw(lengths()),
        recorded_by=Selection(kind="ticket", variable="i"),
        needs=draw(st.sampled_from(((), needs[:1], needs))),
        done=field("i", "ticket", "classified_at"),
        span=NOWHERE,
    )


def stretched(fact: Fact, by: int) -> Fact:
    """The fact with its instants so many times as far from the first one, to suit long windows."""
    origin = instant_of(FIRST)
    kind = ALL_KINDS[fact.kind]
    values = dict(fact.values)
    for each in kind.fields:
        value = values.get(each.name)
        if isinstance(each.type, InstantType) and isinstance(value, int):
            values[each.name] = origin + (value - origin) * by
    return replace(fact, values=values)


def _declared(
    sort: str, ids: Sequence[str], unit: WindowUnit
) -> st.SearchStrategy[Ladder | Right | Improvement]:
    """What a version declares of one sort."""
    match sort:
        case "ladder":
            return ladders(ids, unit)
        case "right":
            return rights(ids)
        case _:
            return improvements(ids)


@st.composite
def histories(draw: st.DrawFn, sort: str) -> History:
    """A history of one or two targets, for ladders, rights or improvements."""
    unit = draw(st.sampled_from((WindowUnit.DAY, *SPAN)))
    agreement = draw(agreements())
    start = FIRST.date() - timedelta(days=draw(st.sampled_from((0, 3, 11))) * (SPAN[unit] // 40))
    agreement = replace(agreement, term=Term(start=start, through=None))
    as_of = draw(instants()) + SPAN[unit] * draw(st.integers(0, 4)) // 4 * DAY
    ids = draw(st.sampled_from((("a.one",), ("a.one", "a.two"))))
    plain = draw(promises.prohibitions(agreement))
    silent = draw(st.integers(0, 9)) == 0
    of = draw(st.just((agreement,)) | in_two_versions(agreement, start, SPAN[unit]))
    versions: list[Agreement] = []
    said: list[Verdict] = []
    declared = draw(st.sampled_from((of, of, of, of[:1], of[-1:])))
    said_first = draw(_declared(sort, ids, unit))
    for turn in of:
        # Now and then a version measures in other windows, and may say all anew.
        own = draw(st.sampled_from((unit, unit, unit, unit, WindowUnit.WEEK)))
        noun = draw(st.just(said_first) | _declared(sort, ids, own))
        promised = [
            replace(
                plain,
                terms=replace(plain.terms, id=id, reported_only=silent and id == ids[-1]),
                windows=CalendarWindows(unit=own),
            )
            for id in ids
        ]
        targets = [paid(promised_in(each, turn, of)) for each in promised]
        for target in targets:
            said += draw(verdicts(target, turn, as_of))
        versions.append(
            replace(
                turn,
                obligations=tuple(targets),
                ladders=(noun,) if isinstance(noun, Ladder) and turn in declared else (),
                rights=(noun,) if isinstance(noun, Right) and turn in declared else (),
                improvements=(noun,) if isinstance(noun, Improvement) and turn in declared else (),
            )
        )
    snapshot = snapshot_of(versions[-1].obligations[0], versions[-1])
    said.sort(key=lambda verdict: (verdict.obligation, verdict.subject))
    facts = {kind: draw(rows(kind, 8)) for kind in ("reply", "ticket", "workaround")}
    stretch = SPAN[unit] // 40
    return History(
        snapshot=replace(snapshot, kinds=pmap(ALL_KINDS), agreements=by_name(versions)),
        verdicts=tuple(said),
        facts={kind: tuple(stretched(each, stretch) for each in found) for kind, found in facts.items()},
        as_of=as_of,
    )
