"""Random policy sets in which promises read the levels of ladders, rights and improvements (S8.6, S9)."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from hypothesis import strategies as st
from pyrsistent import pmap

from engine.model.agreement import Agreement
from engine.model.calendar import Elapsed
from engine.model.derived import FOLLOWUPS, IMPROVEMENT, LADDER_LEVEL, RIGHT, kinds_behind
from engine.model.expression import (
    ALWAYS_TRUE,
    AllOf,
    ClockDuration,
    Compare,
    Condition,
    Literal,
    Not,
    Present,
    Relation,
    Selection,
)
from engine.model.fact import NumberType, ReferenceType, TextType
from engine.model.followup import BreachedIn, Improvement, Ladder, Pattern, Right
from engine.model.measure import Aggregated, Uptime
from engine.model.obligation import Duty, ObligationKind, OnTrigger, Target
from engine.model.period import CalendarWindows, Term, WindowUnit
from engine.model.quantity import MINUTES, Comparison
from engine.model.severity import Escalation, EscalationLevel
from tests.differential import promises
from tests.differential.followup_worlds import improvements, ladders, rights
from tests.differential.kinds import NOWHERE, SERVICES
from tests.differential.strata_worlds import ALL_KINDS, below, following_prohibitions, named, of, text
from tests.differential.worlds import (
    FIRST,
    LONG_AFTER,
    World,
    agreements,
    instants,
    mostly,
    rows,
    snapshot_of,
)

NAMES = {LADDER_LEVEL: "ladder", RIGHT: "right", IMPROVEMENT: "improvement"}
"""The field that names what a fact follows from."""

ENDS = {LADDER_LEVEL: "ended_at", RIGHT: "until", IMPROVEMENT: "done_at"}
"""The field that says when it was over, if ever."""


@st.composite
def what_followed(draw: st.DrawFn, kind: str, ladder: str, target: str) -> Selection:
    """Levels of one ladder, or rights or improvements of a promise, all of them or some."""
    about: list[Condition] = [
        Compare(
            relation=Relation.IS,
            left=of("b", kind, "obligation"),
            right=text(target, ReferenceType(to="obligation")),
        )
    ]
    if kind == LADDER_LEVEL:
        about.append(
            Compare(relation=Relation.IS, left=of("b", kind, NAMES[kind]), right=text(ladder, TextType()))
        )
        level = Compare(
            relation=draw(st.sampled_from((Relation.AT_LEAST, Relation.IS))),
            left=of("b", kind, "level"),
            right=Literal(value=Fraction(draw(st.integers(1, 2))), type=NumberType(decimals=0)),
        )
        about += draw(st.sampled_from(((), (), (), (level,))))
    over = Present(value=of("b", kind, ENDS[kind]))
    about += draw(st.sampled_from(((), (), (), (), (over,), (Not(of=over),))))
    return Selection(kind=kind, variable="b", where=AllOf(of=tuple(about)))


@st.composite
def replies(draw: st.DrawFn, agreement: Agreement, kind: str, ladder: str, target: str) -> Duty:
    """A reply to what followed, from its instant on, or from when an improvement is due."""
    trigger = draw(what_followed(kind, ladder, target))
    field = draw(st.sampled_from(("at", "due_at"))) if trigger.kind == IMPROVEMENT else "at"
    return Duty(
        terms=promises.terms(ObligationKind.DUTY),
        occasion=OnTrigger(trigger=trigger),
        fulfilments=(Selection(kind="reply", variable="r"),),
        limit=draw(promises.within(agreement, of("b", trigger.kind, field))),
    )


@st.composite
def never(draw: st.DrawFn, unit: WindowUnit, kind: str) -> Target:
    """Nothing of the sort, or little, in each window."""
    found = draw(following_prohibitions(draw(agreements()), ["a.second"]))
    chosen = draw(what_followed(kind, "lower", "a.second"))
    at = of("b", chosen.kind, "at")
    assert isinstance(found.measure, Aggregated), "records are counted"
    records = replace(found.measure.records, of=chosen, belongs=at, starts_at=at)
    none = replace(found.bound, value=Fraction(0))
    return replace(
        found,
        measure=replace(found.measure, records=records),
        bound=draw(st.sampled_from((none, none, found.bound))),
        windows=CalendarWindows(unit=unit),
    )


@st.composite
def often(draw: st.DrawFn, followup: Right | Improvement, target: str) -> Right | Improvement:
    """The right or improvement, which arises at each breach, or as it was drawn."""
    each: Pattern = BreachedIn(obligation=target, needed=1, of=1)
    patterns = draw(st.sampled_from(((each,), (each,), followup.patterns)))
    return replace(followup, patterns=patterns)


@st.composite
def over(draw: st.DrawFn, target: str, unit: WindowUnit, name: str) -> Ladder:
    """A ladder over one target."""
    return replace(draw(ladders((target,), unit)), id=f"a.{name}")


@st.composite
def rising(draw: st.DrawFn, ladder: str) -> Escalation:
    """The escalation of a level that a ladder has opened."""
    minutes = ClockDuration(length=0, clock=Elapsed(), unit=MINUTES)
    which = Compare(
        relation=Relation.IS, left=of("x", LADDER_LEVEL, "ladder"), right=text(ladder, TextType())
    )
    return Escalation(
        id="a.rising",
        title="Rising",
        agreement="a",
        subjects=SERVICES,
        trigger=Selection(kind=LADDER_LEVEL, variable="x", where=draw(st.sampled_from((which, ALWAYS_TRUE)))),
        start=of("x", LADDER_LEVEL, "at"),
        levels=(EscalationLevel(number=1, role="boss", after=minutes),),
        stops_at=None,
        span=NOWHERE,
    )


@st.composite
def always_broken(draw: st.DrawFn, agreement: Agreement) -> Target:
    """A prohibition of what happens."""
    found = draw(promises.prohibitions(agreement))
    assert isinstance(found.measure, Aggregated), "records are counted"
    records = replace(found.measure.records, of=Selection(kind="ticket", variable="t"))
    terms = replace(found.terms, id="a.second", reported_only=draw(st.integers(0, 9)) == 9)
    return replace(found, terms=terms, measure=replace(found.measure, records=records), only_while=None)


@st.composite
def paid_uptime(draw: st.DrawFn, agreement: Agreement) -> Target:
    """Uptime for which credits are paid, so much of it that any outage breaks it."""
    _, found = draw(below(agreement))
    assert isinstance(found, Target) and isinstance(found.measure, Uptime)
    bound = replace(found.bound, comparison=Comparison.AT_LEAST, value=Fraction(999, 1000))
    return replace(found, bound=bound, measure=replace(found.measure, least=0))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A target with a ladder, a right and an improvement; a prohibition of what they come to, with a ladder
    of its own; and duties that reply to all that."""
    start = FIRST.date() - timedelta(days=draw(st.integers(0, 9)))
    through = draw(st.sampled_from((start + timedelta(days=40), start + timedelta(days=29))))
    agreement = replace(draw(agreements()), term=Term(start=start, through=through))
    unit = draw(st.sampled_from((WindowUnit.WEEK, WindowUnit.WEEK, WindowUnit.DAY)))
    second = draw(st.one_of(always_broken(agreement), paid_uptime(agreement)))
    second = replace(second, windows=CalendarWindows(unit=unit))
    lower = draw(over("a.second", unit, "lower"))
    third = named(draw(never(unit, draw(st.sampled_from(FOLLOWUPS)))), "a.third", None)
    upper = draw(over("a.third", unit, "upper"))
    whose = draw(st.sampled_from((("lower", "a.second"), ("lower", "a.second"), ("upper", "a.third"))))
    above = (
        named(draw(replies(agreement, LADDER_LEVEL, *whose)), "a.fourth", None),
        named(draw(replies(agreement, RIGHT, "lower", "a.second")), "a.fifth", None),
        named(draw(replies(agreement, IMPROVEMENT, "lower", "a.second")), "a.sixth", None),
    )
    agreement = replace(
        agreement,
        obligations=tuple(draw(st.permutations((second, third, *above)))),
        ladders=tuple(draw(st.permutations((lower, upper)))),
        rights=(draw(often(draw(rights(("a.second",))), "a.second")),),
        improvements=(draw(often(draw(improvements(("a.second",))), "a.second")),),
        escalations=draw(st.sampled_from(((), (draw(rising("upper")),)))),
    )
    snapshot = replace(snapshot_of(second, agreement), kinds=pmap(ALL_KINDS))
    kinds = {kind for each in agreement.obligations for kind in kinds_behind(snapshot, each)}
    kinds |= {"reply", "ticket", "workaround"}
    assert not kinds & set(FOLLOWUPS), "what follows is never fed"
    return World(
        snapshot=snapshot,
        facts={
            kind: draw(rows(kind, at_least=3 if kind in ("outage", "reply", "ticket") else 0))
            for kind in sorted(kinds)
        },
        as_of=draw(mostly((LONG_AFTER,), instants())),
    )
