"""Random conditions over the kinds of the random worlds."""

from fractions import Fraction
from functools import cache

from hypothesis import strategies as st

from engine.model.calendar import Elapsed
from engine.model.expression import (
    ALWAYS_TRUE,
    AllOf,
    AnyOf,
    Arithmetic,
    BusinessDays,
    CalendarDays,
    ClockDuration,
    Compare,
    Condition,
    Duration,
    Expression,
    FieldOf,
    Literal,
    Months,
    Not,
    Notice,
    NoticeCounting,
    OneOf,
    Operator,
    Present,
    Relation,
)
from engine.model.fact import FieldType
from engine.model.quantity import HOUR, HOURS, MINUTE, MINUTES
from tests.differential.kinds import KINDS, PRIORITIES, PRIORITY, TOPIC, YES_NO
from tests.differential.lookups import lookups
from tests.differential.worlds import clocks, dated


def field(variable: str, kind: str, name: str) -> FieldOf:
    """A field of the fact bound to `variable`."""
    found = KINDS[kind].field_named(name)
    assert found is not None
    return FieldOf(variable=variable, kind=kind, field=name, type=found.type)


def is_value(expression: Expression, value: str | bool, type: FieldType) -> Compare:
    """`expression is value`."""
    return Compare(relation=Relation.IS, left=expression, right=Literal(value=value, type=type))


def same(left: Expression, right: Expression) -> Compare:
    """`left is right`."""
    return Compare(relation=Relation.IS, left=left, right=right)


@cache
def clock_durations() -> st.SearchStrategy[ClockDuration]:
    """Minutes or hours on any clock."""
    lengths = st.sampled_from((0, 1, 30, 60, 240, 480, 1440, 2880)) | st.integers(0, 3000)
    return st.builds(
        lambda length, clock, unit: ClockDuration(length=length * MINUTE, clock=clock, unit=unit),
        lengths,
        clocks(),
        st.sampled_from((MINUTES, HOURS)),
    )


@cache
def day_durations() -> st.SearchStrategy[Duration]:
    """Calendar days, business days or months."""
    return st.one_of(
        st.integers(0, 12).map(lambda n: CalendarDays(days=n)),
        st.builds(lambda n, calendar: BusinessDays(days=n, calendar=calendar), st.integers(0, 6), dated()),
        st.integers(0, 2).map(lambda n: Months(months=n)),
    )


@cache
def durations() -> st.SearchStrategy[Duration]:
    """Any duration."""
    return clock_durations() | day_durations()


@cache
def _ticket_atoms() -> st.SearchStrategy[Condition]:
    of = {
        name: field("t", "ticket", name) for name in ("topic", "priority", "size", "urgent", "classified_at")
    }
    size = KINDS["ticket"].field_named("size")
    assert size is not None
    return st.one_of(
        st.sampled_from(("red", "blue")).map(lambda value: is_value(of["topic"], value, TOPIC)),
        st.booleans().map(lambda value: is_value(of["urgent"], value, YES_NO)),
        st.builds(
            lambda relation, hundredths: Compare(
                relation=relation,
                left=of["size"],
                right=Literal(value=Fraction(hundredths, 100), type=size.type),
            ),
            st.sampled_from(tuple(Relation)),
            st.integers(-200, 3000),
        ),
        st.sets(st.sampled_from(PRIORITIES), min_size=1).map(
            lambda among: OneOf(
                value=of["priority"],
                among=tuple(Literal(value=each, type=PRIORITY) for each in sorted(among)),
            )
        ),
        st.sampled_from(tuple(of.values())).map(lambda each: Present(value=each)),
        lookups("t"),
        st.builds(
            lambda relation: Compare(
                relation=relation, left=of["classified_at"], right=field("t", "ticket", "opened_at")
            ),
            st.sampled_from(tuple(Relation)),
        ),
        _ticket_quotients(),
        _ticket_quotients(),
    )


@cache
def _ticket_quotients() -> st.SearchStrategy[Condition]:
    """Quotients of numbers and of lengths, whose divisors may be negative, 0 or absent."""
    size, effort = field("t", "ticket", "size"), field("t", "ticket", "effort")

    def calculated(operator: Operator, left: Expression, right: Expression) -> Arithmetic:
        return Arithmetic(operator=operator, left=left, right=right)

    numbers = st.integers(-8, 8).map(lambda n: Literal(value=Fraction(n, 4), type=size.type))
    lengths = st.integers(0, 3).map(lambda n: Literal(value=n * 30 * MINUTE, type=effort.type))
    less = st.builds(lambda n: calculated(Operator.MINUS, size, n), numbers)
    short = st.builds(lambda n: calculated(Operator.MINUS, effort, n), lengths)
    simple = st.one_of(
        st.builds(lambda divisor: calculated(Operator.OVER, size, divisor), less),
        st.builds(lambda number, divisor: calculated(Operator.OVER, number, divisor), numbers, less),
        st.builds(lambda divisor: calculated(Operator.OVER, effort, divisor), short),
        st.builds(
            lambda n: calculated(Operator.OVER, size, n),
            numbers.filter(lambda each: each.value != 0),
        ),
    )
    made = simple | st.builds(calculated, st.sampled_from(tuple(Operator)), simple, simple)
    return st.builds(
        lambda relation, left, right: Compare(relation=relation, left=left, right=right),
        st.sampled_from(tuple(Relation)),
        made,
        numbers | made,
    ) | made.map(lambda each: Present(value=each))


@cache
def ticket_conditions() -> st.SearchStrategy[Condition]:
    """Conditions over a ticket `t`."""
    return st.just(ALWAYS_TRUE) | st.recursive(
        _ticket_atoms(),
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(lambda of: AllOf(of=tuple(of))),
            st.lists(inner, min_size=2, max_size=3).map(lambda of: AnyOf(of=tuple(of))),
            inner.map(lambda of: Not(of=of)),
        ),
        max_leaves=4,
    )


@cache
def notices(counting: NoticeCounting) -> st.SearchStrategy[Condition]:
    """Whether a maintenance `m` was announced in time."""
    return st.builds(
        lambda lead: Notice(
            value=field("m", "maintenance", "notified_at"),
            lead=lead,
            before=field("m", "maintenance", "start"),
            counting=counting,
        ),
        st.just(ClockDuration(length=48 * HOUR, clock=Elapsed(), unit=HOURS)) | durations(),
    )
