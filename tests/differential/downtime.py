"""Random uptime from samples, of several at once, narrowed, in whole units, forgiven, out of a fixed time."""

from dataclasses import replace
from fractions import Fraction
from functools import cache

from hypothesis import strategies as st

from engine.model.agreement import Agreement
from engine.model.exclusion import Intervals, NamedPeriod
from engine.model.expression import (
    ALWAYS_TRUE,
    AllOf,
    Arithmetic,
    Compare,
    Condition,
    Expression,
    Literal,
    Operator,
    Relation,
    Selection,
)
from engine.model.measure import (
    AtOnce,
    Deployed,
    Forgiven,
    MissingData,
    OutageAttribution,
    Samples,
    Standing,
    Uptime,
    While,
)
from engine.model.obligation import ObligationKind, Target
from engine.model.quantity import DAY, HOUR, MINUTE
from tests.differential.conditions import field, is_value
from tests.differential.kinds import NOWHERE, NUMBER
from tests.differential.promises import uptime_targets

ERRORS, REQUESTS = field("s", "sample", "errors"), field("s", "sample", "requests")


def sample_targets(agreement: Agreement) -> st.SearchStrategy[Target]:
    """Uptime from samples in buckets, with everything that acts on its bad intervals."""
    return narrowed_targets(agreement).flatmap(lambda target: _sampled(target))


@st.composite
def _sampled(draw: st.DrawFn, target: Target) -> Target:
    assert isinstance(target.measure, Uptime)
    zone = field("s", "sample", "zone")
    one_zone = is_value(zone, "a", zone.type)
    measure = replace(
        target.measure,
        outages=Selection(
            kind="sample", variable="s", where=draw(st.sampled_from((ALWAYS_TRUE, ALWAYS_TRUE, one_zone)))
        ),
        at_once=None,
        weight=None,
        samples=Samples(
            length=draw(st.sampled_from((10, 30, 60))) * MINUTE,
            is_bad=draw(_bad_sums()),
            missing=draw(st.sampled_from((None, None, *MissingData))),
        ),
    )
    return replace(target, measure=measure, watched_source=None)


@cache
def _bad_sums() -> st.SearchStrategy[Condition]:
    """Enough requests, perhaps, and too many errors among them; without requests there is no share."""
    share = Arithmetic(operator=Operator.OVER, left=ERRORS, right=REQUESTS)
    levels = st.sampled_from((Fraction(1, 20), Fraction(1, 3), Fraction(1)))
    too_many = levels.map(
        lambda level: Compare(relation=Relation.ABOVE, left=share, right=Literal(value=level, type=NUMBER))
    )
    enough = Compare(
        relation=Relation.AT_LEAST, left=REQUESTS, right=Literal(value=Fraction(10), type=NUMBER)
    )
    return too_many | too_many.map(lambda condition: AllOf(of=(enough, condition)))


@st.composite
def narrowed_targets(draw: st.DrawFn, agreement: Agreement) -> Target:
    """Uptime from outages of several zones, with everything that acts on its bad intervals."""
    target = draw(uptime_targets(agreement))
    assert isinstance(target.measure, Uptime)
    some, never = st.booleans(), st.none()
    weight = draw(never | weights())
    measure = replace(
        target.measure,
        weight=weight,
        at_once=draw(
            never
            if weight
            else never | st.sampled_from((1, 2, 2, 3)).map(lambda n: AtOnce(field="zone", count=n))
        ),
        whole=draw(st.sampled_from((0, 0, MINUTE, 7 * MINUTE, HOUR))),
        forgiven=draw(
            never
            | st.builds(
                lambda count, minutes: Forgiven(count=count, under=minutes * MINUTE),
                st.sampled_from((1, 1, 2, 3)),
                st.sampled_from((15, 60, 61, 301)),
            )
        ),
        only_while=draw(whiles()) if draw(some) else (),
        fixed=draw(st.sampled_from((None, None, None, 30 * DAY, HOUR))),
    )
    return replace(target, measure=measure)


@st.composite
def deployed_targets(draw: st.DrawFn, agreement: Agreement) -> Target:
    """Uptime out of weighted facts, perhaps while one holds, with what acts on its bad intervals."""
    target = draw(narrowed_targets(agreement))
    assert isinstance(target.measure, Uptime)
    urgent = field("d", "deployment", "topic")
    facts = Selection(
        kind="deployment",
        variable="d",
        where=draw(st.sampled_from((ALWAYS_TRUE, is_value(urgent, "red", urgent.type)))),
    )
    measure = replace(
        target.measure,
        weight=draw(weights()),
        at_once=None,
        fixed=None,
        only_while=draw(st.sampled_from(((), (Standing(facts=facts, count=1),), target.measure.only_while))),
        deployed=Deployed(facts=facts, weight=draw(deployed_weights())),
    )
    return replace(target, measure=measure)


@cache
def deployed_weights() -> st.SearchStrategy[Expression]:
    """The users, or less, or a number below nothing where there are few."""
    users = field("d", "deployment", "users")
    less = (Literal(value=Fraction(number), type=NUMBER) for number in (3, 40))
    three, forty = less
    return st.sampled_from(
        (
            users,
            Arithmetic(operator=Operator.OVER, left=users, right=three),
            Arithmetic(operator=Operator.MINUS, left=users, right=forty),
        )
    )


@st.composite
def standing_duties(draw: st.DrawFn, agreement: Agreement) -> Target:
    """What must be in force at all times: its gaps are bad time, less what is excluded."""
    target = draw(uptime_targets(agreement))
    assert isinstance(target.measure, Uptime)
    measure = replace(
        target.measure,
        outages=Selection(kind="emergency", variable="e"),
        least=0,
        attribution=OutageAttribution.SPLIT,
        covering=True,
    )
    kind = replace(target.terms, kind=ObligationKind.STANDING_DUTY)
    return replace(
        target, terms=kind, measure=measure, watched_source=None, missing_data=MissingData.UNMEASURED
    )


@cache
def weights() -> st.SearchStrategy[Expression]:
    """The share of the outage, or a third of it, or more than that."""
    share = field("o", "outage", "share")
    three = Literal(value=Fraction(3), type=NUMBER)
    third = Arithmetic(operator=Operator.OVER, left=share, right=three)
    more = Arithmetic(operator=Operator.PLUS, left=third, right=Literal(value=Fraction(1, 7), type=NUMBER))
    return st.sampled_from((share, third, more))


@cache
def whiles() -> st.SearchStrategy[tuple[While, ...]]:
    """While an emergency lasts, while two at least do, or both."""
    period = NamedPeriod(
        name="emergencies",
        of=None,
        intervals=Intervals(
            facts=Selection(kind="emergency", variable="e"),
            start=field("e", "emergency", "start"),
            until=field("e", "emergency", "end"),
        ),
        span=NOWHERE,
    )
    standing = st.sampled_from((1, 2)).map(
        lambda count: Standing(facts=Selection(kind="emergency", variable="e"), count=count)
    )
    return st.one_of(
        st.just((period,)),
        standing.map(lambda each: (each,)),
        standing.map(lambda each: (period, each)),
    )
