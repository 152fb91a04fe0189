"""Expressions and conditions in SQL against S4.5 and S7.2, on facts as they are seen (S2.5)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pyarrow as pa
import pytest

from engine.model.calendar import Elapsed, LocalSpan, WeeklyCalendar
from engine.model.expression import (
    AllOf,
    AnyOf,
    Arithmetic,
    BusinessDays,
    CalendarDays,
    ClockDuration,
    Compare,
    Condition,
    Duration,
    Earliest,
    Expression,
    FieldOf,
    Latest,
    Literal,
    Months,
    Not,
    Notice,
    NoticeCounting,
    OneOf,
    Operator,
    Present,
    Relation,
    WindowLabel,
)
from engine.model.fact import (
    At,
    DateType,
    FactKind,
    Field,
    FieldType,
    InstantType,
    Matrix,
    NumberType,
    TextType,
    YesNoType,
)
from engine.model.instants import iso_text, parse_instant
from engine.model.quantity import DAY, HOUR, HOURS, Instant
from engine.rules.plans.clock_tables import ClockTables
from engine.rules.plans.expression_to_sql import FactRow, Scope, absences, holds, scaled, unknowns
from engine.rules.plans.kind_to_sql import UNTIL_NEXT, seen
from engine.rules.plans.lookup import LookupByTarget
from engine.rules.plans.plan_to_sql import DIALECT, Statement
from engine.source import Span
from engine.store.database import POSITION, UNRECORDED, Store
from engine.store.encoding import column_type, encode

NOWHERE = Span(source="test", start=0, end=0, line=1, column=1, end_line=1, end_column=1)
TEXT, INSTANT, YES_NO = TextType(), InstantType(), YesNoType()
CENTS = NumberType(decimals=2)

KIND = FactKind(
    name="ticket",
    key="id",
    about=None,
    timing=At(field="at"),
    fields=(
        Field(name="id", type=TEXT),
        Field(name="at", type=INSTANT),
        Field(name="told_at", type=INSTANT, optional=True),
        Field(name="wanted_at", type=INSTANT, optional=True, planned=True),
        Field(name="topic", type=TEXT, optional=True),
        Field(name="size", type=CENTS, optional=True),
        Field(name="urgent", type=YES_NO, optional=True),
        Field(name="day", type=DateType(), optional=True),
    ),
    matrices=(
        Matrix(
            field="priority",
            row_field="topic",
            column_field="topic",
            cells={("red", "red"): "p1", ("it's", "it's"): "p2"},
            span=NOWHERE,
        ),
    ),
    span=NOWHERE,
)
OFFICE = WeeklyCalendar(
    name="office",
    zone="Europe/Berlin",
    week=((LocalSpan(start=8 * HOUR, end=18 * HOUR),),) * 5 + ((),) * 2,
    closed=frozenset({date(2025, 4, 18), date(2025, 4, 21)}),
)


def at(text: str) -> Instant:
    instant = parse_instant(text)
    assert instant is not None
    return instant


NOON = at("2025-03-31T12:00:00Z")


def of(name: str) -> FieldOf:
    field = KIND.field_named(name)
    return FieldOf(variable="t", kind="ticket", field=name, type=field.type if field else TEXT)


def given(value: str | int | Fraction | bool | date, type: FieldType) -> Literal:
    return Literal(value=value, type=type)


def stored(*rows: Mapping[str, object]) -> Store:
    store = Store.open(None)
    store.create(KIND)
    arrow = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "INTEGER": pa.int32(), "BOOLEAN": pa.bool_()}
    columns = {
        field.name: pa.array(
            [encode(row.get(field.name), field.type) for row in rows],  # pyright: ignore[reportArgumentType]
            arrow[column_type(field.type)],
        )
        for field in KIND.fields
    }
    columns["known_from"] = pa.array([UNRECORDED] * len(rows), pa.int64())
    columns[POSITION] = pa.array(range(len(rows)), pa.int64())
    store.append(KIND, pa.table(columns), corrections=False)
    return store


def asked(
    what: Expression | Condition, row: Mapping[str, object], as_of: Instant = NOON + DAY
) -> list[object]:
    """The value or truth of one expression over one fact, and the absent fields that it lacks."""
    tables = ClockTables()
    scope = Scope(
        rows={"t": FactRow(kind=KIND, alias="t")},
        zone="Europe/Berlin",
        tables=tables,
        lookup=LookupByTarget(kinds={KIND.name: KIND}, as_of=as_of, known_at=None, target=None),
    )
    statement = Statement()
    fields = [field.name for field in KIND.fields] + ["priority"]
    facts = seen(KIND, fields, as_of, None)
    if isinstance(what, Literal | FieldOf | WindowLabel | Arithmetic | Latest | Earliest):
        node, lacking = scaled(what, scope).node, absences(what, scope)
    else:
        node, lacking = holds(what, scope), unknowns(what, scope)
    statement.add("ticket", facts.sql(DIALECT))
    sql = statement.sql("SELECT $node, $lacking FROM ticket AS t", node=node, lacking=lacking)
    with stored({"id": "k", "at": NOON, **row}) as store:
        tables.load(store, NOON - 90 * DAY, NOON + 90 * DAY, counted=400 * HOUR, days=40)
        return list(store.run(sql)[0])


def compare(relation: Relation, left: Expression, right: Expression) -> Compare:
    return Compare(relation=relation, left=left, right=right)


@pytest.mark.parametrize(
    ("relation", "size", "bound", "expected"),
    [
        (Relation.AT_MOST, Fraction(1, 4), Fraction(1, 3), True),
        (Relation.AT_MOST, Fraction(34, 100), Fraction(1, 3), False),
        (Relation.IS, Fraction(-5, 2), Fraction(-5, 2), True),
        (Relation.ABOVE, Fraction(10**16), Fraction(10**16 - 1, 1), True),
        (Relation.BELOW, Fraction(1, 100), Fraction(11, 1000), True),
        (Relation.AT_LEAST, Fraction(1, 100), Fraction(11, 1000), False),
        (Relation.IS_NOT, Fraction(1, 100), Fraction(1, 100), False),
    ],
)
def test_numbers_compare_exactly(relation: Relation, size: Fraction, bound: Fraction, expected: bool) -> None:
    condition = compare(relation, of("size"), given(bound, NumberType(decimals=9)))
    assert asked(condition, {"size": size}) == [expected, ""]


def test_arithmetic_keeps_its_scale() -> None:
    double = Arithmetic(operator=Operator.TIMES, left=of("size"), right=given(Fraction(5, 2), CENTS))
    more = Arithmetic(operator=Operator.PLUS, left=double, right=given(Fraction(1, 8), CENTS))
    assert (
        asked(compare(Relation.IS, more, given(Fraction(301, 8), CENTS)), {"size": Fraction(15)})[0] is True
    )
    assert asked(more, {})[0] is None


def test_a_quotient_is_compared_by_cross_multiplication() -> None:
    # A third is no decimal: 1 / 3 is exactly 1 / 3, also where the divisor is negative (S1.1).
    third = Arithmetic(operator=Operator.OVER, left=given(Fraction(-1), CENTS), right=of("size"))
    same = Arithmetic(operator=Operator.OVER, left=given(Fraction(1), CENTS), right=given(Fraction(3), CENTS))
    for relation, expected in ((Relation.IS, True), (Relation.AT_MOST, True), (Relation.BELOW, False)):
        assert asked(compare(relation, third, same), {"size": Fraction(-3)}) == [expected, ""]
    assert asked(compare(Relation.ABOVE, third, given(Fraction(0), CENTS)), {"size": Fraction(2)})[0] is False


def test_a_quotient_of_nothing_is_absent_and_names_its_divisor() -> None:
    over = Arithmetic(operator=Operator.OVER, left=given(Fraction(1), CENTS), right=of("size"))
    is_high = compare(Relation.ABOVE, over, given(Fraction(1, 20), CENTS))
    assert asked(is_high, {"size": Fraction(0)}) == [None, "\nticket:k.size"]
    assert asked(is_high, {}) == [None, "\nticket:k.size"]
    assert asked(Present(value=over), {"size": Fraction(0)}) == [False, ""]
    assert asked(Present(value=over), {"size": Fraction(1)}) == [True, ""]
    # 1 / (1 / size): where the inner quotient is absent, it is not 0.
    twice = Arithmetic(operator=Operator.OVER, left=given(Fraction(1), CENTS), right=over)
    assert asked(compare(Relation.IS, twice, of("size")), {"size": Fraction(0)}) == [None, "\nticket:k.size"]
    assert asked(compare(Relation.IS, twice, of("size")), {"size": Fraction(7, 4)}) == [True, ""]


@pytest.mark.parametrize(
    ("topic", "urgent", "both", "either", "not_red"),
    [
        ("red", True, True, True, False),
        ("red", None, None, True, False),
        ("blue", None, False, None, True),
        (None, True, None, True, None),
        (None, False, False, None, None),
        (None, None, None, None, None),
    ],
)
def test_conditions_are_three_valued(
    topic: str | None, urgent: bool | None, both: bool | None, either: bool | None, not_red: bool | None
) -> None:
    is_red = compare(Relation.IS, of("topic"), given("red", TEXT))
    is_urgent = compare(Relation.IS, of("urgent"), given(True, YES_NO))
    row = {"topic": topic, "urgent": urgent}
    assert asked(AllOf(of=(is_red, is_urgent)), row)[0] is both
    assert asked(AnyOf(of=(is_red, is_urgent)), row)[0] is either
    assert asked(Not(of=is_red), row)[0] is not_red
    assert asked(Present(value=of("topic")), row) == [topic is not None, ""]
    assert asked(AllOf(of=()), row) == [True, ""]
    assert asked(AnyOf(of=()), row) == [False, ""]
    among = OneOf(value=of("topic"), among=(given("red", TEXT), given("green", TEXT)))
    assert asked(among, row)[0] is (None if topic is None else topic == "red")


def test_the_fields_that_are_missing_are_named_only_where_they_matter() -> None:
    is_red = compare(Relation.IS, of("topic"), given("red", TEXT))
    is_urgent = compare(Relation.IS, of("urgent"), given(True, YES_NO))
    is_small = compare(Relation.BELOW, of("size"), given(Fraction(1), CENTS))
    settled = AnyOf(of=(is_red, is_small))
    assert asked(AllOf(of=(settled, is_urgent)), {"size": Fraction(0)}) == [None, "\nticket:k.urgent"]
    assert asked(AllOf(of=(settled, is_urgent)), {}) == [
        None,
        "\nticket:k.topic\nticket:k.size\nticket:k.urgent",
    ]


def test_quotes_in_values_are_values() -> None:
    assert asked(compare(Relation.IS, of("topic"), given("it's", TEXT)), {"topic": "it's"})[0] is True
    assert asked(of("priority"), {"topic": "it's"})[0] == "p2"
    assert asked(of("priority"), {"topic": "blue"}) == [None, "\nticket:k.priority"]


def test_later_instants_are_absent_unless_planned() -> None:
    later = {"told_at": NOON + 2 * DAY, "wanted_at": NOON + 2 * DAY}
    assert asked(of("told_at"), later) == [None, "\nticket:k.told_at"]
    assert asked(of("wanted_at"), later) == [NOON + 2 * DAY, ""]
    assert asked(Latest(of=(of("at"), of("wanted_at"))), later)[0] == NOON + 2 * DAY
    assert asked(Earliest(of=(of("at"), of("wanted_at"))), later)[0] == NOON
    assert asked(Latest(of=(of("at"), of("told_at"))), later)[0] is None
    with stored({"id": "a", "at": NOON}, {"id": "b", "at": NOON + 1}) as store:
        assert store.run(seen(KIND, (), NOON, None).sql(DIALECT)) == [("a", NOON)]


def test_dates_compare_as_days() -> None:
    is_before = compare(Relation.BELOW, of("day"), given(date(1969, 12, 31), DateType()))
    assert asked(is_before, {"day": date(1969, 12, 30)})[0] is True
    assert asked(is_before, {"day": date(1969, 12, 31)})[0] is False


def test_the_next_fact_with_the_same_field_comes_by_instant_then_key() -> None:
    rows = [
        {"id": "b", "at": NOON, "topic": "x"},
        {"id": "a", "at": NOON, "topic": "x"},
        {"id": "c", "at": NOON + 5, "topic": "x"},
        {"id": "d", "at": NOON + 1, "topic": "y"},
        {"id": "e", "at": NOON + 2},
        {"id": "f", "at": NOON + 3},
    ]
    with stored(*rows) as store:
        query = seen(KIND, (), NOON + DAY, None, next_of=["topic"]).sql(DIALECT)
        assert UNTIL_NEXT + "topic" in query
        found = {row[0]: row[-1] for row in store.run(query)}
    assert found == {"a": NOON, "b": NOON + 5, "c": None, "d": None, "e": None, "f": None}


NOTICES = [
    # S4.5: 2025-04-23 was a Wednesday after Easter; Good Friday and Easter Monday are closed
    (CalendarDays(days=2), NoticeCounting.CLEAR_DAYS, "2025-04-20T22:00:00Z", False),
    (CalendarDays(days=2), NoticeCounting.FULL_DAYS, "2025-04-21T22:00:00Z", False),
    (CalendarDays(days=2), NoticeCounting.SAME_TIME, "2025-04-21T10:30:00Z", True),
    (BusinessDays(days=2, calendar=OFFICE), NoticeCounting.CLEAR_DAYS, "2025-04-16T22:00:00Z", False),
    (BusinessDays(days=2, calendar=OFFICE), NoticeCounting.FULL_DAYS, "2025-04-17T22:00:00Z", False),
    (BusinessDays(days=2, calendar=OFFICE), NoticeCounting.SAME_TIME, "2025-04-17T10:30:00Z", True),
    (Months(months=2), NoticeCounting.FULL_DAYS, "2025-02-23T23:00:00Z", False),
    (Months(months=1), NoticeCounting.SAME_TIME, "2025-03-23T11:30:00Z", True),
    (ClockDuration(length=48 * HOUR, clock=Elapsed(), unit=HOURS), None, "2025-04-21T10:30:00Z", True),
    (ClockDuration(length=15 * HOUR, clock=OFFICE, unit=HOURS), None, "2025-04-17T15:30:00Z", True),
]


@pytest.mark.parametrize(("lead", "counting", "latest", "inclusive"), NOTICES)
def test_notice_is_counted_back(
    lead: Duration, counting: NoticeCounting | None, latest: str, inclusive: bool
) -> None:
    notice = Notice(
        value=of("told_at"), lead=lead, before=of("wanted_at"), counting=counting or NoticeCounting.CLEAR_DAYS
    )
    wanted = {"wanted_at": at("2025-04-23T10:30:00Z")}
    last = at(latest) if inclusive else at(latest) - 1
    as_of = at("2025-04-30T00:00:00Z")
    assert asked(notice, {**wanted, "told_at": last}, as_of) == [True, ""], iso_text(last)
    assert asked(notice, {**wanted, "told_at": last + 1}, as_of) == [False, ""]
    assert asked(notice, wanted, as_of) == [None, "\nticket:k.told_at"]
    assert asked(Not(of=notice), {**wanted, "told_at": last}, as_of)[0] is False


def test_a_month_back_from_the_31st_is_the_last_of_a_shorter_one() -> None:
    notice = Notice(
        value=of("told_at"),
        lead=Months(months=1),
        before=of("wanted_at"),
        counting=NoticeCounting.FULL_DAYS,
    )
    wanted = {"wanted_at": at("2025-03-31T10:00:00Z")}
    assert asked(notice, {**wanted, "told_at": at("2025-02-28T22:59:59Z")})[0] is True
    assert asked(notice, {**wanted, "told_at": at("2025-02-28T23:00:00Z")})[0] is False


def test_what_was_known_then() -> None:
    kind = replace(KIND, matrices=())
    with stored({"id": "a", "at": NOON}) as store:
        assert store.run(seen(kind, (), NOON, NOON).sql(DIALECT)) == [("a", NOON)]
        store.run("UPDATE fact_ticket SET known_from = 5, known_until = 7")
        found = [len(store.run(seen(kind, (), NOON, known).sql(DIALECT))) for known in (4, 5, 6, 7, None)]
    assert found == [0, 1, 1, 0, 0]
